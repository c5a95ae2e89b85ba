import { eventsIn, removeEvent } from '../chronos/store.ts';
import type { Core } from '../core.ts';
import { deleteTask } from '../tasks/store.ts';
import type { TaskRow } from '../tasks/task.ts';
import { attachmentModule, dropAttachments } from './attachments.ts';
import { bury } from './tombstones.ts';

/** Deletes everything in a folder, whatever it holds. */
export function removeItems(core: Core, folder: number): void {
  const stamp = core.stamps.next();
  for (const { id } of core.db.all<{ id: number }>('DELETE FROM contact WHERE folder = ? RETURNING id', folder)) {
    bury(core, 'contacts', folder, id, stamp);
    dropAttachments(core, attachmentModule.contact, id);
  }
  const tasks = core.db.all<TaskRow>(
    'SELECT t.* FROM task_place p JOIN task t ON t.id = p.task WHERE p.folder = ?',
    folder,
  );
  for (const task of tasks) deleteTask(core, task);
  for (const event of eventsIn(core, folder, null, null)) removeEvent(core, event);
}
