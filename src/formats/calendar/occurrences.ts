import type { ZoneId } from '../time-zone/index.ts';
import { dayNumber, plainDate } from './day-number.ts';
import { patternDays } from './pattern-days.ts';
import type { Series } from './series.ts';

/** One occurrence that takes place. */
export interface Occurrence {
  /** The day of the pattern that it stands for. */
  readonly original: Temporal.PlainDate;
  readonly start: Temporal.ZonedDateTime;
  readonly end: Temporal.ZonedDateTime;
  /** Whether it is at another time than the pattern says. */
  readonly modified: boolean;
}

/**
 * The occurrences of a series that end after `from` and start before `to`, by their starts; the pattern's days first,
 * modified ones where they are now. A local time that a change of clocks skips is that much later, one that is there twice is
 * the first (RFC 5545 3.3.5). Ends with the series or after {@link formatLimits.occurrences} days of its pattern; give `to`
 * for a series without an end.
 */
export function* occurrencesOf(
  series: Series,
  zone: ZoneId,
  from?: Temporal.Instant,
  to?: Temporal.Instant,
): Generator<Occurrence> {
  const { start, durationMinutes } = series;
  const time = start.toPlainTime();
  const deleted = new Set(series.deleted.map(dayNumber));
  const modified = series.modified.map((occurrence) => ({
    original: occurrence.original,
    start: occurrence.start.toZonedDateTime(zone),
    end: occurrence.end.toZonedDateTime(zone),
    modified: true,
  }));
  const replaced = new Set(series.modified.map(({ original }) => dayNumber(original)));
  const waiting = modified.sort((a, b) => a.start.epochMilliseconds - b.start.epochMilliseconds);
  const within = (occurrence: Occurrence): boolean =>
    (from === undefined ||
      occurrence.end.epochMilliseconds > from.epochMilliseconds ||
      occurrence.start.epochMilliseconds >= from.epochMilliseconds) &&
    (to === undefined || occurrence.start.epochMilliseconds < to.epochMilliseconds);

  // A day before covers every zone; the length of the occurrence those that are under way.
  const firstDay =
    from === undefined
      ? undefined
      : dayNumber(from.toZonedDateTimeISO(zone).toPlainDate()) - Math.ceil(durationMinutes / 1_440) - 1;
  const duration = Temporal.Duration.from({ minutes: durationMinutes });
  for (const day of patternDays(series, firstDay)) {
    if (deleted.has(day) || replaced.has(day)) continue;
    const original = plainDate(day);
    const local = original.toPlainDateTime(time);
    const occurrence = {
      original,
      start: local.toZonedDateTime(zone),
      end: local.add(duration).toZonedDateTime(zone),
      modified: false,
    };
    while (waiting.length > 0 && waiting[0]!.start.epochMilliseconds <= occurrence.start.epochMilliseconds) {
      const next = waiting.shift()!;
      if (within(next)) yield next;
    }
    if (to !== undefined && occurrence.start.epochMilliseconds >= to.epochMilliseconds) break;
    if (within(occurrence)) yield occurrence;
  }
  for (const next of waiting) if (within(next)) yield next;
}
