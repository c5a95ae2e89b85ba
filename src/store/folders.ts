import {
  decodeBag,
  ec,
  encodeBag,
  getString,
  MapiError,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  removeProperty,
  setProperty,
} from '../mapi/index.ts';
import { isStoredFolderTag, mirroredFolderTags } from './computed-folder.ts';
import type { FolderEvent } from './events.ts';
import { checkNewId } from './given-id.ts';
import type { FolderRow, MailboxContext } from './internal.ts';
import { inMemory } from './large-value.ts';
import { storeLimits } from './limits.ts';
import { timeColumn } from './message-columns.ts';
import { copyMessages } from './message-copy.ts';
import { clearFolder, deleteAll } from './message-delete.ts';
import { queue } from './outbox.ts';
import { ownSourceKey } from './source-keys.ts';
import { collationKey } from './tables/collation.ts';
import type {
  BulkResult,
  DeleteOptions,
  Folder,
  FolderId,
  FolderRole,
  GivenFolderVersion,
  NewFolder,
  Origin,
} from './types.ts';
import { nextVersion } from './versions.ts';

/** The row of a folder that is not soft-deleted. */
export const folderRow = (context: MailboxContext, id: FolderId): Promise<FolderRow | undefined> =>
  context
    .db()
    .selectFrom('folder')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', id)
    .where('deleted', '=', 0)
    .executeTakeFirst();

async function needFolder(context: MailboxContext, id: FolderId): Promise<FolderRow> {
  const row = await folderRow(context, id);
  if (!row) throw new MapiError(ec.notFound, 'no such folder');
  return row;
}

/** Children of these folders that are (not) soft-deleted, by display name. */
const childRows = (context: MailboxContext, parentId: FolderId, deleted: 0 | 1): Promise<FolderRow[]> =>
  context
    .db()
    .selectFrom('folder')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('parent_id', '=', parentId)
    .where('deleted', '=', deleted)
    .orderBy('name_key')
    .orderBy('id')
    .execute();

/** See {@link Mailbox.childFolders}. */
export async function childFolders(
  context: MailboxContext,
  id: FolderId,
  options: { deep?: boolean; softDeleted?: boolean } = {},
): Promise<Folder[]> {
  const rows = await (options.deep ? subtree : childRows)(context, id, options.softDeleted ? 1 : 0);
  return rows.map((row) => context.folderFromRow(row));
}

/** All folders below one, each before its children. */
async function subtree(context: MailboxContext, id: FolderId, deleted: 0 | 1 = 0): Promise<FolderRow[]> {
  const rows = await context
    .db()
    .selectFrom('folder')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('deleted', '=', deleted)
    .orderBy('name_key')
    .orderBy('id')
    .execute();
  const byParent = Map.groupBy(rows, (row) => row.parent_id);
  const result: FolderRow[] = [];
  const visit = (parent: FolderId) => {
    for (const row of byParent.get(parent) ?? []) {
      result.push(row);
      visit(row.id);
    }
  };
  visit(id);
  return result;
}

function checkName(displayName: string): string {
  if (displayName === '' || displayName.length > storeLimits.displayNameLength || displayName.includes('\0')) {
    throw new MapiError(ec.invalidParam, 'not a folder name');
  }
  return collationKey(displayName);
}

/** The sibling that has this name already. */
const namesake = (context: MailboxContext, parentId: FolderId, nameKey: string): Promise<FolderRow | undefined> =>
  context
    .db()
    .selectFrom('folder')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('parent_id', '=', parentId)
    .where('deleted', '=', 0)
    .where('name_key', '=', nameKey)
    .executeTakeFirst();

async function checkUnique(
  context: MailboxContext,
  parentId: FolderId,
  nameKey: string,
  self?: FolderId,
): Promise<void> {
  const other = await namesake(context, parentId, nameKey);
  if (other && other.id !== self) throw new MapiError(ec.duplicateName, 'a folder of that name is there already');
}

/** A folder to be made: what a client can ask for, and what only the mailbox itself does. */
interface FolderToMake extends Omit<NewFolder, 'parentId' | 'type'> {
  readonly parentId: FolderId | undefined;
  readonly type?: Folder['type'];
  readonly role?: FolderRole;
}

