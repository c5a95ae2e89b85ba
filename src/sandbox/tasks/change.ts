import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { numberOf } from '../items/number.ts';
import { parseParticipants, usersAmong } from '../items/participants.ts';
import { checkTexts } from '../items/text.ts';
import { legacyRecurrence } from '../recurrence/legacy.ts';
import type { TimeShift } from '../time.ts';
import { mostCosts, taskTexts } from './limits.ts';
import type { TaskFields } from './task.ts';

type Body = Readonly<Record<string, unknown>>;
type Draft = { -readonly [Name in keyof TaskFields]: TaskFields[Name] };

/** What a task is before anything is said of it. */
export const emptyTask: TaskFields = {
  full_time: true,
  status: 1,
  percent_completed: 0,
  participants: [],
  users: [],
  alarms: {},
};

/** What the values of a body are measured with: who writes, and how a Time becomes ms UTC. */
export interface TaskWriter {
  readonly personId: number;
  readonly unshift: TimeShift;
}

/**
 * The fields as they become when a body is laid over them (reference 7.2): absent stays, null and '' remove. TSK codes
 * for what does not fit together; SVL-0010 for values of another kind.
 */
export function changedTask(core: Core, before: TaskFields, body: Body, writer: TaskWriter): TaskFields {
  const draft: Draft = { ...before };
  const has = (name: string) => Object.hasOwn(body, name);
  for (const { name } of taskTexts) if (has(name)) put(draft, name, textOf(name, body[name]));
  for (const name of ['color_label', 'priority'] as const) if (has(name)) put(draft, name, numberOf(name, body[name]));
  for (const name of ['status', 'percent_completed'] as const)
    if (has(name)) put(draft, name, numberOf(name, body[name]) ?? emptyTask[name]);
  for (const name of ['actual_costs', 'target_costs'] as const)
    if (has(name)) put(draft, name, costsOf(name, body[name]));
  if (has('private_flag')) put(draft, 'private_flag', body.private_flag === true || undefined);
  if (has('date_completed')) put(draft, 'date_completed', timeOf('date_completed', body.date_completed, writer));
  putDates(draft, body, writer);
  if (has('recurrence_type')) draft.recurrence = recurrenceOf(body);
  if (has('participants')) putParticipants(core, draft, body.participants);
  if (has('alarm')) {
    const alarm = timeOf('alarm', body.alarm, writer);
    const { [writer.personId]: _own, ...others } = before.alarms;
    draft.alarms = alarm === undefined ? others : { ...others, [writer.personId]: alarm };
  }
  checkTexts(core, taskTexts, draft as Record<string, unknown>, { tooLong: 'TSK-0041', badCharacter: 'TSK-0058' });
  checkTask(draft);
  return draft;
}

function put<Name extends keyof Draft>(draft: Draft, name: Name, value: Draft[Name] | undefined): void {
  if (value === undefined) delete draft[name];
  else draft[name] = value;
}

/** `start_time`, `end_time` with `full_time`, or the older `start_date`, `end_date`, which are days. */
function putDates(draft: Draft, body: Body, writer: TaskWriter): void {
  if (Object.hasOwn(body, 'full_time')) draft.full_time = body.full_time !== false;
  const newer = Object.hasOwn(body, 'start_time') || Object.hasOwn(body, 'end_time');
  const older = Object.hasOwn(body, 'start_date') || Object.hasOwn(body, 'end_date');
  if (older && !newer && !Object.hasOwn(body, 'full_time')) draft.full_time = true;
  for (const [field, names] of [
    ['start', ['start_time', 'start_date']],
    ['end', ['end_time', 'end_date']],
  ] as const) {
    const name = names.find((one) => Object.hasOwn(body, one));
    if (name === undefined) continue;
    const time = numberOf(name, body[name]);
    put(draft, field, time === undefined ? undefined : draft.full_time ? midnight(time) : writer.unshift(time));
  }
}

const msPerDay = 86_400_000;
const midnight = (ms: number): number => Math.floor(ms / msPerDay) * msPerDay;

function recurrenceOf(body: Body): TaskFields['recurrence'] {
  const type = numberOf('recurrence_type', body.recurrence_type) ?? 0;
  if (type === 0) return undefined;
  const checked = legacyRecurrence(body);
  if ('missing' in checked) throw new OxError(checked.missing === 'type' ? 'TSK-0036' : 'TSK-0037', checked.missing);
  return checked.recurrence;
}

/** Users keep what they answered before. */
function putParticipants(core: Core, draft: Draft, value: unknown): void {
  draft.participants = parseParticipants(core, value, {
    unknownType: 'TSK-0049',
    unknownId: 'TSK-0047',
    withoutMail: 'TSK-0044',
  });
  const before = draft.users;
  draft.users = usersAmong(core, draft.participants).map(
    (id) => before.find((user) => user.id === id) ?? { id, confirm: 0 },
  );
}

function checkTask(task: TaskFields): void {
  const { status, percent_completed: percent, priority, start, end } = task;
  if (![1, 2, 3, 4, 5].includes(status)) throw new OxError('TSK-0039', String(status));
  if (percent < 0 || percent > 100) throw new OxError('TSK-0030', String(percent));
  if (status === 1 && percent !== 0) throw new OxError('TSK-0031', String(percent));
  if (status === 3 && percent !== 100) throw new OxError('TSK-0038', String(percent));
  if (priority !== undefined && ![1, 2, 3].includes(priority)) throw new OxError('TSK-0057', String(priority));
  if (start !== undefined && end !== undefined && start > end) throw new OxError('TSK-0040');
  for (const name of ['actual_duration', 'target_duration'] as const)
    if (task[name] !== undefined && !/^\d+$/.test(task[name])) throw new OxError('TSK-0055', name);
  if (task.private_flag && task.participants.length > 0) throw new OxError('TSK-0028');
  if (task.recurrence && (start === undefined || end === undefined)) throw new OxError('TSK-0037', 'start or end');
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'object') throw new OxError('SVL-0010', name);
  return String(value);
}

function timeOf(name: string, value: unknown, writer: TaskWriter): number | undefined {
  const time = numberOf(name, value);
  return time === undefined ? undefined : writer.unshift(time);
}

function costsOf(name: string, value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const costs = Number(value);
  if (!(Math.abs(costs) <= mostCosts)) throw new OxError('TSK-0050', name);
  return Math.round(costs * 100) / 100;
}
