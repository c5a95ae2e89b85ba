import type { Core } from '../core.ts';
import { standardFolderOf } from '../folders/groupware.ts';
import { attachmentModule, dropAttachments } from '../items/attachments.ts';
import { bury, unbury } from '../items/tombstones.ts';
import { placesOf, type TaskFields, type TaskRow } from './task.ts';

export interface NewTask {
  readonly uid: string;
  readonly fields: TaskFields;
  readonly folders: readonly number[];
  readonly by: number;
}

/** Stores a task in its folders; returns its id and stamp. */
export function insertTask(core: Core, task: NewTask): { id: number; stamp: number } {
  const stamp = core.stamps.next();
  const { id } = core.db.run(
    'INSERT INTO task (uid, fields, created, created_by, modified, modified_by) VALUES (?, ?, ?, ?, ?, ?)',
    task.uid,
    JSON.stringify(task.fields),
    stamp,
    task.by,
    stamp,
    task.by,
  );
  for (const folder of task.folders) place(core, id, folder, stamp);
  return { id, stamp };
}

/** Stores what became of a task; the folders it leaves keep a tombstone. Returns the stamp. */
export function updateTask(
  core: Core,
  row: TaskRow,
  fields: TaskFields,
  folders: readonly number[],
  by: number,
): number {
  const stamp = core.stamps.next();
  core.db.run(
    'UPDATE task SET fields = ?, modified = ?, modified_by = ? WHERE id = ?',
    JSON.stringify(fields),
    stamp,
    by,
    row.id,
  );
  const before = placesOf(core, row.id);
  for (const folder of before) if (!folders.includes(folder)) leave(core, row, folder, stamp);
  core.db.run('UPDATE task_place SET modified = ? WHERE task = ?', stamp, row.id);
  for (const folder of folders) if (!before.includes(folder)) place(core, row.id, folder, stamp);
  return stamp;
}

export function deleteTask(core: Core, row: TaskRow): void {
  const stamp = core.stamps.next();
  for (const folder of placesOf(core, row.id)) leave(core, row, folder, stamp);
  core.db.run('DELETE FROM task WHERE id = ?', row.id);
  dropAttachments(core, attachmentModule.task, row.id);
}

function place(core: Core, task: number, folder: number, stamp: number): void {
  core.db.run('INSERT INTO task_place (task, folder, modified) VALUES (?, ?, ?)', task, folder, stamp);
  unbury(core, 'tasks', folder, task);
}

function leave(core: Core, row: TaskRow, folder: number, stamp: number): void {
  core.db.run('DELETE FROM task_place WHERE task = ? AND folder = ?', row.id, folder);
  bury(core, 'tasks', folder, row.id, stamp, row.uid);
}

/**
 * The folders of a task whose own one is given: users who take part have it in their default folder too, unless it is in
 * a public folder (reference 7.2).
 */
export function foldersFor(
  core: Core,
  own: { readonly id: number; readonly owner: number | null; readonly isPublic: boolean },
  users: readonly number[],
): number[] {
  if (own.isPublic) return [own.id];
  const others = users.filter((user) => user !== own.owner);
  return [own.id, ...others.map((user) => standardFolderOf(core, user, 'tasks')!)];
}
