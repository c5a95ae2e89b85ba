import {
  dayNumber,
  firstPatternDay,
  plainDate,
  RuleError,
  ruleOfSeries,
  ruleParts,
  seriesOfRule,
} from '../calendar/index.ts';
import { type EventTime, instantOf } from '../event/index.ts';
import { taskRecurrence, taskSeries } from '../task/recurrence.ts';
import { impliedPercent, type Task, type TaskDay, type TaskRecurrence, type TaskStatus } from '../task/task.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { componentText, type IcalComponent, lineOf, propertiesOf, propertyOf, textOf } from './content.ts';
import { type ReadingContext, readExtra } from './event-from-ical.ts';
import type { WritingContext } from './event-to-ical.ts';
import { fieldLines, readFields } from './fields.ts';
import { compact, compactDate, compactInstant, durationOf, later, timeOfProperty } from './times.ts';

const carried = new Set(
  `UID DTSTAMP CREATED LAST-MODIFIED SEQUENCE SUMMARY DESCRIPTION X-ALT-DESC CATEGORIES CLASS PRIORITY STATUS
  PERCENT-COMPLETE DTSTART DUE DURATION COMPLETED RRULE`.split(/\s+/),
);

/** STATUS as Open-Xchange has it: what Outlook calls waiting and deferred is CANCELLED there. */
const statuses: Readonly<Record<string, TaskStatus>> = {
  'IN-PROCESS': 'inProgress',
  COMPLETED: 'completed',
  CANCELLED: 'deferred',
};
const statusNames: Readonly<Record<TaskStatus, string>> = {
  inProgress: 'IN-PROCESS',
  completed: 'COMPLETED',
  waiting: 'CANCELLED',
  deferred: 'CANCELLED',
};

/** The day of a time, in the user's zone; with the time itself where there is one. */
function dayOf(time: EventTime | undefined, userZone: ZoneId): TaskDay | undefined {
  if (!time) return undefined;
  if (time.kind === 'day') return { day: time.date.toString() };
  const instant = instantOf(time, userZone);
  return { day: instant.toZonedDateTimeISO(userZone).toPlainDate().toString(), at: instant.epochMilliseconds };
}

/** When a task reminds: by its first alarm, absolute, or before its start or due time. */
function reminderOf(
  component: IcalComponent,
  context: ReadingContext,
  start?: EventTime,
  due?: EventTime,
): number | undefined {
  const alarm = component.components.find(({ name }) => name === 'VALARM');
  const trigger = alarm && propertyOf(alarm, 'TRIGGER');
  if (!trigger) return undefined;
  const duration = durationOf(trigger);
  const { timeZone, zoneOf, lost } = context;
  if (!duration) {
    const at = timeOfProperty(trigger, zoneOf, lost);
    return at && instantOf(at, timeZone).epochMilliseconds;
  }
  const base = /^END$/i.test(String(trigger.params.related ?? '')) ? due : (start ?? due);
  if (!base) return undefined;
  return instantOf(base, timeZone).toZonedDateTimeISO(timeZone).add(duration).epochMilliseconds;
}

function recurrenceOf(
  component: IcalComponent,
  start: Temporal.PlainDate,
  context: ReadingContext,
): TaskRecurrence | undefined {
  const rules = propertiesOf(component, 'RRULE');
  if (rules.length === 0) return undefined;
  try {
    if (rules.length > 1) throw new RuleError('several rules');
    const midnight = start.toPlainDateTime();
    const rule = seriesOfRule(ruleParts(rules[0]!.raw), midnight, (until) => {
      const text = until.replaceAll('-', '');
      if (!/^\d{8}/.test(text)) throw new RuleError(`UNTIL=${until}`);
      return Temporal.PlainDate.from(text.slice(0, 8));
    });
    const series = { ...rule, start: midnight, durationMinutes: 0, deleted: [], modified: [] };
    const first = firstPatternDay(series);
    if (first === undefined) throw new RuleError('no day');
    if (first !== dayNumber(start)) context.lost('DTSTART');
    return taskRecurrence({ ...series, start: plainDate(first).toPlainDateTime() });
  } catch (error) {
    if (!(error instanceof RuleError) && !(error instanceof RangeError)) throw error;
    context.lost('RRULE');
    return undefined;
  }
}

