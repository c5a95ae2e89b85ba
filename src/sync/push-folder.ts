import { BackendError } from '../backends/index.ts';
import type { Folder, FolderLink, OutboxRow } from '../store/index.ts';
import type { SyncAccount } from './account.ts';
import { readFolderBase, writeBase } from './links.ts';
import { isMailFolder, pullTree } from './pull-tree.ts';
import { ignoreMissing } from './push.ts';

/** Brings the backend in step with one folder that a client created, renamed, moved or deleted. */
export async function pushFolder(account: SyncAccount, row: OutboxRow): Promise<void> {
  const { mailbox } = account;
  const folder = await mailbox.folder(row.objectKey);
  const link = await mailbox.sync.folderLink(row.objectKey);
  if (!folder) {
    if (link) await removeRemote(account, link);
  } else if (link) await changeRemote(account, folder, link);
  else if (isMailFolder(folder)) await createRemote(account, folder);
  await mailbox.sync.finishOutbox(row);
}

async function removeRemote(account: SyncAccount, link: FolderLink): Promise<void> {
  const { mailbox, backend } = account;
  await ignoreMissing(() => backend.mail.deleteFolder(link.remoteId, true));
  await mailbox.transaction(async () => {
    for (const message of await mailbox.sync.links(link.remoteId)) await mailbox.sync.removeLink(message.key);
    await mailbox.sync.removeFolderLink(link.folderId);
    await mailbox.sync.setCursor(link.remoteId, undefined);
  });
  account.tree = account.tree.filter((folder) => folder.id !== link.remoteId);
}

/** The remote folder that a local parent stands for: `null` = the account's root, undefined = none, so nothing to do. */
async function remoteParent(account: SyncAccount, folder: Folder): Promise<string | null | undefined> {
  if (folder.parentId === undefined) return undefined;
  if (folder.parentId === account.mailbox.specialFolder('ipmSubtree')) return null;
  return (await account.mailbox.sync.folderLink(folder.parentId))?.remoteId;
}

async function createRemote(account: SyncAccount, folder: Folder): Promise<void> {
  const { mailbox, backend } = account;
  if (folder.role !== undefined) return;
  const parent = await remoteParent(account, folder);
  if (parent === undefined) return;
  // An earlier attempt may have come through: a folder of this name at this place is this folder.
  account.tree = await backend.mail.folders();
  const taken = account.tree.find((entry) => entry.name === folder.displayName && (entry.parentId ?? null) === parent);
  if (taken && (await mailbox.sync.folderLinks()).some((link) => link.remoteId === taken.id)) {
    await pullTree(account, new Set());
    return;
  }
  const remoteId = taken?.id ?? (await backend.mail.createFolder(parent ?? undefined, folder.displayName));
  await mailbox.sync.setFolderLink({
    folderId: folder.id,
    remoteId,
    base: writeBase({ name: folder.displayName, parentId: parent ?? undefined }),
  });
}

async function changeRemote(account: SyncAccount, folder: Folder, link: FolderLink): Promise<void> {
  const { mailbox, backend } = account;
  if (folder.role !== undefined) return;
  const parent = await remoteParent(account, folder);
  if (parent === undefined) return;
  const base = readFolderBase(link);
  const renamed = folder.displayName !== base.name;
  const moved = (parent ?? undefined) !== base.parentId;
  if (!renamed && !moved) return;
  let remoteId: string;
  try {
    remoteId = await backend.mail.changeFolder(link.remoteId, {
      ...(renamed ? { name: folder.displayName } : {}),
      ...(moved ? { parentId: parent ?? rootOf(link.remoteId) } : {}),
    });
  } catch (error) {
    if (!(error instanceof BackendError && error.kind === 'notFound')) throw error;
    // Renamed by an earlier attempt, or elsewhere: the tree tells which.
    await pullTree(account, new Set());
    return;
  }
  await mailbox.transaction(async () => {
    if (remoteId !== link.remoteId) await renameTree(account, link.remoteId, remoteId);
    await mailbox.sync.setFolderLink({
      folderId: folder.id,
      remoteId,
      base: writeBase({ name: folder.displayName, parentId: parent ?? undefined }),
    });
  });
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
