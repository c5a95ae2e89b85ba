import type { RemoteItemFolder } from '../../backends/index.ts';
import { PidTag, type PropertyBag, setProperty } from '../../mapi/index.ts';
import type { Folder, FolderId, FolderLink } from '../../store/index.ts';
import { fromBackend } from '../account.ts';
import { takePlace, withFreeName } from '../folder-place.ts';
import { creationOf, readFolderBase, writeBase } from '../links.ts';
import { forgetFolder } from '../pull-tree.ts';
import { type ItemKind, kindOfFolder } from './kinds.ts';
import { itemFolder } from './links.ts';
import { type ItemSync, type KindSync, kindLinks } from './sync.ts';
import { takeGone } from './take.ts';

/**
 * Brings the local folders of a kind in step with those of the backend. One that is missing is only believed gone when
 * the listing is whole, has the default folder, and misses it twice in a row. False when the listing is not believed.
 */
export async function pullItemFolders(items: ItemSync, sync: KindSync): Promise<boolean> {
  const { account } = items;
  const tree = await sync.backend.folders();
  if (!tree.some((folder) => folder.isDefault)) {
    account.log.warn({ kind: sync.kind.name }, 'the listing has no default folder and is not believed');
    return false;
  }
  const links = await kindLinks(account.mailbox, sync.kind.name);
  const linked = new Map(links.map((link) => [link.remoteId, link]));
  for (const folder of tree) await pullFolder(items, sync.kind, folder, linked);
  const there = new Set(tree.map(({ id }) => itemFolder(sync.kind.name, id)));
  await removeGone(
    items,
    sync,
    links.filter((link) => !there.has(link.remoteId)),
    links.length,
  );
  // What is missing is looked for again at once.
  sync.known = sync.missed.size === 0;
  return true;
}

async function pullFolder(
  { account }: ItemSync,
  kind: ItemKind,
  remote: RemoteItemFolder,
  linked: Map<string, FolderLink>,
): Promise<void> {
  const { mailbox } = account;
  const remoteId = itemFolder(kind.name, remote.id);
  const parentId =
    remote.parentId === undefined
      ? mailbox.specialFolder('ipmSubtree')
      : linked.get(itemFolder(kind.name, remote.parentId))?.folderId;
  if (parentId === undefined) return;
  const link = linked.get(remoteId);
  await mailbox.transaction(async () => {
    const isParentHere = (await mailbox.folder(parentId)) !== undefined;
    if (!link) {
      if (!isParentHere) return;
      const folderId = await adoptOrCreate({ account }, kind, remote, parentId);
      const made = { folderId, remoteId, base: writeBase({ name: remote.name, parentId: remote.parentId }) };
      await mailbox.sync.setFolderLink(made);
      await mailbox.sync.setCursor(creationOf(folderId), undefined);
      linked.set(remoteId, made);
      return;
    }
    const before = readFolderBase(link);
    if (remote.isDefault || (before.name === remote.name && before.parentId === remote.parentId)) return;
    const folder = await mailbox.folder(link.folderId);
    if (folder && !isParentHere) return;
    if (folder) await takePlace(account, folder, before, remote, parentId);
    const base = writeBase({ ...before, name: remote.name, parentId: remote.parentId });
    await mailbox.sync.setFolderLink({ ...link, base });
  });
}

async function adoptOrCreate(
  { account: { mailbox } }: Pick<ItemSync, 'account'>,
  kind: ItemKind,
  remote: RemoteItemFolder,
  parentId: FolderId,
): Promise<FolderId> {
  if (remote.isDefault) {
    const id = mailbox.specialFolder(kind.role);
    if (!(await mailbox.sync.folderLink(id))) return id;
  }
  const isFree = async (folder: Folder) =>
    folder.displayName === remote.name &&
    folder.role === undefined &&
    kindOfFolder(folder) === kind &&
    !(await mailbox.sync.folderLink(folder.id));
  for (const child of await mailbox.childFolders(parentId)) if (await isFree(child)) return child.id;
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.ContainerClass, kind.containerClass);
  const created = await withFreeName(remote.name, (displayName) =>
    mailbox.createFolder({ parentId, displayName, properties }, fromBackend),
  );
  return created.folder.id;
}

async function removeGone(items: ItemSync, sync: KindSync, gone: readonly FolderLink[], known: number): Promise<void> {
  const { account } = items;
  const { mailbox } = account;
  if (gone.length > 4 && gone.length * 2 > known) {
    account.log.warn({ gone: gone.length, known }, 'more than half of the folders are missing; nothing is deleted');
    return;
  }
  const missed = new Set(gone.map((link) => link.remoteId));
  for (const link of await deepestFirst(items, gone)) {
    const folder = await mailbox.folder(link.folderId);
    if (!sync.missed.has(link.remoteId) || folder?.role !== undefined) continue;
    await mailbox.transaction(async () => {
      for (const item of await mailbox.sync.links(link.remoteId)) await takeGone(items, sync, item);
      await forgetFolder(account, link);
      if (!folder) return;
      const isEmpty = (await mailbox.messageIds(folder.id)).length === 0;
      if (isEmpty && (await mailbox.childFolders(folder.id)).length === 0)
        await mailbox.deleteFolder(folder.id, { messages: true, folders: false }, fromBackend);
      else await makeAnew(items, sync.kind, folder);
    });
    missed.delete(link.remoteId);
    account.log.info({ folder: link.remoteId }, 'a folder was deleted on the backend');
  }
  sync.missed = missed;
}

/** What a client changed in a folder and is not on the backend yet keeps the folder, and that goes there again. */
async function makeAnew({ account }: ItemSync, kind: ItemKind, folder: Folder): Promise<void> {
  const set: PropertyBag = new Map();
  setProperty(set, PidTag.ContainerClass, kind.containerClass);
  await account.mailbox.updateFolder(folder.id, { set }, { kind: 'client' });
}

async function deepestFirst({ account }: ItemSync, links: readonly FolderLink[]): Promise<FolderLink[]> {
  const depths = new Map<FolderLink, number>();
  for (const link of links) {
    let depth = 0;
    for (let at = await account.mailbox.folder(link.folderId); at?.parentId !== undefined; depth += 1)
      at = await account.mailbox.folder(at.parentId);
    depths.set(link, depth);
  }
  return [...links].sort((a, b) => depths.get(b)! - depths.get(a)!);
}
