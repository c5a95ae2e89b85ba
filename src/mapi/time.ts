/**
 * FILETIME (PtypTime): 100 ns since 1601-01-01 UTC as an unsigned 64-bit number, a bigint in code; milliseconds are
 * those of Date and Temporal (since 1970).
 */
const epochDifference = 116_444_736_000_000_000n;

/** FILETIME of milliseconds since 1970; fractions of one are rounded. */
export const fileTimeFromMs = (ms: number): bigint => BigInt(Math.round(ms)) * 10_000n + epochDifference;

/** Milliseconds since 1970 of a FILETIME, rounded down. */
export function fileTimeToMs(time: bigint): number {
  const since1970 = time - epochDifference;
  const ms = since1970 / 10_000n;
  return Number(since1970 < 0n && ms * 10_000n !== since1970 ? ms - 1n : ms);
}

export const fileTimeNow = (): bigint => fileTimeFromMs(Date.now());

export const fileTimeToDate = (time: bigint): Date => new Date(fileTimeToMs(time));

/** FILETIME of an instant, rounded down to 100 ns. */
export function fileTimeFromInstant(instant: Temporal.Instant): bigint {
  const ns = instant.epochNanoseconds;
  const ticks = ns / 100n;
  return (ns < 0n && ticks * 100n !== ns ? ticks - 1n : ticks) + epochDifference;
}

/** The instant of a FILETIME. Throws RangeError beyond what Temporal can hold (the year 275760). */
export const fileTimeToInstant = (time: bigint): Temporal.Instant =>
  new Temporal.Instant((time - epochDifference) * 100n);
