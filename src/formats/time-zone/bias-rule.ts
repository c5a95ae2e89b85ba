import { i32, struct, u16, type WireType } from '../../wire/index.ts';

/** SYSTEMTIME (MS-DTYP 2.3.13). In rules of zones the year is 0 for "each year"; `day` is then a week, 5 the last one. */
export interface SystemTime {
  readonly year: number;
  /** 1–12; 0 for "never". */
  readonly month: number;
  /** 0 Sunday – 6 Saturday. */
  readonly dayOfWeek: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly milliseconds: number;
}

export const systemTime: WireType<SystemTime> = struct({
  year: u16,
  month: u16,
  dayOfWeek: u16,
  day: u16,
  hour: u16,
  minute: u16,
  second: u16,
  milliseconds: u16,
});

export const never: SystemTime = {
  year: 0,
  month: 0,
  dayOfWeek: 0,
  day: 0,
  hour: 0,
  minute: 0,
  second: 0,
  milliseconds: 0,
};

/**
 * How clocks go in a year, as Windows tells it (MS-OXOCAL 2.2.1.39): minutes to add to local time to get UTC, in all and
 * then for standard and for daylight time, and when each of the two begins, in the local time before.
 */
export interface BiasRule {
  readonly bias: number;
  readonly standardBias: number;
  readonly daylightBias: number;
  readonly standardDate: SystemTime;
  readonly daylightDate: SystemTime;
}

/** The bias fields of a TZRule, in its order (MS-OXOCAL 2.2.1.41.1). */
export const biasRule: WireType<BiasRule> = struct({
  bias: i32,
  standardBias: i32,
  daylightBias: i32,
  standardDate: systemTime,
  daylightDate: systemTime,
});

const sameTime = (a: SystemTime, b: SystemTime): boolean =>
  (Object.keys(never) as (keyof SystemTime)[]).every((key) => a[key] === b[key]);

/** Whether two rules are the same field by field, as MS-OXOCAL 2.2.1.41 compares them. */
export const sameRule = (a: BiasRule, b: BiasRule): boolean =>
  a.bias === b.bias &&
  a.standardBias === b.standardBias &&
  a.daylightBias === b.daylightBias &&
  sameTime(a.standardDate, b.standardDate) &&
  sameTime(a.daylightDate, b.daylightDate);

/** Local wall time as a number: what `Date.UTC` makes of its fields. */
export type LocalMs = number;

/** When a change falls in a year; undefined when it does not. */
function changeIn(year: number, at: SystemTime): LocalMs | undefined {
  if (at.month < 1 || at.month > 12) return undefined;
  const time = ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 + at.milliseconds;
  if (at.year !== 0) return at.year === year ? Date.UTC(year, at.month - 1, at.day) + time : undefined;
  const first = new Date(Date.UTC(year, at.month - 1, 1)).getUTCDay();
  const days = new Date(Date.UTC(year, at.month, 0)).getUTCDate();
  let day = 1 + ((at.dayOfWeek - first + 7) % 7) + (Math.min(Math.max(at.day, 1), 5) - 1) * 7;
  while (day > days) day -= 7;
  return Date.UTC(year, at.month - 1, day) + time;
}

/** Minutes east of UTC that a rule says for a local time. */
export function offsetOfRule(rule: BiasRule, local: LocalMs): number {
  const year = new Date(local).getUTCFullYear();
  const standard = changeIn(year, rule.standardDate);
  const daylight = changeIn(year, rule.daylightDate);
  const standardOffset = -(rule.bias + rule.standardBias);
  // Without both changes there is no daylight time, whatever its bias says.
  if (standard === undefined || daylight === undefined) return standardOffset;
  const isDaylight =
    daylight < standard ? local >= daylight && local < standard : local >= daylight || local < standard;
  return isDaylight ? -(rule.bias + rule.daylightBias) : standardOffset;
}
