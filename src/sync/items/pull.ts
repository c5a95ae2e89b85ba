import { BackendError, type RemoteItem } from '../../backends/index.ts';
import type { FolderId, MessageLink } from '../../store/index.ts';
import { fromBackend } from '../account.ts';
import { syncLimits } from '../limits.ts';
import { unlessMissing } from '../waiting.ts';
import { ownKeyOfUid } from './attempt.ts';
import { pullItemFolders } from './folders.ts';
import {
  creationOfUid,
  type ItemCursor,
  parseItemFolder,
  readCreateAttempt,
  readItemBase,
  readItemCursor,
  remoteFolderId,
  writeCreateAttempt,
  writeItemBase,
  writeItemCursor,
} from './links.ts';
import { type ItemSync, isOnBackend, type KindSync, kindLinks } from './sync.ts';
import { takeGone, takeItem, takeNew } from './take.ts';

/** What one look at a folder of items found, before anything is changed. */
interface FolderNews {
  readonly folderId: FolderId;
  /** As the links name it. */
  readonly remoteFolder: string;
  readonly id: string;
  cursor: ItemCursor;
  /** By id; the latest version of each. */
  readonly changed: Map<string, RemoteItem>;
  /** Ids of what left the folder, or is missing from it for the second time. */
  readonly gone: Set<string>;
}

/** Takes what happened on the backend into the store, kind by kind. `whole`: the folders are looked at too. */
export async function pullItems(items: ItemSync, whole: boolean): Promise<void> {
  for (const sync of items.kinds) {
    try {
      if ((whole || !sync.known) && !(await pullItemFolders(items, sync))) continue;
      await pullKind(items, sync);
    } catch (error) {
      // Somebody without the module has no such folders; and what one kind cannot do holds up no other.
      if (!(error instanceof BackendError) || !['denied', 'refused', 'conflict', 'notFound'].includes(error.kind))
        throw error;
      items.account.log.info({ kind: sync.kind.name, reason: error.message }, 'a kind of items could not be looked at');
    }
  }
}

async function pullKind(items: ItemSync, sync: KindSync): Promise<void> {
  const { mailbox } = items.account;
  const news: FolderNews[] = [];
  for (const link of await kindLinks(mailbox, sync.kind.name)) {
    // What a client deleted is not read any more; its outbox row waits.
    if (!(await mailbox.folder(link.folderId))) continue;
    const { id } = parseItemFolder(link.remoteId)!;
    const cursor = readItemCursor(await mailbox.sync.cursor(link.remoteId));
    const found = {
      folderId: link.folderId,
      remoteFolder: link.remoteId,
      id,
      changed: new Map(),
      gone: new Set<string>(),
    };
    if (cursor) news.push({ ...found, cursor });
    else await readFirst(items, sync, found);
  }
  await gather(sync, news);
  // What left one folder may have entered another after that was looked at, so those are looked at once more.
  if (await anyUnexplained(items, news)) await gather(sync, news);
  const checkWanted = sync.checkWanted;
  sync.checkWanted = false;
  for (const found of news) if (checkWanted || isCheckDue(items, found)) await compareStamps(items, sync, found);
  const taken: FolderNews[] = [];
  for (const found of news) if (await ingest(items, sync, found, news)) taken.push(found);
  for (const found of taken) await removeGone(items, sync, found);
}

type FirstLook = Pick<FolderNews, 'folderId' | 'remoteFolder' | 'id'>;

/** A folder that was never read: all of it. */
async function readFirst(items: ItemSync, sync: KindSync, found: FirstLook): Promise<void> {
  const { account } = items;
  const listing = await unlessMissing(() => sync.backend.all(found.id));
  if (!listing) return;
  const cursor = { cursor: listing.cursor, checkedAt: account.clock() };
  const changed = new Map(listing.items.map((item) => [item.id, item]));
  const news = { ...found, cursor, changed, gone: new Set<string>() };
  if (await ingest(items, sync, news, [news]))
    await account.mailbox.sync.setCursor(found.remoteFolder, writeItemCursor(cursor));
}

