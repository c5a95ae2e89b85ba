import { isDeepStrictEqual } from 'node:util';
import { type CalendarEvent, dayNumber, eventOfPlain } from '../../formats/index.ts';
import type { ItemFields } from '../items.ts';
import { BackendError } from '../types.ts';
import { failureOf, type OxEnvelope } from './errors.ts';
import {
  dayOfRecurrenceId,
  isOrganizer,
  isSameUser,
  isUser,
  type OxCalendarUser,
  readTime,
  recurrenceIdOf,
  withAlarm,
  withExtended,
} from './event-fields.ts';
import { fetchSeries, idOf, listEvents, masterIdOf, stampOf } from './event-list.ts';
import type { EventTable, OxSeries } from './event-series.ts';
import { type OxRow, oxChanges } from './item-fields.ts';
import type { OxSession } from './session.ts';

export interface EventCalls {
  readonly session: OxSession;
  readonly user: OxCalendarUser;
  readonly table: EventTable;
  readonly fields: string;
}

interface Change {
  readonly before: ItemFields;
  readonly after: ItemFields;
}

/** The server tells those who take part about what somebody did; nobody is told of what others organize. */
const silently = { scheduling: 'none', sendInternalNotifications: false };

const objectsOf = (value: unknown): OxRow[] => (Array.isArray(value) ? (value as OxRow[]) : []);

/**
 * Creates an event; the server invites those who take part in the person's own meetings. One that is there by its uid
 * already, as a meeting that somebody else organizes within the server, is taken for it: its stamp is 0, so that it is
 * looked at. Exceptions are left to an update: each is a call of its own.
 */
export async function createEvent(
  calls: EventCalls,
  folder: string,
  item: ItemFields,
  uid: string,
): Promise<{ id: string; stamp: number }> {
  const { session, user, table } = calls;
  const event = eventOfPlain(item);
  if (!event) throw new BackendError('refused', 'an appointment without a start');
  const { master } = table.write(event);
  const isOwn = isOrganizer(user, master);
  if (!isOwn) {
    const there = await findEvent(session, folder, uid);
    if (there !== undefined) return { id: there, stamp: 0 };
  }
  const { organizer, ...own } = master;
  const body = { ...own, uid, ...(isOwn || organizer === undefined ? {} : { organizer }) };
  try {
    const answer = await session.putEnvelope('chronos', 'new', { folder, ...(isOwn ? {} : silently) }, body);
    const created = objectsOf(resultOf(answer.data).created)[0];
    if (created?.id === undefined || answer.timestamp === undefined)
      throw new BackendError('uncertain', 'Open-Xchange gave no id for a new event');
    return { id: idOf(created), stamp: answer.timestamp };
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== 'CAL-4090') throw error;
    const there = await findEvent(session, folder, uid);
    if (there === undefined) throw new BackendError('refused', 'the uid of an event is taken elsewhere', error.code);
    return { id: there, stamp: 0 };
  }
}

async function findEvent(session: OxSession, folder: string, uid: string): Promise<string | undefined> {
  const rows = await listEvents(session, folder, 'id,uid,seriesId,recurrenceId');
  const found = rows.find((row) => row.uid === uid && masterIdOf(row) === undefined);
  return found && idOf(found);
}

/** A result of a write; conflicts come as data (ox-http-api 5.3). */
function resultOf(data: unknown): { created?: unknown; updated?: unknown } {
  const result = (data ?? {}) as { created?: unknown; updated?: unknown; conflicts?: unknown };
  if (objectsOf(result.conflicts).length > 0)
    throw new BackendError('refused', 'Open-Xchange: something is booked already at that time');
  return result;
}

/**
 * Brings an event on the server from `before` to `after`, a call for the event and one for each occurrence that is changed.
 * Of meetings that somebody else organizes only the own answer and reminder go there (ox-http-api 5.7).
 */
