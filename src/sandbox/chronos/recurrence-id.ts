import { OxError } from '../errors.ts';
import { type DateTime, instantOf, isAllDay, isBasic, isZone } from './date-time.ts';

/**
 * Which occurrence of a series, by its original start: `20240605`, `20240605T070000Z`, floating `20240605T090000`, or
 * `Europe/Berlin:20240605T090000` (reference 5.4).
 */
export type RecurrenceId = string;

/** As it is written for a start. */
export const recurrenceIdOf = ({ value, tzid }: DateTime): RecurrenceId =>
  tzid === undefined ? value : `${tzid}:${value}`;

/** CAL-4061: none. */
export function dateTimeOf(id: RecurrenceId): DateTime {
  const colon = id.lastIndexOf(':');
  const value = id.slice(colon + 1);
  const tzid = colon < 0 ? undefined : id.slice(0, colon);
  if (!isBasic(value) || (tzid !== undefined && !isZone(tzid))) throw new OxError('CAL-4061', id);
  return tzid === undefined || value.length === 8 || value.endsWith('Z') ? { value } : { value, tzid };
}

/** The instant of an id, for a series that begins with `start`: floating ids are of its zone. */
export function recurrenceInstant(id: RecurrenceId, start: DateTime): number {
  const time = dateTimeOf(id);
  return instantOf(isAllDay(start) ? { value: time.value.slice(0, 8) } : time, start.tzid ?? 'UTC');
}
