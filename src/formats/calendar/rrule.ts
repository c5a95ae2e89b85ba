import { formatLimits } from '../limits.ts';
import { dayNumber, weekdayOf } from './day-number.ts';
import { canonicalPattern } from './pattern-days.ts';
import type { Pattern, Series, SeriesEnd, Weekday } from './series.ts';

/** Names of days in RFC 5545 3.3.10, Sunday first. */
const dayNames = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** The parts of an RRULE by their upper-case names; a list in each. */
export type RuleParts = ReadonlyMap<string, readonly string[]>;

/** Splits the value of an RRULE. What has no `=` is left out. */
export function ruleParts(rule: string): RuleParts {
  const parts = new Map<string, string[]>();
  for (const part of rule.trim().split(';')) {
    const at = part.indexOf('=');
    if (at <= 0) continue;
    const values = part
      .slice(at + 1)
      .split(',')
      .map((value) => value.trim().toUpperCase())
      .filter((value) => value !== '');
    if (values.length > 0) parts.set(part.slice(0, at).trim().toUpperCase(), values);
  }
  return parts;
}

/** A rule that MAPI and this model do not know. */
export class RuleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RuleError';
  }
}

const units = { DAILY: 1, WEEKLY: 1, MONTHLY: 1, YEARLY: 12 } as const;

/**
 * The pattern and end of an RRULE (RFC 5545 3.3.10) for a series that starts at `start`, local time; `untilDate` turns the
 * value of UNTIL into the last day on which an occurrence may begin. Throws RuleError for rules outside the model: hours and
 * smaller, days or weeks of the year, several days of a month, nth days beyond the fourth.
 */
export function seriesOfRule(
  parts: RuleParts,
  start: Temporal.PlainDateTime,
  untilDate: (until: string) => Temporal.PlainDate,
): Pick<Series, 'pattern' | 'weekStart' | 'end'> {
  const one = (name: string): string | undefined => parts.get(name)?.[0];
  const weekStart = Math.max(0, dayNames.indexOf((one('WKST') ?? 'MO') as (typeof dayNames)[number]));
  return { pattern: canonicalPattern(patternOfRule(parts, start), start), weekStart, end: endOfRule(parts, untilDate) };
}

function endOfRule(parts: RuleParts, untilDate: (until: string) => Temporal.PlainDate): SeriesEnd {
  const count = parts.get('COUNT')?.[0];
  if (count !== undefined) return { kind: 'count', count: wholeNumber('COUNT', count, 1, 0xffff_ffff) };
  const until = parts.get('UNTIL')?.[0];
  return until === undefined ? { kind: 'never' } : { kind: 'until', date: untilDate(until) };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || value < least || value > most) throw new RuleError(`${name}=${text}`);
  return value;
}

interface NthDay {
  readonly day: Weekday;
  readonly nth: number | undefined;
}

