import { basicDate } from '../recurrence/day.ts';
import { expandDays } from '../recurrence/expand.ts';
import { parseRule } from '../recurrence/rule.ts';
import {
  atInstant,
  type DateTime,
  dayOfDateTime,
  instantIn,
  instantOf,
  isAllDay,
  localMs,
  msPerDay,
} from './date-time.ts';
import type { EventBody } from './event.ts';
import { chronosLimits } from './limits.ts';
import { dateTimeOf, type RecurrenceId, recurrenceIdOf, recurrenceInstant } from './recurrence-id.ts';

/** One occurrence of a series as its master has it. */
export interface Occurrence {
  readonly recurrenceId: RecurrenceId;
  readonly start: DateTime;
  readonly end: DateTime;
  /** ms UTC; days and floating times in the zone that was asked with. */
  readonly from: number;
  readonly to: number;
  /** From 1 on, deleted ones counted too. */
  readonly position: number;
  /** Whether it is one of deleteExceptionDates. */
  readonly isDeleted: boolean;
}

/** All occurrences of a series in order, at most limits.occurrences. */
export function* occurrencesOf(body: EventBody, zone: string): Generator<Occurrence> {
  const { startDate, endDate, rrule } = body;
  const deleted = new Set(body.deleteExceptionDates.map((id) => recurrenceInstant(id, startDate)));
  const own = startDate.tzid ?? 'UTC';
  const length = instantOf(endDate, endDate.tzid ?? own) - instantOf(startDate, own);
  let position = 0;
  for (const start of startsOf(startDate, rrule, body.recurrenceDates ?? [])) {
    position += 1;
    if (position > chronosLimits.occurrences) return;
    const from = instantOf(start, zone);
    const isDeleted = deleted.has(instantOf(start, own));
    const end = endOf(start, endDate, length, own);
    yield { recurrenceId: recurrenceIdOf(start), start, end, from, to: instantOf(end, zone), position, isDeleted };
  }
}

/** Days last as many days; times as long as the master does. */
function endOf(start: DateTime, masterEnd: DateTime, length: number, zone: string): DateTime {
  if (isAllDay(start)) return { value: basicDate(dayOfDateTime(start) + Math.round(length / msPerDay)) };
  return atInstant(instantOf(start, zone) + length, masterEnd);
}

function* startsOf(first: DateTime, rrule: string | undefined, dates: readonly RecurrenceId[]): Generator<DateTime> {
  const more = dates.map(dateTimeOf).sort((one, other) => localMs(one.value) - localMs(other.value));
  let next = 0;
  for (const start of ruleStarts(first, rrule)) {
    while (next < more.length && localMs(more[next]!.value) < localMs(start.value)) {
      yield more[next]!;
      next += 1;
    }
    yield start;
  }
  yield* more.slice(next);
}

function* ruleStarts(first: DateTime, rrule: string | undefined): Generator<DateTime> {
  if (rrule === undefined) {
    yield first;
    return;
  }
  const rule = parseRule(rrule);
  const isWithin = untilTest(rule.until, first);
  const time = first.value.slice(8);
  for (const day of expandDays(rule, dayOfDateTime(first))) {
    const start: DateTime = { ...first, value: `${basicDate(day)}${time}` };
    if (!isWithin(start)) return;
    yield start;
  }
}

/** UNTIL is a day, a UTC time, or a local one. */
function untilTest(until: string | undefined, first: DateTime): (start: DateTime) => boolean {
  if (until === undefined) return () => true;
  if (until.length === 8 || isAllDay(first)) return ({ value }) => value.slice(0, 8) <= until.slice(0, 8);
  if (!until.endsWith('Z')) return ({ value }) => value.slice(0, 15) <= until;
  const last = localMs(until);
  return ({ value }) => instantIn(localMs(value), value.endsWith('Z') ? 'UTC' : (first.tzid ?? 'UTC')) <= last;
}

/** The occurrence of an id, deleted or not; undefined: the series has none then. */
export function findOccurrence(body: EventBody, id: RecurrenceId): Occurrence | undefined {
  const own = body.startDate.tzid ?? 'UTC';
  const wanted = recurrenceInstant(id, body.startDate);
  for (const occurrence of occurrencesOf(body, own)) {
    if (occurrence.from === wanted) return occurrence;
    if (occurrence.from > wanted && !body.recurrenceDates) return undefined;
  }
  return undefined;
}

/**
 * From when to when an event can be in any zone, ms UTC; an end of null: for ever, or too far to tell. For an index, so it
 * may be wider than what is true.
 */
export function spanOf(body: EventBody): { first: number; last: number | null } {
  const slack = body.startDate.tzid === undefined && !body.startDate.value.endsWith('Z') ? 15 * 3_600_000 : 0;
  const first = instantOf(body.startDate, 'UTC') - slack;
  if (body.rrule === undefined && !body.recurrenceDates) return { first, last: instantOf(body.endDate, 'UTC') + slack };
  if (body.rrule !== undefined && !/COUNT|UNTIL/i.test(body.rrule)) return { first, last: null };
  let last = first;
  for (const { to, position } of occurrencesOf(body, 'UTC')) {
    if (position >= chronosLimits.occurrences) return { first, last: null };
    last = Math.max(last, to);
  }
  return { first, last: last + slack };
}
