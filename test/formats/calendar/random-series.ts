import fc from 'fast-check';
import {
  canonicalPattern,
  firstPatternDay,
  isExactInMapi,
  type Pattern,
  patternDays,
  plainDate,
  type Series,
} from '../../../src/formats/calendar/index.ts';

const days = fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 7 }).map((list) => list.sort((a, b) => a - b));
const interval = fc.integer({ min: 1, max: 6 });
const months = fc.oneof(
  interval.map((value) => ({ interval: value, yearly: false })),
  fc.integer({ min: 1, max: 3 }).map((years) => ({ interval: years * 12, yearly: true })),
);

const anyPattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), interval: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ kind: fc.constant('weekly' as const), interval, days }),
  fc
    .record({
      months,
      day: fc.oneof(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 29, max: 31 })),
      inShortMonths: fc.constantFrom('lastDay' as const, 'none' as const),
    })
    .map((part) => ({ kind: 'monthly' as const, ...part.months, day: part.day, inShortMonths: part.inShortMonths })),
  fc
    .record({ months, days, nth: fc.constantFrom(1, 2, 3, 4, -1) })
    .map((part) => ({ kind: 'monthlyNth' as const, ...part.months, days: part.days, nth: part.nth })),
);

/** A series with a random pattern, end, deleted and modified days. `mapi`: only what a RecurrencePattern can tell exactly. */
export const anySeries = (kind: 'any' | 'mapi'): fc.Arbitrary<Series> =>
  fc
    .record({
      pattern: anyPattern,
      weekStart: fc.nat(6),
      end: fc.oneof(
        fc.constant('never' as const),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 2_000 }).map((distance) => -distance),
      ),
      date: fc.integer({ min: 11_000, max: 21_000 }),
      minute: fc.integer({ min: 0, max: 24 * 60 - 1 }),
      durationMinutes: fc.integer({ min: 0, max: 3 * 24 * 60 }),
      picks: fc.array(
        fc.record({ at: fc.nat(30), shift: fc.integer({ min: -300, max: 300 }), deleted: fc.boolean() }),
        {
          maxLength: 6,
        },
      ),
    })
    .map(({ pattern, weekStart, end, date, minute, durationMinutes, picks }): Series | undefined => {
      const time = { hour: Math.floor(minute / 60), minute: minute % 60 };
      const draft: Series = {
        pattern,
        weekStart,
        end: { kind: 'never' },
        start: plainDate(date).toPlainDateTime(time),
        durationMinutes,
        deleted: [],
        modified: [],
      };
      const first = firstPatternDay(draft);
      // A yearly 29 February may begin years later; a pattern that never happens is none.
      if (first === undefined || first > 30_000) return undefined;
      const start = plainDate(first).toPlainDateTime(time);
      const series: Series = {
        ...draft,
        start,
        pattern: canonicalPattern(pattern, start),
        end:
          end === 'never'
            ? { kind: 'never' }
            : end > 0
              ? { kind: 'count', count: end }
              : { kind: 'until', date: plainDate(first - end) },
      };
      if (kind === 'mapi' && !isExactInMapi(series.pattern, start)) return undefined;
      const known = [...patternDays(series).take(31)];
      const seen = new Set<number>();
      const chosen = picks.flatMap((pick) => {
        const day = known[pick.at];
        if (day === undefined || seen.has(day)) return [];
        seen.add(day);
        return [{ ...pick, day }];
      });
      chosen.sort((a, b) => a.day - b.day);
      return {
        ...series,
        deleted: chosen.filter(({ deleted }) => deleted).map(({ day }) => plainDate(day)),
        modified: chosen
          .filter(({ deleted }) => !deleted)
          .map(({ day, shift }) => {
            const moved = plainDate(day).toPlainDateTime(time).add({ minutes: shift });
            return { original: plainDate(day), start: moved, end: moved.add({ minutes: 45 }) };
          }),
      };
    })
    .filter((series): series is Series => series !== undefined);
