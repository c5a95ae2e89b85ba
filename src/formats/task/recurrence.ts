import { WireError } from '../../wire/index.ts';
import { plainDate } from '../calendar/day-number.ts';
import { seriesOfPattern } from '../calendar/mapi-to-pattern.ts';
import { canonicalPattern, firstPatternDay } from '../calendar/pattern-days.ts';
import { patternOfSeries } from '../calendar/pattern-to-mapi.ts';
import { readTaskRecurrence, writeTaskRecurrence } from '../calendar/recurrence-pattern.ts';
import type { Series } from '../calendar/series.ts';
import type { TaskRecurrence } from './task.ts';

const atMidnight = (day: string): Temporal.PlainDateTime => Temporal.PlainDate.from(day).toPlainDateTime();

/** The series of a task: midnights without length. */
export function taskSeries({ start, pattern, end, weekStart, regenerate }: TaskRecurrence): Series {
  return {
    pattern,
    weekStart,
    end: end.kind === 'until' ? { kind: 'until', date: Temporal.PlainDate.from(end.day) } : end,
    start: atMidnight(start),
    durationMinutes: 0,
    deleted: [],
    modified: [],
    ...(regenerate ? { regenerate } : {}),
  };
}

/** How a task repeats that has this series. */
export function taskRecurrence({ start, pattern, end, weekStart, regenerate }: Series): TaskRecurrence {
  return {
    start: start.toPlainDate().toString(),
    pattern: canonicalPattern(pattern, start),
    end: end.kind === 'until' ? { kind: 'until', day: end.date.toString() } : { ...end },
    weekStart,
    ...(regenerate ? { regenerate: true } : {}),
  };
}

/** The same recurrence, beginning on the first day on or after its start on which its pattern falls. */
export function alignedRecurrence(recurrence: TaskRecurrence): TaskRecurrence {
  const series = taskSeries(recurrence);
  const first = firstPatternDay(series);
  const start = first === undefined ? series.start : plainDate(first).toPlainDateTime();
  return taskRecurrence({ ...series, start });
}

/** What PidLidTaskRecurrence says (MS-OXOTASK 2.2.2.2.15); undefined when it is broken. */
export function parseTaskRecurrence(blob: Uint8Array): TaskRecurrence | undefined {
  try {
    return taskRecurrence(seriesOfPattern(readTaskRecurrence(blob), 0, 0));
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** PidLidTaskRecurrence of a task. */
export const formatTaskRecurrence = (recurrence: TaskRecurrence): Buffer =>
  writeTaskRecurrence(patternOfSeries(taskSeries(recurrence)));
