import { createHash } from 'node:crypto';
import { fileTimeFromInstant, fileTimeToInstant } from '../../mapi/index.ts';
import type { ZoneId } from '../time-zone/index.ts';
import type { EventTime } from './event.ts';

/** The local time of an event's time; of a whole day its midnight. */
export const localOf = (time: EventTime): Temporal.PlainDateTime =>
  time.kind === 'day' ? time.date.toPlainDateTime() : time.local;

/** The zone in which an event's time is told; that of the user for whole days and floating times. */
export const zoneOf = (time: EventTime, userZone: ZoneId): ZoneId => (time.kind === 'zoned' ? time.zone : userZone);

/** The instant of an event's time. */
export const instantOf = (time: EventTime, userZone: ZoneId): Temporal.Instant =>
  localOf(time).toZonedDateTime(zoneOf(time, userZone)).toInstant();

export const fileTimeOf = (time: EventTime, userZone: ZoneId): bigint => fileTimeFromInstant(instantOf(time, userZone));

/** Earliest and latest instant that calendars deal with: FILETIME's year 1601 and the year 9999. */
const earliest = Temporal.Instant.from('1601-01-01T00:00Z');
const latest = Temporal.Instant.from('9999-12-31T00:00Z');

/** The local time of a FILETIME in a zone; undefined outside of 1601 to 9999. */
export function localOfFileTime(time: bigint, zone: ZoneId): Temporal.PlainDateTime | undefined {
  if (time < 0n || time > fileTimeFromInstant(latest)) return undefined;
  const instant = fileTimeToInstant(time);
  if (Temporal.Instant.compare(instant, earliest) < 0) return undefined;
  return instant.toZonedDateTimeISO(zone).toPlainDateTime();
}

/** The day whose midnight is nearest. */
export const nearestDay = (local: Temporal.PlainDateTime): Temporal.PlainDate => local.add({ hours: 12 }).toPlainDate();

/** An event's time as a local one of the same kind as another. */
export function timeLike(model: EventTime, local: Temporal.PlainDateTime): EventTime {
  if (model.kind === 'day') return { kind: 'day', date: nearestDay(local) };
  return model.kind === 'floating' ? { kind: 'floating', local } : { kind: 'zoned', local, zone: model.zone };
}

/** Whole minutes from one local time to another. */
export const minutesBetween = (from: Temporal.PlainDateTime, to: Temporal.PlainDateTime): number =>
  Math.round(from.until(to, { largestUnit: 'minutes' }).total('minutes'));

/** What JSON has no form for. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  if (value instanceof Uint8Array) return `${value.length} ${createHash('sha256').update(value).digest('base64')}`;
  return value;
}

/** A text that is equal for equal values: Temporal's objects do not compare, and attachments are large. */
export const comparable = (value: unknown): string => JSON.stringify(value, plain) ?? '';
