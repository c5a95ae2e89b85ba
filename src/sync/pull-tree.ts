import type { MailFolderRole, RemoteFolder, RemoteFolderStatus } from '../backends/index.ts';
import { getString, PidTag, type PropertyBag, setProperty } from '../mapi/index.ts';
import type { Folder, FolderId, FolderLink, FolderRole } from '../store/index.ts';
import { fromBackend, type SyncAccount } from './account.ts';
import { takePlace, withFreeName } from './folder-place.ts';
import { creationOf, mailFolderLinks, readCursor, readFolderBase, writeBase } from './links.ts';
import { takeDeletion } from './pull-folder.ts';

const localRole: Readonly<Record<MailFolderRole, FolderRole>> = {
  inbox: 'inbox',
  drafts: 'drafts',
  sent: 'sentItems',
  trash: 'deletedItems',
  junk: 'junkEmail',
};
const remoteRoles: ReadonlySet<FolderRole | undefined> = new Set(Object.values(localRole));

/** Whether a backend may have a folder of this role. */
export const isRemoteRole = (role: FolderRole | undefined): boolean => remoteRoles.has(role);

/**
 * Reads the remote folder tree and brings the local one in step: new, renamed and moved folders. Returns the links of
 * those that are missing; undefined when the listing cannot be believed, or one of them may be a folder that could not
 * be examined.
 */
export async function pullTree(account: SyncAccount): Promise<FolderLink[] | undefined> {
  const { mailbox, backend } = account;
  const tree = await backend.mail.folders();
  if (!tree.some((folder) => folder.role === 'inbox')) {
    account.log.warn({}, 'the folder listing has no inbox and is not believed');
    return undefined;
  }
  account.tree = tree;
  const remoteIds = new Set(tree.map((folder) => folder.id));
  const links = await mailFolderLinks(mailbox);
  const linked = new Map(links.map((link) => [link.remoteId, link]));
  const missing = links.filter((link) => !remoteIds.has(link.remoteId));
  const fresh = tree.filter((folder) => !linked.has(folder.id));

  const statuses = fresh.length > 0 ? await backend.mail.statuses(fresh.map((folder) => folder.id)) : new Map();
  if (missing.length > 0 && fresh.length > 0) await followRenames(account, missing, fresh, statuses, linked);
  const moving = await stillMoving(account, fresh, statuses, linked);
  if (moving.size > 0) account.lookWanted = true;
  for (const folder of tree)
    if (!moving.has(folder.id)) await pullFolder(account, folder, statuses.get(folder.id)?.validity, linked);

  if (fresh.some((folder) => folder.selectable && !statuses.has(folder.id))) return undefined;
  return missing.filter((link) => linked.get(link.remoteId) === link);
}

/**
 * Ids of Open-Xchange mail folders hold the path, so a renamed or moved folder looks like one gone and one new. The same
 * UIDVALIDITY tells that it is the same (RFC 3501 2.3.1.1; kept on RENAME).
 */
async function followRenames(
  account: SyncAccount,
  missing: readonly FolderLink[],
  fresh: readonly RemoteFolder[],
  statuses: ReadonlyMap<string, RemoteFolderStatus>,
  linked: Map<string, FolderLink>,
): Promise<void> {
  const { mailbox } = account;
  const free = new Map(fresh.map((folder) => [folder.id, folder]));
  const left = new Map([...missing].sort(byLength).map((link) => [link.remoteId, link]));
  const follow = async (link: FolderLink, id: string): Promise<void> => {
    free.delete(id);
    left.delete(link.remoteId);
    account.log.debug({ from: link.remoteId, to: id }, 'a folder was renamed');
    await mailbox.sync.renameRemoteFolder(link.remoteId, id);
    linked.delete(link.remoteId);
    linked.set(id, { ...link, remoteId: id });
    // What is below came along, also when it was never read and so has no known UIDVALIDITY.
    for (const below of [...left.values()]) {
      if (!below.remoteId.startsWith(`${link.remoteId}/`)) continue;
      const moved = id + below.remoteId.slice(link.remoteId.length);
      if (free.has(moved)) await follow(below, moved);
    }
  };
  for (const link of [...left.values()]) {
    if (!left.has(link.remoteId)) continue;
    const validity = await validityOf(account, link);
    const candidates = [...free.values()].filter(
      (folder) => validity !== undefined && statuses.get(folder.id)?.validity === validity,
    );
    if (candidates.length === 1) await follow(link, candidates[0]!.id);
  }
}

