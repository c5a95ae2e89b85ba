import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { covers, type ItemFolder, noteItemChange } from '../../items/folder.ts';
import { changedTask, emptyTask, type TaskWriter } from '../../tasks/change.ts';
import { nextTask } from '../../tasks/recur.ts';
import { deleteTask, foldersFor, insertTask, updateTask } from '../../tasks/store.ts';
import { fieldsOf, placesOf, type TaskFields, type TaskRow } from '../../tasks/task.ts';
import { unshiftOf } from '../../time.ts';
import { write } from '../../write.ts';
import { findTask, openTaskFolder, type SeenTask } from './shared.ts';

const writerOf = (request: ActionRequest): TaskWriter => ({
  personId: request.person.id,
  unshift: unshiftOf(request),
});

const usersOf = (fields: TaskFields) => fields.users.map(({ id }) => id);

/** A new task in the `folder_id` of the body. */
export const newTask: Action = (core, request) => {
  const body = request.body.object();
  if (body.folder_id === undefined || body.folder_id === null) throw new OxError('TSK-0027');
  return write(core, () => {
    const folder = openTaskFolder(core, request, String(body.folder_id));
    demandCreate(folder);
    const fields = changedTask(core, emptyTask, body, writerOf(request));
    demandPrivatePlace(folder, fields, 'TSK-0008');
    const uid = typeof body.uid === 'string' && body.uid !== '' ? body.uid : crypto.randomUUID();
    const folders = foldersFor(core, folder, usersOf(fields));
    const { id, stamp } = insertTask(core, { uid, fields, folders, by: request.person.id });
    noteFolders(core, request, folders);
    return { data: { id }, timestamp: stamp };
  });
};

/** Changes what the body names, and moves by its `folder_id`. TSK-0007 when the task is newer than `timestamp`. */
export const update: Action = (core, request) => {
  const { parameters, person } = request;
  const body = request.body.object();
  const timestamp = parameters.requiredInteger('timestamp');
  return write(core, () => {
    const { folder, row } = findTask(core, request, parameters.required('folder'), parameters.required('id'));
    demandUnchanged(row, timestamp);
    if (!covers(folder.levels.write, person, row.created_by)) throw new OxError('TSK-0033', String(row.id));
    if (typeof body.uid === 'string' && body.uid !== row.uid) throw new OxError('TSK-0053');
    const before = fieldsOf(row);
    const fields = changedTask(core, before, body, writerOf(request));
    const target =
      body.folder_id === undefined || body.folder_id === null
        ? folder
        : openTaskFolder(core, request, String(body.folder_id));
    if (target.id !== folder.id) demandMove(request, row, folder, target);
    demandPrivatePlace(target, fields, target.id === folder.id ? 'TSK-0008' : 'TSK-0042');
    const folders = foldersAfter(core, row, folder, target, before, fields);
    const stamp = updateTask(core, row, fields, folders, person.id);
    if (fields.status === 3 && before.status !== 3) insertNext(core, request, fields, folders);
    noteFolders(core, request, [...folders, folder.id]);
    return { data: {}, timestamp: stamp };
  });
};

/** Done recurring tasks are followed by a new one, unless it is there already. */
function insertNext(core: Core, request: ActionRequest, done: TaskFields, folders: readonly number[]): void {
  const next = nextTask(done);
  if (!next) return;
  const rows = core.db.all<TaskRow>(
    'SELECT t.* FROM task_place p JOIN task t ON t.id = p.task WHERE p.folder = ?',
    folders[0]!,
  );
  const isThere = rows.some((row) => {
    const fields = fieldsOf(row);
    return fields.title === next.title && fields.start === next.start && fields.percent_completed === 0;
  });
  if (!isThere) insertTask(core, { uid: crypto.randomUUID(), fields: next, folders, by: request.person.id });
}

/** An object or an array of `{id, folder}`, one after another up to the first error (reference 7.1). */
export const remove: Action = (core, request) => {
  const timestamp = request.parameters.requiredInteger('timestamp');
  const body = request.body.json();
  for (const entry of Array.isArray(body) ? body : [body]) {
    const { id, folder, folder_id } = asObject(entry);
    write(core, () =>
      removeOne(core, request, findTask(core, request, String(folder ?? folder_id ?? ''), id), timestamp),
    );
  }
  return { data: [], timestamp };
};

