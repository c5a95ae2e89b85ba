import { formatLimits } from '../limits.ts';
import { type DayNumber, dayOfMinutes, firstOfMonth, monthOf, plainDate, startOfWeek } from './day-number.ts';
import { canonicalPattern, firstPatternDay } from './pattern-days.ts';
import { endType, noEndDate, patternType, type RecurrencePattern, recurFrequency } from './recurrence-pattern.ts';
import type { Pattern, Series, SeriesEnd, Weekday } from './series.ts';

const dayMinutes = 1_440;

/** Calendars with other names or eras, but the Gregorian months and days (MS-OXOCAL 2.2.1.44.1, CalendarType). */
const gregorian = new Set([0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12]);

export const daysOfMask = (mask: number): Weekday[] => [0, 1, 2, 3, 4, 5, 6].filter((day) => mask & (1 << day));

function patternOf(raw: RecurrencePattern): Pattern {
  const foreign: Pattern = { kind: 'foreign', raw };
  const interval = Math.max(1, raw.patternType === patternType.day ? Math.round(raw.period / dayMinutes) : raw.period);
  if (!gregorian.has(raw.calendarType) || interval > formatLimits.recurrenceInterval) return foreign;
  const yearly = raw.frequency === recurFrequency.yearly;
  const days = daysOfMask(raw.days ?? 0);
  switch (raw.patternType) {
    case patternType.day:
      return { kind: 'daily', interval };
    case patternType.week:
      return days.length > 0 ? { kind: 'weekly', interval, days } : foreign;
    case patternType.month:
    case patternType.monthEnd: {
      const day = raw.patternType === patternType.monthEnd ? 31 : (raw.dayOfMonth ?? 0);
      if (day < 1) return foreign;
      return { kind: 'monthly', interval, yearly, day: Math.min(day, 31), inShortMonths: 'lastDay' };
    }
    case patternType.monthNth: {
      const nth = raw.nth ?? 0;
      if (days.length === 0 || nth < 1) return foreign;
      return { kind: 'monthlyNth', interval, yearly, days, nth: nth >= 5 ? -1 : nth };
    }
    default:
      return foreign;
  }
}

function endOf(raw: RecurrencePattern): SeriesEnd {
  if (raw.endType === endType.afterCount && raw.occurrenceCount > 0)
    return { kind: 'count', count: raw.occurrenceCount };
  // EndDate decides where a count is missing; its year 4500 stands for none.
  if (raw.endType === endType.never || raw.endDate >= noEndDate - dayMinutes) return { kind: 'never' };
  return { kind: 'until', date: plainDate(dayOfMinutes(raw.endDate)) };
}

/**
 * The first day that the pattern may have: StartDate, or after it the beginning of the next day, week or month that has the
 * same distance from FirstDateTime (MS-OXOCAL 2.2.1.44.1.2).
 */
function firstCongruentDay(raw: RecurrencePattern, pattern: Pattern): DayNumber {
  const start = dayOfMinutes(raw.startDate);
  const first = dayOfMinutes(raw.firstDateTime);
  if (pattern.kind === 'foreign' || pattern.interval === 1) return start;
  const behind = (distance: number, step: number): number => ((distance % step) + step) % step;
  if (pattern.kind === 'daily') {
    const off = behind(start - first, pattern.interval);
    return off === 0 ? start : start + pattern.interval - off;
  }
  if (pattern.kind === 'weekly') {
    const week = startOfWeek(start, raw.firstDayOfWeek % 7);
    const off = behind(Math.round((week - startOfWeek(first, raw.firstDayOfWeek % 7)) / 7), pattern.interval);
    return off === 0 ? start : week + (pattern.interval - off) * 7;
  }
  const month = monthOf(start);
  const off = behind(month - monthOf(first), pattern.interval);
  return off === 0 ? start : firstOfMonth(month + pattern.interval - off);
}

/**
 * The series of a RecurrencePattern, without modified occurrences: all of DeletedInstanceDates are in `deleted`.
 * `startOffset` and `durationMinutes` place it in the day.
 */
export function seriesOfPattern(raw: RecurrencePattern, startOffset: number, durationMinutes: number): Series {
  const pattern = patternOf(raw);
  const at = (day: DayNumber): Temporal.PlainDateTime => plainDate(day).toPlainDateTime().add({ minutes: startOffset });
  const start = at(firstCongruentDay(raw, pattern));
  const series: Series = {
    pattern: canonicalPattern(pattern, start),
    weekStart: raw.firstDayOfWeek % 7,
    end: endOf(raw),
    start,
    durationMinutes,
    deleted: [...new Set(raw.deletedInstances.map(dayOfMinutes))].sort((a, b) => a - b).map(plainDate),
    modified: [],
    ...(raw.slidingFlag ? { regenerate: true } : {}),
    ...(raw.calendarType > 0 && gregorian.has(raw.calendarType) ? { calendarType: raw.calendarType } : {}),
  };
  const first = firstPatternDay(series);
  return first === undefined ? series : { ...series, start: at(first) };
}