function daysOfRule(parts: RuleParts): NthDay[] {
  return (parts.get('BYDAY') ?? []).map((text) => {
    const match = /^([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text);
    if (!match) throw new RuleError(`BYDAY=${text}`);
    return { day: dayNames.indexOf(match[2] as 'SU'), nth: match[1] === undefined ? undefined : Number(match[1]) };
  });
}

const ascending = (days: readonly NthDay[]): Weekday[] =>
  [...new Set(days.map(({ day }) => day))].sort((a, b) => a - b);

const never: readonly string[] = ['BYYEARDAY', 'BYWEEKNO', 'BYHOUR', 'BYMINUTE', 'BYSECOND', 'RSCALE', 'SKIP'];

function patternOfRule(given: RuleParts, start: Temporal.PlainDateTime): Pattern {
  const parts = withoutStartTime(given, start);
  for (const name of never) if (parts.has(name)) throw new RuleError(`${name}=${parts.get(name)!.join(',')}`);
  const frequency = parts.get('FREQ')?.[0] ?? '';
  if (!(frequency in units)) throw new RuleError(`FREQ=${frequency}`);
  const interval = wholeNumber('INTERVAL', parts.get('INTERVAL')?.[0] ?? '1', 1, formatLimits.recurrenceInterval);
  const days = daysOfRule(parts);
  const monthDays = (parts.get('BYMONTHDAY') ?? []).map((text) => wholeNumber('BYMONTHDAY', text, -31, 31));
  const months = (parts.get('BYMONTH') ?? []).map((text) => wholeNumber('BYMONTH', text, 1, 12));
  const positions = (parts.get('BYSETPOS') ?? []).map((text) => wholeNumber('BYSETPOS', text, -366, 366));

  if (frequency === 'DAILY' || frequency === 'WEEKLY') {
    if (monthDays.length + months.length + positions.length > 0)
      throw new RuleError(`${frequency} with days of months`);
    if (days.some(({ nth }) => nth !== undefined)) throw new RuleError(`${frequency} with nth days`);
    if (frequency === 'DAILY' && days.length === 0) return { kind: 'daily', interval };
    if (frequency === 'DAILY' && interval > 1) throw new RuleError('DAILY with days of the week and an interval');
    const startDay = weekdayOf(dayNumber(start.toPlainDate()));
    return { kind: 'weekly', interval, days: days.length > 0 ? ascending(days) : [startDay] };
  }

  const yearly = frequency === 'YEARLY';
  if (yearly && months.length === 0 && days.length > 0) throw new RuleError('nth days of a year');
  if (yearly && months.length === 0 && monthDays.length > 0) throw new RuleError('days of every month, by year');
  if (months.length > 1 || (!yearly && months.length > 0)) throw new RuleError(`BYMONTH=${months.join(',')}`);
  if (yearly && months.length === 1 && months[0] !== start.month)
    throw new RuleError(`BYMONTH=${months[0]} of a series that starts in month ${start.month}`);
  const base = { interval: interval * units[frequency as 'MONTHLY'], yearly };
  if (days.length > 0) return { kind: 'monthlyNth', ...base, ...nthDays(days, monthDays, positions) };
  return { kind: 'monthly', ...base, ...dayOfRule(monthDays, positions, start) };
}

/** BYHOUR and its like say nothing where they are the time of the start. */
function withoutStartTime(parts: RuleParts, start: Temporal.PlainDateTime): RuleParts {
  const left = new Map(parts);
  for (const [name, value] of [
    ['BYHOUR', start.hour],
    ['BYMINUTE', start.minute],
    ['BYSECOND', start.second],
  ] as const) {
    const values = left.get(name);
    if (values?.length === 1 && Number(values[0]) === value) left.delete(name);
  }
  return left;
}

function nthDays(
  days: readonly NthDay[],
  monthDays: readonly number[],
  positions: readonly number[],
): { readonly days: Weekday[]; readonly nth: number } {
  if (monthDays.length > 0) throw new RuleError('days of the week with days of the month');
  const numbered = days.filter(({ nth }) => nth !== undefined);
  if (numbered.length > 0 && (days.length > 1 || positions.length > 0)) throw new RuleError('several nth days');
  const nth = numbered[0]?.nth ?? (positions.length === 1 ? positions[0]! : 0);
  if (nth !== -1 && (nth < 1 || nth > 4)) throw new RuleError(`nth day ${positions.join(',') || nth}`);
  return { days: ascending(days), nth };
}

function dayOfRule(
  monthDays: readonly number[],
  positions: readonly number[],
  start: Temporal.PlainDateTime,
): { readonly day: number; readonly inShortMonths: 'lastDay' | 'none' } {
  if (positions.length > 0) {
    // The last of 28, 29, 30 is the 30th or the last day of a shorter month.
    const sorted = [...monthDays].sort((a, b) => a - b);
    const run = sorted.every((day, at) => day === sorted[0]! + at);
    if (positions.length !== 1 || positions[0] !== -1 || !run || sorted[0] !== 28)
      throw new RuleError('positions among days of the month');
    return { day: sorted.at(-1)!, inShortMonths: sorted.length > 1 ? 'lastDay' : 'none' };
  }
  if (monthDays.length > 1) throw new RuleError(`BYMONTHDAY=${monthDays.join(',')}`);
  const day = monthDays[0] ?? start.day;
  if (day === -1) return { day: 31, inShortMonths: 'lastDay' };
  if (day < 1) throw new RuleError(`BYMONTHDAY=${day}`);
  return { day, inShortMonths: 'none' };
}

const namesOf = (days: readonly Weekday[]): string => days.map((day) => dayNames[day]!).join(',');

/**
 * The RRULE of a series; `until` formats the last day on which an occurrence may begin. Undefined for a pattern of another
 * calendar and for one that waits for the last task to be done. Nth days are told by BYSETPOS, as MS-OXCICAL 2.1.3.2.2.4 and
 * Open-Xchange have it.
 */
export function ruleOfSeries(series: Series, until: (date: Temporal.PlainDate) => string): string | undefined {
  const { pattern, end, weekStart, start } = series;
  if (pattern.kind === 'foreign' || series.regenerate) return undefined;
  const parts: string[] = [];
  const interval = (value: number): void => {
    if (value > 1) parts.push(`INTERVAL=${value}`);
  };
  if (pattern.kind === 'daily') {
    parts.push('FREQ=DAILY');
    interval(pattern.interval);
  } else if (pattern.kind === 'weekly') {
    parts.push('FREQ=WEEKLY');
    interval(pattern.interval);
    parts.push(`BYDAY=${namesOf(pattern.days)}`);
  } else {
    const byYear = pattern.yearly && pattern.interval % 12 === 0;
    parts.push(byYear ? 'FREQ=YEARLY' : 'FREQ=MONTHLY');
    interval(byYear ? pattern.interval / 12 : pattern.interval);
    if (pattern.kind === 'monthlyNth') parts.push(`BYDAY=${namesOf(pattern.days)}`, `BYSETPOS=${pattern.nth}`);
    else parts.push(...monthDay(pattern, byYear ? start.month : undefined));
    if (byYear) parts.push(`BYMONTH=${start.month}`);
  }
  if (end.kind === 'count') parts.push(`COUNT=${end.count}`);
  if (end.kind === 'until') parts.push(`UNTIL=${until(end.date)}`);
  if (weekStart !== 1) parts.push(`WKST=${dayNames[weekStart]}`);
  return parts.join(';');
}

function monthDay(pattern: Extract<Pattern, { kind: 'monthly' }>, month: number | undefined): string[] {
  const { day, inShortMonths } = pattern;
  if (inShortMonths === 'none' || day <= 28) return [`BYMONTHDAY=${day}`];
  if (day === 31 || (day === 29 && month === 2)) return ['BYMONTHDAY=-1'];
  const days = Array.from({ length: day - 27 }, (_, at) => 28 + at);
  return [`BYMONTHDAY=${days.join(',')}`, 'BYSETPOS=-1'];
}