function removeOne(core: Core, request: ActionRequest, { folder, row }: SeenTask, timestamp: number): void {
  demandUnchanged(row, timestamp);
  if (!covers(folder.levels.delete, request.person, row.created_by)) throw new OxError('TSK-0014', String(row.id));
  const places = placesOf(core, row.id);
  const fields = fieldsOf(row);
  const isOthers = folder.owner !== null && row.created_by !== folder.owner && places.length > 1;
  // Somebody who was asked only takes leave of it.
  if (isOthers && fields.users.some(({ id }) => id === folder.owner)) {
    const isOwner = ({ id }: { id?: number }) => id === folder.owner;
    const left = {
      ...fields,
      participants: fields.participants.filter((one) => one.type !== 1 || !isOwner(one)),
      users: fields.users.filter((one) => !isOwner(one)),
    };
    const others = places.filter((place) => place !== folder.id);
    updateTask(core, row, left, others, request.person.id);
  } else deleteTask(core, row);
  noteFolders(core, request, places);
}

/** Body `{confirmation, confirmmessage}`: the answer of the folder's owner, or of the caller. TSK-0018: not asked. */
export const confirm: Action = (core, request) => {
  const { parameters, person } = request;
  const body = request.body.object();
  const answer = Number(body.confirmation ?? body.confirm);
  if (![0, 1, 2, 3].includes(answer)) throw new OxError('SVL-0010', 'confirmation');
  return write(core, () => {
    const folderId = parameters.text('folder') ?? body.folder_id ?? body.folder;
    const id = parameters.text('id') ?? body.id;
    const { folder, row } = findTask(core, request, String(folderId ?? ''), id);
    const timestamp = parameters.integer('timestamp');
    if (timestamp !== undefined) demandUnchanged(row, timestamp);
    const who = folder.owner ?? person.id;
    const fields = fieldsOf(row);
    if (!fields.users.some((user) => user.id === who)) throw new OxError('TSK-0018', String(who));
    const message = typeof body.confirmmessage === 'string' ? { message: body.confirmmessage } : {};
    const users = fields.users.map((user) => (user.id === who ? { id: who, confirm: answer, ...message } : user));
    const folders = placesOf(core, row.id);
    const stamp = updateTask(core, row, { ...fields, users }, folders, person.id);
    noteFolders(core, request, folders);
    return { data: {}, timestamp: stamp };
  });
};

/** A copy in the `folder_id` of the body. */
export const copy: Action = (core, request) => {
  const { parameters, person } = request;
  const target = String(request.body.object().folder_id ?? '');
  return write(core, () => {
    const { row } = findTask(core, request, parameters.required('folder'), parameters.required('id'));
    const folder = openTaskFolder(core, request, target);
    demandCreate(folder);
    const fields = fieldsOf(row);
    demandPrivatePlace(folder, fields, 'TSK-0042');
    const folders = foldersFor(core, folder, usersOf(fields));
    const { id, stamp } = insertTask(core, { uid: crypto.randomUUID(), fields, folders, by: person.id });
    noteFolders(core, request, folders);
    return { data: { id }, timestamp: stamp };
  });
};

/** Where a task lies after a change: the folder of the change gives way to its target, the others follow the users. */
function foldersAfter(
  core: Core,
  row: TaskRow,
  folder: ItemFolder,
  target: ItemFolder,
  before: TaskFields,
  after: TaskFields,
): number[] {
  const usersBefore = foldersFor(core, folder, usersOf(before)).slice(1);
  const kept = placesOf(core, row.id).filter((place) => place !== folder.id && !usersBefore.includes(place));
  return [...new Set([target.id, ...kept, ...foldersFor(core, target, usersOf(after)).slice(1)])];
}

function noteFolders(core: Core, request: ActionRequest, folders: readonly number[]): void {
  for (const folder of new Set(folders)) noteItemChange(core, request.person, 'tasks', folder);
}

function demandUnchanged(row: TaskRow, timestamp: number): void {
  if (row.modified > timestamp) throw new OxError('TSK-0007', String(row.id));
}

function demandCreate(folder: ItemFolder): void {
  if (folder.levels.folder < 2) throw new OxError('TSK-0025', String(folder.id));
}

function demandMove(request: ActionRequest, row: TaskRow, folder: ItemFolder, target: ItemFolder): void {
  if (folder.isShared || target.isShared) throw new OxError('TSK-0034', String(target.id));
  if (!covers(folder.levels.delete, request.person, row.created_by)) throw new OxError('TSK-0014', String(row.id));
  demandCreate(target);
}

function demandPrivatePlace(folder: ItemFolder, fields: TaskFields, code: string): void {
  if (fields.private_flag && (folder.isPublic || folder.isShared)) throw new OxError(code, String(folder.id));
}
