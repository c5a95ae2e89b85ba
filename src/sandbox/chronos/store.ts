import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { attachmentModule, dropAttachments } from '../items/attachments.ts';
import { bury, unbury } from '../items/tombstones.ts';
import type { Event, EventBody, EventRow } from './event.ts';
import { type RecurrenceId, recurrenceInstant } from './recurrence-id.ts';
import { spanOf } from './series.ts';

export const eventColumns =
  'e.id, e.series, e.recurrence, e.uid, e.public_folder, e.body, e.created, e.created_by, e.modified, e.modified_by, e.stamp';

export const toEvent = (row: EventRow): Event => ({ ...row, body: JSON.parse(row.body) as EventBody });

/** The event of an id of a request. CAL-4040: there is none. */
export function eventById(core: Core, id: unknown): Event {
  const number = Number(id);
  const row = Number.isSafeInteger(number)
    ? core.db.get<EventRow>(`SELECT ${eventColumns} FROM event e WHERE e.id = ?`, number)
    : undefined;
  if (!row) throw new OxError('CAL-4040', String(id));
  return toEvent(row);
}

/** The event of a uid in a calendar: the single one, or the master. By uid first: a calendar may hold thousands. */
export function eventOfUid(core: Core, uid: string, folder: number): Event | undefined {
  const row = core.db.get<EventRow>(
    `SELECT ${eventColumns} FROM event e INDEXED BY event_uid
     WHERE e.uid = ? AND e.recurrence IS NULL
     AND EXISTS (SELECT 1 FROM event_place p WHERE p.event = e.id AND p.folder = ?)`,
    uid,
    folder,
  );
  return row && toEvent(row);
}

/** The change exceptions of a series, by their occurrence. */
export function exceptionsOf(core: Core, series: number): Event[] {
  return core.db
    .all<EventRow>(`SELECT ${eventColumns} FROM event e WHERE e.series = ? AND e.recurrence IS NOT NULL`, series)
    .map(toEvent)
    .sort((one, other) => instantOfException(one) - instantOfException(other));
}

const instantOfException = (event: Event): number => recurrenceInstant(event.recurrence!, event.body.startDate);

/** The change exception of an occurrence. */
export function exceptionAt(core: Core, master: Event, id: RecurrenceId): Event | undefined {
  const wanted = recurrenceInstant(id, master.body.startDate);
  return exceptionsOf(core, master.id).find(
    (event) => recurrenceInstant(event.recurrence!, master.body.startDate) === wanted,
  );
}

/** In which calendars an event shows. */
export function placesFor(event: { readonly public_folder: number | null; readonly body: EventBody }): number[] {
  if (event.public_folder !== null) return [event.public_folder];
  const folders = event.body.attendees.flatMap(({ folder, hidden }) =>
    folder === undefined || hidden ? [] : [folder],
  );
  return [...new Set(folders)];
}

export interface NewEvent {
  /** The master of an exception; `own`: it is a master itself; null: a single event. */
  readonly series: number | 'own' | null;
  readonly recurrence: RecurrenceId | null;
  readonly uid: string;
  readonly public_folder: number | null;
  readonly body: EventBody;
  readonly by: number;
}

