import type { EventTime } from '../event/index.ts';
import { type IcalProperty, param } from './content.ts';
import type { ZoneOfTzid } from './zones.ts';

/** Collects the names of what no field carries; each once. */
export type Lost = (field: string) => void;

/** A time that iCalendar tells, DATE or DATE-TIME (RFC 5545 3.3.4, 3.3.5). */
export function timesOf(property: IcalProperty, zoneOf: ZoneOfTzid, lost: Lost): EventTime[] {
  return property.values.flatMap((value) => {
    const time =
      typeof value === 'string' ? timeOf(value, param(property, 'tzid'), property.name, zoneOf, lost) : undefined;
    if (!time) lost(property.name);
    return time ?? [];
  });
}

export const timeOfProperty = (
  property: IcalProperty | undefined,
  zoneOf: ZoneOfTzid,
  lost: Lost,
): EventTime | undefined => (property ? timesOf(property, zoneOf, lost)[0] : undefined);

/** Years that both calendars can hold. */
const isUsable = ({ year }: { readonly year: number }): boolean => year >= 1601 && year <= 9999;

function timeOf(
  text: string,
  tzid: string | undefined,
  name: string,
  zoneOf: ZoneOfTzid,
  lost: Lost,
): EventTime | undefined {
  try {
    if (/^\d{4}-?\d\d-?\d\d$/.test(text)) {
      const date = Temporal.PlainDate.from(text);
      return isUsable(date) ? { kind: 'day', date } : undefined;
    }
    const local = Temporal.PlainDateTime.from(text.replace(/Z$/, ''));
    if (!isUsable(local)) return undefined;
    if (text.endsWith('Z')) return { kind: 'zoned', local, zone: 'UTC' };
    if (tzid === undefined) return { kind: 'floating', local };
    const zone = zoneOf(tzid);
    if (zone !== undefined) return { kind: 'zoned', local, zone };
    lost(`${name};TZID`);
    return { kind: 'floating', local };
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * A time so much later: days by the calendar, the rest by the clock that runs on (RFC 5545 3.3.6). The time itself where that
 * is beyond the year 9999.
 */
export function later(time: EventTime, duration: Temporal.Duration): EventTime {
  try {
    const end = added(time, duration);
    return isUsable(end.kind === 'day' ? end.date : end.local) ? end : time;
  } catch (error) {
    if (error instanceof RangeError) return time;
    throw error;
  }
}

function added(time: EventTime, duration: Temporal.Duration): EventTime {
  if (time.kind === 'day') {
    const days = Math.max(1, Math.round(duration.total({ unit: 'days', relativeTo: time.date })));
    return { kind: 'day', date: time.date.add({ days }) };
  }
  if (time.kind === 'floating') return { kind: 'floating', local: time.local.add(duration) };
  const local = time.local.toZonedDateTime(time.zone).add(duration).toPlainDateTime();
  return { kind: 'zoned', local, zone: time.zone };
}

/** A DURATION value; undefined when it is none. */
export function durationOf(property: IcalProperty | undefined): Temporal.Duration | undefined {
  const text = property && /([+-]?)P(.+)/i.exec(property.raw);
  if (!text) return undefined;
  try {
    return Temporal.Duration.from(`${text[1]}P${text[2]!.trim()}`);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export const compact = (local: Temporal.PlainDateTime): string =>
  local.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
export const compactDate = (date: Temporal.PlainDate): string => date.toString().replaceAll('-', '');
/** An instant as iCalendar has it, in UTC. */
export const compactInstant = (instant: Temporal.Instant): string =>
  `${compact(instant.toZonedDateTimeISO('UTC').toPlainDateTime())}Z`;

/** The line of a time: DATE, in UTC, with its zone, or floating. */
export function timeLine(name: string, time: EventTime): string {
  if (time.kind === 'day') return `${name};VALUE=DATE:${compactDate(time.date)}`;
  if (time.kind === 'floating') return `${name}:${compact(time.local)}`;
  if (time.zone === 'UTC') return `${name}:${compact(time.local)}Z`;
  // A fixed offset is no TZID that others know.
  if (/^[+-]/.test(time.zone)) return `${name}:${compactInstant(time.local.toZonedDateTime(time.zone).toInstant())}`;
  return `${name};TZID=${time.zone}:${compact(time.local)}`;
}