/** See {@link Mailbox.createFolder}. */
export const createFolder = (
  context: MailboxContext,
  input: NewFolder,
  origin: Origin,
): Promise<{ folder: Folder; existed: boolean }> =>
  context.transaction(async () => {
    const nameKey = checkName(input.displayName);
    const parent = await needFolder(context, input.parentId);
    if (parent.type === 'search') throw new MapiError(ec.notSupported, 'search folders have no subfolders');
    if ((await ancestors(context, parent)).length >= storeLimits.folderDepth) throw new MapiError(ec.tooBig);
    const existing = await namesake(context, input.parentId, nameKey);
    if (existing) {
      if (!input.openExisting) throw new MapiError(ec.duplicateName, 'a folder of that name is there already');
      return { folder: context.folderFromRow(existing), existed: true };
    }
    return { folder: await insertFolder(context, input, origin), existed: false };
  });

/** Writes a new folder. Only in a transaction. */
export async function insertFolder(context: MailboxContext, input: FolderToMake, origin: Origin): Promise<Folder> {
  const first = await context.allocate(2);
  const cn = first + 1;
  const id = input.id ?? first;
  if (input.id !== undefined) await checkNewId(context, 'folder', input.id, first);
  const bag: PropertyBag = new Map();
  await setProperties(bag, input.properties ?? new Map());
  if (input.comment !== undefined) setProperty(bag, PidTag.Comment, input.comment);
  const now = context.now();
  const sourceKey = ownSourceKey(context, input.sourceKey, id);
  await context
    .db()
    .insertInto('folder')
    .values({
      mailbox_id: context.mailbox.id,
      id,
      parent_id: input.parentId ?? null,
      role: input.role ?? null,
      type: input.type ?? 'generic',
      display_name: input.displayName,
      name_key: checkName(input.displayName),
      ...nextVersion(context, cn, undefined, input),
      source_key: sourceKey,
      content_count: 0,
      unread_count: 0,
      associated_count: 0,
      child_count: 0,
      hierarchy_changes: 0,
      deleted_count: 0,
      deleted_total: 0,
      size: 0,
      created: now,
      last_modified: input.lastModified === undefined ? now : timeColumn(input.lastModified),
      contents_modified: now,
      deleted: 0,
      properties: encodeBag(bag),
    })
    .execute();
  if (sourceKey) context.afterCommit(() => context.foreignFolderKeys.set(id, sourceKey));
  if (input.parentId !== undefined) await countChildren(context, input.parentId, 1, origin);
  emit(context, { kind: 'created', folderId: id, parentId: input.parentId, origin });
  await queue(context, 'folder', id, cn, origin);
  return context.folderFromRow((await folderRow(context, id))!);
}

const emit = (context: MailboxContext, event: Omit<FolderEvent, 'object'>): void =>
  context.emit({ object: 'folder', ...event });

async function countChildren(context: MailboxContext, id: FolderId, by: 1 | -1, origin: Origin): Promise<void> {
  await context
    .db()
    .updateTable('folder')
    .set((eb) => ({
      child_count: eb('child_count', '+', by),
      hierarchy_changes: eb('hierarchy_changes', '+', 1),
    }))
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', id)
    .execute();
  context.countsChanged(id, origin);
}

/** Puts what is kept in a folder's bag into it. Errors: ecTooBig. */
async function setProperties(bag: PropertyBag, set: ReadonlyPropertyBag): Promise<void> {
  for (const [tag, value] of set) {
    if (isStoredFolderTag(tag)) setProperty(bag, tag, await inMemory(tag, value, storeLimits.unchunkedBytes));
  }
}

/** See {@link Mailbox.updateFolder}. */
export const updateFolder = (
  context: MailboxContext,
  id: FolderId,
  change: { set?: ReadonlyPropertyBag; remove?: readonly PropertyTag[] } & GivenFolderVersion,
  origin: Origin,
): Promise<Folder> =>
  context.transaction(async () => {
    const before = await needFolder(context, id);
    const set = change.set ?? new Map();
    const displayName = getString(set, PidTag.DisplayName) ?? before.display_name;
    const nameKey = checkName(displayName);
    if (displayName !== before.display_name && before.parent_id !== null) {
      await checkUnique(context, before.parent_id, nameKey, id);
    }
    const cn = await context.allocate(1);
    await writeProperties(context, before, set, change.remove ?? [], {
      display_name: displayName,
      name_key: nameKey,
      ...nextVersion(context, cn, before.pcl, change),
      ...(change.lastModified === undefined ? {} : { last_modified: timeColumn(change.lastModified) }),
    });
    const tags = [...set.keys(), ...(change.remove ?? [])];
    emit(context, { kind: 'modified', folderId: id, parentId: before.parent_id ?? undefined, tags, origin });
    await queue(context, 'folder', id, cn, origin);
    await mirror(context, before, set, change.remove ?? [], origin);
    return context.folderFromRow(await needFolder(context, id));
  });

