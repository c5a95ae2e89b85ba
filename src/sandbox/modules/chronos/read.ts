import { type CalendarAccess, composite, findEvent, readableCalendar, seesEvent } from '../../chronos/access.ts';
import { occurrenceAt } from '../../chronos/change/exception.ts';
import { type Event, type EventRow, isMaster } from '../../chronos/event.ts';
import { chronosLimits } from '../../chronos/limits.ts';
import type { RecurrenceId } from '../../chronos/recurrence-id.ts';
import { eventById, eventColumns, eventsIn, exceptionAt, toEvent } from '../../chronos/store.ts';
import { type EventView, eventView, goneView } from '../../chronos/view.ts';
import type { Core } from '../../core.ts';
import { errorMembers, OxError } from '../../errors.ts';
import { visibleFolders } from '../../folders/groupware.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { contentOf } from '../../items/attachments.ts';
import { tombstonesSince } from '../../items/tombstones.ts';
import { compileFilter } from '../../search-term.ts';
import { newestOf, type Selection, selectionOf, viewsOf } from './shared.ts';

/** Ids of all calendars that the person may read. */
export function readableIds(core: Core, request: ActionRequest): string[] {
  return visibleFolders(core, request.person)
    .filter(({ module, rights }) => module === 'calendar' && ((rights >> 7) & 0x7f) > 0)
    .map(({ id }) => id);
}

function demandRange({ from, until }: Selection): void {
  if (from === null) throw new OxError('SVL-0002', 'rangeStart');
  if (until === null) throw new OxError('SVL-0002', 'rangeEnd');
}

/** GET: one calendar, or all of them; PUT: several, each with its own stamp or error. */
export const all: Action = (core, request) => {
  const selection = selectionOf(request);
  demandRange(selection);
  const { from, until } = selection;
  const read = (id: string) => {
    const access = readableCalendar(core, request.person, id);
    const events = eventsIn(core, access.folder.id, from, until);
    return { events: viewsOf(access, events, selection, request), timestamp: newestOf(events) };
  };
  if (request.method === 'PUT') {
    const folders = request.body.object().folders;
    if (!Array.isArray(folders)) throw new OxError('SVL-0002', 'folders');
    const data = folders.map(String).map((folder) => {
      try {
        return { folder, ...read(folder) };
      } catch (error) {
        if (!(error instanceof OxError)) throw error;
        return { folder, error: errorMembers(error, request.person.locale) };
      }
    });
    return { data, timestamp: core.stamps.now() };
  }
  const folder = request.parameters.text('folder');
  const found = (folder === undefined ? readableIds(core, request) : [folder]).map(read);
  const timestamp = found.reduce((newest, one) => Math.max(newest, one.timestamp), 0) || core.stamps.now();
  return { data: found.flatMap(({ events }) => events), timestamp };
};

/** An event, or with a recurrence id one occurrence of its series: the exception, or the master at that time. */
export function viewAt(
  access: CalendarAccess,
  event: Event,
  id: RecurrenceId | undefined,
  selection: Selection,
): EventView {
  const fields = selection.fields ? { fields: selection.fields } : {};
  if (id === undefined || !isMaster(event)) return eventView(access, event, fields);
  const exception = exceptionAt(access.core, event, id);
  if (exception) return eventView(access, findEvent(access, exception.id), fields);
  return eventView(access, event, { occurrence: occurrenceAt(event, id), ...fields });
}

export const get: Action = (core, request) => {
  const { parameters } = request;
  const access = readableCalendar(core, request.person, parameters.required('folder'));
  const event = findEvent(access, parameters.required('id'));
  return { data: viewAt(access, event, parameters.text('recurrenceId'), selectionOf(request)), timestamp: event.stamp };
};

export const list: Action = (core, request) => {
  const selection = selectionOf(request);
  const stamps: Event[] = [];
  const data = request.body.array().map((value) => {
    const { folder, id, recurrenceId } = asObject(value);
    const access = readableCalendar(core, request.person, String(folder ?? ''));
    const event = findEvent(access, id);
    stamps.push(event);
    return viewAt(access, event, typeof recurrenceId === 'string' ? recurrenceId : undefined, selection);
  });
  return { data, timestamp: newestOf(stamps) || core.stamps.now() };
};

