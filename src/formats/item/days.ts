import { fileTimeFromMs, fileTimeToMs } from '../../mapi/index.ts';

/** Milliseconds of a day. */
const day = 86_400_000;
const firstDay = Date.UTC(1601, 0, 1);
const lastDay = Date.UTC(9999, 11, 31);

/** The day at this UTC instant as `YYYY-MM-DD`; undefined outside of 1601 to 9999, which properties cannot hold. */
export const dayOfMs = (ms: number): string | undefined =>
  ms >= firstDay && ms < lastDay + day ? new Date(ms).toISOString().slice(0, 10) : undefined;

/** Midnight UTC of a day, in ms since 1970. Throws RangeError for what is no day. */
export function msOfDay(text: string): number {
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms) || dayOfMs(ms) !== text) throw new RangeError(`no day: ${text}`);
  return ms;
}

/** The day whose midnight as UTC is nearest to a time: some writers are off by an hour. */
export const dayOfTime = (time: bigint): string | undefined => dayOfMs(Math.round(fileTimeToMs(time) / day) * day);

/** Midnight UTC of a day as a FILETIME. */
export const timeOfDay = (text: string): bigint => fileTimeFromMs(msOfDay(text));

/** The day whose local midnight is nearest to a time: what UTC makes of it changes with the time zone. */
export function localDayOfTime(time: bigint, timeZone: string): string | undefined {
  const ms = fileTimeToMs(time);
  if (dayOfMs(ms) === undefined) return undefined;
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime();
  const minutes = local.hour * 60 + local.minute;
  return local
    .toPlainDate()
    .add({ days: minutes >= 720 ? 1 : 0 })
    .toString();
}

/** The local midnight at which a day begins, as a FILETIME; not before the first that there is. */
export function localMidnight(text: string, timeZone: string): bigint {
  const time = fileTimeFromMs(Temporal.PlainDate.from(text).toZonedDateTime(timeZone).epochMilliseconds);
  return time < 0n ? 0n : time;
}
