import type { AppointmentRecurrence, RecurrenceException } from './appointment-recurrence.ts';
import { type DayNumber, dayNumber, dayOfMinutes, localOf, minutesOf, minutesOfDay, plainDate } from './day-number.ts';
import { seriesOfPattern } from './mapi-to-pattern.ts';
import { patternOfSeries } from './pattern-to-mapi.ts';
import type { Series } from './series.ts';

/** What an occurrence has of its own besides its time. */
export type Overrides = Omit<RecurrenceException, 'start' | 'end' | 'originalStart'>;

/**
 * The series of PidLidAppointmentRecur, and what its modified occurrences have of their own by their original days. Of two
 * exceptions of one day the last counts.
 */
export function seriesOfRecurrence({ pattern, startOffset, endOffset, exceptions }: AppointmentRecurrence): {
  readonly series: Series;
  readonly overrides: ReadonlyMap<DayNumber, Overrides>;
} {
  const base = seriesOfPattern(pattern, startOffset, Math.max(0, endOffset - startOffset));
  const overrides = new Map<DayNumber, Overrides>();
  const times = new Map<DayNumber, { readonly start: number; readonly end: number }>();
  for (const { start, end, originalStart, ...own } of exceptions) {
    const day = dayOfMinutes(originalStart);
    overrides.set(day, own);
    times.set(day, { start, end });
  }
  const modified = [...times]
    .sort(([a], [b]) => a - b)
    .map(([day, { start, end }]) => ({ original: plainDate(day), start: localOf(start), end: localOf(end) }));
  const deleted = base.deleted.filter((date) => !times.has(dayNumber(date)));
  return { series: { ...base, deleted, modified }, overrides };
}

/** PidLidAppointmentRecur of a series; `overrides` by original days. Exceptions stand in the order of their starts. */
export function recurrenceOfSeries(
  series: Series,
  overrides: ReadonlyMap<DayNumber, Overrides> = new Map(),
): AppointmentRecurrence {
  const { start, durationMinutes, modified } = series;
  const startOffset = start.hour * 60 + start.minute;
  const exceptions = modified.map((occurrence): RecurrenceException => {
    const day = dayNumber(occurrence.original);
    return {
      ...overrides.get(day),
      start: minutesOf(occurrence.start),
      end: minutesOf(occurrence.end),
      originalStart: minutesOfDay(day) + startOffset,
    };
  });
  return {
    pattern: patternOfSeries(series),
    startOffset,
    endOffset: startOffset + durationMinutes,
    exceptions: exceptions.sort((a, b) => a.start - b.start),
  };
}
