/** Days as numbers: 0 is 1970-01-01, in the proleptic Gregorian calendar. */
export type Day = number;

export interface DayFacts {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
}

const msPerDay = 86_400_000;

/** Days beyond the month go on into the next one, as with Date.UTC. */
export function dayOf(year: number, month: number, day: number): Day {
  return Date.UTC(year, month - 1, day) / msPerDay;
}

export function factsOf(day: Day): DayFacts {
  const date = new Date(day * msPerDay);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 Sunday to 6 Saturday. */
export function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function daysInMonth(year: number, month: number): number {
  return dayOf(year, month + 1, 1) - dayOf(year, month, 1);
}

/** `20240605`. */
export function basicDate(day: Day): string {
  return new Date(day * msPerDay).toISOString().slice(0, 10).replaceAll('-', '');
}

/** The day of `20240605` or `20240605T…`. */
export function dayOfBasic(text: string): Day {
  return dayOf(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)));
}
