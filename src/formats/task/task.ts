import type { Pattern } from '../calendar/series.ts';
import type { CommonFields } from '../item/common.ts';

/** A day, `YYYY-MM-DD`. Outlook knows tasks by days alone. */
export interface TaskDay {
  day: string;
  /** The exact time, ms since 1970, where the other side told one. */
  at?: number;
}

/** PidLidTaskStatus without "not started", which is absent. */
export type TaskStatus = 'inProgress' | 'completed' | 'waiting' | 'deferred';

/** How a task repeats; plain data, so that it compares. */
export interface TaskRecurrence {
  /** First day of the pattern. */
  start: string;
  pattern: Pattern;
  end: { kind: 'never' } | { kind: 'until'; day: string } | { kind: 'count'; count: number };
  /** 0 Sunday – 6 Saturday. */
  weekStart: number;
  /** The next begins when the last is done. */
  regenerate?: true;
}

/** A task as Outlook and Open-Xchange know it, in terms of none of them. Absent means that there is nothing. */
export interface Task extends CommonFields {
  subject?: string;
  /** Absent for "not started". */
  status?: TaskStatus;
  /** 0–100, where it is not what the status says (100 when completed, else 0). */
  percentComplete?: number;
  start?: TaskDay;
  due?: TaskDay;
  completed?: TaskDay;
  /** Absent for normal. */
  importance?: 'low' | 'high';
  /** When to remind, ms since 1970. */
  reminder?: number;
  /** Minutes. */
  actualEffort?: number;
  /** Minutes. */
  estimatedEffort?: number;
  owner?: string;
  role?: string;
  billingInformation?: string;
  mileage?: string;
  companies?: string[];
  actualCosts?: number;
  targetCosts?: number;
  currency?: string;
  recurrence?: TaskRecurrence;
}

/** The percentage that a status stands for. */
export const impliedPercent = (status: TaskStatus | undefined): number => (status === 'completed' ? 100 : 0);
