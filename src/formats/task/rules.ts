import { fileTimeFromMs, fileTimeToMs, type NamedProperty, PidLid, PidTag, Ptyp } from '../../mapi/index.ts';
import { commonRules } from '../item/common.ts';
import { dayOfMs, dayOfTime, localDayOfTime, localMidnight, timeOfDay } from '../item/days.ts';
import { kept } from '../item/kept.ts';
import type { PropertyReader } from '../item/properties.ts';
import { type FieldRule, type FieldRules, numberRule, textRule, textsRule } from '../item/rules.ts';
import { formatTaskRecurrence, parseTaskRecurrence } from './recurrence.ts';
import { impliedPercent, type Task, type TaskDay, type TaskRecurrence, type TaskStatus } from './task.ts';

/** Days from 4501 on stand for none: clients write 0x5AE980E0 minutes since 1601 (MS-OXOTASK 2.2.2.2.4). */
const noDay = '4501-01-01';
const knownDay = (day: string | undefined): string | undefined => (day !== undefined && day < noDay ? day : undefined);

/** The exact time beside a day, as long as it is a time of that day. */
function withTime(from: PropertyReader, day: string | undefined, exact: NamedProperty): TaskDay | undefined {
  if (day === undefined) return undefined;
  const time = from.time(exact);
  const at = time === undefined ? undefined : fileTimeToMs(time);
  return at !== undefined && dayOfMs(at) !== undefined && localDay(at, from.timeZone) === day ? { day, at } : { day };
}

