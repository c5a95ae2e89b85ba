import {
  dayOfMs,
  impliedPercent,
  localDay,
  msOfDay,
  type Task,
  type TaskDay,
  type TaskStatus,
} from '../../formats/index.ts';
import { commonFields } from './common-fields.ts';
import { type OxField, type OxFields, type OxRow, oxNumber, oxText, oxTime, textColumn } from './item-fields.ts';
import { recurrenceField } from './task-recurrence.ts';

/** `status`, 1 to 5. */
const statuses: readonly (TaskStatus | undefined)[] = [undefined, 'inProgress', 'completed', 'waiting', 'deferred'];
const statusIn = (row: OxRow): TaskStatus | undefined => statuses[(oxNumber(row.status) ?? 1) - 1];

const statusField: OxField<Task, TaskStatus> = {
  columns: ['status', 'percent_completed'],
  read: statusIn,
  empty: { status: 1, percent_completed: 0 },
  write: (status) => ({ status: statuses.indexOf(status) + 1, percent_completed: impliedPercent(status) }),
};

/** Open-Xchange refuses other percentages of tasks that are not started or completed (TSK-0031, TSK-0038). */
const mayHavePercent = ({ status }: Task): boolean => status !== undefined && status !== 'completed';

const percentField: OxField<Task, number> = {
  columns: ['percent_completed'],
  partly: 'not of tasks that are not started or completed',
  read: (row) => {
    const percent = oxNumber(row.percent_completed);
    return percent === undefined || percent === impliedPercent(statusIn(row)) ? undefined : percent;
  },
  write: (value, task) => (mayHavePercent(task) ? { percent_completed: value } : {}),
  complete: (theirs, ours, task) => (theirs === undefined && !mayHavePercent(task) ? ours : theirs),
};

/** A number as a text of digits (TSK-0055). */
const minutesField = (column: string): OxField<Task, number> => ({
  columns: [column],
  read: (row) => {
    const text = oxText(row[column]);
    return text && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  },
  write: (value) => ({ [column]: String(value) }),
});

const numberField = (column: string): OxField<Task, number> => ({
  columns: [column],
  read: (row) => oxNumber(row[column]),
  write: (value) => ({ [column]: value }),
});

const priorities = [undefined, 'low', undefined, 'high'] as const;

const importanceField: OxField<Task, 'low' | 'high'> = {
  columns: ['priority'],
  read: (row) => priorities[oxNumber(row.priority) ?? 2],
  empty: { priority: 2 },
  write: (value) => ({ priority: priorities.indexOf(value) }),
};

const companiesField: OxField<Task, string[]> = {
  columns: ['companies'],
  partly: 'one text, with "; " between the names',
  read: (row) => {
    const names = (oxText(row.companies) ?? '').split(';').flatMap((name) => name.trim() || []);
    return names.length > 0 ? names : undefined;
  },
  write: (names) => ({ companies: names.join('; ') }),
  complete: (theirs, ours) => (joined(theirs) === joined(ours) ? ours : theirs),
};
const joined = (names: readonly string[] | undefined): string =>
  (names ?? []).flatMap((name) => name.split(';').flatMap((part) => part.trim() || [])).join(';');

/**
 * `start_time` or `end_time`: a Date where `full_time` says so, else an instant. The due day is the day that is stored: the
 * documentation calls the end exclusive, the web client shows the stored day.
 */
const dayField = (column: string, other: 'start' | 'due', timeZone: string): OxField<Task, TaskDay> => ({
  columns: [column, 'full_time'],
  read: (row) => {
    const ms = oxTime(row[column]);
    if (ms === undefined) return undefined;
    if (row.full_time === false) return { day: localDay(ms, timeZone), at: ms };
    const day = dayOfMs(ms);
    return day === undefined ? undefined : { day };
  },
  write: (value, task) => {
    // One flag says for both what they are.
    const timed = value.at !== undefined || task[other]?.at !== undefined;
    return { [column]: timed ? (value.at ?? midnight(value.day, timeZone)) : msOfDay(value.day), full_time: !timed };
  },
  partly: 'beside a time, a day is the time of its midnight',
  complete: (theirs, ours) =>
    theirs && ours && ours.at === undefined && theirs.at === midnight(ours.day, timeZone) ? ours : theirs,
});

const midnight = (day: string, timeZone: string): number =>
  Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds;

const completedField = (timeZone: string): OxField<Task, TaskDay> => ({
  columns: ['date_completed'],
  partly: 'always a time: a day is that of its midnight',
  read: (row) => {
    const at = oxTime(row.date_completed);
    return at === undefined ? undefined : { day: localDay(at, timeZone), at };
  },
  write: ({ day, at }) => ({ date_completed: at ?? midnight(day, timeZone) }),
  complete: (theirs, ours) =>
    theirs && ours && ours.at === undefined && theirs.at === midnight(ours.day, timeZone) ? ours : theirs,
});

const noColumn = { kept: 'Open-Xchange has no such field' };

/** How Open-Xchange holds each field of a task, for a user in an IANA time zone. */
export const taskFields = (timeZone: string): OxFields<Task> => ({
  ...commonFields,
  subject: textColumn('title'),
  status: statusField,
  percentComplete: percentField,
  start: dayField('start_time', 'due', timeZone),
  due: dayField('end_time', 'start', timeZone),
  completed: completedField(timeZone),
  importance: importanceField,
  reminder: { ...numberField('alarm'), read: (row) => oxTime(row.alarm) },
  actualEffort: minutesField('actual_duration'),
  estimatedEffort: minutesField('target_duration'),
  owner: noColumn,
  role: noColumn,
  billingInformation: textColumn('billing_information'),
  mileage: textColumn('trip_meter'),
  companies: companiesField,
  actualCosts: numberField('actual_costs'),
  targetCosts: numberField('target_costs'),
  currency: textColumn('currency'),
  recurrence: recurrenceField(timeZone),
});
