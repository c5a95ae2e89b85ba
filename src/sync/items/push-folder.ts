import { BackendError, type RemoteItemFolder } from '../../backends/index.ts';
import type { Folder, FolderId, FolderLink, OutboxRow } from '../../store/index.ts';
import { fromBackend } from '../account.ts';
import { stillUnderWay } from '../attempt.ts';
import { isBelow, withFreeName } from '../folder-place.ts';
import { creationOf, readFolderBase, writeBase } from '../links.ts';
import { forgetFolder } from '../pull-tree.ts';
import { ignoreMissing, unlessMissing, Waiting } from '../waiting.ts';
import { kindOfFolder } from './kinds.ts';
import { isItemFolderLink, itemFolder, parseItemFolder, readItemBase } from './links.ts';
import type { ItemSync, KindSync } from './sync.ts';

/** Whether a row is about a folder of items: by what the folder is for, or by what it is tied to. */
export async function isItemFolderRow(items: ItemSync, row: OutboxRow): Promise<boolean> {
  const { mailbox } = items.account;
  const link = await mailbox.sync.folderLink(row.objectKey);
  if (link && isItemFolderLink(link)) return true;
  const folder = await mailbox.folder(row.objectKey);
  if (folder) return kindOfFolder(folder) !== undefined;
  return (await readCreation(items, row.objectKey)) !== undefined;
}

/** Brings the backend in step with one folder that a client created, renamed, moved or deleted. */
export async function pushItemFolder(items: ItemSync, row: OutboxRow): Promise<void> {
  const { mailbox } = items.account;
  const folderId = row.objectKey;
  await leaveMail(items, folderId);
  const folder = await mailbox.folder(folderId);
  const creation = await readCreation(items, folderId);
  const link =
    (await mailbox.sync.folderLink(folderId)) ?? (creation && (await settleCreation(items, folderId, creation)));
  const kind = link ? parseItemFolder(link.remoteId)!.kind : folder && kindOfFolder(folder)?.name;
  const sync = items.kinds.find((one) => one.kind.name === kind);
  if (sync && link && (!folder || (await isThrownAway(items, folder)))) await removeRemote(items, sync, link);
  else if (sync && folder && link) await changeRemote(items, sync, folder, link);
  else if (sync && folder) await createRemote(items, sync, folder);
  await mailbox.sync.setCursor(creationOf(folderId), undefined);
  await mailbox.sync.finishOutbox(row);
}

/** A folder is made before it is told what it is for, and may have become one of mail in between. */
async function leaveMail({ account }: ItemSync, folderId: FolderId): Promise<void> {
  const link = await account.mailbox.sync.folderLink(folderId);
  if (!link || isItemFolderLink(link)) return;
  const status = (await account.backend.mail.statuses([link.remoteId])).get(link.remoteId);
  if (status?.total === 0) await ignoreMissing(() => account.backend.mail.deleteFolder(link.remoteId, true));
  await forgetFolder(account, link);
}

/**
 * The remote folder, as links name it, of a local one; made when it is missing. Undefined for folders that the backend does
 * not have. Throws Waiting before the folders are known.
 */
export async function remoteItemFolderOf(
  items: ItemSync,
  sync: KindSync,
  folderId: FolderId,
): Promise<string | undefined> {
  const { mailbox } = items.account;
  const folder = await mailbox.folder(folderId);
  if (!folder || kindOfFolder(folder) !== sync.kind || (await isThrownAway(items, folder))) return undefined;
  const link = await mailbox.sync.folderLink(folderId);
  if (link && isItemFolderLink(link)) return link.remoteId;
  if (folder.role !== undefined) {
    if (folder.role === sync.kind.role) throw new Waiting('the folders of the backend are not known yet');
    return undefined;
  }
  const creation = await readCreation(items, folderId);
  const settled = creation && (await settleCreation(items, folderId, creation));
  return settled ? settled.remoteId : createRemote(items, sync, folder);
}

/** What lies in Deleted Items is not on the backend, whose trash holds mail alone. */
const isThrownAway = ({ account }: ItemSync, folder: Folder): Promise<boolean> =>
  isBelow(account, folder.id, account.mailbox.specialFolder('deletedItems'));

interface Creation {
  readonly kind: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly at: number;
}

async function readCreation({ account }: ItemSync, folderId: FolderId): Promise<Creation | undefined> {
  const note = await account.mailbox.sync.cursor(creationOf(folderId));
  const creation = note === undefined ? undefined : (JSON.parse(note) as Partial<Creation>);
  return creation?.kind === undefined ? undefined : (creation as Creation);
}

const entryAt = (tree: readonly RemoteItemFolder[], name: string, parentId: string | null) =>
  tree.find((entry) => entry.name === name && (entry.parentId ?? null) === parentId);

