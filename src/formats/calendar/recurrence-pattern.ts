import { array, encode, Reader, struct, u16, u32, type WireType, when } from '../../wire/index.ts';

/** RecurFrequency, MS-OXOCAL 2.2.1.44.1. */
export const recurFrequency = { daily: 0x200a, weekly: 0x200b, monthly: 0x200c, yearly: 0x200d } as const;

/** PatternType, MS-OXOCAL 2.2.1.44.1. */
export const patternType = {
  day: 0,
  week: 1,
  month: 2,
  monthNth: 3,
  monthEnd: 4,
  hijriMonth: 0x0a,
  hijriMonthNth: 0x0b,
  hijriMonthEnd: 0x0c,
} as const;

/** EndType, MS-OXOCAL 2.2.1.44.1. */
export const endType = { afterDate: 0x2021, afterCount: 0x2022, never: 0x2023 } as const;
/** What Outlook writes for "never" when it is not the specified value. */
const neverToo = 0xffffffff;

/** EndDate of a series without an end: 31 December 4500, 23:59. */
export const noEndDate = 0x5ae980df;

/** Minutes since 1 January 1601, local time. */
export type Minutes = number;

/** RecurrencePattern (MS-OXOCAL 2.2.1.44.1): all there is of a task's recurrence, the first part of an appointment's. */
export interface RecurrencePattern {
  readonly frequency: number;
  readonly patternType: number;
  readonly calendarType: number;
  readonly firstDateTime: Minutes;
  /** Minutes between days, else weeks or months. */
  readonly period: number;
  /** Whether the next task begins when the last is done. */
  readonly slidingFlag: number;
  /** Bit 0 Sunday … bit 6 Saturday; of weekly patterns and those by nth weekday. */
  readonly days?: number;
  /** Day of the month; of monthly patterns and ends of months. */
  readonly dayOfMonth?: number;
  /** 1–4, 5 the last; of patterns by nth weekday. */
  readonly nth?: number;
  readonly endType: number;
  readonly occurrenceCount: number;
  /** 0 Sunday – 6 Saturday. */
  readonly firstDayOfWeek: number;
  /** Midnights of the original days of occurrences that were deleted or changed. */
  readonly deletedInstances: readonly Minutes[];
  /** Midnights of the days on which changed occurrences are now. */
  readonly modifiedInstances: readonly Minutes[];
  readonly startDate: Minutes;
  readonly endDate: Minutes;
}

const isType =
  (...types: number[]) =>
  ({ patternType: type }: Readonly<Record<string, unknown>>): boolean =>
    types.includes(type as number);

const { week, month, monthNth, monthEnd, hijriMonth, hijriMonthNth, hijriMonthEnd } = patternType;
const version = 0x3004;
const bytesPerDate = 4;

const layout = struct({
  readerVersion: u16,
  writerVersion: u16,
  frequency: u16,
  patternType: u16,
  calendarType: u16,
  firstDateTime: u32,
  period: u32,
  slidingFlag: u32,
  days: when(isType(week, monthNth, hijriMonthNth), u32),
  dayOfMonth: when(isType(month, monthEnd, hijriMonth, hijriMonthEnd), u32),
  nth: when(isType(monthNth, hijriMonthNth), u32),
  endType: u32,
  occurrenceCount: u32,
  firstDayOfWeek: u32,
  deletedInstances: array(u32, u32, bytesPerDate),
  modifiedInstances: array(u32, u32, bytesPerDate),
  startDate: u32,
  endDate: u32,
});

const knownTypes = new Set<number>(Object.values(patternType));

/**
 * A RecurrencePattern on the wire. Reading takes any versions and fails (WireError) on a pattern type that is not
 * specified, as its size is not known.
 */
export const recurrencePattern: WireType<RecurrencePattern> = {
  read: (r) => {
    const { readerVersion: _, writerVersion: __, ...pattern } = layout.read(r);
    if (!knownTypes.has(pattern.patternType)) r.fail(`recurrence pattern of type ${pattern.patternType}`);
    for (const name of ['days', 'dayOfMonth', 'nth'] as const) if (pattern[name] === undefined) delete pattern[name];
    return { ...pattern, endType: pattern.endType === neverToo ? endType.never : pattern.endType };
  },
  write: (w, pattern) =>
    layout.write(w, {
      days: undefined,
      dayOfMonth: undefined,
      nth: undefined,
      ...pattern,
      readerVersion: version,
      writerVersion: version,
      deletedInstances: [...pattern.deletedInstances],
      modifiedInstances: [...pattern.modifiedInstances],
    }),
};

/** Reads PidLidTaskRecurrence (MS-OXOTASK 2.2.2.2.15), ignoring what follows the pattern. Throws WireError. */
export const readTaskRecurrence = (blob: Uint8Array): RecurrencePattern => recurrencePattern.read(new Reader(blob));

/** PidLidTaskRecurrence. */
export const writeTaskRecurrence = (pattern: RecurrencePattern): Buffer => encode(recurrencePattern, pattern);
