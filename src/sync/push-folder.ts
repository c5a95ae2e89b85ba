import { BackendError, type RemoteFolder } from '../backends/index.ts';
import type { Folder, FolderId, FolderLink, Message, OutboxRow } from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { stillUnderWay, storeAttemptOf } from './attempt.ts';
import { withFreeName } from './folder-place.ts';
import { isItemFolderLink } from './items/links.ts';
import { creationOf, type FolderBase, mailFolderLinks, readFolderBase, writeBase } from './links.ts';
import { moveMail } from './move-mail.ts';
import { ownKeyOf } from './oxbow-id.ts';
import { forgetFolder, isMailFolder, isRemoteRole, pullTree } from './pull-tree.ts';
import { ignoreMissing, unlessMissing, Waiting } from './waiting.ts';

/** Brings the backend in step with one folder that a client created, renamed, moved or deleted. */
export async function pushFolder(account: SyncAccount, row: OutboxRow): Promise<void> {
  const { mailbox } = account;
  const folder = await mailbox.folder(row.objectKey);
  if (folder && !isMailFolder(folder)) return mailbox.sync.finishOutbox(row);
  const link = (await mailbox.sync.folderLink(row.objectKey)) ?? (await settleCreation(account, row.objectKey));
  if (!folder) {
    if (link) await removeRemote(account, link).catch((error) => keepRemote(account, row.objectKey, error));
  } else if (link) await changeRemote(account, folder, link);
  else await createRemote(account, folder);
  await mailbox.sync.setCursor(creationOf(row.objectKey), undefined);
  await mailbox.sync.finishOutbox(row);
}

/**
 * The remote folder of a local one, made when it is missing and the folder belongs on a mail server. Undefined for
 * folders that the backend does not have. Throws Waiting for one that it should have, as before the tree is known.
 */
export async function remoteFolderOf(account: SyncAccount, folderId: FolderId): Promise<string | undefined> {
  const link = await account.mailbox.sync.folderLink(folderId);
  if (link) return isItemFolderLink(link) ? undefined : link.remoteId;
  const folder = await account.mailbox.folder(folderId);
  if (folder && isRemoteRole(folder.role)) throw new Waiting(`the backend has no folder for ${folder.role} yet`);
  if (!folder || folder.role !== undefined || !isMailFolder(folder)) return undefined;
  const settled = await settleCreation(account, folderId);
  return settled ? settled.remoteId : createRemote(account, folder);
}

/** The remote folder that a local parent stands for: `null` = the account's root, undefined = none, so nothing to do. */
async function remoteParent(account: SyncAccount, folder: Folder): Promise<string | null | undefined> {
  if (folder.parentId === undefined) return undefined;
  if (folder.parentId === account.mailbox.specialFolder('ipmSubtree')) return null;
  return remoteFolderOf(account, folder.parentId);
}

interface Creation {
  readonly name: string;
  readonly parentId: string | null;
  readonly at: number;
}

/** The folder that an attempt made whose answer never came. Throws Waiting while it may still be under way. */
async function settleCreation(account: SyncAccount, folderId: FolderId): Promise<FolderLink | undefined> {
  const { sync } = account.mailbox;
  const note = await sync.cursor(creationOf(folderId));
  if (note === undefined) return undefined;
  const creation: Creation = JSON.parse(note);
  await readTree(account);
  const made = entryAt(account, creation.name, creation.parentId);
  if (!made || (await linkOf(account, made.id))) {
    stillUnderWay(account, creation);
    await sync.setCursor(creationOf(folderId), undefined);
    return undefined;
  }
  return tie(account, folderId, made.id, { name: creation.name, parentId: creation.parentId ?? undefined });
}

