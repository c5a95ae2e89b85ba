import { recurrenceIdAt } from '../../appointments/position.ts';
import { eventJson, partStatOf } from '../../appointments/to-event.ts';
import { appointmentObject } from '../../appointments/view.ts';
import { demandUnchanged, findEvent, openCalendar } from '../../chronos/access.ts';
import { isSame, parseAttendee } from '../../chronos/attendees.ts';
import { answerEvent } from '../../chronos/change/attend.ts';
import { type Change, ConflictsFound } from '../../chronos/change/change.ts';
import { createEvent } from '../../chronos/change/create.ts';
import { moveEvent } from '../../chronos/change/move.ts';
import { deleteEvent } from '../../chronos/change/remove.ts';
import { updateEvent } from '../../chronos/change/update.ts';
import { type Event, mailtoOf } from '../../chronos/event.ts';
import { eventById } from '../../chronos/store.ts';
import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { numberOf } from '../../folders/tree.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import type { Answer } from '../../http/answer.ts';
import { asObject } from '../../http/body.ts';
import { unshiftOf } from '../../time.ts';
import { write } from '../../write.ts';
import { visiblePlace } from '../chronos/shared.ts';
import { appointmentOf, findAppointment } from './shared.ts';

/** People inside hear of a change with `notification: true`, people outside always. */
function changeOf(core: Core, request: ActionRequest, folder: string, body: Record<string, unknown>): Change {
  return {
    access: openCalendar(core, request.person, folder),
    audience: { internal: body.notification === true, external: true },
    checkConflicts: body.ignore_conflicts !== true,
    files: [],
    created: [],
    updated: [],
    deleted: [],
  };
}

const writerOf = (request: ActionRequest, change: Change, before?: Event) => ({
  core: change.access.core,
  unshift: unshiftOf(request),
  zone: request.person.timezone,
  user: change.access.user,
  before,
});

/** One transaction; what is in the way comes as data, and then nothing is stored (reference 5.2). */
function carryOut(core: Core, request: ActionRequest, change: Change, work: () => Event): Answer {
  try {
    return write(core, () => {
      const { id, stamp } = work();
      return { data: { id }, timestamp: stamp };
    });
  } catch (error) {
    if (!(error instanceof ConflictsFound)) throw error;
    return { data: { conflicts: conflictsOf(request, change, error) }, timestamp: core.stamps.now() };
  }
}

function conflictsOf(request: ActionRequest, change: Change, { conflicts }: ConflictsFound): unknown[] {
  const { access } = change;
  return conflicts.map(({ instance, attendees, isHard }) => {
    const place = visiblePlace(access, instance.event);
    const shown = appointmentObject(appointmentOf(access, request, instance.event, instance.occurrence));
    return {
      id: instance.event.id,
      start_date: shown.start_date,
      end_date: shown.end_date,
      full_time: shown.full_time,
      shown_as: shown.shown_as,
      participants: attendees.map(({ entity, cuType }) => ({ id: entity, type: cuType === 'RESOURCE' ? 3 : 1 })),
      hard_conflict: isHard,
      ...(place === undefined ? {} : { folder_id: place, title: shown.title, location: shown.location }),
    };
  });
}

/** A new appointment in the `folder_id` of the body. Before 7.10 it needs a title (APP-0028). */
export const newAppointment: Action = (core, request) => {
  const body = request.body.object();
  if (body.folder_id === undefined || body.folder_id === null) throw new OxError('SVL-0002', 'folder_id');
  if (core.context.version === '7.8' && (body.title ?? '') === '') throw new OxError('APP-0028');
  const change = changeOf(core, request, String(body.folder_id), body);
  if (change.access.folder.levels.folder < 2) throw new OxError('APP-0063', String(body.folder_id));
  return carryOut(core, request, change, () => {
    const json = eventJson(body, writerOf(request, change));
    if (json.startDate === undefined) throw new OxError('APP-0026');
    return createEvent(change, json);
  });
};