/** UIDVALIDITY of the folder of a link, as far as it was ever seen. */
const validityOf = async ({ mailbox }: SyncAccount, link: FolderLink): Promise<string | undefined> =>
  readCursor(await mailbox.sync.cursor(link.remoteId))?.validity ?? readFolderBase(link).validity;

/**
 * Ids of new folders that are known ones under way: a tree is read piece by piece, so a folder that was moved meanwhile
 * may be in it at both places.
 */
async function stillMoving(
  account: SyncAccount,
  fresh: readonly RemoteFolder[],
  statuses: ReadonlyMap<string, RemoteFolderStatus>,
  linked: ReadonlyMap<string, FolderLink>,
): Promise<Set<string>> {
  const moving = new Set<string>();
  const unknown = fresh.filter(({ id }) => !linked.has(id) && statuses.has(id));
  if (unknown.length === 0) return moving;
  const byValidity = new Map<string | undefined, FolderLink>();
  for (const link of linked.values()) byValidity.set(await validityOf(account, link), link);
  for (const { id } of unknown) {
    const same = byValidity.get(statuses.get(id)!.validity);
    if (same && !(await account.backend.mail.statuses([same.remoteId])).has(same.remoteId)) moving.add(id);
  }
  return moving;
}

const byLength = (a: FolderLink, b: FolderLink): number => a.remoteId.length - b.remoteId.length;

async function pullFolder(
  account: SyncAccount,
  remote: RemoteFolder,
  validity: string | undefined,
  linked: Map<string, FolderLink>,
): Promise<void> {
  const { mailbox } = account;
  const parentId = localParent(account, remote, linked);
  if (parentId === undefined) return;
  const base = writeBase({ name: remote.name, parentId: remote.parentId, ...(validity ? { validity } : {}) });
  const link = linked.get(remote.id);
  if (!link) {
    // Without its UIDVALIDITY it cannot be told from one that was renamed: it is looked at again.
    if (remote.selectable && validity === undefined) return;
    await mailbox.transaction(async () => {
      // The parent was deleted here: either it goes there too, or it comes back here.
      if (!(await mailbox.folder(parentId))) return;
      const folderId = await adoptOrCreate(account, remote, parentId);
      const made = { folderId, remoteId: remote.id, base };
      await mailbox.sync.setFolderLink(made);
      // Made from here by a call whose answer was never heard.
      await mailbox.sync.setCursor(creationOf(folderId), undefined);
      linked.set(remote.id, made);
    });
    return;
  }
  const before = readFolderBase(link);
  if (remote.role !== undefined) return;
  if (before.name === remote.name && before.parentId === remote.parentId)
    return takeOwnName(account, link, remote.name);
  await mailbox.transaction(async () => {
    const folder = await mailbox.folder(link.folderId);
    if (folder && !(await mailbox.folder(parentId))) return;
    if (folder) await takePlace(account, folder, before, remote, parentId);
    await mailbox.sync.setFolderLink({
      ...link,
      base: writeBase({ ...before, name: remote.name, parentId: remote.parentId }),
    });
  });
}

/** The local folder that the remote one belongs into; undefined while its parent has no local folder. */
function localParent(
  account: SyncAccount,
  remote: RemoteFolder,
  linked: Map<string, FolderLink>,
): FolderId | undefined {
  if (remote.parentId === undefined) return account.mailbox.specialFolder('ipmSubtree');
  return linked.get(remote.parentId)?.folderId;
}