export async function updateEvent(
  calls: EventCalls,
  folder: string,
  id: string,
  change: Change,
  stamp: number,
): Promise<number> {
  const { session, user, fields } = calls;
  const before = eventOfPlain(change.before);
  const after = eventOfPlain(change.after);
  const now = await seriesNow(calls, folder, id);
  // An exception that somebody changed does not make the call for its series fail.
  if (stampOf(now) > stamp) throw new BackendError('conflict', 'the event was changed meanwhile');
  if (!after) throw new BackendError('refused', 'an appointment without a start');
  let newest = stamp;
  const write: Write = async (action, query, body) => {
    const answer = await session.putEnvelope('chronos', action, { folder, id, timestamp: newest, ...query }, body);
    resultOf(answer.data);
    newest = Math.max(newest, answer.timestamp ?? 0);
  };
  const remove: Remove = async (recurrenceId) => {
    newest = await removeEvent(session, { folder, id, recurrenceId }, newest);
  };
  if (isOrganizer(user, now.master)) {
    await updateMaster(calls, now, before, after, write);
    const changed = changedDays(change);
    const again = changed.length > 0 ? (await fetchSeries(session, folder, [id], fields))[0] : undefined;
    if (again) await updateDays(calls, again, { days: changed, change, after }, write, remove);
  } else {
    await answer(user, now.master, { before, after }, write);
    for (const day of changedDays(change))
      if (change.after[day] === 'deleted') await remove(recurrenceIdOf(dayOf(day), readTime(now.master.startDate)!));
  }
  return newest;
}

type Write = (action: string, query: Readonly<Record<string, string>>, body: OxRow) => Promise<void>;
type Remove = (recurrenceId: string) => Promise<void>;

async function seriesNow({ session, fields }: EventCalls, folder: string, id: string): Promise<OxSeries> {
  const [series] = await fetchSeries(session, folder, [id], fields);
  if (!series) throw new BackendError('notFound', 'the event is not there');
  return series;
}

const prefix = 'occurrence ';
const dayOf = (name: string): Temporal.PlainDate => Temporal.PlainDate.from(name.slice(prefix.length));

/** Names of the fields of single days that differ. */
const changedDays = ({ before, after }: Change): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => name.startsWith(prefix) && !isDeepStrictEqual(before[name], after[name]))
    .sort();

async function updateMaster(
  { table }: EventCalls,
  { master }: OxSeries,
  before: CalendarEvent | undefined,
  after: CalendarEvent,
  write: Write,
): Promise<void> {
  const was = before ? table.write(before).master : {};
  const { uid: _, organizer: __, ...changes } = oxChanges(was, table.write(after).master);
  // Deleting an occurrence is a call of its own; what is no longer deleted can only be told as a whole.
  const restored = daysIn(before).some((day) => !daysIn(after).includes(day));
  if (!restored) delete changes.deleteExceptionDates;
  else {
    const kept = new Set(daysIn(after).filter((day) => daysIn(before).includes(day)));
    changes.deleteExceptionDates = (after.recurrence?.deleted ?? [])
      .filter((day) => kept.has(dayNumber(day)))
      .map((day) => recurrenceIdOf(day, after.start));
  }
  if (Object.keys(changes).length > 0) await write('update', {}, completed(changes, table.write(after).master, master));
}

const daysIn = (event: CalendarEvent | undefined): number[] => (event?.recurrence?.deleted ?? []).map(dayNumber);

/** Changes with all that goes only together, and lists with those entries of the server that no field of ours tells. */
function completed(changes: OxRow, row: OxRow, there: OxRow): OxRow {
  const body = { ...changes };
  if ('startDate' in body || 'endDate' in body) Object.assign(body, { startDate: row.startDate, endDate: row.endDate });
  if ('alarms' in body) body.alarms = withAlarm(there.alarms, row.alarms);
  if ('attendees' in body) body.attendees = withAttendees(objectsOf(there.attendees), objectsOf(row.attendees), there);
  if ('transp' in body || 'extendedProperties' in body) {
    body.transp = row.transp;
    body.extendedProperties = withExtended(there.extendedProperties, row.extendedProperties);
  }
  return body;
}

/** Attendees are replaced as a whole: organizer and groups stay, and whoever stays is named as the server does. */
function withAttendees(there: readonly OxRow[], wanted: readonly OxRow[], event: OxRow): OxRow[] {
  const organizer = (event.organizer ?? {}) as OxRow;
  const fixed = there.filter(
    (one) => one.cuType === 'GROUP' || isSameUser(one, { cuType: one.cuType, ...organizer }) || !hasAddress(one),
  );
  const others = wanted.filter((one) => !fixed.some((other) => isSameUser(one, other)));
  return [
    ...fixed,
    ...others.map((one) => {
      const known = there.find((other) => isSameUser(one, other));
      return known ? { ...known, role: one.role, partStat: one.partStat } : one;
    }),
  ];
}