/** The task of a VTODO (RFC 5545 3.6.2). */
export function readTodo(component: IcalComponent, context: ReadingContext): Task {
  const { timeZone, zoneOf, lost } = context;
  const time = (name: string): EventTime | undefined => timeOfProperty(propertyOf(component, name), zoneOf, lost);
  const start = time('DTSTART');
  const duration = durationOf(propertyOf(component, 'DURATION'));
  const due = time('DUE') ?? (start && duration ? later(start, duration) : undefined);
  const status = statuses[textOf(propertyOf(component, 'STATUS'))?.toUpperCase() ?? ''];
  const percent = Number(propertyOf(component, 'PERCENT-COMPLETE')?.raw ?? Number.NaN);
  const reminder = reminderOf(component, context, start, due);
  const [, ...others] = component.components.filter(({ name }) => name === 'VALARM');
  const unread = reminder === undefined ? component.components : others;
  const extra = readExtra(component, carried, unread, lost);
  const days = {
    start: dayOf(start, timeZone),
    due: dayOf(due, timeZone),
    completed: dayOf(time('COMPLETED'), timeZone),
  };
  const first = days.start?.day ?? days.due?.day;
  const recurrence = first === undefined ? undefined : recurrenceOf(component, Temporal.PlainDate.from(first), context);
  const { location: _, ...fields } = readFields(component);
  const uid = textOf(propertyOf(component, 'UID'));
  return {
    ...(uid ? { uid } : {}),
    ...fields,
    ...(status ? { status } : {}),
    ...(percent >= 0 && percent <= 100 && Math.round(percent) !== impliedPercent(status)
      ? { percentComplete: Math.round(percent) }
      : {}),
    ...(days.start ? { start: days.start } : {}),
    ...(days.due ? { due: days.due } : {}),
    ...(days.completed ? { completed: days.completed } : {}),
    ...(reminder === undefined ? {} : { reminder }),
    ...(recurrence ? { recurrence } : {}),
    ...(extra.length > 0 ? { extra } : {}),
  };
}

/** Fields of a task that VTODO has no property for. */
const uncarried = [
  'actualEffort',
  'estimatedEffort',
  'owner',
  'role',
  'billingInformation',
  'mileage',
  'companies',
  'actualCosts',
  'targetCosts',
  'currency',
  'colorLabel',
] as const satisfies readonly (keyof Task)[];

const dayLine = (name: string, { day, at }: TaskDay): string =>
  at === undefined
    ? `${name};VALUE=DATE:${day.replaceAll('-', '')}`
    : `${name}:${compactInstant(Temporal.Instant.fromEpochMilliseconds(at))}`;

/** The VTODO of a task. */
export function todoText(task: Task, context: WritingContext): string {
  const { lost } = context;
  for (const name of uncarried) if (task[name] !== undefined) lost(name);
  if (task.status === 'waiting') lost('status waiting');
  const lines = [
    lineOf('UID', task.uid ?? ''),
    `DTSTAMP:${compactInstant(context.stamp)}`,
    ...fieldLines(task),
    `STATUS:${task.status ? statusNames[task.status] : 'NEEDS-ACTION'}`,
    `PERCENT-COMPLETE:${task.percentComplete ?? impliedPercent(task.status)}`,
  ];
  if (task.start) lines.push(dayLine('DTSTART', task.start));
  if (task.due) lines.push(dayLine('DUE', task.due));
  if (task.completed) {
    // RFC 5545 3.8.2.1: a time in UTC; of a day alone its noon, which is that day in most zones.
    const { day, at } = task.completed;
    const noon = Temporal.PlainDate.from(day).toPlainDateTime({ hour: 12 });
    lines.push(
      `COMPLETED:${at === undefined ? `${compact(noon.toZonedDateTime(context.timeZone).withTimeZone('UTC').toPlainDateTime())}Z` : compactInstant(Temporal.Instant.fromEpochMilliseconds(at))}`,
    );
    if (at === undefined) lost('completed without a time');
  }
  if (task.recurrence) {
    const rule = ruleOfSeries(taskSeries(task.recurrence), compactDate);
    if (rule === undefined) lost('recurrence');
    else lines.push(`RRULE:${rule}`);
  }
  if (task.reminder !== undefined) {
    const at = compactInstant(Temporal.Instant.fromEpochMilliseconds(task.reminder));
    lines.push(componentText('VALARM', ['ACTION:DISPLAY', 'DESCRIPTION:Reminder', `TRIGGER;VALUE=DATE-TIME:${at}`]));
  }
  return componentText('VTODO', lines);
}
