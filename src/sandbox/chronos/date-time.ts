import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import { basicDate, type Day, dayOfBasic } from '../recurrence/day.ts';

/** A time as chronos gives it: a date, a UTC time with Z, a local time with its zone, or a floating one without. */
export interface DateTime {
  readonly value: string;
  readonly tzid?: string;
}

export const msPerDay = 86_400_000;

export const isAllDay = ({ value }: DateTime): boolean => value.length === 8;
export const isFloating = ({ value, tzid }: DateTime): boolean => tzid === undefined && !value.endsWith('Z');

/** The member of an event. CAL-4220 missing, CAL-4006 none, CAL-4001 unknown zone. */
export function parseDateTime(value: unknown, field: string): DateTime {
  if (value === undefined || value === null) throw new OxError('CAL-4220', field);
  const { value: text, tzid } = asObject(value);
  if (typeof text !== 'string' || !isBasic(text)) throw new OxError('CAL-4006', field);
  if (text.length === 8 || tzid === undefined || tzid === null || tzid === '') return { value: text };
  if (typeof tzid !== 'string' || !isZone(tzid)) throw new OxError('CAL-4001', String(tzid));
  if (text.endsWith('Z')) return { value: text };
  return tzid === 'UTC' ? { value: `${text}Z` } : { value: text, tzid };
}

/** `20240605`, `20240605T090000`, `20240605T070000Z`, and a day and time that exist. */
export function isBasic(text: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z?)?$/.exec(text);
  if (!match) return false;
  const [, , , , hour = '0', minute = '0', second = '0'] = match;
  return (
    basicDate(dayOfBasic(text)) === text.slice(0, 8) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  );
}

const zones = new Map<string, boolean>();

export function isZone(name: string): boolean {
  let known = zones.get(name);
  if (known === undefined) {
    try {
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
      known = true;
    } catch {
      known = false;
    }
    if (zones.size < 1000) zones.set(name, known);
  }
  return known;
}

/** ms of a local time as if it were UTC. */
export function localMs(value: string): number {
  const time =
    value.length > 8
      ? Number(value.slice(9, 11)) * 3600 + Number(value.slice(11, 13)) * 60 + Number(value.slice(13, 15))
      : 0;
  return dayOfBasic(value) * msPerDay + time * 1000;
}

/** The text of ms taken as UTC, without Z. */
export function localText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

/** The instant in ms UTC; days and floating times are taken in `zone`. */
export function instantOf({ value, tzid }: DateTime, zone: string): number {
  if (value.endsWith('Z')) return localMs(value);
  return instantIn(localMs(value), tzid ?? zone);
}

/** A local time that a zone skips or has twice is taken as Temporal's `compatible` does. */
export function instantIn(local: number, zone: string): number {
  if (zone === 'UTC') return local;
  const text = new Date(local).toISOString().slice(0, 19);
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
}

/** An instant as a time of the same kind as another one. */
export function atInstant(ms: number, like: DateTime): DateTime {
  if (like.value.endsWith('Z')) return { value: `${localText(ms)}Z` };
  if (like.tzid === undefined) return { value: localText(ms) };
  return { value: localText(localIn(ms, like.tzid)), tzid: like.tzid };
}

/** The local time of a zone at an instant, as ms as if it were UTC. */
export function localIn(ms: number, zone: string): number {
  if (zone === 'UTC') return ms;
  return ms + Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;
}

/** The calendar day on which a time begins, as it is written. */
export const dayOfDateTime = ({ value }: DateTime): Day => dayOfBasic(value);

/** A UTC time of a parameter as `20240601T000000Z`; a missing Z is forgiven. CAL-4006: none. */
export function parseUtc(text: string, name: string): number {
  if (!isBasic(text)) throw new OxError('SVL-0004', `${name}=${text}`);
  return localMs(text);
}
