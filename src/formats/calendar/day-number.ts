/** Days since 1 January 1970: dates as plain numbers, for what goes through thousands of them. */
export type DayNumber = number;

const dayMs = 86_400_000;
/** Days from 1 January 1601, where MAPI's recurrences count from. */
const days1601 = -134_774;
const dayMinutes = 1_440;

export const dayNumber = (date: Temporal.PlainDate): DayNumber => Date.UTC(date.year, date.month - 1, date.day) / dayMs;

export function plainDate(day: DayNumber): Temporal.PlainDate {
  const date = new Date(day * dayMs);
  return new Temporal.PlainDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

/** 0 Sunday – 6 Saturday. */
export const weekdayOf = (day: DayNumber): number => (((day + 4) % 7) + 7) % 7;

/** The first day of the week around a day. */
export const startOfWeek = (day: DayNumber, firstDayOfWeek: number): DayNumber =>
  day - ((weekdayOf(day) - firstDayOfWeek + 7) % 7);

/** Months since January of the year 0. */
export function monthOf(day: DayNumber): number {
  const date = new Date(day * dayMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export const firstOfMonth = (month: number): DayNumber =>
  Date.UTC(Math.floor(month / 12), ((month % 12) + 12) % 12, 1) / dayMs;

export const daysInMonth = (month: number): number => firstOfMonth(month + 1) - firstOfMonth(month);

export const dayOfMonth = (day: DayNumber): number => new Date(day * dayMs).getUTCDate();

/** Minutes since 1601, of a day's midnight. */
export const minutesOfDay = (day: DayNumber): number => (day - days1601) * dayMinutes;
export const dayOfMinutes = (minutes: number): DayNumber => Math.floor(minutes / dayMinutes) + days1601;

/** A local time as minutes since 1601; seconds are dropped. */
export const minutesOf = (local: Temporal.PlainDateTime): number =>
  minutesOfDay(dayNumber(local.toPlainDate())) + local.hour * 60 + local.minute;

/** The local time of minutes since 1601. */
export function localOf(minutes: number): Temporal.PlainDateTime {
  const day = dayOfMinutes(minutes);
  const rest = minutes - minutesOfDay(day);
  return plainDate(day).toPlainDateTime({ hour: Math.floor(rest / 60), minute: rest % 60 });
}