/** Asks for the changes since the cursors, of all folders at once. */
async function gather(sync: KindSync, news: readonly FolderNews[]): Promise<void> {
  if (news.length === 0) return;
  const changes = await sync.backend.changes(new Map(news.map(({ id, cursor }) => [id, cursor.cursor])));
  for (const found of news) {
    const told = changes.get(found.id);
    if (!told) {
      sync.known = false;
      continue;
    }
    for (const item of told.changed) {
      found.changed.set(item.id, item);
      found.gone.delete(item.id);
    }
    for (const id of told.gone) {
      found.gone.add(id);
      found.changed.delete(id);
    }
    found.cursor = { ...found.cursor, cursor: told.cursor };
  }
}

async function anyUnexplained({ account }: ItemSync, news: readonly FolderNews[]): Promise<boolean> {
  if (news.length < 2) return false;
  for (const { remoteFolder, gone } of news)
    for (const id of gone)
      if (!news.some(({ changed }) => changed.has(id)) && (await account.mailbox.sync.linkByRemoteId(remoteFolder, id)))
        return true;
  return false;
}

const isCheckDue = ({ account, released }: ItemSync, { cursor, folderId }: FolderNews): boolean =>
  account.clock() - cursor.checkedAt >= syncLimits.itemCheckMs ||
  released.has(folderId) ||
  // What is missing is looked for again at once, unless it waits for somebody's word.
  ((cursor.missing?.length ?? 0) > 0 && !account.brakes.has(folderId));

/**
 * Finds what the changes did not tell, as after tombstones were cleared: items of other stamps, unknown ones, and missing
 * ones, which are believed gone when they are missing twice in a row.
 */
async function compareStamps({ account }: ItemSync, { backend }: KindSync, found: FolderNews): Promise<void> {
  const stamps = await unlessMissing(() => backend.stamps(found.id));
  // The folder itself is gone: the next look at the folders tells.
  if (!stamps) return;
  const missing: string[] = [];
  for (const link of await account.mailbox.sync.links(found.remoteFolder)) {
    const stamp = stamps.get(link.remoteId);
    if (stamp === undefined) {
      if (found.cursor.missing?.includes(link.remoteId)) found.gone.add(link.remoteId);
      else if (!found.gone.has(link.remoteId)) missing.push(link.remoteId);
    } else if (stamp === readItemBase(link).stamp) stamps.delete(link.remoteId);
  }
  const others = [...stamps.keys()].filter((id) => !found.changed.has(id));
  for (const item of others.length > 0 ? await backend.items(found.id, others) : []) {
    found.changed.set(item.id, item);
    found.gone.delete(item.id);
  }
  const { missing: _, ...cursor } = found.cursor;
  found.cursor = { ...cursor, checkedAt: account.clock(), ...(missing.length > 0 ? { missing } : {}) };
}

/** Takes changed and new items of one folder. False when a client deleted it meanwhile: the push of that looks at what is in it. */
async function ingest(
  items: ItemSync,
  sync: KindSync,
  found: FolderNews,
  news: readonly FolderNews[],
): Promise<boolean> {
  const { mailbox } = items.account;
  const fresh: RemoteItem[] = [];
  for (const remote of found.changed.values()) {
    const link = await mailbox.sync.linkByRemoteId(found.remoteFolder, remote.id);
    if (link) await takeItem(items, sync, link, remote);
    else if (!(await takeOwn(items, sync, found, remote)) && !(await takeMoved(items, sync, found, remote, news)))
      fresh.push(remote);
  }
  return takeNew(items, sync, found.folderId, found.remoteFolder, fresh);
}

