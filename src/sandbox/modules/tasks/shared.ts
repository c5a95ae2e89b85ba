import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { ActionRequest } from '../../http/action.ts';
import { covers, type ItemFolder, openItemFolder } from '../../items/folder.ts';
import { columnNumbers } from '../../mail/select.ts';
import { fieldsOf, placesOf, type TaskRow } from '../../tasks/task.ts';
import { type TaskView, taskArray } from '../../tasks/view.ts';
import { shiftOf } from '../../time.ts';

/** A task in a folder that the person may read. */
export interface SeenTask {
  readonly folder: ItemFolder;
  readonly row: TaskRow;
}

export function openTaskFolder(core: Core, request: ActionRequest, id: string): ItemFolder {
  return openItemFolder(core, request.person, id, 'tasks', 'TSK-0006');
}

/** TSK-0023 without the right to read. */
export function readableFolder(core: Core, request: ActionRequest, id: string): ItemFolder {
  const folder = openTaskFolder(core, request, id);
  if (folder.levels.read === 0) throw new OxError('TSK-0023', id);
  return folder;
}

/** Rights "own" show own tasks only; private ones of others are hidden. */
export function sees(request: ActionRequest, folder: ItemFolder, row: TaskRow): boolean {
  if (!covers(folder.levels.read, request.person, row.created_by)) return false;
  return !folder.isShared || fieldsOf(row).private_flag !== true;
}

/** TSK-0019: there is none; TSK-0048: it is in another folder; TSK-0046: not visible. */
export function findTask(core: Core, request: ActionRequest, folderId: string, id: unknown): SeenTask {
  const folder = readableFolder(core, request, folderId);
  const number = Number(id);
  const row = Number.isSafeInteger(number)
    ? core.db.get<TaskRow>('SELECT * FROM task WHERE id = ?', number)
    : undefined;
  if (!row) throw new OxError('TSK-0019', String(id));
  if (!placesOf(core, row.id).includes(folder.id)) throw new OxError('TSK-0048', String(id));
  if (!sees(request, folder, row)) throw new OxError('TSK-0046', String(id));
  return { folder, row };
}

export function viewIn(core: Core, request: ActionRequest, folder: number): TaskView {
  return { core, folder, personId: request.person.id, shift: shiftOf(request) };
}

/** Tasks as arrays of the asked-for columns. */
export function arrays(core: Core, request: ActionRequest, tasks: readonly SeenTask[]): unknown[][] {
  const columns = columnNumbers(request);
  return tasks.map(({ row, folder }) => taskArray(row, columns, viewIn(core, request, folder.id)));
}
