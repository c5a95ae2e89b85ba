import { isDeepStrictEqual } from 'node:util';
import {
  alignedRecurrence,
  dayOfMs,
  localDay,
  msOfDay,
  type SeriesPattern,
  type Task,
  type TaskRecurrence,
} from '../../formats/index.ts';
import { type OxField, type OxRow, oxNumber, oxTime } from './item-fields.ts';

/** `recurrence_type`. */
const type = { none: 0, daily: 1, weekly: 2, monthly: 3, yearly: 4 } as const;

const maskOf = (days: readonly number[]): number => days.reduce((mask, day) => mask | (1 << day), 0);
const daysOf = (mask: number): number[] => [0, 1, 2, 3, 4, 5, 6].filter((day) => mask & (1 << day));

/** The columns of a pattern; undefined for those that Open-Xchange does not know. `month` is that of the start, 1–12. */
function writePattern(pattern: SeriesPattern, month: number): OxRow | undefined {
  switch (pattern.kind) {
    case 'daily':
      return { recurrence_type: type.daily, interval: pattern.interval };
    case 'weekly':
      return { recurrence_type: type.weekly, interval: pattern.interval, days: maskOf(pattern.days) };
    case 'monthly':
      return { ...months(pattern, month), day_in_month: pattern.day };
    case 'monthlyNth':
      return {
        ...months(pattern, month),
        days: maskOf(pattern.days),
        day_in_month: pattern.nth < 0 ? 5 : pattern.nth,
      };
    default:
      return undefined;
  }
}

/** Yearly has to be each year; others are so many months. */
const months = ({ interval, yearly }: { interval: number; yearly: boolean }, month: number): OxRow =>
  yearly && interval === 12
    ? { recurrence_type: type.yearly, interval: 1, month: month - 1 }
    : { recurrence_type: type.monthly, interval };

/** A whole number between two bounds, the lower one where there is none. */
const within = (value: unknown, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.trunc(oxNumber(value) ?? least)));

function readPattern(row: OxRow): SeriesPattern | undefined {
  const interval = within(row.interval, 1, 999);
  const days = daysOf(oxNumber(row.days) ?? 0);
  const kind = oxNumber(row.recurrence_type) ?? type.none;
  if (kind === type.daily) return { kind: 'daily', interval };
  // Absent days are all of them.
  if (kind === type.weekly) return { kind: 'weekly', interval, days: days.length > 0 ? days : daysOf(127) };
  if (kind !== type.monthly && kind !== type.yearly) return undefined;
  const yearly = kind === type.yearly;
  const at = { interval: yearly ? 12 * interval : interval, yearly };
  const day = within(row.day_in_month, 1, 31);
  return days.length > 0
    ? { kind: 'monthlyNth', ...at, days, nth: day >= 5 ? -1 : day }
    : { kind: 'monthly', ...at, day, inShortMonths: 'lastDay' };
}

function readEnd(row: OxRow): TaskRecurrence['end'] {
  const count = oxNumber(row.occurrences) ? within(row.occurrences, 0, 0xffff) : 0;
  if (count) return { kind: 'count', count };
  const day = dayOfMs(oxNumber(row.until) ?? Number.NaN);
  return day === undefined ? { kind: 'never' } : { kind: 'until', day };
}

/** The day from which a task repeats on Open-Xchange: its own. */
function firstDay(row: OxRow, timeZone: string): string | undefined {
  const ms = oxTime(row.start_time) ?? oxTime(row.end_time);
  if (ms === undefined) return undefined;
  return row.full_time === false ? localDay(ms, timeZone) : dayOfMs(ms);
}

/** The month of a yearly pattern is told, so it begins in the first such month. */
function inMonth(start: string, row: OxRow): string {
  const month = oxNumber(row.month);
  if (row.recurrence_type !== type.yearly || month === undefined || !(month >= 0 && month < 12)) return start;
  const date = Temporal.PlainDate.from(start);
  const months = (month + 1 - date.month + 12) % 12;
  return months === 0 ? start : date.with({ day: 1 }).add({ months }).toString();
}

/** Whether years are told as so many months, which Open-Xchange counts from the month of the task. */
const isYearsAsMonths = (pattern: SeriesPattern): boolean =>
  (pattern.kind === 'monthly' || pattern.kind === 'monthlyNth') &&
  pattern.interval % 12 === 0 &&
  !(pattern.yearly && pattern.interval === 12);

const monthOf = (day: string): number => Number(day.slice(5, 7));

function writeRecurrence(recurrence: TaskRecurrence, task: Task): OxRow {
  const day = (task.start ?? task.due)?.day;
  if (recurrence.regenerate || day === undefined) return {};
  const month = monthOf(recurrence.start);
  if (isYearsAsMonths(recurrence.pattern) && monthOf(day) !== month) return {};
  const pattern = writePattern(recurrence.pattern, month);
  if (pattern === undefined) return {};
  const { end } = recurrence;
  if (end.kind === 'count') return { ...pattern, occurrences: end.count };
  return end.kind === 'until' ? { ...pattern, until: msOfDay(end.day) } : pattern;
}

/** How Open-Xchange holds the recurrence of a task, for a user in an IANA time zone. */
export const recurrenceField = (timeZone: string): OxField<Task, TaskRecurrence> => ({
  columns: ['recurrence_type', 'interval', 'days', 'day_in_month', 'month', 'until', 'occurrences'],
  partly:
    'no pattern that begins anew when a task is done, none of other calendars; the first day is that of the task, the week begins on Monday, some years are as many months from that of the task, months that have no such day take their last',
  read: (row) => {
    const pattern = readPattern(row);
    const start = firstDay(row, timeZone);
    if (pattern === undefined || start === undefined) return undefined;
    return alignedRecurrence({ start: inMonth(start, row), pattern, end: readEnd(row), weekStart: 1 });
  },
  write: writeRecurrence,
  complete: (theirs, ours, task) => {
    if (ours === undefined) return theirs;
    const sent = writeRecurrence(ours, task);
    if (theirs === undefined) return Object.keys(sent).length === 0 ? ours : undefined;
    return isDeepStrictEqual(sent, writeRecurrence({ ...theirs, start: ours.start }, task)) ? ours : theirs;
  },
});