/** Ties an item that was created from here to its message. True also while the push has yet to learn of it. */
async function takeOwn(items: ItemSync, sync: KindSync, found: FolderNews, remote: RemoteItem): Promise<boolean> {
  const { mailbox } = items.account;
  const noted = remote.uid && sync.kind.keepsUid ? await mailbox.sync.cursor(creationOfUid(remote.uid)) : undefined;
  const key = noted === undefined ? ownKeyOfUid(mailbox, remote.uid) : Number(noted);
  if (key === undefined || (await mailbox.sync.link(key))) return false;
  const attempt = readCreateAttempt(await mailbox.sync.noteOf(key));
  const message = await mailbox.messageByKey(key);
  if (!message) {
    if (!attempt) return false;
    // Deleted here before anybody heard that it was created: the push finds it where somebody moved it.
    const note = writeCreateAttempt({ ...attempt, folder: found.remoteFolder });
    await mailbox.sync.noteOutbox({ kind: 'message', objectKey: key }, note);
    return true;
  }
  if (!attempt && !(await isOnBackend(items, message.folderId))) return false;
  const base = attempt
    ? { item: attempt.fields, stamp: 0, picture: { ...(attempt.picture ? { ours: attempt.picture } : {}) } }
    : { item: remote.fields, stamp: 0 };
  const link = { key, remoteFolder: found.remoteFolder, remoteId: remote.id, base: '' };
  const made = {
    ...link,
    base: writeItemBase({
      ...base,
      picture: { ...base.picture, ...(remote.picture ? { theirs: remote.picture } : {}) },
    }),
  };
  await mailbox.transaction(async () => {
    await mailbox.sync.setLink(made);
    await mailbox.sync.setCursor(creationOfUid(remote.uid!), undefined);
    const asked = attempt && (await mailbox.sync.folderLinks()).find(({ remoteId }) => remoteId === attempt.folder);
    if (asked && asked.folderId === message.folderId && message.folderId !== found.folderId)
      await mailbox.moveMessages(message.folderId, [message.id], found.folderId, fromBackend);
  });
  await takeItem(items, sync, made, remote);
  return true;
}

/** An item that left another folder: the same message, with all that only we keep of it. */
async function takeMoved(
  items: ItemSync,
  sync: KindSync,
  found: FolderNews,
  remote: RemoteItem,
  news: readonly FolderNews[],
): Promise<boolean> {
  const { mailbox } = items.account;
  for (const from of await kindLinks(items.account.mailbox, sync.kind.name)) {
    if (from.remoteId === found.remoteFolder) continue;
    const link = await mailbox.sync.linkByRemoteId(from.remoteId, remote.id);
    if (!link) continue;
    const left = news.find(({ remoteFolder }) => remoteFolder === from.remoteId);
    // Some items are in several folders.
    if (!left?.gone.has(remote.id) && (await isThere(sync, link))) continue;
    left?.gone.delete(remote.id);
    const moved = { ...link, remoteFolder: found.remoteFolder };
    await mailbox.transaction(async () => {
      const message = await mailbox.messageByKey(link.key);
      // One that was thrown away here stays where it is: that goes there next.
      if (message && message.folderId !== found.folderId && (await isOnBackend(items, message.folderId)))
        await mailbox.moveMessages(message.folderId, [message.id], found.folderId, fromBackend);
      await mailbox.sync.setLink(moved);
    });
    await takeItem(items, sync, moved, remote);
    return true;
  }
  return false;
}

async function isThere({ backend }: KindSync, link: MessageLink): Promise<boolean> {
  const found = await unlessMissing(() => backend.items(remoteFolderId(link), [link.remoteId]));
  return found !== undefined && found.length > 0;
}

/** Deletes what is gone, unless that is more than half of a folder with many items: then nothing until somebody says so. */
async function removeGone(items: ItemSync, sync: KindSync, found: FolderNews): Promise<void> {
  const { account } = items;
  const { mailbox } = account;
  const links: MessageLink[] = [];
  const isHeld = account.brakes.has(found.folderId);
  for (const id of new Set([...found.gone, ...((isHeld && found.cursor.missing) || [])])) {
    const link = await mailbox.sync.linkByRemoteId(found.remoteFolder, id);
    if (link) links.push(link);
  }
  const known = links.length > 0 ? (await mailbox.sync.links(found.remoteFolder)).length : 0;
  const isTooMuch = known > syncLimits.brakeFrom && links.length * 2 > known && !items.released.has(found.folderId);
  if (isTooMuch) {
    account.brakes.set(found.folderId, { folder: found.remoteFolder, vanished: links.length, of: known });
    account.log.warn(
      { folder: found.remoteFolder, vanished: links.length, of: known },
      'more than half of a folder vanished; nothing is deleted until this is confirmed',
    );
  } else {
    account.brakes.delete(found.folderId);
    items.released.delete(found.folderId);
  }
  await mailbox.transaction(async () => {
    if (!isTooMuch) for (const link of links) await takeGone(items, sync, link);
    // So that a confirmation finds them again.
    const missing = isTooMuch ? { missing: links.map(({ remoteId }) => remoteId) } : {};
    await mailbox.sync.setCursor(found.remoteFolder, writeItemCursor({ ...found.cursor, ...missing }));
  });
}