/** Strictly after the stamp, by start; nothing changed answers 0 (reference 5.5). CAL-5072 for too many. */
export const updates: Action = (core, request) => {
  const { parameters } = request;
  const access = readableCalendar(core, request.person, parameters.required('folder'));
  const since = parameters.requiredInteger('timestamp');
  const ignored = parameters.list('ignore');
  const rows = ignored.includes('changed')
    ? []
    : core.db.all<EventRow>(
        `SELECT ${eventColumns} FROM event_place p JOIN event e ON e.id = p.event WHERE p.folder = ? AND p.stamp > ?`,
        access.folder.id,
        since,
      );
  const changed = rows.map(toEvent);
  const gone = ignored.includes('deleted') ? [] : tombstonesSince(core, 'calendar', access.folder.id, since);
  if (gone.length > chronosLimits.results) throw new OxError('CAL-5072', `more than ${chronosLimits.results}`);
  return {
    data: {
      newAndModified: viewsOf(access, changed, selectionOf(request), request),
      deleted: gone.map((event) => goneView(access.folder.id, event)),
    },
    timestamp: newestOf([...changed, ...gone]),
  };
};

/** Body `{"folders":[…],"filter":[…]}`; answers `{folder, events}` for each calendar. */
export const advancedSearch: Action = (core, request) => {
  const { folders, filter } = request.body.object();
  const selection = selectionOf(request);
  const ids = Array.isArray(folders) && folders.length > 0 ? folders.map(String) : readableIds(core, request);
  const data = ids.map((id) => {
    const access = readableCalendar(core, request.person, id);
    const test =
      filter === undefined || filter === null
        ? () => true
        : compileFilter<Event>(filter, (event, { field = '' }) => searchValues(access, event, field));
    const events = eventsIn(core, access.folder.id, selection.from, selection.until).filter(
      (event) => seesEvent(access, event) && test(event),
    );
    return { folder: composite(access.folder.id), events: viewsOf(access, events, selection, request) };
  });
  return { data, timestamp: core.stamps.now() };
};

function searchValues(access: CalendarAccess, event: Event, field: string): readonly unknown[] {
  if (field === 'attendees' || field === 'attendee')
    return event.body.attendees.flatMap(({ cn, email, uri }) => [cn, email, uri]);
  const value = eventView(access, event)[field];
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return value;
    return Object.values(value);
  }
  return [value ?? null];
}

/** Invitations nobody answered yet, in the own calendars. */
export const needsAction: Action = (core, request) => {
  const selection = selectionOf(request);
  const data = readableIds(core, request).flatMap((id) => {
    const access = readableCalendar(core, request.person, id);
    if (access.folder.owner !== request.person.id) return [];
    const events = eventsIn(core, access.folder.id, selection.from, selection.until).filter(({ body }) =>
      body.attendees.some(
        ({ entity, cuType, partStat }) =>
          entity === request.person.id && cuType === 'INDIVIDUAL' && partStat === 'NEEDS-ACTION',
      ),
    );
    return viewsOf(access, events, selection, request);
  });
  return { data, timestamp: core.stamps.now() };
};

/** An event by its id or uid, in the first own calendar that has it; nothing when there is none. */
export const resolve: Action = (core, request) => {
  const id = request.parameters.text('id') ?? request.parameters.required('uid');
  const rows = core.db.all<{ id: number; folder: number }>(
    `SELECT e.id, p.folder FROM event e JOIN event_place p ON p.event = e.id JOIN folder f ON f.id = p.folder
     WHERE (e.uid = ?1 OR e.id = ?3) AND e.recurrence IS NULL
     ORDER BY f.owner IS NOT ?2, p.folder`,
    id,
    request.person.id,
    /^\d{1,15}$/.test(id) ? Number(id) : null,
  );
  const readable = new Set(readableIds(core, request));
  const found = rows.find(({ folder }) => readable.has(String(folder)));
  if (!found) return { timestamp: core.stamps.now() };
  const access = readableCalendar(core, request.person, String(found.folder));
  const event = eventById(core, found.id);
  return { data: viewAt(access, event, undefined, selectionOf(request)), timestamp: event.stamp };
};

export const getAttachment: Action = (core, request) => {
  const { parameters } = request;
  const access = readableCalendar(core, request.person, parameters.required('folder'));
  const event = findEvent(access, parameters.required('id'));
  const managedId = parameters.requiredInteger('managedId');
  const known = event.body.attachments.find((one) => one.managedId === managedId);
  if (!known) throw new OxError('CAL-4047', String(managedId));
  return { file: contentOf(core, managedId), contentType: known.fmtType, fileName: known.filename };
};
