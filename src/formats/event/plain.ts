import type { CalendarEvent, EventException, EventTime, OccurrenceFields } from './event.ts';
import { comparable } from './event-time.ts';

/**
 * An event as plain data, that goes through JSON, compares and merges field by field. Times and days are ISO texts. What
 * happens to one day of a series is a field of its own, `occurrence 2026-03-09`: `deleted`, or what that occurrence has
 * that its series has not, null for what it lacks; so changes of different occurrences are different fields. Attachments
 * are not among them.
 */
export type PlainEvent = Readonly<Record<string, unknown>>;

const prefix = 'occurrence ';

/** Whether a field of plain data is an occurrence that takes place, but not as its series. */
export const isException = (name: string, value: unknown): boolean => name.startsWith(prefix) && value !== 'deleted';

const json = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value));

export function plainEvent(event: CalendarEvent): PlainEvent {
  const { exceptions, recurrence, attachments: _, ...fields } = event;
  const plain = json(fields);
  if (!recurrence) return plain;
  const { deleted, ...pattern } = recurrence;
  plain.recurrence = json(pattern);
  for (const day of deleted) plain[`${prefix}${day}`] = 'deleted';
  for (const { original, fields: own } of exceptions ?? []) plain[`${prefix}${original}`] = differencesOf(event, own);
  return plain;
}

/** Times always; of the other fields those that differ. */
function differencesOf(master: CalendarEvent, own: OccurrenceFields): Record<string, unknown> {
  const found: Record<string, unknown> = { start: own.start, end: own.end };
  for (const name of occurrenceNames)
    if (comparable(master[name]) !== comparable(own[name])) found[name] = own[name] ?? null;
  return json(found);
}

/** Names of all fields that an occurrence may have of its own besides its times and attachments. */
const occurrenceNames = Object.keys({
  subject: 1,
  location: 1,
  note: 1,
  categories: 1,
  sensitivity: 1,
  colorLabel: 1,
  importance: 1,
  busyStatus: 1,
  reminder: 1,
  cancelled: 1,
  attendees: 1,
  response: 1,
  extra: 1,
} satisfies Record<
  Exclude<keyof OccurrenceFields, 'start' | 'end' | 'attachments'>,
  1
>) as readonly (keyof OccurrenceFields)[];

/** The event of plain data. Undefined when that has no start and end. */
export function eventOfPlain(plain: PlainEvent): CalendarEvent | undefined {
  const start = timeOfPlain(plain.start);
  const end = timeOfPlain(plain.end);
  if (!start || !end) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(plain)) if (!name.startsWith(prefix)) fields[name] = value;
  const event = { uid: '', ...fields, start, end } as CalendarEvent;
  if (typeof plain.occurrence === 'string') event.occurrence = Temporal.PlainDate.from(plain.occurrence);
  if (!event.recurrence) return event;
  const pattern = plain.recurrence as { end: { kind: string; date?: string } };
  const last = pattern.end;
  const deleted: Temporal.PlainDate[] = [];
  const exceptions: EventException[] = [];
  for (const name of Object.keys(plain).sort()) {
    if (!name.startsWith(prefix)) continue;
    const original = Temporal.PlainDate.from(name.slice(prefix.length));
    if (plain[name] === 'deleted') deleted.push(original);
    else exceptions.push({ original, fields: occurrenceOf(event, plain[name] as PlainEvent) });
  }
  event.recurrence = {
    ...event.recurrence,
    ...(last.date === undefined ? {} : { end: { kind: 'until', date: Temporal.PlainDate.from(last.date) } }),
    deleted,
  };
  if (exceptions.length > 0) event.exceptions = exceptions;
  return event;
}

function occurrenceOf(master: CalendarEvent, own: PlainEvent): OccurrenceFields {
  const fields: Record<string, unknown> = {};
  for (const name of occurrenceNames) {
    const value = name in own ? own[name] : master[name];
    if (value !== undefined && value !== null) fields[name] = value;
  }
  return {
    ...fields,
    start: timeOfPlain(own.start) ?? master.start,
    end: timeOfPlain(own.end) ?? master.end,
  } as OccurrenceFields;
}

function timeOfPlain(value: unknown): EventTime | undefined {
  const time = value as { kind: string; date: string; local: string; zone: string } | undefined;
  if (!time) return undefined;
  if (time.kind === 'day') return { kind: 'day', date: Temporal.PlainDate.from(time.date) };
  const local = Temporal.PlainDateTime.from(time.local);
  return time.kind === 'floating' ? { kind: 'floating', local } : { kind: 'zoned', local, zone: time.zone };
}