const linkOf = async ({ account }: ItemSync, remoteFolder: string): Promise<FolderLink | undefined> =>
  (await account.mailbox.sync.folderLinks()).find((link) => link.remoteId === remoteFolder);

/** The folder that an attempt made whose answer never came. Throws Waiting while it may still be under way. */
async function settleCreation(
  items: ItemSync,
  folderId: FolderId,
  creation: Creation,
): Promise<FolderLink | undefined> {
  const sync = items.kinds.find((one) => one.kind.name === creation.kind)!;
  const made = entryAt(await sync.backend.folders(), creation.name, creation.parentId);
  if (made && !(await linkOf(items, itemFolder(sync.kind.name, made.id))))
    return tie(items, sync, folderId, made.id, creation);
  stillUnderWay(items.account, creation);
  await items.account.mailbox.sync.setCursor(creationOf(folderId), undefined);
  return undefined;
}

async function tie(
  { account }: ItemSync,
  { kind }: KindSync,
  folderId: FolderId,
  id: string,
  { name, parentId }: { readonly name: string; readonly parentId: string | null },
): Promise<FolderLink> {
  const { mailbox } = account;
  const base = writeBase({ name, parentId: parentId ?? undefined });
  const link = { folderId, remoteId: itemFolder(kind.name, id), base };
  await mailbox.transaction(async () => {
    await mailbox.sync.setFolderLink(link);
    await mailbox.sync.setCursor(creationOf(folderId), undefined);
  });
  return link;
}

/** The remote folder that the local parent stands for; null when that is none of the kind. */
async function remoteParent(items: ItemSync, sync: KindSync, folder: Folder): Promise<string | null> {
  if (folder.parentId === undefined) return null;
  const parent = await remoteItemFolderOf(items, sync, folder.parentId);
  return parent === undefined ? null : parseItemFolder(parent)!.id;
}

async function createRemote(items: ItemSync, sync: KindSync, folder: Folder): Promise<string | undefined> {
  if (folder.role !== undefined || (await isThrownAway(items, folder))) return undefined;
  const { mailbox, clock } = items.account;
  const parentId = await remoteParent(items, sync, folder);
  const tree = await sync.backend.folders();
  let name = folder.displayName;
  // A folder of this name at this place is this folder, unless it stands for another one here.
  for (let taken = entryAt(tree, name, parentId); taken; taken = entryAt(tree, name, parentId)) {
    if (!(await linkOf(items, itemFolder(sync.kind.name, taken.id))))
      return (await tie(items, sync, folder.id, taken.id, { name, parentId })).remoteId;
    name = await anotherName(items, folder, name);
  }
  const creation: Creation = { kind: sync.kind.name, name, parentId, at: clock() };
  await mailbox.sync.setCursor(creationOf(folder.id), JSON.stringify(creation));
  try {
    const id = await sync.backend.createFolder(parentId ?? undefined, name);
    return (await tie(items, sync, folder.id, id, { name, parentId })).remoteId;
  } catch (error) {
    if (!(error instanceof BackendError) || (error.kind !== 'conflict' && error.kind !== 'notFound')) throw error;
    await mailbox.sync.setCursor(creationOf(folder.id), undefined);
    throw new Waiting('the folders were changed elsewhere');
  }
}

/** Gives a local folder a name that is free on both sides, counting on from the one that is taken. */
async function anotherName({ account }: ItemSync, folder: Folder, taken: string): Promise<string> {
  const match = /^(.*) \((\d+)\)$/.exec(taken);
  const name = `${match?.[1] ?? taken} (${Number(match?.[2] ?? 1) + 1})`;
  const renamed = await withFreeName(name, (free) =>
    account.mailbox.moveFolder(folder.id, folder.parentId!, free, fromBackend),
  );
  return renamed.displayName;
}

async function changeRemote(items: ItemSync, sync: KindSync, folder: Folder, link: FolderLink): Promise<void> {
  if (folder.role !== undefined) return;
  const { mailbox, log } = items.account;
  const parent = await remoteParent(items, sync, folder);
  const { intended, ...base } = readFolderBase(link);
  const wanted = { name: folder.displayName, parentId: parent ?? undefined };
  const isRenamed = wanted.name !== base.name;
  const isMoved = wanted.parentId !== base.parentId;
  if (!isRenamed && !isMoved && !intended) return;
  await mailbox.sync.setFolderLink({ ...link, base: writeBase({ ...base, intended: wanted }) });
  const { id } = parseItemFolder(link.remoteId)!;
  try {
    await sync.backend.changeFolder(id, {
      ...(isRenamed || intended ? { name: wanted.name } : {}),
      ...(isMoved || intended ? { parentId: parent } : {}),
    });
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (error.kind === 'notFound') {
      sync.known = false;
      throw new Waiting('the folder was deleted elsewhere');
    }
    if (error.kind === 'conflict') {
      await anotherName(items, folder, folder.displayName);
      throw new Waiting('another folder has this name');
    }
    if (error.kind !== 'refused' && error.kind !== 'denied') throw error;
    log.warn({ folder: link.remoteId, reason: error.message }, 'the backend refused to move or rename a folder');
    await backToBase(items, sync, folder, link, base);
    return;
  }
  await mailbox.sync.setFolderLink({ ...link, base: writeBase({ ...base, ...wanted }) });
}

