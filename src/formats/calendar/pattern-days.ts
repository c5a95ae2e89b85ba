import { formatLimits } from '../limits.ts';
import { type DayNumber, dayNumber, daysInMonth, firstOfMonth, monthOf, startOfWeek, weekdayOf } from './day-number.ts';
import type { Pattern, Series } from './series.ts';

/** The day in a month on which a monthly pattern falls; undefined when it does not. */
function dayInMonth(
  pattern: Extract<Pattern, { kind: 'monthly' | 'monthlyNth' }>,
  month: number,
): DayNumber | undefined {
  const first = firstOfMonth(month);
  const days = daysInMonth(month);
  if (pattern.kind === 'monthly') {
    if (pattern.day <= days) return first + pattern.day - 1;
    return pattern.inShortMonths === 'lastDay' ? first + days - 1 : undefined;
  }
  const step = pattern.nth < 0 ? -1 : 1;
  let left = Math.abs(pattern.nth);
  for (let day = step > 0 ? first : first + days - 1; day >= first && day < first + days; day += step) {
    if (!pattern.days.includes(weekdayOf(day))) continue;
    left -= 1;
    if (left === 0) return day;
  }
  return undefined;
}

/** Days of a pattern from its first one on, without regard to its end; beginning near `from` rather than at the start. */
function* endless({ pattern, weekStart, start }: Series, from: DayNumber): Generator<DayNumber> {
  const first = dayNumber(start.toPlainDate());
  const reached = Math.max(first, from);
  /** The last of `base`, `base + step`, … that is not after `at`. */
  const lastStep = (base: number, step: number, at: number): number => base + Math.floor((at - base) / step) * step;
  if (pattern.kind === 'daily') {
    const { interval } = pattern;
    for (let day = lastStep(first, interval, reached); ; day += interval) if (day >= reached) yield day;
  }
  if (pattern.kind === 'weekly') {
    const step = pattern.interval * 7;
    const offsets = pattern.days.map((day) => (day - weekStart + 7) % 7).sort((a, b) => a - b);
    for (let week = lastStep(startOfWeek(first, weekStart), step, reached); ; week += step)
      for (const offset of offsets) if (week + offset >= reached) yield week + offset;
  }
  if (pattern.kind === 'foreign') return;
  const { interval } = pattern;
  // A pattern may have no day at all (31 February).
  for (let month = lastStep(monthOf(first), interval, monthOf(reached)); month <= lastMonth; month += interval) {
    const day = dayInMonth(pattern, month);
    if (day !== undefined && day >= reached) yield day;
  }
}

/**
 * Days of a series' pattern, ascending, from `from` on, deleted and modified ones among them. Ends with the series, at the
 * year 10000, or after {@link formatLimits.occurrences} days.
 */
export function* patternDays(series: Series, from: DayNumber = Number.NEGATIVE_INFINITY): Generator<DayNumber> {
  const { end } = series;
  const counted = end.kind === 'count';
  const last = end.kind === 'until' ? dayNumber(end.date) : lastDay;
  let steps = 0;
  for (const day of endless(series, counted ? Number.NEGATIVE_INFINITY : from)) {
    if (day > last || steps >= formatLimits.occurrences || (counted && steps >= end.count)) return;
    steps += 1;
    if (day >= from) yield day;
  }
}

/** 31 December 9999. */
const lastDay = Date.UTC(9999, 11, 31) / 86_400_000;
const lastMonth = 9999 * 12 + 11;

/** Whether a day is one of the pattern's. */
export function isPatternDay(series: Series, day: DayNumber): boolean {
  for (const found of patternDays(series, day)) return found === day;
  return false;
}

/** First day on or after that of the start on which the pattern falls; undefined when there is none. */
export function firstPatternDay(series: Series): DayNumber | undefined {
  for (const day of patternDays({ ...series, end: { kind: 'never' } })) return day;
  return undefined;
}

/** Number of days of the pattern and the last of them; undefined for a series without an end or without a day. */
export function extentOf(series: Series): { readonly count: number; readonly last: DayNumber } | undefined {
  if (series.end.kind === 'never') return undefined;
  let count = 0;
  let last: DayNumber | undefined;
  for (const day of patternDays(series)) {
    count += 1;
    last = day;
  }
  return last === undefined ? undefined : { count, last };
}

/**
 * A pattern as it is compared and written: what can happen in no month is not told. `start` decides which months a yearly
 * pattern meets.
 */
export function canonicalPattern(pattern: Pattern, start: Temporal.PlainDateTime): Pattern {
  if (pattern.kind !== 'monthly' || pattern.inShortMonths === 'none') return pattern;
  const month = pattern.interval % 12 === 0 ? start.month : undefined;
  const day = month === undefined ? pattern.day : Math.min(pattern.day, longest(month));
  const always = month === undefined || month === 2 ? 28 : longest(month);
  return { ...pattern, day, inShortMonths: day <= always ? 'none' : 'lastDay' };
}

/** Days that a month, 1–12, has in a leap year. */
const longest = (month: number): number => daysInMonth(12 * 2000 + month - 1);