async function tie(account: SyncAccount, folderId: FolderId, remoteId: string, base: FolderBase): Promise<FolderLink> {
  const { mailbox } = account;
  const validity = (await account.backend.mail.statuses([remoteId])).get(remoteId)?.validity;
  const link = { folderId, remoteId, base: writeBase({ ...base, ...(validity ? { validity } : {}) }) };
  await mailbox.transaction(async () => {
    await mailbox.sync.setFolderLink(link);
    await mailbox.sync.setCursor(creationOf(folderId), undefined);
  });
  return link;
}

async function readTree(account: SyncAccount): Promise<void> {
  account.tree = await account.backend.mail.folders();
}

const entryAt = (account: SyncAccount, name: string, parentId: string | null): RemoteFolder | undefined =>
  account.tree.find((entry) => entry.name === name && (entry.parentId ?? null) === parentId);

/** The local folder's link to a remote one. */
export const linkOf = async (account: SyncAccount, remoteId: string): Promise<FolderLink | undefined> =>
  (await account.mailbox.sync.folderLinks()).find((link) => link.remoteId === remoteId);

/**
 * Ids hold the path, so a folder put where a missing one was would pass for that one. Throws Waiting until the tree has
 * told what became of the missing one.
 */
async function checkPlaceIsClear(account: SyncAccount, name: string, parentId: string | null): Promise<void> {
  for (const link of await mailFolderLinks(account.mailbox)) {
    const base = readFolderBase(link);
    if (base.name !== name || (base.parentId ?? null) !== parentId) continue;
    if (account.tree.some((entry) => entry.id === link.remoteId)) continue;
    account.lookWanted = true;
    throw new Waiting('what became of the folder that was here is looked for first');
  }
}

/** Makes the remote folder and returns its id; undefined when it has no place there. */
async function createRemote(account: SyncAccount, folder: Folder): Promise<string | undefined> {
  const { mailbox, backend } = account;
  if (folder.role !== undefined) return undefined;
  const parentId = await remoteParent(account, folder);
  if (parentId === undefined) return undefined;
  await readTree(account);
  let name = folder.displayName;
  // A folder of this name at this place is this folder, unless it stands for another one here.
  for (let taken = entryAt(account, name, parentId); taken; taken = entryAt(account, name, parentId)) {
    if (!(await linkOf(account, taken.id))) {
      await tie(account, folder.id, taken.id, { name, parentId: parentId ?? undefined });
      return taken.id;
    }
    name = await anotherName(account, folder, name);
  }
  await checkPlaceIsClear(account, name, parentId);
  const creation: Creation = { name, parentId, at: account.clock() };
  await mailbox.sync.setCursor(creationOf(folder.id), JSON.stringify(creation));
  try {
    const remoteId = await backend.mail.createFolder(parentId ?? undefined, name);
    await tie(account, folder.id, remoteId, { name, parentId: parentId ?? undefined });
    await readTree(account);
    return remoteId;
  } catch (error) {
    if (!(error instanceof BackendError) || (error.kind !== 'conflict' && error.kind !== 'notFound')) throw error;
    await mailbox.sync.setCursor(creationOf(folder.id), undefined);
    throw new Waiting('the folder tree was changed elsewhere');
  }
}

/** Gives a local folder a name that is free on both sides, counting on from the one that is taken. */
async function anotherName(account: SyncAccount, folder: Folder, taken: string): Promise<string> {
  const match = /^(.*) \((\d+)\)$/.exec(taken);
  const name = `${match?.[1] ?? taken} (${Number(match?.[2] ?? 1) + 1})`;
  const renamed = await withFreeName(name, (free) =>
    account.mailbox.moveFolder(folder.id, folder.parentId!, free, fromBackend),
  );
  return renamed.displayName;
}