/** A place or a name that the backend will not have: the folder goes back to where it is there. */
async function backToBase(
  items: ItemSync,
  sync: KindSync,
  folder: Folder,
  link: FolderLink,
  base: { readonly name: string; readonly parentId: string | undefined },
): Promise<void> {
  const { mailbox } = items.account;
  const parent =
    base.parentId === undefined
      ? mailbox.specialFolder('ipmSubtree')
      : (await linkOf(items, itemFolder(sync.kind.name, base.parentId)))?.folderId;
  if (parent !== undefined)
    await withFreeName(base.name, (free) => mailbox.moveFolder(folder.id, parent, free, fromBackend));
  await mailbox.sync.setFolderLink({ ...link, base: writeBase(base) });
}

/**
 * Deletes the remote folder of one that a client deleted, with what the client saw in it. What was moved out of it goes
 * first to where it belongs; what came into it, or was changed in it, unseen stays, and so does the folder, which then
 * appears again.
 */
async function removeRemote(items: ItemSync, sync: KindSync, link: FolderLink): Promise<void> {
  const { account } = items;
  const { mailbox } = account;
  const tree = await sync.backend.folders();
  const inside = insideOf(tree, parseItemFolder(link.remoteId)!.id);
  const kept = new Set<string | undefined>();
  // The deepest first.
  for (const entry of inside.reverse()) {
    const own = await linkOf(items, itemFolder(sync.kind.name, entry.id));
    const folder = own && (await mailbox.folder(own.folderId));
    if (folder && !(await isThrownAway(items, folder))) {
      if ((await remoteParent(items, sync, folder)) !== (entry.parentId ?? null)) {
        await changeRemote(items, sync, folder, own);
        throw new Waiting('a folder had to be moved out first');
      }
      kept.add(entry.parentId);
      continue;
    }
    const { gone, unseen } = await lookInside(items, sync, entry.id);
    if (unseen === 0 && own && !kept.has(entry.id)) {
      try {
        await ignoreMissing(() => sync.backend.deleteFolder(entry.id));
      } catch (error) {
        if (!(error instanceof BackendError) || (error.kind !== 'denied' && error.kind !== 'refused')) throw error;
        account.log.warn({ folder: own.remoteId, reason: error.message }, 'the backend refused to delete a folder');
      }
    } else {
      for (const { id, stamp } of gone) await ignoreMissing(() => sync.backend.remove(entry.id, id, stamp));
      kept.add(entry.parentId);
      account.log.info({ folder: entry.id }, 'a deleted folder has something new in it and stays');
    }
    if (own) await forgetFolder(account, own);
  }
  if (inside.length === 0) await forgetFolder(account, link);
  sync.known = false;
}

/** A folder and those below it, parents first. */
function insideOf(tree: readonly RemoteItemFolder[], id: string): RemoteItemFolder[] {
  const found = tree.filter((entry) => entry.id === id);
  for (let at = 0; at < found.length; at += 1) found.push(...tree.filter((entry) => entry.parentId === found[at]!.id));
  return found;
}

/** Of the items in a remote folder: those that were deleted here, and how many nobody here saw as they are. */
async function lookInside(
  items: ItemSync,
  { kind, backend }: KindSync,
  id: string,
): Promise<{ gone: { id: string; stamp: number }[]; unseen: number }> {
  const { mailbox } = items.account;
  const gone: { id: string; stamp: number }[] = [];
  let unseen = 0;
  for (const [itemId, stamp] of (await unlessMissing(() => backend.stamps(id))) ?? []) {
    const link = await mailbox.sync.linkByRemoteId(itemFolder(kind.name, id), itemId);
    const message = link && (await mailbox.messageByKey(link.key));
    if (!link || readItemBase(link).stamp !== stamp) unseen += 1;
    else if (!message || !(await isElsewhere(items, kind, message.folderId))) gone.push({ id: itemId, stamp });
    else throw new Waiting('an item had to be moved out first');
  }
  return { gone, unseen };
}

/** Whether an item that left a deleted folder is in another one that the backend has: its own row moves it there. */
async function isElsewhere(items: ItemSync, kind: KindSync['kind'], folderId: FolderId): Promise<boolean> {
  const folder = await items.account.mailbox.folder(folderId);
  return folder !== undefined && kindOfFolder(folder) === kind && !(await isThrownAway(items, folder));
}
