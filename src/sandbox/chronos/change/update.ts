import { isDeepStrictEqual } from 'node:util';
import { OxError } from '../../errors.ts';
import { demandWrite, isOrganizer } from '../access.ts';
import { parseAlarms } from '../alarms.ts';
import { completeAttendees, isSame } from '../attendees.ts';
import { instantOf } from '../date-time.ts';
import { type Attendee, type Event, type EventBody, isMaster, isScheduled } from '../event.ts';
import { changedFields, type EventJson, plainFields } from '../fields.ts';
import { type RecurrenceId, recurrenceIdOf, recurrenceInstant } from '../recurrence-id.ts';
import { findOccurrence } from '../series.ts';
import { eventById, exceptionsOf, removeEvent, saveEvent, touchEvent } from '../store.ts';
import { attend } from './attend.ts';
import {
  type Change,
  changedAttachments,
  demandClass,
  demandNoConflicts,
  guestsOf,
  noteEvent,
  tell,
} from './change.ts';
import { attendeesIn } from './create.ts';
import { exceptionFor, isExceptionAt } from './exception.ts';

/** Changes an event, or one occurrence of its series, as the calendar's user may (reference 5.6, 5.7). */
export function updateEvent(change: Change, event: Event, json: EventJson, recurrenceId?: RecurrenceId): Event {
  demandWrite(change.access, event);
  const isOccurrence = recurrenceId !== undefined && !isExceptionAt(event, recurrenceId);
  const target = isOccurrence ? exceptionFor(change, event, recurrenceId) : event;
  if (target.recurrence !== null && typeof json.rrule === 'string' && json.rrule !== '')
    throw new OxError('CAL-4035', 'rrule of an exception');
  const changed = isOrganizer(change.access, target)
    ? updateAsOrganizer(change, target, json)
    : updateAsAttendee(change, target, json);
  if (changed.series !== null && changed.series !== changed.id) {
    touchEvent(change.access.core, changed.series);
    noteEvent(change, 'updated', eventById(change.access.core, changed.series));
  }
  return changed;
}

function updateAsOrganizer(change: Change, event: Event, json: EventJson): Event {
  const { access } = change;
  const { core, folder, user, person } = access;
  const before = event.body;
  const fields = changedFields(core, before, json);
  const attendees = Object.hasOwn(json, 'attendees')
    ? completeAttendees(core, attendeesIn(change, json), {
        owner: before.calendarUser,
        ownerFolder: before.attendees.find(({ entity }) => entity === before.calendarUser)?.folder ?? folder.id,
        isPublic: event.public_folder !== null,
        before: before.attendees,
        user,
      })
    : before.attendees;
  const isMoved = isRescheduled(before, fields);
  const body: EventBody = {
    ...fields,
    sequence: before.sequence + (isMoved ? 1 : 0),
    attendees: isMoved ? attendees.map((attendee) => asked(attendee, before)) : attendees,
    alarms: Object.hasOwn(json, 'alarms')
      ? { ...before.alarms, [user]: parseAlarms(core, json.alarms, before.alarms[user] ?? []) }
      : before.alarms,
    attachments: changedAttachments(change, event.id, before.attachments, json),
    deleteExceptionDates: deletedDates(fields),
  };
  demandClass(access, body);
  if (isDeepStrictEqual(body, before)) return event;
  const saved = saveEvent(core, event, body, person.id);
  if (isMoved || isAddedTo(before, body)) demandNoConflicts(change, saved);
  noteEvent(change, 'updated', saved);
  if (isMaster(event) || isMaster(saved)) carryOver(change, saved, before);
  tellOrganized(change, before, eventById(core, event.id));
  return eventById(core, event.id);
}

/** Asked anew, as the time is another one. */
function asked(attendee: Attendee, { organizer }: EventBody): Attendee {
  if (isSame(attendee, organizer) || attendee.cuType !== 'INDIVIDUAL') return attendee;
  const { comment: _comment, hidden: _hidden, ...rest } = attendee;
  return { ...rest, partStat: 'NEEDS-ACTION' };
}

/** An earlier start, a later end, or other occurrences (reference 5.7). */
function isRescheduled(before: EventBody, after: EventBody): boolean {
  if (before.rrule !== after.rrule || !isDeepStrictEqual(before.recurrenceDates, after.recurrenceDates)) return true;
  const at = (time: EventBody['startDate']) => instantOf(time, time.tzid ?? 'UTC');
  return at(after.startDate) !== at(before.startDate) || at(after.endDate) > at(before.endDate);
}

const isAddedTo = (before: EventBody, after: EventBody): boolean =>
  after.attendees.some((attendee) => !before.attendees.some((one) => isSame(one, attendee)));

