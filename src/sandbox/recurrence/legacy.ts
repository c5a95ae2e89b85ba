import { basicDate, type Day, dayOfBasic, factsOf, weekdayOf } from './day.ts';
import { parseRule, type Rule, weekdays } from './rule.ts';

/** Recurrence as tasks and the calendar of 7.8 have it (reference 5.2). */
export interface LegacyRecurrence {
  /** 1 daily, 2 weekly, 3 monthly, 4 yearly. */
  readonly recurrence_type: number;
  readonly interval: number;
  /** Sunday 1 to Saturday 64. */
  readonly days?: number;
  /** Day number, or with `days` which one: 1–4, 5 the last. */
  readonly day_in_month?: number;
  /** 0 January. */
  readonly month?: number;
  /** The last day, ms of midnight UTC. */
  readonly until?: number;
  readonly occurrences?: number;
}

/** What is missing for a recurrence to be one. */
export type Missing = 'type' | 'interval' | 'days' | 'day_in_month' | 'month' | 'both ends';

const msPerDay = 86_400_000;

/** Checks the members of a body; the first one missing, or the recurrence. */
export function legacyRecurrence(
  body: Readonly<Record<string, unknown>>,
): { missing: Missing } | { recurrence: LegacyRecurrence } {
  const number = (name: string) => {
    const value = body[name];
    return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
  };
  const type = number('recurrence_type') ?? 0;
  if (type < 1 || type > 4) return { missing: 'type' };
  const [interval, day, month] = [
    number('interval') ?? (type === 4 ? 1 : undefined),
    number('day_in_month'),
    number('month'),
  ];
  let days = number('days');
  if (interval === undefined || interval < 1) return { missing: 'interval' };
  if (type === 2 && days === undefined) days = 127;
  if (days !== undefined && (days < 1 || days > 127)) return { missing: 'days' };
  if (type >= 3 && (day === undefined || day < 1 || day > (days === undefined ? 31 : 5)))
    return { missing: 'day_in_month' };
  if (type === 4 && (month === undefined || month < 0 || month > 11)) return { missing: 'month' };
  const [until, occurrences] = [number('until'), number('occurrences') || undefined];
  if (until !== undefined && occurrences !== undefined) return { missing: 'both ends' };
  return {
    recurrence: {
      recurrence_type: type,
      interval,
      ...(type >= 2 && days !== undefined ? { days } : {}),
      ...(type >= 3 ? { day_in_month: day } : {}),
      ...(type === 4 ? { month } : {}),
      ...(until === undefined ? {} : { until }),
      ...(occurrences === undefined ? {} : { occurrences }),
    },
  };
}

/** The rule of a legacy recurrence; `untilText` writes its last day as the event's kind of time wants it. */
export function ruleText(recurrence: LegacyRecurrence, untilText: (day: Day) => string = basicDate): string {
  const { recurrence_type: type, interval, days, day_in_month, month, until, occurrences } = recurrence;
  const names = days === undefined ? undefined : weekdays.filter((_, weekday) => (days >> weekday) & 1).join(',');
  const parts = [`FREQ=${['', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'][type]}`];
  if (interval !== 1) parts.push(`INTERVAL=${interval}`);
  if (type === 4) parts.push(`BYMONTH=${month! + 1}`);
  if (type === 2) parts.push(`BYDAY=${names}`);
  if (type >= 3 && names !== undefined)
    parts.push(`BYDAY=${names}`, `BYSETPOS=${day_in_month === 5 ? -1 : day_in_month}`);
  if (type >= 3 && names === undefined) parts.push(`BYMONTHDAY=${day_in_month}`);
  if (until !== undefined) parts.push(`UNTIL=${untilText(until / msPerDay)}`);
  if (occurrences !== undefined) parts.push(`COUNT=${occurrences}`);
  return parts.join(';');
}

/** The nearest legacy recurrence of a rule; only some parts survive (reference 5.2). `first` is the first day. */
export function legacyOfRule(
  text: string,
  first: Day,
  untilDay: (until: string) => Day = dayOfBasic,
): LegacyRecurrence {
  const rule = parseRule(text);
  const start = factsOf(first);
  const end = {
    ...(rule.until === undefined ? {} : { until: untilDay(rule.until) * msPerDay }),
    ...(rule.count === undefined ? {} : { occurrences: rule.count }),
  };
  const { interval } = rule;
  switch (rule.frequency) {
    case 'DAILY':
      return { recurrence_type: 1, interval, ...end };
    case 'WEEKLY':
      return { recurrence_type: 2, interval, days: maskOf(rule) || 1 << weekdayOf(first), ...end };
    case 'MONTHLY':
      return { recurrence_type: 3, interval, ...dayOfMonth(rule, start.day), ...end };
    case 'YEARLY':
      return {
        recurrence_type: 4,
        interval,
        month: (rule.byMonth[0] ?? start.month) - 1,
        ...dayOfMonth(rule, start.day),
        ...end,
      };
  }
}

const maskOf = (rule: Rule): number => rule.byDay.reduce((mask, { weekday }) => mask | (1 << weekday), 0);

function dayOfMonth(rule: Rule, startDay: number): { days?: number; day_in_month: number } {
  const mask = maskOf(rule);
  if (mask === 0) {
    const day = rule.byMonthDay[0] ?? startDay;
    return { day_in_month: day < 0 ? 31 : day };
  }
  const position = rule.bySetPosition[0] ?? rule.byDay[0]!.position;
  return { days: mask, day_in_month: position === -1 ? 5 : Math.max(1, Math.min(position, 5)) };
}
