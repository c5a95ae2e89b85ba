import { ec, MapiError } from '../mapi/index.ts';
import type { Folder, FolderId } from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import type { FolderBase } from './links.ts';

/**
 * Brings the name and the place of a local folder in step with what somebody changed of them on the backend since
 * `base`; `parentId` is the local folder of the remote parent. Only in a transaction.
 */
export async function takePlace(
  account: SyncAccount,
  folder: Folder,
  base: FolderBase,
  remote: Pick<FolderBase, 'name' | 'parentId'>,
  parentId: FolderId,
): Promise<void> {
  // What we were about to make of it ourselves is no change of somebody else.
  const same = (what: 'name' | 'parentId') =>
    remote[what] === base[what] || (base.intended !== undefined && remote[what] === base.intended[what]);
  const name = same('name') ? folder.displayName : remote.name;
  const parent = same('parentId') ? folder.parentId! : parentId;
  if (name === folder.displayName && parent === folder.parentId) return;
  if (await isBelow(account, parent, folder.id)) await swap(account, parent, folder);
  await withFreeName(name, (free) => account.mailbox.moveFolder(folder.id, parent, free, fromBackend));
}

/** Each side moved one folder into the other: the backend's order holds. */
async function swap({ mailbox }: SyncAccount, parentId: FolderId, folder: Folder): Promise<void> {
  const parent = await mailbox.folder(parentId);
  if (parent)
    await withFreeName(parent.displayName, (free) =>
      mailbox.moveFolder(parent.id, folder.parentId!, free, fromBackend),
    );
}

/** Whether a folder is another one or inside of it. */
export async function isBelow({ mailbox }: SyncAccount, folderId: FolderId, above: FolderId): Promise<boolean> {
  for (let at: FolderId | undefined = folderId; at !== undefined; at = (await mailbox.folder(at))?.parentId)
    if (at === above) return true;
  return false;
}

/** Outlook's special folders may bear a name that the backend gives to a mail folder: then the mail folder yields. */
export async function withFreeName<T>(name: string, use: (name: string) => Promise<T>): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await use(number === 1 ? name : `${name} (${number})`);
    } catch (error) {
      if (!(error instanceof MapiError && error.code === ec.duplicateName) || number > 50) throw error;
    }
  }
}