async function writeProperties(
  context: MailboxContext,
  row: FolderRow,
  set: ReadonlyPropertyBag,
  remove: readonly PropertyTag[],
  columns: Partial<FolderRow>,
): Promise<void> {
  const bag = decodeBag(row.properties);
  for (const tag of remove) removeProperty(bag, tag);
  await setProperties(bag, set);
  await context
    .db()
    .updateTable('folder')
    .set({ last_modified: context.now(), ...columns, properties: encodeBag(bag) })
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', row.id)
    .execute();
}

/** What Outlook writes to Inbox it may read from the root, and the other way round (MS-OXOSFLD 2.2.2). */
async function mirror(
  context: MailboxContext,
  row: FolderRow,
  set: ReadonlyPropertyBag,
  remove: readonly PropertyTag[],
  origin: Origin,
): Promise<void> {
  if (row.role !== 'inbox' && row.role !== 'root') return;
  const shared = new Map([...set].filter(([tag]) => mirroredFolderTags.has(tag)));
  const gone = remove.filter((tag) => mirroredFolderTags.has(tag));
  if (shared.size === 0 && gone.length === 0) return;
  const other = await needFolder(context, context.mailbox.specialFolder(row.role === 'inbox' ? 'root' : 'inbox'));
  const cn = await context.allocate(1);
  await writeProperties(context, other, shared, gone, nextVersion(context, cn, other.pcl));
  const tags = [...shared.keys(), ...gone];
  emit(context, { kind: 'modified', folderId: other.id, parentId: other.parent_id ?? undefined, tags, origin });
}

/** The folder itself and those above it, upwards. */
async function ancestors(context: MailboxContext, row: FolderRow): Promise<FolderRow[]> {
  const line = [row];
  for (let at = row; at.parent_id !== null; line.push(at)) {
    const parent = await folderRow(context, at.parent_id);
    if (!parent) break;
    at = parent;
  }
  return line;
}

/** See {@link Mailbox.moveFolder}. */
export const moveFolder = (
  context: MailboxContext,
  id: FolderId,
  parentId: FolderId,
  displayName: string,
  origin: Origin,
  version: GivenFolderVersion = {},
): Promise<Folder> =>
  context.transaction(async () => {
    const nameKey = checkName(displayName);
    const before = await needFolder(context, id);
    const parent = await needFolder(context, parentId);
    if (before.role !== null) throw new MapiError(ec.accessDenied, 'special folders stay where they are');
    if (parent.type === 'search') throw new MapiError(ec.notSupported, 'search folders have no subfolders');
    const line = await ancestors(context, parent);
    if (line.some((above) => above.id === id)) throw new MapiError(ec.folderCycle);
    if (line.length >= storeLimits.folderDepth) throw new MapiError(ec.tooBig);
    await checkUnique(context, parentId, nameKey, id);
    const cn = await context.allocate(1);
    await context
      .db()
      .updateTable('folder')
      .set({
        parent_id: parentId,
        display_name: displayName,
        name_key: nameKey,
        last_modified: version.lastModified === undefined ? context.now() : timeColumn(version.lastModified),
        ...nextVersion(context, cn, before.pcl, version),
      })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('id', '=', id)
      .execute();
    if (before.parent_id !== parentId) {
      await countChildren(context, before.parent_id!, -1, origin);
      await countChildren(context, parentId, 1, origin);
    }
    emit(context, {
      kind: 'moved',
      folderId: id,
      parentId,
      oldFolderId: id,
      oldParentId: before.parent_id ?? undefined,
      origin,
    });
    await queue(context, 'folder', id, cn, origin);
    return context.folderFromRow(await needFolder(context, id));
  });

/**
 * See {@link Mailbox.copyFolder}. What is in it is copied piece by piece. Errors besides: ecPartialCompletion when some
 * of it could not be copied.
 */