async function changeRemote(account: SyncAccount, folder: Folder, link: FolderLink): Promise<void> {
  const { mailbox, backend } = account;
  if (folder.role !== undefined) return;
  const parent = await remoteParent(account, folder);
  if (parent === undefined) return;
  const base = readFolderBase(link);
  const wanted = { name: folder.displayName, parentId: parent ?? undefined };
  const renamed = wanted.name !== base.name;
  const moved = wanted.parentId !== base.parentId;
  if (!renamed && !moved && !base.intended) return;
  if (renamed || moved) await checkPlaceIsClear(account, wanted.name, parent);
  await mailbox.sync.setFolderLink({ ...link, base: writeBase({ ...base, intended: wanted }) });
  let remoteId: string;
  try {
    remoteId = await backend.mail.changeFolder(link.remoteId, {
      ...(renamed || base.intended ? { name: wanted.name } : {}),
      ...(moved || base.intended ? { parentId: parent ?? rootOf(link.remoteId) } : {}),
    });
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (error.kind === 'conflict') await anotherName(account, folder, folder.displayName);
    else if (error.kind === 'refused') await backToBase(account, folder, link);
    else if (error.kind !== 'notFound') throw error;
    // Renamed by an earlier attempt, or elsewhere: the tree tells which.
    else await pullTree(account);
    throw new Waiting('the folder tree was changed elsewhere');
  }
  await mailbox.transaction(async () => {
    if (remoteId !== link.remoteId) await renameTree(account, link.remoteId, remoteId);
    const { intended: _, ...kept } = base;
    await mailbox.sync.setFolderLink({ folderId: folder.id, remoteId, base: writeBase({ ...kept, ...wanted }) });
  });
}

/** A place that the backend will not have, as inside itself: the folder goes back to where it is there. */
async function backToBase(account: SyncAccount, folder: Folder, link: FolderLink): Promise<void> {
  const { mailbox } = account;
  const { intended: _, ...base } = readFolderBase(link);
  const { name, parentId } = base;
  const parent =
    parentId === undefined ? mailbox.specialFolder('ipmSubtree') : (await linkOf(account, parentId))?.folderId;
  account.log.warn({ folder: link.remoteId }, 'the backend refused to move or rename a folder');
  if (parent !== undefined)
    await withFreeName(name, (free) => mailbox.moveFolder(folder.id, parent, free, fromBackend));
  await mailbox.sync.setFolderLink({ ...link, base: writeBase(base) });
}

const rootOf = (id: string): string => id.split('/')[0]!;

/** Ids below a renamed folder hold its path too. */
async function renameTree(account: SyncAccount, from: string, to: string): Promise<void> {
  const { sync } = account.mailbox;
  for (const link of await sync.folderLinks()) {
    if (link.remoteId !== from && !link.remoteId.startsWith(`${from}/`)) continue;
    const id = to + link.remoteId.slice(from.length);
    await sync.renameRemoteFolder(link.remoteId, id);
    const base = readFolderBase(link);
    if (base.parentId === from || base.parentId?.startsWith(`${from}/`))
      await sync.setFolderLink({
        ...link,
        remoteId: id,
        base: writeBase({ ...base, parentId: to + base.parentId.slice(from.length) }),
      });
  }
}

/**
 * Deletes the remote folder of one that a client deleted, with what the client saw in it. What was moved out of it goes
 * first to where it belongs; what came into it unseen stays, and so does the folder, which then appears again.
 */
async function removeRemote(account: SyncAccount, deleted: FolderLink): Promise<void> {
  const { mailbox, backend } = account;
  let link = deleted;
  await readTree(account);
  if (!account.tree.some((entry) => entry.id === link.remoteId)) {
    // Renamed elsewhere, or gone.
    await pullTree(account);
    const now = await mailbox.sync.folderLink(link.folderId);
    if (!now) return;
    link = now;
  }
  const inside = account.tree.filter((entry) => isInside(account, entry, link.remoteId));
  /** Folders with one in them that stays, so that they stay too. */
  const kept = new Set<string | undefined>();
  // The deepest first.
  for (const entry of inside.reverse()) {
    const own = await linkOf(account, entry.id);
    const folder = own && (await mailbox.folder(own.folderId));
    if (own && folder) {
      if (await isChangedHere(account, folder, own)) {
        await changeRemote(account, folder, own);
        throw new Waiting('a folder had to be moved out first');
      }
      // Somebody else moved it in.
      kept.add(entry.parentId);
      continue;
    }
    const { gone, unseen } = await lookInside(account, entry.id);
    if (unseen === 0 && own && !kept.has(entry.id))
      await ignoreMissing(() => backend.mail.deleteFolder(entry.id, true));
    else {
      if (gone.length > 0) await ignoreMissing(() => backend.mail.remove(entry.id, gone, true));
      kept.add(entry.parentId);
      account.log.info({ folder: entry.id }, 'a deleted folder has something new in it and stays');
    }
    if (own) await forgetFolder(account, own);
  }
  await forgetFolder(account, link);
  await readTree(account);
}