async function adoptOrCreate(account: SyncAccount, remote: RemoteFolder, parentId: FolderId): Promise<FolderId> {
  const { mailbox } = account;
  if (remote.role) {
    const id = mailbox.specialFolder(localRole[remote.role]);
    if (!(await mailbox.sync.folderLink(id))) return id;
  }
  for (const child of await mailbox.childFolders(parentId))
    if (child.displayName === remote.name && isMailFolder(child) && !(await mailbox.sync.folderLink(child.id)))
      return child.id;
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.ContainerClass, 'IPF.Note');
  const created = await withFreeName(remote.name, (displayName) =>
    mailbox.createFolder({ parentId, displayName, properties }, fromBackend),
  );
  return created.folder.id;
}

/** Whether a local folder holds mail and so belongs on a mail server. */
export function isMailFolder(folder: Folder): boolean {
  const containerClass = getString(folder.properties, PidTag.ContainerClass) ?? 'IPF.Note';
  return folder.type === 'generic' && /^IPF(\.Note(\..*)?)?$/i.test(containerClass);
}

/** A folder that had to yield its name gets it once it is free. */
async function takeOwnName({ mailbox }: SyncAccount, { folderId }: FolderLink, name: string): Promise<void> {
  const folder = await mailbox.folder(folderId);
  if (!folder || folder.displayName === name || (await mailbox.sync.isFolderPending(folderId))) return;
  const siblings = await mailbox.childFolders(folder.parentId!);
  if (siblings.some(({ displayName }) => displayName.toLowerCase() === name.toLowerCase())) return;
  await withFreeName(name, (free) => mailbox.moveFolder(folderId, folder.parentId!, free, fromBackend));
}

/**
 * Deletes folders that the tree misses twice in a row, with what was in them. To be called after each folder was looked
 * at: the mails of a deleted folder may have been moved out of it before.
 */
export async function removeGone(
  account: SyncAccount,
  missing: readonly FolderLink[],
  missedBefore: Set<string>,
): Promise<void> {
  const { mailbox } = account;
  const there = new Set(account.tree.map(({ id }) => id));
  const links = new Map((await mailFolderLinks(mailbox)).map((link) => [link.folderId, link.remoteId]));
  const gone = missing.filter(({ folderId, remoteId }) => links.get(folderId) === remoteId && !there.has(remoteId));
  const known = links.size;
  if (gone.length > 4 && gone.length * 2 > known) {
    account.log.warn({ gone: gone.length, known }, 'more than half of the folders are missing; nothing is deleted');
    return;
  }
  const missed = new Set(gone.map((link) => link.remoteId));
  // The deepest first. What a client changed in them and is not there yet keeps its folder, which is then made anew.
  for (const link of [...gone].sort((a, b) => b.remoteId.length - a.remoteId.length)) {
    const folder = await mailbox.folder(link.folderId);
    if (!missedBefore.has(link.remoteId) || folder?.role !== undefined) continue;
    await mailbox.transaction(async () => {
      for (const message of await mailbox.sync.links(link.remoteId)) await takeDeletion(account, message);
      await forgetFolder(account, link);
      if (folder && (await mailbox.messageIds(folder.id)).length === 0)
        await mailbox.deleteFolder(folder.id, { messages: true, folders: false }, fromBackend);
    });
    missed.delete(link.remoteId);
    account.log.info({ folder: link.remoteId }, 'a folder was deleted on the backend');
  }
  // Soon looked at once more.
  if ([...missed].some((id) => !missedBefore.has(id))) account.lookWanted = true;
  missedBefore.clear();
  for (const id of missed) missedBefore.add(id);
}

/**
 * Drops all that is known of a remote folder. Messages that live on keep their links: their mails may have been moved by
 * somebody, and are looked for (see `removeStray`).
 */
export async function forgetFolder({ mailbox, log }: SyncAccount, link: FolderLink): Promise<void> {
  log.debug({ folder: link.remoteId }, 'a folder is forgotten');
  await mailbox.transaction(async () => {
    for (const { key } of await mailbox.sync.links(link.remoteId))
      if (!(await mailbox.messageByKey(key))) await mailbox.sync.removeLink(key);
    await mailbox.sync.removeFolderLink(link.folderId);
    await mailbox.sync.setCursor(link.remoteId, undefined);
  });
}
