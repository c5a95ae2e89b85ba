import { PidLid, PidTag, type PropertyBag, type ReadonlyPropertyBag } from '../../mapi/index.ts';
import { type ItemContext, type PropertyWriter, propertyReader, propertyWriter } from '../item/properties.ts';
import { namedOf, readItem, writeItem } from '../item/rules.ts';
import { taskRules } from './rules.ts';
import type { Task } from './task.ts';

/** What a task has that nobody assigned (MS-OXOTASK 2.2.2.2, 3.1.4.1), as Outlook writes it. */
const fixed = [
  [PidLid.SideEffects, 0x110],
  [PidLid.TaskMode, 0],
  [PidLid.TaskState, 1],
  [PidLid.TaskOwnership, 0],
  [PidLid.TaskAcceptanceState, 0],
  [PidLid.TaskFCreator, true],
  [PidLid.TaskFFixOffline, false],
  [PidLid.TaskNoCompute, false],
  [PidLid.TeamTask, false],
  [PidLid.TaskDeadOccurrence, false],
] as const;

/** The named properties of tasks: a mailbox has to be asked for all of them before. */
export const taskNames = namedOf(taskRules, [...fixed.map(([property]) => property), PidLid.TaskVersion]);

/** The task that properties make (MS-OXOTASK 2.2.2). */
export const readTask = (bag: ReadonlyPropertyBag, context: ItemContext): Task =>
  readItem(taskRules, propertyReader(bag, context));

/** Makes properties say a task, as `writeContact` does for contacts. */
export function writeTask(bag: PropertyBag, task: Task, context: ItemContext): void {
  const to = propertyWriter(bag, context);
  const isNew = to.get(PidTag.MessageClass) === undefined;
  const before = readItem(taskRules, to);
  if (isNew) writeNew(to, task);
  const changed = writeItem(taskRules, to, task, before);
  // A due day that was only made follows the start; a percentage that was only implied the status.
  if (changed.has('start') && !changed.has('due')) taskRules.due.write(to, task.due, task);
  if (changed.has('status') && !changed.has('percentComplete'))
    taskRules.percentComplete.write(to, task.percentComplete, task);
  if (changed.size > 0) to.set(PidLid.TaskVersion, (to.number(PidLid.TaskVersion) ?? 0) + 1);
}

/** What stands in every task, also where a field has no value. */
function writeNew(to: PropertyWriter, task: Task): void {
  to.set(PidTag.MessageClass, 'IPM.Task');
  for (const [property, value] of fixed) to.set(property, value);
  for (const field of ['subject', 'status', 'percentComplete', 'importance', 'reminder', 'recurrence'] as const)
    taskRules[field].write(to, undefined, task);
  to.set(PidLid.TaskVersion, 1);
}