/** What the backend will not have deleted appears here again. */
async function keepRemote(account: SyncAccount, folderId: FolderId, error: unknown): Promise<void> {
  if (!(error instanceof BackendError) || (error.kind !== 'denied' && error.kind !== 'refused')) throw error;
  const deleted = await account.mailbox.sync.folderLink(folderId);
  if (!deleted) return;
  account.log.warn({ folder: deleted.remoteId, reason: error.message }, 'the backend refused to delete a folder');
  account.lookWanted = true;
  for (const link of await account.mailbox.sync.folderLinks()) {
    const inside = `${link.remoteId}/`.startsWith(`${deleted.remoteId}/`);
    if (inside && !(await account.mailbox.folder(link.folderId))) await forgetFolder(account, link);
  }
}

async function isChangedHere(account: SyncAccount, folder: Folder, link: FolderLink): Promise<boolean> {
  const base = readFolderBase(link);
  const parent = await remoteParent(account, folder);
  return parent !== undefined && (folder.displayName !== base.name || (parent ?? undefined) !== base.parentId);
}

function isInside(account: SyncAccount, entry: RemoteFolder, id: string): boolean {
  for (let at: RemoteFolder | undefined = entry; at; ) {
    if (at.id === id) return true;
    const parent: string | undefined = at.parentId;
    at = account.tree.find((other) => other.id === parent);
  }
  return false;
}

/** Of a mail that was moved into a folder that only we have: its content would go with the folder that it came from. */
async function takeHome({ mailbox }: SyncAccount, message: Message): Promise<void> {
  if (message.contentState === 'local') return;
  const { id, folderId, flags } = message;
  const { properties, recipients, attachments } = await mailbox.content(message);
  await mailbox.saveMessage(
    { id, folderId, replace: true, set: properties, recipients, putAttachments: attachments, flags },
    fromBackend,
  );
}

/** Moves what lives on here out of a folder. Tells the mails that were deleted here, and how many nobody here saw. */
async function lookInside(account: SyncAccount, remoteFolder: string): Promise<{ gone: string[]; unseen: number }> {
  const { mailbox, backend } = account;
  const gone: string[] = [];
  const unknown: string[] = [];
  for (const { id } of (await unlessMissing(() => backend.mail.states(remoteFolder))) ?? []) {
    const link = await mailbox.sync.linkByRemoteId(remoteFolder, id);
    const message = link && (await mailbox.messageByKey(link.key));
    if (!link) unknown.push(id);
    else if (!message) gone.push(id);
    else {
      const target = await remoteFolderOf(account, message.folderId);
      if (target !== undefined) await moveMail(account, undefined, message, link, target);
      else {
        await takeHome(account, message);
        gone.push(id);
      }
    }
  }
  let unseen = 0;
  if (unknown.length > 0)
    for (const mail of await backend.mail.envelopes(remoteFolder, unknown)) {
      // Stored from here by a call whose answer was lost, and deleted here since.
      const attempt = await storeAttemptOf(account, mail);
      if (attempt && !(await mailbox.messageByKey(ownKeyOf(mailbox, mail.oxbowId)!))) gone.push(mail.id);
      else unseen += 1;
    }
  return { gone, unseen };
}
