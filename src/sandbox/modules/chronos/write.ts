import { demandUnchanged, findEvent, openCalendar } from '../../chronos/access.ts';
import { parseAttendee } from '../../chronos/attendees.ts';
import { answerEvent } from '../../chronos/change/attend.ts';
import { createEvent } from '../../chronos/change/create.ts';
import { changeOrganizer as handOver, moveEvent } from '../../chronos/change/move.ts';
import { deleteEvent } from '../../chronos/change/remove.ts';
import { splitAndUpdate } from '../../chronos/change/split.ts';
import { updateEvent } from '../../chronos/change/update.ts';
import { errorMembers, OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { write } from '../../write.ts';
import { carryOut, changeOf, eventOf, resultOf, writtenBody } from './shared.ts';

/** A new event in `folder`. */
export const newEvent: Action = (core, request) => {
  const { body, files } = writtenBody(request);
  const { json, comment } = eventOf(body);
  const folder = request.parameters.text('folder') ?? json.folder;
  if (folder === undefined || folder === null) throw new OxError('SVL-0002', 'folder');
  const change = changeOf(core, request, String(folder), { comment, files });
  return carryOut(core, request, change, () => createEvent(change, json));
};

/** Changes an event, an occurrence by `recurrenceId`, or with `recurrenceRange=THISANDFUTURE` all from there on. */
export const update: Action = (core, request) => {
  const { parameters } = request;
  const { body, files } = writtenBody(request);
  const { json, comment } = eventOf(body);
  const timestamp = parameters.requiredInteger('timestamp');
  const change = changeOf(core, request, parameters.required('folder'), { comment, files });
  return carryOut(core, request, change, () => {
    const event = findEvent(change.access, parameters.required('id'));
    demandUnchanged(event, timestamp);
    const recurrenceId = parameters.text('recurrenceId');
    if (recurrenceId !== undefined && parameters.text('recurrenceRange')?.toUpperCase() === 'THISANDFUTURE')
      splitAndUpdate(change, event, json, recurrenceId);
    else updateEvent(change, event, json, recurrenceId);
  });
};

/** Body `{"attendee":{…},"alarms":[…]}`. */
export const updateAttendee: Action = (core, request) => {
  const { parameters } = request;
  const body = request.body.object();
  const change = changeOf(core, request, parameters.required('folder'));
  return carryOut(core, request, change, () => {
    const event = findEvent(change.access, parameters.required('id'));
    demandUnchanged(event, parameters.requiredInteger('timestamp'));
    const attendee = parseAttendee(core, body.attendee ?? null);
    answerEvent(change, event, attendee, body.alarms, parameters.text('recurrenceId'));
  });
};

/** Each id is deleted by itself; answers a result or an error for each (reference 5.3). */
export const remove: Action = (core, request) => {
  const timestamp = request.parameters.requiredInteger('timestamp');
  const body = request.body.json();
  const wrapped = Array.isArray(body) ? { events: body } : asObject(body);
  if (!Array.isArray(wrapped.events)) throw new OxError('SVL-0028', 'an array is wanted');
  const comment = typeof wrapped.comment === 'string' ? wrapped.comment : undefined;
  let newest = 0;
  const data = wrapped.events.map((entry) => {
    const { folder, id, recurrenceId } = asObject(entry);
    const names = {
      folderId: String(folder),
      id: String(id),
      ...(typeof recurrenceId === 'string' ? { recurrenceId } : {}),
    };
    try {
      return write(core, () => {
        const change = changeOf(core, request, String(folder ?? ''), { comment });
        const event = findEvent(change.access, id);
        demandUnchanged(event, timestamp);
        deleteEvent(change, event, typeof recurrenceId === 'string' ? recurrenceId : undefined);
        const result = resultOf(change, request);
        newest = Math.max(newest, result.timestamp);
        return { ...names, ...result };
      });
    } catch (error) {
      if (!(error instanceof OxError)) throw error;
      return { ...names, error: errorMembers(error, request.person.locale) };
    }
  });
  return { data, timestamp: newest || core.stamps.now() };
};

export const move: Action = (core, request) => {
  const { parameters } = request;
  const change = changeOf(core, request, parameters.required('folder'));
  return carryOut(core, request, change, () => {
    const event = findEvent(change.access, parameters.required('id'));
    demandUnchanged(event, parameters.requiredInteger('timestamp'));
    if (parameters.text('recurrenceId') !== undefined) throw new OxError('CAL-4225', String(event.id));
    moveEvent(change, event, openCalendar(core, request.person, parameters.required('targetFolder')));
  });
};

/** Body `{"organizer":{…},"comment":…}`. */
export const changeOrganizer: Action = (core, request) => {
  const { parameters } = request;
  const { organizer } = request.body.object();
  const change = changeOf(core, request, parameters.required('folder'));
  return carryOut(core, request, change, () => {
    const event = findEvent(change.access, parameters.required('id'));
    demandUnchanged(event, parameters.requiredInteger('timestamp'));
    handOver(change, event, organizer ?? null);
  });
};
