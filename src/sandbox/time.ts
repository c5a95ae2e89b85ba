import type { ActionRequest } from './http/action.ts';

/** Offset of a zone at an instant in ms; unknown zones count as UTC. Whole hours are kept for the next question. */
function zoneOffset(timezone: string, ms: number): number {
  if (timezone === 'UTC') return 0;
  let offsets = known.get(timezone);
  if (!offsets) {
    offsets = new Map();
    known.set(timezone, offsets);
  }
  const quarter = Math.floor(ms / 900_000);
  let offset = offsets.get(quarter);
  if (offset === undefined) {
    offset = computeOffset(timezone, quarter * 900_000);
    if (offsets.size > 10_000) offsets.clear();
    offsets.set(quarter, offset);
  }
  return offset;
}

const known = new Map<string, Map<number, number>>();

function computeOffset(timezone: string, ms: number): number {
  try {
    const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
    return zoned.offsetNanoseconds / 1_000_000;
  } catch {
    return 0;
  }
}

/** Turns ms UTC into the Time of reference 1.4: shifted by the zone's offset at that instant. */
export type TimeShift = (ms: number) => number;

/** The shift to the zone that a request asks for, or that of the person. */
export function shiftOf({ parameters, person }: ActionRequest): TimeShift {
  const timezone = parameters.text('timezone') ?? person.timezone;
  return (ms) => ms + zoneOffset(timezone, ms);
}

/** The reverse of {@link shiftOf}: a Time of a request as ms UTC. */
export function unshiftOf({ parameters, person }: ActionRequest): TimeShift {
  const timezone = parameters.text('timezone') ?? person.timezone;
  return (time) => time - zoneOffset(timezone, time - zoneOffset(timezone, time));
}

/** As header fields of a mail have it, in UTC (RFC 5322 3.3). */
export const mailDate = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');
