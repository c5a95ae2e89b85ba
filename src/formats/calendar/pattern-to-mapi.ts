import {
  type DayNumber,
  dayNumber,
  daysInMonth,
  firstOfMonth,
  minutesOf,
  minutesOfDay,
  monthOf,
  startOfWeek,
} from './day-number.ts';
import { extentOf } from './pattern-days.ts';
import {
  endType,
  type Minutes,
  noEndDate,
  patternType,
  type RecurrencePattern,
  recurFrequency,
} from './recurrence-pattern.ts';
import type { Pattern, Series, Weekday } from './series.ts';

const dayMinutes = 1_440;
/** Months since the year 0 at January 1601. */
const month1601 = 1601 * 12;
/** OccurrenceCount of a series without an end, as Outlook writes it. */
const countOfNever = 10;

export const maskOf = (days: readonly Weekday[]): number => days.reduce((mask, day) => mask | (1 << day), 0);

type Specific = Pick<
  RecurrencePattern,
  'frequency' | 'patternType' | 'period' | 'firstDateTime' | 'days' | 'dayOfMonth' | 'nth'
>;

/** FirstDateTime of months: that of the first month since 1601 from which the pattern's are counted (MS-OXOCAL 2.2.1.44.1.1). */
const firstMonth = (first: DayNumber, period: number): Minutes =>
  minutesOfDay(firstOfMonth(month1601 + ((monthOf(first) - month1601) % period)));

function specificOf(pattern: Exclude<Pattern, { kind: 'foreign' }>, series: Series): Specific {
  const first = dayNumber(series.start.toPlainDate());
  switch (pattern.kind) {
    case 'daily': {
      const period = pattern.interval * dayMinutes;
      const weeks = series.regenerate && pattern.interval % 7 === 0;
      return {
        frequency: weeks ? recurFrequency.weekly : recurFrequency.daily,
        patternType: patternType.day,
        period,
        firstDateTime: minutesOfDay(first) % period,
      };
    }
    case 'weekly':
      return {
        frequency: recurFrequency.weekly,
        patternType: patternType.week,
        period: pattern.interval,
        firstDateTime: minutesOfDay(startOfWeek(first, series.weekStart)) % (pattern.interval * 7 * dayMinutes),
        days: maskOf(pattern.days),
      };
    case 'monthly':
      return {
        frequency: pattern.yearly ? recurFrequency.yearly : recurFrequency.monthly,
        patternType: patternType.month,
        period: pattern.interval,
        firstDateTime: firstMonth(first, pattern.interval),
        dayOfMonth: pattern.day,
      };
    case 'monthlyNth':
      return {
        frequency: pattern.yearly ? recurFrequency.yearly : recurFrequency.monthly,
        patternType: patternType.monthNth,
        period: pattern.interval,
        firstDateTime: firstMonth(first, pattern.interval),
        days: maskOf(pattern.days),
        nth: pattern.nth < 0 ? 5 : pattern.nth,
      };
  }
}

/**
 * The RecurrencePattern of a series (MS-OXOCAL 2.2.1.44.1). A pattern that MAPI does not know exactly (a day that short
 * months have not, which RFC 5545 leaves out there) becomes the nearest; {@link isExactInMapi} tells.
 */
export function patternOfSeries(series: Series): RecurrencePattern {
  const { pattern, deleted, modified } = series;
  const originals = [...deleted, ...modified.map(({ original }) => original)].map((date) =>
    minutesOfDay(dayNumber(date)),
  );
  const instances = {
    deletedInstances: [...new Set(originals)].sort((a, b) => a - b),
    modifiedInstances: modified.map(({ start }) => minutesOfDay(dayNumber(start.toPlainDate()))).sort((a, b) => a - b),
  };
  if (pattern.kind === 'foreign') return { ...pattern.raw, ...instances };
  const extent = extentOf(series);
  const start = minutesOfDay(dayNumber(series.start.toPlainDate()));
  return {
    ...specificOf(pattern, series),
    calendarType: series.calendarType ?? 0,
    slidingFlag: series.regenerate ? 1 : 0,
    endType: { never: endType.never, until: endType.afterDate, count: endType.afterCount }[series.end.kind],
    occurrenceCount: extent?.count ?? countOfNever,
    firstDayOfWeek: series.weekStart,
    ...instances,
    startDate: start,
    endDate: endDateOf(series, extent?.last) ?? noEndDate,
  };
}

function endDateOf({ end, start }: Series, last: DayNumber | undefined): Minutes | undefined {
  if (end.kind === 'never') return undefined;
  if (end.kind === 'until') return minutesOfDay(dayNumber(end.date));
  return last === undefined ? minutesOf(start) : minutesOfDay(last);
}

/** Whether the pattern falls on the same days in MAPI (MS-OXOCAL 2.2.1.44.1: short months have their last day). */
export function isExactInMapi(pattern: Pattern, start: Temporal.PlainDateTime): boolean {
  if (pattern.kind !== 'monthly' || pattern.inShortMonths === 'lastDay') return true;
  if (pattern.day <= 28) return true;
  const month = monthOf(dayNumber(start.toPlainDate()));
  return pattern.interval % 12 === 0 && (month % 12 === 1 ? false : pattern.day <= daysInMonth(month));
}