/** The day at an instant in a time zone. */
export const localDay = (ms: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate().toString();

const exactTime = (value: TaskDay | undefined) => (value?.at === undefined ? undefined : fileTimeFromMs(value.at));

/** PidLidTaskStartDate and …DueDate: midnight of the local day as UTC; the common property is that midnight itself. */
function dayRule(local: NamedProperty, common: NamedProperty, exact: NamedProperty): FieldRule<Task, TaskDay> {
  return {
    properties: [local, common, exact],
    read: (from) => {
      const time = from.time(local);
      const instant = from.time(common);
      const day =
        time !== undefined
          ? dayOfTime(time)
          : instant === undefined
            ? undefined
            : localDayOfTime(instant, from.timeZone);
      return withTime(from, knownDay(day), exact);
    },
    write: (to, value) => {
      to.set(local, value && timeOfDay(value.day));
      to.set(common, value && localMidnight(value.day, to.timeZone));
      to.set(exact, exactTime(value));
    },
  };
}

const startRule = dayRule(PidLid.TaskStartDate, PidLid.CommonStart, kept('StartTime', Ptyp.Time));
const anyDueRule = dayRule(PidLid.TaskDueDate, PidLid.CommonEnd, kept('DueTime', Ptyp.Time));

/** Says that the due day is only there because a start needs one (MS-OXOTASK 2.2.2.2.4). */
const dueMade = kept('DueMade', Ptyp.Boolean);

const dueRule: FieldRule<Task, TaskDay> = {
  properties: [...anyDueRule.properties, dueMade],
  read: (from) => {
    const due = anyDueRule.read(from);
    return from.boolean(dueMade) && due?.day === startRule.read(from)?.day ? undefined : due;
  },
  write: (to, value, task) => {
    const made = value === undefined && task.start !== undefined;
    anyDueRule.write(to, made ? { day: task.start!.day } : value, task);
    to.set(dueMade, made || undefined);
  },
};

const completedTime = kept('CompletedTime', Ptyp.Time);

/** Local midnight of the day, in UTC (MS-OXOTASK 2.2.2.2.9). */
const completedRule: FieldRule<Task, TaskDay> = {
  properties: [PidLid.TaskDateCompleted, completedTime],
  read: (from) => {
    const time = from.time(PidLid.TaskDateCompleted);
    return withTime(
      from,
      knownDay(time === undefined ? undefined : localDayOfTime(time, from.timeZone)),
      completedTime,
    );
  },
  write: (to, value) => {
    to.set(PidLid.TaskDateCompleted, value && localMidnight(value.day, to.timeZone));
    to.set(completedTime, exactTime(value));
  },
};

/** PidLidTaskStatus, MS-OXOTASK 2.2.2.2.2. */
const statuses: readonly (TaskStatus | undefined)[] = [undefined, 'inProgress', 'completed', 'waiting', 'deferred'];

const statusRule: FieldRule<Task, TaskStatus> = {
  properties: [PidLid.TaskStatus, PidLid.TaskComplete],
  read: (from) => statuses[from.number(PidLid.TaskStatus) ?? 0],
  write: (to, value) => {
    to.set(PidLid.TaskStatus, statuses.indexOf(value));
    to.set(PidLid.TaskComplete, value === 'completed');
  },
};

const percentRule: FieldRule<Task, number> = {
  properties: [PidLid.PercentComplete],
  read: (from) => {
    const percent = Math.round((from.number(PidLid.PercentComplete) ?? 0) * 100);
    return percent === impliedPercent(statusRule.read(from)) ? undefined : percent;
  },
  write: (to, value, task) => to.set(PidLid.PercentComplete, (value ?? impliedPercent(task.status)) / 100),
};

/** PidTagImportance. */
const importances = ['low', undefined, 'high'] as const;

const importanceRule: FieldRule<Task, 'low' | 'high'> = {
  properties: [PidTag.Importance],
  read: (from) => importances[from.number(PidTag.Importance) ?? 1],
  write: (to, value) => to.set(PidTag.Importance, importances.indexOf(value)),
};

/** Reminders of tasks are at a time of their own (MS-OXORMDR 2.2.1). */
const reminderRule: FieldRule<Task, number> = {
  properties: [PidLid.ReminderSet, PidLid.ReminderTime, PidLid.ReminderSignalTime, PidLid.ReminderDelta],
  read: (from) => {
    const time = from.time(PidLid.ReminderTime) ?? from.time(PidLid.ReminderSignalTime);
    return from.boolean(PidLid.ReminderSet) && time !== undefined ? fileTimeToMs(time) : undefined;
  },
  write: (to, value) => {
    to.set(PidLid.ReminderSet, value !== undefined);
    if (value === undefined) return;
    to.set(PidLid.ReminderTime, fileTimeFromMs(value));
    to.set(PidLid.ReminderSignalTime, fileTimeFromMs(value));
    to.set(PidLid.ReminderDelta, 0);
  },
};

const recurrenceRule: FieldRule<Task, TaskRecurrence> = {
  properties: [PidLid.TaskRecurrence, PidLid.TaskFRecurring],
  read: (from) => {
    const blob = from.bytes(PidLid.TaskRecurrence);
    return blob && from.boolean(PidLid.TaskFRecurring) !== false ? parseTaskRecurrence(blob) : undefined;
  },
  write: (to, value) => {
    to.set(PidLid.TaskRecurrence, value && formatTaskRecurrence(value));
    to.set(PidLid.TaskFRecurring, value !== undefined);
    to.set(PidTag.IconIndex, value === undefined ? 0x500 : 0x501);
  },
};

const subjectRule: FieldRule<Task, string> = {
  properties: [PidTag.Subject, PidTag.NormalizedSubject, PidTag.SubjectPrefix],
  read: (from) => from.text(PidTag.Subject),
  write: (to, value) => {
    to.set(PidTag.SubjectPrefix, '');
    to.set(PidTag.NormalizedSubject, value ?? '');
    to.set(PidTag.Subject, value ?? '');
  },
};

/** How each field of a task stands in properties (MS-OXOTASK 2.2.2.2). */
export const taskRules: FieldRules<Task> = {
  subject: subjectRule,
  status: statusRule,
  percentComplete: percentRule,
  start: startRule,
  due: dueRule,
  completed: completedRule,
  importance: importanceRule,
  reminder: reminderRule,
  actualEffort: numberRule(PidLid.TaskActualEffort),
  estimatedEffort: numberRule(PidLid.TaskEstimatedEffort),
  owner: textRule(PidLid.TaskOwner),
  role: textRule(PidLid.TaskRole),
  billingInformation: textRule(PidLid.BillingInformation),
  mileage: textRule(PidLid.Mileage),
  companies: textsRule(PidLid.Companies),
  actualCosts: numberRule(kept('ActualCosts', Ptyp.Floating64)),
  targetCosts: numberRule(kept('TargetCosts', Ptyp.Floating64)),
  currency: textRule(kept('Currency')),
  recurrence: recurrenceRule,
  ...commonRules,
};
