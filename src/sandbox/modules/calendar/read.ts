import { type Appointment, appointmentColumns, appointmentObject } from '../../appointments/view.ts';
import { readableCalendar, seesEvent } from '../../chronos/access.ts';
import { busyTimes } from '../../chronos/busy.ts';
import { type EventRow, isMaster } from '../../chronos/event.ts';
import { instancesOf } from '../../chronos/occurrences.ts';
import { eventColumns, eventsIn, exceptionsOf, toEvent } from '../../chronos/store.ts';
import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { standardFolderOf } from '../../folders/groupware.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { participantType } from '../../items/participants.ts';
import { tombstonesSince } from '../../items/tombstones.ts';
import { isDescending, pageOf } from '../../paging.ts';
import { patternTest } from '../../search-term.ts';
import { shiftOf } from '../../time.ts';
import { readableIds } from '../chronos/read.ts';
import { newestOf, visiblePlace } from '../chronos/shared.ts';
import { appointmentOf, appointmentsOf, arrays, findAppointment, rangeOf } from './shared.ts';

const stampOf = (core: Core, appointments: readonly Appointment[]): number =>
  newestOf(appointments.map(({ event }) => event)) || core.stamps.now();

function sorted(request: ActionRequest, appointments: Appointment[]): Appointment[] {
  const column = appointmentColumns[request.parameters.integer('sort') ?? 0];
  if (column) {
    const keys = new Map(appointments.map((one) => [one, column[1](one)]));
    appointments.sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      return typeof a === 'number' && typeof b === 'number'
        ? a - b
        : String(a ?? '').localeCompare(String(b ?? ''), 'de');
    });
  }
  return isDescending(request.parameters) ? appointments.reverse() : appointments;
}

/** Between `start` and `end`, in one calendar or all of them. */
export const all: Action = (core, request) => {
  const range = rangeOf(request);
  if (range.from === undefined || range.until === undefined) throw new OxError('SVL-0002', 'start, end');
  const { from, until } = range;
  const folder = request.parameters.text('folder');
  const found = (folder === undefined ? readableIds(core, request) : [folder]).flatMap((id) => {
    const access = readableCalendar(core, request.person, id);
    return appointmentsOf(access, request, eventsIn(core, access.folder.id, from, until), range);
  });
  const { offset, count } = pageOf(request.parameters);
  return {
    data: arrays(request, sorted(request, found).slice(offset, offset + count)),
    timestamp: stampOf(core, found),
  };
};

/** Whether there is an appointment, for each day of the range. */
export const has: Action = (core, request) => {
  const { from, until } = rangeOf(request);
  if (from === undefined || until === undefined) throw new OxError('SVL-0002', 'start, end');
  const day = 86_400_000;
  const days = Array.from({ length: Math.min(Math.ceil((until - from) / day), 1000) }, () => false);
  for (const id of readableIds(core, request)) {
    const access = readableCalendar(core, request.person, id);
    for (const event of eventsIn(core, access.folder.id, from, until))
      for (const instance of instancesOf(access, event, from, until))
        for (let at = Math.max(0, Math.floor((instance.from - from) / day)); at < days.length; at += 1) {
          if (from + at * day >= instance.to) break;
          days[at] = true;
        }
  }
  return { data: days };
};

export const list: Action = (core, request) => {
  const found = request.body.array().map((value) => {
    const { folder, folder_id, id, recurrence_position, recurrence_date_position } = asObject(value);
    return findAppointment(
      core,
      request,
      String(folder ?? folder_id ?? ''),
      id,
      recurrence_position,
      recurrence_date_position,
    );
  });
  return { data: arrays(request, found), timestamp: stampOf(core, found) };
};

export const get: Action = (core, request) => {
  const { parameters } = request;
  const found = findAppointment(
    core,
    request,
    parameters.required('folder'),
    parameters.required('id'),
    parameters.integer('recurrence_position'),
    parameters.integer('recurrence_date_position'),
  );
  return { data: appointmentObject(found), timestamp: found.event.stamp };
};

/**
 * Strictly after the stamp, deleted ids bare at the end. Without `ignore` no deletions; without a folder only changes
 * within a range. An empty delta answers 0 from 7.10 on, the request's stamp before.
 */
