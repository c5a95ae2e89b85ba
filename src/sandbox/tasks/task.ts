import type { Core } from '../core.ts';
import type { Participant } from '../items/participants.ts';
import type { LegacyRecurrence } from '../recurrence/legacy.ts';

/** Somebody who was asked to do a task; confirm: 0 none, 1 accepted, 2 declined, 3 tentative. */
export interface TaskUser {
  readonly id: number;
  readonly confirm: number;
  readonly message?: string;
}

/** What a task says. Texts and numbers have the names of the API. */
export interface TaskFields {
  readonly title?: string;
  readonly note?: string;
  readonly categories?: string;
  readonly color_label?: number;
  readonly private_flag?: boolean;
  /** Of days: ms of midnight UTC; with a time of day: ms UTC. */
  readonly start?: number;
  readonly end?: number;
  readonly full_time: boolean;
  readonly status: number;
  readonly percent_completed: number;
  readonly priority?: number;
  readonly date_completed?: number;
  readonly actual_costs?: number;
  readonly target_costs?: number;
  readonly actual_duration?: string;
  readonly target_duration?: string;
  readonly billing_information?: string;
  readonly companies?: string;
  readonly currency?: string;
  readonly trip_meter?: string;
  readonly recurrence?: LegacyRecurrence;
  readonly participants: readonly Participant[];
  readonly users: readonly TaskUser[];
  /** By user id, ms UTC: everybody has an own one (reference 7.2). */
  readonly alarms: Readonly<Record<string, number>>;
  readonly number_of_attachments?: number;
  readonly newest_attachment?: number;
}

/** A task as it is stored; it lies in the folders of `task_place`. */
export interface TaskRow {
  readonly id: number;
  readonly uid: string;
  readonly fields: string;
  readonly created: number;
  readonly created_by: number;
  readonly modified: number;
  readonly modified_by: number;
}

export const fieldsOf = (row: TaskRow): TaskFields => JSON.parse(row.fields) as TaskFields;

/** Folders that hold a task. */
export function placesOf(core: Core, id: number): number[] {
  return core.db
    .all<{ folder: number }>('SELECT folder FROM task_place WHERE task = ? ORDER BY folder', id)
    .map(({ folder }) => folder);
}