export async function copyFolder(
  context: MailboxContext,
  id: FolderId,
  parentId: FolderId,
  displayName: string,
  deep: boolean,
  origin: Origin,
): Promise<Folder> {
  const source = await needFolder(context, id);
  const parent = await needFolder(context, parentId);
  if (source.type === 'root') throw new MapiError(ec.accessDenied);
  if ((await ancestors(context, parent)).some((above) => above.id === id)) throw new MapiError(ec.folderCycle);
  const { folder } = await createFolder(
    context,
    {
      parentId,
      displayName,
      type: source.type === 'search' ? 'search' : 'generic',
      properties: decodeBag(source.properties),
    },
    origin,
  );
  let partial = false;
  if (source.type !== 'search') {
    for (const associated of [false, true]) {
      const ids = await context.mailbox.messageIds(id, { associated });
      partial = (await copyMessages(context, id, ids.reverse(), folder.id, origin)).partial || partial;
    }
  }
  if (deep) {
    for (const child of await childRows(context, id, 0)) {
      try {
        await copyFolder(context, child.id, folder.id, child.display_name, true, origin);
      } catch (error) {
        if (!(error instanceof MapiError) || error.code !== ec.partialCompletion) throw error;
        partial = true;
      }
    }
  }
  if (partial) throw new MapiError(ec.partialCompletion, 'some messages could not be copied');
  return context.folderFromRow(await needFolder(context, folder.id));
}

/** See {@link Mailbox.deleteFolder}. */
export const deleteFolder = (
  context: MailboxContext,
  id: FolderId,
  options: DeleteOptions & { messages: boolean; folders: boolean },
  origin: Origin,
): Promise<BulkResult> =>
  context.transaction(async () => {
    const row = await needFolder(context, id);
    if (row.role !== null) throw new MapiError(ec.accessDenied, 'special folders cannot be deleted');
    const below = await subtree(context, id);
    if (below.some((inner) => inner.role !== null)) throw new MapiError(ec.accessDenied);
    const hasMessages = row.type !== 'search' && row.content_count + row.associated_count > 0;
    if ((below.length > 0 && !options.folders) || (hasMessages && !options.messages)) return { partial: true };
    const all = [row, ...below];
    const first = await context.allocate(all.length);
    for (const [index, folder] of all.entries()) await queue(context, 'folder', folder.id, first + index, origin);
    for (const folder of all.reverse()) {
      await clearFolder(context, folder.id, options, origin);
      await removeFolder(context, folder, options);
      emit(context, { kind: 'deleted', folderId: folder.id, parentId: folder.parent_id ?? undefined, origin });
    }
    await countChildren(context, row.parent_id!, -1, origin);
    return { partial: false };
  });

async function removeFolder(context: MailboxContext, row: FolderRow, options: DeleteOptions): Promise<void> {
  const db = context.db();
  await db
    .deleteFrom('receive_folder')
    .where('mailbox_id', '=', context.mailbox.id)
    .where('folder_id', '=', row.id)
    .execute();
  if (options.hard) {
    await db.deleteFrom('folder').where('mailbox_id', '=', context.mailbox.id).where('id', '=', row.id).execute();
  } else {
    await db
      .updateTable('folder')
      .set({ deleted: 1, deleted_at: context.now() })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('id', '=', row.id)
      .execute();
  }
}

/** See {@link Mailbox.emptyFolder}. */
export async function emptyFolder(
  context: MailboxContext,
  id: FolderId,
  options: DeleteOptions & { associated: boolean; folders: boolean },
  origin: Origin,
): Promise<BulkResult> {
  await needFolder(context, id);
  await deleteAll(context, id, options, origin);
  if (!options.folders) return { partial: false };
  let partial = false;
  const children = [...(await childRows(context, id, 0)), ...(options.hard ? await childRows(context, id, 1) : [])];
  for (const child of children) {
    if (child.role !== null) {
      partial = true;
    } else if (child.deleted) {
      await purge(context, child);
    } else {
      const result = await deleteFolder(
        context,
        child.id,
        { hard: options.hard, messages: true, folders: true },
        origin,
      );
      partial = partial || result.partial;
    }
  }
  return { partial };
}

/** Removes a soft-deleted folder for good, with those below it. */
const purge = (context: MailboxContext, row: FolderRow): Promise<void> =>
  context.transaction(async () => {
    for (const folder of [row, ...(await subtree(context, row.id, 1))].reverse()) {
      await context
        .db()
        .deleteFrom('message')
        .where('mailbox_id', '=', context.mailbox.id)
        .where('folder_id', '=', folder.id)
        .execute();
      await removeFolder(context, folder, { hard: true });
    }
  });