const hasAddress = (one: OxRow): boolean => typeof one.email === 'string' || /^mailto:/i.test(String(one.uri));

interface Days {
  readonly days: readonly string[];
  readonly change: Change;
  readonly after: CalendarEvent;
}

/** Changes and deletes single occurrences of a series, as it is after its own change. */
async function updateDays(
  { table }: EventCalls,
  now: OxSeries,
  { days, change, after }: Days,
  write: Write,
  remove: Remove,
): Promise<void> {
  const start = readTime(now.master.startDate);
  if (!start || !after.recurrence) return;
  const { exceptions } = table.write(after);
  const event = table.read(now);
  const there = new Map(now.exceptions.map((row) => [dayOfRecurrenceId(row.recurrenceId, start)?.toString(), row]));
  const deleted = new Set(daysIn(event));
  for (const name of days) {
    const original = dayOf(name);
    const recurrenceId = recurrenceIdOf(original, start);
    if (change.after[name] === 'deleted') {
      if (!deleted.has(dayNumber(original))) await remove(recurrenceId);
      continue;
    }
    const known = there.get(original.toString());
    const row = known ?? now.master;
    const wanted = exceptions.get(original.toString()) ?? table.writeOccurrence(after, original);
    const was = known ? table.normal(known) : event ? table.writeOccurrence(event, original) : {};
    const { organizer: _, ...changes } = oxChanges(was, wanted);
    if (Object.keys(changes).length === 0) continue;
    const body = completed(changes, wanted, row);
    await write('update', known ? { id: idOf(known), recurrenceId } : { recurrenceId }, body);
  }
}

/** The own answer to somebody else's meeting, and the own reminder. */
async function answer(
  user: OxCalendarUser,
  master: OxRow,
  { before, after }: { before: CalendarEvent | undefined; after: CalendarEvent },
  write: Write,
): Promise<void> {
  const own = objectsOf(master.attendees).find((one) => isUser(user, one));
  if (!own) return;
  const partStat = partStats[after.response ?? ''];
  const isAnswered = before?.response !== after.response && partStat !== undefined && partStat !== own.partStat;
  const isReminded = before?.reminder !== after.reminder;
  if (!isAnswered && !isReminded) return;
  const alarm =
    after.reminder === undefined
      ? []
      : [{ action: 'DISPLAY', trigger: { duration: `-PT${after.reminder}M`, related: 'START' } }];
  await write(
    'updateAttendee',
    {},
    {
      attendee: isAnswered ? { ...own, partStat } : own,
      ...(isReminded ? { alarms: withAlarm(master.alarms, alarm) } : {}),
    },
  );
}

const partStats: Readonly<Record<string, string | undefined>> = {
  accepted: 'ACCEPTED',
  tentative: 'TENTATIVE',
  declined: 'DECLINED',
};

interface EventName {
  readonly folder: string;
  readonly id: string;
  readonly recurrenceId?: string;
}

/** Deletes an event or an occurrence: the organizer's deletion cancels it, another's is a refusal. Returns the newest stamp. */
export async function removeEvent(session: OxSession, event: EventName, stamp: number): Promise<number> {
  const { data, timestamp } = await session.putEnvelope('chronos', 'delete', { timestamp: stamp }, [event]);
  for (const result of objectsOf(data)) {
    const { error } = result as { error?: OxEnvelope };
    const failure = error && failureOf(error);
    if (failure) throw failure;
  }
  return Math.max(stamp, timestamp ?? 0);
}

export async function moveEvent(
  session: OxSession,
  folder: string,
  id: string,
  targetFolder: string,
  timestamp: number,
): Promise<number> {
  const answer = await session.putEnvelope('chronos', 'move', { folder, id, targetFolder, timestamp }, {});
  resultOf(answer.data);
  return Math.max(timestamp, answer.timestamp ?? 0);
}
