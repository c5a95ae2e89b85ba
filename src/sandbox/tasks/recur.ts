import { expandDays } from '../recurrence/expand.ts';
import { ruleText } from '../recurrence/legacy.ts';
import { parseRule } from '../recurrence/rule.ts';
import { recurrenceSteps } from './limits.ts';
import type { TaskFields } from './task.ts';

const msPerDay = 86_400_000;

/**
 * The task that follows a recurring one that was done: not begun, at the next date, with one occurrence less; undefined
 * when the series has ended. Open-Xchange makes it a task of its own and leaves the done one as it is.
 */
export function nextTask(done: TaskFields): TaskFields | undefined {
  const { recurrence, start, end, date_completed: _done, ...rest } = done;
  if (!recurrence || start === undefined || end === undefined) return undefined;
  const { occurrences, until, ...pattern } = recurrence;
  if (occurrences !== undefined && occurrences <= 1) return undefined;
  const first = Math.floor(start / msPerDay);
  let steps = 0;
  for (const day of expandDays(parseRule(ruleText(pattern)), first)) {
    steps += 1;
    if (steps > recurrenceSteps || (until !== undefined && day * msPerDay > until)) return undefined;
    if (day === first) continue;
    const shift = (day - first) * msPerDay;
    return {
      ...rest,
      recurrence: { ...recurrence, ...(occurrences === undefined ? {} : { occurrences: occurrences - 1 }) },
      start: start + shift,
      end: end + shift,
      status: 1,
      percent_completed: 0,
    };
  }
  return undefined;
}
