import type { RecurrencePattern } from './recurrence-pattern.ts';

/** 0 Sunday – 6 Saturday. */
export type Weekday = number;

/**
 * How a series repeats: what RRULE (RFC 5545 3.3.10) and MAPI's RecurrencePattern have in common, in numbers of days,
 * weeks or months. Yearly patterns are monthly ones with twelve months a year, `yearly` telling that they are named so.
 */
export type Pattern =
  | { readonly kind: 'daily'; readonly interval: number }
  | {
      readonly kind: 'weekly';
      readonly interval: number;
      /** Ascending, at least one. */
      readonly days: readonly Weekday[];
    }
  | {
      readonly kind: 'monthly';
      /** Months. */
      readonly interval: number;
      readonly yearly: boolean;
      /** 1–31; 31 with `inShortMonths` `lastDay` is the last day of each month. */
      readonly day: number;
      /** What happens in months that have no such day: MAPI takes their last one, RFC 5545 leaves them out. */
      readonly inShortMonths: 'lastDay' | 'none';
    }
  | {
      readonly kind: 'monthlyNth';
      readonly interval: number;
      readonly yearly: boolean;
      /** The days among which the nth is meant, ascending. */
      readonly days: readonly Weekday[];
      /** 1–4; -1 the last. */
      readonly nth: number;
    }
  /** A pattern of another calendar (Hijri, Hebrew): kept as it is, not understood. */
  | { readonly kind: 'foreign'; readonly raw: RecurrencePattern };

export type SeriesEnd =
  | { readonly kind: 'never' }
  /** The last day on which an occurrence may begin. */
  | { readonly kind: 'until'; readonly date: Temporal.PlainDate }
  /** Occurrences of the pattern, deleted and modified ones among them. */
  | { readonly kind: 'count'; readonly count: number };

/** When the occurrences of a recurring item are. All times are local ones in the series' own zone. */
export interface Series {
  readonly pattern: Pattern;
  /** RRULE's WKST. */
  readonly weekStart: Weekday;
  readonly end: SeriesEnd;
  /** Start of the first occurrence of the pattern. */
  readonly start: Temporal.PlainDateTime;
  /** By the clock on the wall, so that an occurrence ends at the same hour also across a change of clocks. */
  readonly durationMinutes: number;
  /** Original days of the occurrences that do not take place, ascending. */
  readonly deleted: readonly Temporal.PlainDate[];
  /** Occurrences that differ from the series, in time or in anything else, by their original days, ascending. */
  readonly modified: readonly ModifiedOccurrence[];
  /** Tasks only: the next begins so long after the last was done. */
  readonly regenerate?: boolean;
  /** MAPI's CalendarType where it is another Gregorian one than the default. */
  readonly calendarType?: number;
}

export interface ModifiedOccurrence {
  readonly original: Temporal.PlainDate;
  readonly start: Temporal.PlainDateTime;
  readonly end: Temporal.PlainDateTime;
}