export const updates: Action = (core, request) => {
  const { parameters } = request;
  const since = parameters.requiredInteger('timestamp');
  const ignore = parameters.text('ignore') ?? 'deleted';
  const range = rangeOf(request);
  const folder = parameters.text('folder');
  if (folder === undefined && (ignore !== 'deleted' || range.from === undefined))
    throw new OxError('SVL-0002', 'folder');
  let timestamp = core.context.version === '7.8' ? since : 0;
  const gone: number[] = [];
  const found = (folder === undefined ? readableIds(core, request) : [folder]).flatMap((id) => {
    const access = readableCalendar(core, request.person, id);
    const changed = core.db
      .all<EventRow>(
        `SELECT ${eventColumns} FROM event_place p JOIN event e ON e.id = p.event WHERE p.folder = ? AND p.stamp > ?`,
        access.folder.id,
        since,
      )
      .map(toEvent);
    const left = ignore === 'deleted' ? [] : tombstonesSince(core, 'calendar', access.folder.id, since);
    gone.push(...left.map((one) => one.id));
    timestamp = Math.max(timestamp, newestOf([...changed, ...left]));
    return ignore === 'changed' ? [] : appointmentsOf(access, request, changed, range);
  });
  return { data: [...arrays(request, found), ...gone], timestamp };
};

/** By `pattern` in the title, in the calendars of `folder` or all. */
export const search: Action = (core, request) => {
  const body = request.body.object();
  const fits = patternTest(String(body.pattern ?? '*'));
  const ids =
    body.folder === undefined || body.folder === null ? readableIds(core, request) : [body.folder].flat().map(String);
  const found = ids.flatMap((id) => {
    const access = readableCalendar(core, request.person, id);
    const events = eventsIn(core, access.folder.id, null, null).filter(
      (event) =>
        seesEvent(access, event) && (event.body.class ?? 'PUBLIC') === 'PUBLIC' && fits(event.body.summary ?? ''),
    );
    return appointmentsOf(access, request, events, { from: undefined, until: undefined });
  });
  return { data: arrays(request, sorted(request, found)), timestamp: stampOf(core, found) };
};

/** The next appointments of a range, `limit` of them. */
export const newAppointments: Action = (core, request) => {
  const { data } = all(core, request) as { data: unknown[] };
  return { data, timestamp: core.stamps.now() };
};

export const getChangeExceptions: Action = (core, request) => {
  const { parameters } = request;
  const { access, event } = findAppointment(
    core,
    request,
    parameters.required('folder'),
    parameters.required('id'),
    0,
    null,
  );
  const exceptions = isMaster(event) ? exceptionsOf(core, event.id) : [];
  const here = exceptions.filter(
    ({ id }) =>
      core.db.get('SELECT 1 FROM event_place WHERE event = ? AND folder = ?', id, access.folder.id) !== undefined,
  );
  return {
    data: arrays(
      request,
      here.map((one) => appointmentOf(access, request, one)),
    ),
    timestamp: event.stamp,
  };
};

/** The id of a uid among what the person may read. */
export const resolveUid: Action = (core, request) => {
  const uid = request.parameters.required('uid');
  const readable = new Set(readableIds(core, request));
  const rows = core.db.all<{ id: number; folder: number }>(
    'SELECT e.id, p.folder FROM event e JOIN event_place p ON p.event = e.id WHERE e.uid = ? AND e.recurrence IS NULL',
    uid,
  );
  const found = rows.find(({ folder }) => readable.has(String(folder)));
  if (!found) throw new OxError('OX-0001 not found', uid);
  return { data: { id: found.id }, timestamp: core.stamps.now() };
};

/** What takes up the time of a user (`type` 1) or resource (3); others' appointments without what they are. */
export const freeBusy: Action = (core, request) => {
  const { parameters, person } = request;
  const { from, until } = rangeOf(request);
  if (from === undefined || until === undefined) throw new OxError('SVL-0002', 'start, end');
  const isResource = parameters.requiredInteger('type') === participantType.resource;
  const entity = parameters.requiredInteger('id');
  const own = readableCalendar(core, person, String(standardFolderOf(core, person.id, 'calendar')));
  const shift = shiftOf(request);
  const times = busyTimes(core, { entity, cuType: isResource ? 'RESOURCE' : 'INDIVIDUAL' }, from, until);
  const data = times
    .sort((one, other) => one.from - other.from)
    .map(({ event, from: start, to, type }) => {
      const place = visiblePlace(own, event);
      const isDay = event.body.startDate.value.length === 8;
      return {
        id: event.id,
        start_date: isDay ? start : shift(start),
        end_date: isDay ? to : shift(to),
        full_time: isDay,
        shown_as: event.body.shownAs ?? (type === 'FREE' ? 4 : type === 'BUSY-TENTATIVE' ? 2 : 1),
        ...(place === undefined ? {} : { folder_id: place, title: event.body.summary, location: event.body.location }),
      };
    });
  return { data, timestamp: core.stamps.now() };
};