export function insertEvent(core: Core, event: NewEvent): Event {
  const stamp = core.stamps.next();
  const { first, last } = spanOf(event.body);
  const { id } = core.db.run(
    `INSERT INTO event (series, recurrence, uid, public_folder, body, first, last, created, created_by, modified,
       modified_by, stamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    event.series === 'own' ? null : event.series,
    event.recurrence,
    event.uid,
    event.public_folder,
    JSON.stringify(event.body),
    first,
    last,
    stamp,
    event.by,
    stamp,
    event.by,
    stamp,
  );
  if (event.series === 'own') core.db.run('UPDATE event SET series = id WHERE id = ?', id);
  for (const folder of placesFor(event)) place(core, id, folder, stamp);
  putResources(core, id, event.body);
  return eventById(core, id);
}

/** Stores what became of an event; calendars it leaves keep a tombstone. A rule makes a single event a master, and back. */
export function saveEvent(core: Core, event: Event, body: EventBody, by: number): Event {
  const stamp = core.stamps.next();
  const { first, last } = spanOf(body);
  const series =
    event.recurrence !== null ? event.series : body.rrule === undefined && !body.recurrenceDates ? null : event.id;
  core.db.run(
    `UPDATE event SET series = ?, public_folder = ?, uid = ?, body = ?, first = ?, last = ?, modified = ?, modified_by = ?,
       stamp = ? WHERE id = ?`,
    series,
    event.public_folder,
    event.uid,
    JSON.stringify(body),
    first,
    last,
    stamp,
    by,
    stamp,
    event.id,
  );
  const before = core.db
    .all<{ folder: number }>('SELECT folder FROM event_place WHERE event = ?', event.id)
    .map(({ folder }) => folder);
  const after = placesFor({ public_folder: event.public_folder, body });
  for (const folder of before) if (!after.includes(folder)) leave(core, event, folder, stamp);
  core.db.run('UPDATE event_place SET stamp = ? WHERE event = ?', stamp, event.id);
  for (const folder of after) if (!before.includes(folder)) place(core, event.id, folder, stamp);
  putResources(core, event.id, body);
  return eventById(core, event.id);
}

/** Raises the stamp of an event without changing it. */
export function touchEvent(core: Core, id: number): void {
  const stamp = core.stamps.next();
  core.db.run('UPDATE event SET stamp = ? WHERE id = ?', stamp, id);
  core.db.run('UPDATE event_place SET stamp = ? WHERE event = ?', stamp, id);
}

/** Deletes an event with its exceptions; returns what is gone. */
export function removeEvent(core: Core, event: Event): Event[] {
  const gone = event.series === event.id ? [event, ...exceptionsOf(core, event.id)] : [event];
  for (const one of gone) {
    const stamp = core.stamps.next();
    const places = core.db.all<{ folder: number }>('SELECT folder FROM event_place WHERE event = ?', one.id);
    for (const { folder } of places) leave(core, one, folder, stamp);
    core.db.run('DELETE FROM event WHERE id = ?', one.id);
    dropAttachments(core, attachmentModule.appointment, one.id);
  }
  return gone;
}

function place(core: Core, event: number, folder: number, stamp: number): void {
  core.db.run('INSERT INTO event_place (event, folder, stamp) VALUES (?, ?, ?)', event, folder, stamp);
  unbury(core, 'calendar', folder, event);
}

function leave(core: Core, event: Event, folder: number, stamp: number): void {
  core.db.run('DELETE FROM event_place WHERE event = ? AND folder = ?', event.id, folder);
  bury(core, 'calendar', folder, event.id, stamp, event.uid);
}

function putResources(core: Core, event: number, body: EventBody): void {
  core.db.run('DELETE FROM event_resource WHERE event = ?', event);
  for (const { cuType, entity } of body.attendees)
    if (cuType === 'RESOURCE' && entity !== undefined)
      core.db.run('INSERT OR IGNORE INTO event_resource (event, resource) VALUES (?, ?)', event, entity);
}

/** Events of a calendar, masters not expanded, that can touch a time; null leaves a side open. */
export function eventsIn(core: Core, folder: number, from: number | null, until: number | null): Event[] {
  return core.db
    .all<EventRow>(
      `SELECT ${eventColumns} FROM event_place p JOIN event e ON e.id = p.event
       WHERE p.folder = ? AND e.first < ? AND (e.last IS NULL OR e.last >= ?)`,
      folder,
      until ?? Number.MAX_SAFE_INTEGER,
      from ?? Number.MIN_SAFE_INTEGER,
    )
    .map(toEvent);
}

/** The next number of a kind, never given twice. */
export function nextNumber(core: Core, kind: string): number {
  const { value } = core.db.get<{ value: string }>(
    "INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value",
    `number of ${kind}`,
  )!;
  return Number(value);
}
