import { OxError } from '../errors.ts';

export const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** One part of BYDAY: 2MO is `{ position: 2, weekday: 1 }`; position 0 is every one. */
export interface ByDay {
  readonly position: number;
  readonly weekday: number;
}

/** A recurrence rule (RFC 5545 3.3.10) whose parts are not finer than a day. */
export interface Rule {
  readonly frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  readonly count: number | undefined;
  /** As it is written: `20240828`, or with a time, local or UTC. */
  readonly until: string | undefined;
  readonly byMonth: readonly number[];
  readonly byWeek: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byDay: readonly ByDay[];
  readonly bySetPosition: readonly number[];
  /** 0 Sunday to 6 Saturday. */
  readonly weekStart: number;
}

const known = new Set('FREQ INTERVAL COUNT UNTIL BYMONTH BYWEEKNO BYYEARDAY BYMONTHDAY BYDAY BYSETPOS WKST'.split(' '));
const finer = new Set('BYHOUR BYMINUTE BYSECOND RSCALE SKIP'.split(' '));

/** Reads an RRULE value. CAL-4002: none; CAL-4223: with parts of a day. */
export function parseRule(text: string): Rule {
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .replace(/^RRULE:/i, '')
    .split(';')) {
    const [name = '', value = ''] = part.toUpperCase().split('=');
    if (finer.has(name)) throw new OxError('CAL-4223', text);
    if (!known.has(name) || value === '' || parts.has(name)) throw new OxError('CAL-4002', text);
    parts.set(name, value);
  }
  const frequency = parts.get('FREQ') ?? '';
  if (['SECONDLY', 'MINUTELY', 'HOURLY'].includes(frequency)) throw new OxError('CAL-4223', text);
  if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(frequency)) throw new OxError('CAL-4002', text);
  const numbers = (name: string, least: number, most: number, alsoNegative: boolean): number[] =>
    (parts.get(name)?.split(',') ?? []).map((entry) => {
      const number = /^[+-]?\d{1,3}$/.test(entry) ? Number(entry) : Number.NaN;
      const size = alsoNegative ? Math.abs(number) : number;
      if (!(size >= least && size <= most)) throw new OxError('CAL-4002', text);
      return number;
    });
  const single = (name: string, most: number): number | undefined => {
    const value = parts.get(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,7}$/.test(value) || Number(value) < 1 || Number(value) > most) throw new OxError('CAL-4002', text);
    return Number(value);
  };
  const until = parts.get('UNTIL');
  if (until !== undefined && !/^\d{8}(T\d{6}Z?)?$/.test(until)) throw new OxError('CAL-4002', text);
  if (until !== undefined && parts.has('COUNT')) throw new OxError('CAL-4002', text);
  const weekStart = parts.get('WKST') ?? 'MO';
  return {
    frequency: frequency as Rule['frequency'],
    interval: single('INTERVAL', 9999) ?? 1,
    count: single('COUNT', 1_000_000),
    until,
    byMonth: numbers('BYMONTH', 1, 12, false),
    byWeek: numbers('BYWEEKNO', 1, 53, true),
    byYearDay: numbers('BYYEARDAY', 1, 366, true),
    byMonthDay: numbers('BYMONTHDAY', 1, 31, true),
    byDay: (parts.get('BYDAY')?.split(',') ?? []).map((entry) => byDayOf(entry, text)),
    bySetPosition: numbers('BYSETPOS', 1, 366, true),
    weekStart: weekdayNumber(weekStart, text),
  };
}

function byDayOf(entry: string, text: string): ByDay {
  const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(entry);
  const position = Number(match?.[1] ?? 0);
  if (!match || Math.abs(position) > 53 || (match[1] !== undefined && position === 0))
    throw new OxError('CAL-4002', text);
  return { position, weekday: weekdayNumber(match[2]!, text) };
}

function weekdayNumber(name: string, text: string): number {
  const number = (weekdays as readonly string[]).indexOf(name);
  if (number < 0) throw new OxError('CAL-4002', text);
  return number;
}