/** Deleted occurrences as the series writes them, each once; CAL-4061: the series has none then. */
function deletedDates(body: EventBody): RecurrenceId[] {
  const dates = new Map<number, RecurrenceId>();
  for (const id of body.deleteExceptionDates) {
    const occurrence = findOccurrence(body, id);
    // What a changed rule no longer has need not be deleted any more.
    if (occurrence) dates.set(recurrenceInstant(id, body.startDate), recurrenceIdOf(occurrence.start));
  }
  return [...dates.entries()].sort(([one], [other]) => one - other).map(([, id]) => id);
}

const carriedFields = [
  'summary',
  'location',
  'description',
  'categories',
  'class',
  'color',
  'status',
  'transp',
  'url',
] as const;

/**
 * What a changed master does to its exceptions: those that are no longer occurrences go; others take on a value where they
 * had the master's old one, and the attendees that came or went.
 */
function carryOver(change: Change, master: Event, before: EventBody): void {
  const { core, person } = change.access;
  const after = master.body;
  const isDeleted = new Set(after.deleteExceptionDates.map((id) => recurrenceInstant(id, after.startDate)));
  for (const exception of exceptionsOf(core, master.id)) {
    const occurrence = isMaster(master) ? findOccurrence(after, exception.recurrence!) : undefined;
    if (!occurrence || isDeleted.has(recurrenceInstant(exception.recurrence!, after.startDate))) {
      removeEvent(core, exception);
      noteEvent(change, 'deleted', exception);
      continue;
    }
    const body: Record<string, unknown> = { ...exception.body };
    for (const name of carriedFields)
      if (isDeepStrictEqual(exception.body[name], before[name])) body[name] = after[name];
    const came = after.attendees.filter((one) => !before.attendees.some((other) => isSame(one, other)));
    const went = before.attendees.filter((one) => !after.attendees.some((other) => isSame(one, other)));
    body.attendees = [
      ...exception.body.attendees.filter((one) => !went.some((other) => isSame(one, other))),
      ...came.filter((one) => !exception.body.attendees.some((other) => isSame(one, other))),
    ];
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(body)), exception.body)) continue;
    noteEvent(change, 'updated', saveEvent(core, exception, body as unknown as EventBody, person.id));
  }
}

/** Those who came are invited, those who went are told so, the others hear of what is new to them. */
function tellOrganized(change: Change, before: EventBody, event: Event): void {
  const { core } = change.access;
  const [guests, earlier] = [guestsOf(event.body), guestsOf(before)];
  const came = guests.filter((one) => !earlier.some((other) => isSame(one, other)));
  const went = earlier.filter((one) => !guests.some((other) => isSame(one, other)));
  const stayed = guests.filter((one) => !came.includes(one));
  const events = isMaster(event) ? [event, ...exceptionsOf(core, event.id)] : [event];
  tell(change, { method: 'REQUEST', type: 'New', events, recipients: came });
  tell(change, {
    method: 'CANCEL',
    type: 'Deleted',
    events: [{ ...event, body: { ...event.body, attendees: went } }],
    recipients: went,
  });
  if (!isDeepStrictEqual(shared(before), shared(event.body)))
    tell(change, { method: 'REQUEST', type: 'Modified', events, recipients: stayed });
}

/** What an event has in common for all, as opposed to alarms and answers. */
function shared(body: EventBody): unknown {
  const {
    alarms: _alarms,
    attendees: _attendees,
    sequence: _sequence,
    color: _color,
    categories: _categories,
    ...rest
  } = body;
  return rest;
}

/** Attendees change their own answer and alarms; CAL-4038 for anything else, CAL-4033 for answers of others. */
function updateAsAttendee(change: Change, event: Event, json: EventJson): Event {
  const { core } = change.access;
  const { body } = event;
  const wanted = changedFields(core, body, json);
  const foreign = plainFields.find(
    (name) => !isDeepStrictEqual(wanted[name as keyof EventBody], body[name as keyof EventBody]),
  );
  if (foreign !== undefined && isScheduled(body)) throw new OxError('CAL-4038', foreign);
  const own = Object.hasOwn(json, 'attendees') ? ownAnswer(change, body, json) : undefined;
  return attend(change, event, own, Object.hasOwn(json, 'alarms') ? json.alarms : undefined);
}

function ownAnswer(change: Change, body: EventBody, json: EventJson): Attendee | undefined {
  const given = attendeesIn(change, json);
  for (const attendee of body.attendees) {
    const wanted = given.find((one) => isSame(one, attendee));
    if (attendee.entity === change.access.user && attendee.cuType === 'INDIVIDUAL') continue;
    if (!wanted || wanted.partStat !== attendee.partStat) throw new OxError('CAL-4033', attendee.uri);
  }
  if (given.some((one) => !body.attendees.some((attendee) => isSame(one, attendee))))
    throw new OxError('CAL-4038', 'attendees');
  return given.find(({ entity, cuType }) => entity === change.access.user && cuType === 'INDIVIDUAL');
}
