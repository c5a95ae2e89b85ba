import type { Core } from '../../core.ts';
import { visibleFolders } from '../../folders/groupware.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import type { ItemFolder } from '../../items/folder.ts';
import { tombstonesSince } from '../../items/tombstones.ts';
import { columnNumbers } from '../../mail/select.ts';
import { isDescending, pageOf } from '../../paging.ts';
import { patternTest } from '../../search-term.ts';
import { newestStamp } from '../../stamps.ts';
import { fieldsOf, type TaskRow } from '../../tasks/task.ts';
import { taskColumns, taskObject } from '../../tasks/view.ts';
import { arrays, findTask, readableFolder, type SeenTask, sees, viewIn } from './shared.ts';

function tasksOf(core: Core, request: ActionRequest, folder: ItemFolder): SeenTask[] {
  return core.db
    .all<TaskRow>(
      'SELECT t.* FROM task_place p JOIN task t ON t.id = p.task WHERE p.folder = ? ORDER BY t.id',
      folder.id,
    )
    .filter((row) => sees(request, folder, row))
    .map((row) => ({ folder, row }));
}

const stampOf = (core: Core, tasks: readonly SeenTask[]) =>
  newestStamp(
    tasks.map(({ row }) => row),
    0,
  ) || core.stamps.now();

function sorted(core: Core, request: ActionRequest, tasks: SeenTask[]): SeenTask[] {
  const column = taskColumns[request.parameters.integer('sort') ?? 1];
  if (column) {
    const keys = new Map(
      tasks.map((task) => [task, column[1](task.row, fieldsOf(task.row), viewIn(core, request, task.folder.id))]),
    );
    tasks.sort((one, other) => compare(keys.get(one), keys.get(other)));
  }
  return isDescending(request.parameters) ? tasks.reverse() : tasks;
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one ?? '').localeCompare(String(other ?? ''), 'de');
}

export const all: Action = (core, request) => {
  const tasks = tasksOf(core, request, readableFolder(core, request, request.parameters.required('folder')));
  const { offset, count } = pageOf(request.parameters);
  const page = sorted(core, request, [...tasks]).slice(offset, offset + count);
  return { data: arrays(core, request, page), timestamp: stampOf(core, tasks) };
};

export const list: Action = (core, request) => {
  const tasks = request.body.array().map((value) => {
    const { folder, folder_id, id } = asObject(value);
    return findTask(core, request, String(folder ?? folder_id ?? ''), id);
  });
  return { data: arrays(core, request, tasks), timestamp: stampOf(core, tasks) };
};

export const get: Action = (core, request) => {
  const { parameters } = request;
  const { row, folder } = findTask(core, request, parameters.required('folder'), parameters.required('id'));
  return { data: taskObject(row, viewIn(core, request, folder.id)), timestamp: row.modified };
};

/**
 * Strictly after the stamp; an empty delta answers the request's. Without `ignore` no deletions, and a task of which no
 * column but the id is set shows as a bare id too (reference 1.8).
 */
export const updates: Action = (core, request) => {
  const folder = readableFolder(core, request, request.parameters.required('folder'));
  const since = request.parameters.requiredInteger('timestamp');
  const changed = core.db
    .all<TaskRow>(
      `SELECT t.* FROM task_place p JOIN task t ON t.id = p.task
       WHERE p.folder = ? AND p.modified > ? ORDER BY p.modified, t.id`,
      folder.id,
      since,
    )
    .filter((row) => sees(request, folder, row));
  const ignore = request.parameters.text('ignore') ?? 'deleted';
  const gone = ignore === 'deleted' ? [] : tombstonesSince(core, 'tasks', folder.id, since);
  const columns = columnNumbers(request);
  const rows = arrays(
    core,
    request,
    changed.map((row) => ({ folder, row })),
  );
  const shown = rows.map((values, index) =>
    values.some((value, at) => columns[at] !== 1 && value !== null) ? values : changed[index]!.id,
  );
  return {
    data: [...shown, ...gone.map(({ id }) => id)],
    timestamp: Math.max(newestStamp(changed, since), ...gone.map(({ stamp }) => stamp)),
  };
};

/** By `pattern` in title and note, in one folder or all that are visible, and by `start` and `end` of the due day. */
export const search: Action = (core, request) => {
  const body = request.body.object();
  const fits = patternTest(String(body.pattern ?? '*'));
  const ids =
    body.folder === undefined || body.folder === null
      ? visibleFolders(core, request.person)
          .filter(({ module }) => module === 'tasks')
          .map(({ id }) => id)
      : [body.folder].flat().map(String);
  const [start, end] = [Number(body.start ?? Number.NEGATIVE_INFINITY), Number(body.end ?? Number.POSITIVE_INFINITY)];
  const isBounded = body.start !== undefined || body.end !== undefined;
  const tasks = ids
    .flatMap((id) => tasksOf(core, request, readableFolder(core, request, id)))
    .filter(({ row }) => {
      const fields = fieldsOf(row);
      if (isBounded && !(fields.end !== undefined && fields.end >= start && fields.end <= end)) return false;
      return fits(fields.title ?? '') || fits(fields.note ?? '');
    });
  return { data: arrays(core, request, sorted(core, request, tasks)), timestamp: stampOf(core, tasks) };
};