/** Changes an appointment, or with `recurrence_position` one occurrence; another `folder_id` moves it. */
export const update: Action = (core, request) => {
  const { parameters } = request;
  const body = request.body.object();
  const timestamp = parameters.requiredInteger('timestamp');
  const change = changeOf(core, request, parameters.required('folder'), body);
  return carryOut(core, request, change, () => {
    const event = findEvent(change.access, parameters.required('id'));
    demandUnchanged(event, timestamp);
    const recurrenceId = recurrenceIdAt(event, body.recurrence_position, body.recurrence_date_position);
    const target =
      body.folder_id === undefined || body.folder_id === null ? undefined : numberOf(String(body.folder_id));
    if (target !== undefined && target !== change.access.folder.id) {
      if (recurrenceId !== undefined) throw new OxError('CAL-4225', String(event.id));
      moveEvent(change, event, openCalendar(core, request.person, String(target)));
      const moved = { ...change, access: openCalendar(core, request.person, String(target)) };
      return updateEvent(moved, eventById(core, event.id), eventJson(body, writerOf(request, moved, event)));
    }
    if (recurrenceId === undefined)
      return updateEvent(change, event, eventJson(body, writerOf(request, change, event)));
    const { recurrence_type: _type, ...occurrence } = body;
    const before = findAppointment(
      core,
      request,
      parameters.required('folder'),
      event.id,
      body.recurrence_position,
      body.recurrence_date_position,
    );
    const shown = before.occurrence
      ? { ...event, body: { ...event.body, startDate: before.occurrence.start, endDate: before.occurrence.end } }
      : before.event;
    return updateEvent(change, event, eventJson(occurrence, writerOf(request, change, shown)), recurrenceId);
  });
};

/** An object or an array of `{id, folder, pos}`; `pos` deletes one occurrence. Stops at the first error. */
export const remove: Action = (core, request) => {
  const timestamp = request.parameters.requiredInteger('timestamp');
  const body = request.body.json();
  for (const entry of Array.isArray(body) ? body : [body]) {
    const { id, folder, folder_id, pos, recurrence_position, recurrence_date_position } = asObject(entry);
    const change = changeOf(core, request, String(folder ?? folder_id ?? ''), { notification: true });
    write(core, () => {
      const event = findEvent(change.access, id);
      demandUnchanged(event, timestamp);
      deleteEvent(change, event, recurrenceIdAt(event, pos ?? recurrence_position, recurrence_date_position));
    });
  }
  return { data: [], timestamp: core.stamps.now() };
};

/** Body `{confirmation, confirmmessage}`: the own answer; with `type` 5 and `mail` that of somebody outside. */
export const confirm: Action = (core, request) => {
  const { parameters } = request;
  const body = request.body.object();
  const folder = parameters.text('folder') ?? body.folder ?? body.folder_id;
  const change = changeOf(core, request, String(folder ?? ''), { notification: true });
  return write(core, () => {
    const event = findEvent(change.access, parameters.text('id') ?? body.id);
    const timestamp = parameters.integer('timestamp');
    if (timestamp !== undefined) demandUnchanged(event, timestamp);
    const who =
      typeof body.mail === 'string' && Number(body.type) === 5
        ? { uri: mailtoOf(body.mail) }
        : { entity: change.access.user };
    const known = event.body.attendees.find((one) => isSame(one, parseAttendee(core, who)));
    if (!known) throw new OxError('CAL-4043', JSON.stringify(who));
    const answer = {
      ...known,
      partStat: partStatOf(body.confirmation ?? body.confirm),
      ...(typeof body.confirmmessage === 'string' ? { comment: body.confirmmessage } : {}),
    };
    const recurrenceId = recurrenceIdAt(
      event,
      parameters.integer('occurrence') ?? body.occurrence,
      body.recurrence_date_position,
    );
    return { data: {}, timestamp: answerEvent(change, event, answer, undefined, recurrenceId).stamp };
  });
};

/** A copy in the `folder_id` of the body, for the person alone. */
export const copy: Action = (core, request) => {
  const { parameters } = request;
  const body = request.body.object();
  const { event } = findAppointment(core, request, parameters.required('folder'), parameters.required('id'), 0, null);
  const change = changeOf(core, request, String(body.folder_id ?? ''), body);
  return carryOut(core, request, change, () => {
    const { organizer: _organizer, attendees: _attendees, alarms, attachments: _attachments, ...fields } = event.body;
    return createEvent(change, { ...fields, alarms: alarms[change.access.user] ?? [] });
  });
};
