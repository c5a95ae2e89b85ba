import { BackendError, type ItemWrite, type RemoteItem } from '../../backends/index.ts';
import type { Message, MessageLink, OutboxRow } from '../../store/index.ts';
import { fromBackend } from '../account.ts';
import { stillUnderWay } from '../attempt.ts';
import { syncLimits } from '../limits.ts';
import { unlessMissing, Waiting } from '../waiting.ts';
import { uidOf } from './attempt.ts';
import { type LocalItem, plain, readLocal } from './content.ts';
import { isItem, isOfKind, itemKinds } from './kinds.ts';
import {
  type CreateAttempt,
  creationOfUid,
  type ItemBase,
  isItemFolder,
  type PictureBase,
  parseItemFolder,
  readCreateAttempt,
  readItemBase,
  remoteFolderId,
  writeCreateAttempt,
  writeItemBase,
} from './links.ts';
import { agreedOn, changedHere, differences, withFields } from './merge.ts';
import { remoteItemFolderOf } from './push-folder.ts';
import type { ItemSync, KindSync } from './sync.ts';
import { isChangedHere, takeItem, takeNew } from './take.ts';

/** Whether a row is about an item: by what the message is, or by what it is tied to. */
export async function isItemRow({ account: { mailbox } }: ItemSync, row: OutboxRow): Promise<boolean> {
  const link = await mailbox.sync.link(row.objectKey);
  if (link) return isItemFolder(link.remoteFolder);
  const message = await mailbox.messageByKey(row.objectKey);
  return message ? isItem(message) : readCreateAttempt(row.note) !== undefined;
}

/**
 * Brings the backend in step with one item that a client created, changed, moved or deleted, and takes the row out of the
 * outbox. Each step can be repeated. What lies outside of the folders of its kind, as in Deleted Items, is not on the
 * backend.
 */
export async function pushItem(items: ItemSync, row: OutboxRow): Promise<void> {
  const { mailbox } = items.account;
  const message = await mailbox.messageByKey(row.objectKey);
  let link = await settleCreation(items, row, message, await mailbox.sync.link(row.objectKey));
  const target = message && !message.associated ? await targetOf(items, message) : undefined;
  if (!message || !target) {
    // What came back may have changes of ours that are not there yet.
    if (link && !(await removeRemote(items, link))) return pushItem(items, row);
  } else if (!link) {
    // Not everything may go there with the creation.
    await updateRemote(items, target.sync, await createRemote(items, target.sync, row, message, target.remoteFolder));
  } else {
    if (link.remoteFolder !== target.remoteFolder)
      link = await moveRemote(items, target.sync, link, target.remoteFolder);
    await updateRemote(items, target.sync, link);
  }
  await mailbox.sync.finishOutbox(row);
}

/** Where an item belongs on the backend; undefined for one that is not there. Throws Waiting before that is known. */
async function targetOf(
  items: ItemSync,
  message: Message,
): Promise<{ sync: KindSync; remoteFolder: string } | undefined> {
  const kind = itemKinds.find((one) => isOfKind(message, one));
  const sync = items.kinds.find((one) => one.kind === kind);
  if (!sync) return undefined;
  const remoteFolder = await remoteItemFolderOf(items, sync, message.folderId);
  return remoteFolder === undefined ? undefined : { sync, remoteFolder };
}

function kindOfLink(items: ItemSync, link: MessageLink): KindSync {
  const { kind } = parseItemFolder(link.remoteFolder)!;
  return items.kinds.find((sync) => sync.kind.name === kind)!;
}

/** Finds out what became of a creation whose answer never came. Throws Waiting while it may still be under way. */
async function settleCreation(
  items: ItemSync,
  row: OutboxRow,
  message: Message | undefined,
  link: MessageLink | undefined,
): Promise<MessageLink | undefined> {
  const { account } = items;
  const { sync } = account.mailbox;
  const attempt = readCreateAttempt(row.note);
  if (!attempt) return link;
  let settled = link;
  if (!link) {
    const { kind, id } = parseItemFolder(attempt.folder)!;
    const { backend } = items.kinds.find((one) => one.kind.name === kind)!;
    const [found] = (await unlessMissing(() => backend.findByUid(id, attempt.uid))) ?? [];
    if (found === undefined) stillUnderWay(account, attempt);
    else settled = await tie(items, attempt, row, found);
  }
  if (message || settled) await sync.noteOutbox(row, '');
  return settled;
}

async function tie(items: ItemSync, attempt: CreateAttempt, row: OutboxRow, id: string): Promise<MessageLink> {
  const link = {
    key: row.objectKey,
    remoteFolder: attempt.folder,
    remoteId: id,
    // No version has this stamp: what somebody changed since is looked at before anything is written.
    base: writeItemBase({
      item: attempt.fields,
      stamp: 0,
      ...(attempt.picture ? { picture: { ours: attempt.picture, sent: true } } : {}),
    }),
  };
  const { mailbox } = items.account;
  await mailbox.transaction(async () => {
    await mailbox.sync.setLink(link);
    await mailbox.sync.setCursor(creationOfUid(attempt.uid), undefined);
  });
  return link;
}

async function createRemote(
  items: ItemSync,
  sync: KindSync,
  row: OutboxRow,
  message: Message,
  remoteFolder: string,
): Promise<MessageLink> {
  const { mailbox, clock } = items.account;
  const local = await readLocal(items, sync, message);
  const uid = (sync.kind.keepsUid && local.uid) || uidOf(mailbox, message.key);
  const { picture } = local;
  const fields = sync.backend.first?.(local.fields) ?? local.fields;
  const shown = plain(sync.backend.shown(fields));
  const attempt: CreateAttempt = {
    kind: 'createItem',
    folder: remoteFolder,
    uid,
    fields: shown,
    ...(picture ? { picture: picture.digest } : {}),
    at: clock(),
  };
  await mailbox.transaction(async () => {
    await mailbox.sync.noteOutbox(row, writeCreateAttempt(attempt));
    if (sync.kind.keepsUid) await mailbox.sync.setCursor(creationOfUid(uid), String(message.key));
  });
  const { id } = parseItemFolder(remoteFolder)!;
  const write = { fields, ...(picture ? { picture: picture.value } : {}) };
  let made: { readonly id: string; readonly stamp: number };
  try {
    made = await withoutRefusedPicture(items, sync, local, write, (one) => sync.backend.create(id, one, uid));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Nothing was made.
    await mailbox.sync.noteOutbox(row, '');
    if (!hasLearned(sync, local)) throw error;
    return createRemote(items, sync, row, message, remoteFolder);
  }
  const pictures = picture ? { picture: { ours: picture.digest, sent: true as const } } : {};
  const base = writeItemBase({ item: shown, stamp: made.stamp, ...pictures });
  const link = { key: message.key, remoteFolder, remoteId: made.id, base };
  await mailbox.transaction(async () => {
    await mailbox.sync.setLink(link);
    if (sync.kind.keepsUid) await mailbox.sync.setCursor(creationOfUid(uid), undefined);
  });
  return link;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof BackendError && (error.kind === 'refused' || error.kind === 'denied');

/** Whether the backend takes less of an item than was thought when it was read. */
const hasLearned = ({ backend }: KindSync, { fields, shown }: LocalItem): boolean =>
  differences(plain(backend.shown(fields)), shown).length > 0;

/** A picture that the backend will not have stays with our side; the rest goes there. */
async function withoutRefusedPicture<T>(
  { account }: ItemSync,
  sync: KindSync,
  local: LocalItem,
  write: ItemWrite,
  call: (write: ItemWrite) => Promise<T>,
): Promise<T> {
  try {
    return await call(write);
  } catch (error) {
    if (!isRefusal(error) || !write.picture || hasLearned(sync, local)) throw error;
    account.log.warn({ reason: String(error) }, 'the backend refused an item with a picture; trying without it');
    return await call({ fields: write.fields });
  }
}

/** Carries what a client changed to the backend; what somebody changed there is merged first. */
async function updateRemote(items: ItemSync, sync: KindSync, before: MessageLink): Promise<void> {
  const { mailbox } = items.account;
  let link = before;
  for (let tries = 0; tries < syncLimits.itemTries; tries += 1) {
    const base = readItemBase(link);
    // Whether an earlier attempt was carried out nobody knows, so the backend is asked.
    if (base.intended || base.stamp === 0) link = await refresh(items, sync, link);
    const now = readItemBase(link);
    const message = await mailbox.messageByKey(link.key);
    if (!message) return;
    const local = await readLocal(items, sync, message, now.item);
    if (!isChangedHere(now, local)) return waitForLate(items, link, base, now);
    try {
      await send(items, sync, link, now, local);
      return;
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      if (error.kind === 'notFound') waitForLook(sync);
      if (error.kind === 'conflict') link = await refresh(items, sync, link);
      else if (!isRefusal(error)) throw error;
      else {
        // Nothing was written.
        await mailbox.sync.setLink({ ...link, base: writeItemBase(now) });
        if (!hasLearned(sync, local)) throw error;
      }
    }
  }
  throw new Waiting('the item is changed elsewhere all the time');
}

/** Sends what our side changed, with a note in the base before the call. */
async function send(
  items: ItemSync,
  sync: KindSync,
  link: MessageLink,
  now: ItemBase,
  local: LocalItem,
): Promise<void> {
  const { mailbox, clock } = items.account;
  const wanted = withFields(now.item, local.shown, changedHere(now, local.shown));
  const isPicture = local.picture?.digest !== now.picture?.ours;
  const picture: PictureBase | undefined = isPicture ? { ...now.picture, sent: true } : now.picture;
  const noted = { ...now, intended: wanted, sentAt: clock(), ...(picture ? { picture } : {}) };
  await mailbox.sync.setLink({ ...link, base: writeItemBase(noted) });
  const write = {
    // With what only our side can say, which the backend may need to order the rest.
    fields: sync.backend.complete(wanted, local.fields),
    ...(isPicture ? { picture: local.picture?.value ?? null } : {}),
  };
  const isSame = differences(now.item, wanted).length === 0;
  const stamp = await withoutRefusedPicture(items, sync, local, write, async (one) => {
    if (isSame && one.picture === undefined) return now.stamp;
    return sync.backend.update(remoteFolderId(link), link.remoteId, now.item, one, now.stamp);
  });
  const { ours: _, ...others } = picture ?? {};
  const pictures = picture && { ...others, ...(local.picture ? { ours: local.picture.digest } : {}) };
  const agreed = { ...agreedOn(wanted, local.shown), stamp, ...(pictures ? { picture: pictures } : {}) };
  await mailbox.sync.setLink({ ...link, base: writeItemBase(agreed) });
}

/**
 * Our side has nothing to send. When an attempt was under way with something that was taken back since, it may still
 * arrive: what it would write is kept in mind until it cannot any more. Throws Waiting then.
 */
async function waitForLate(items: ItemSync, link: MessageLink, before: ItemBase, now: ItemBase): Promise<void> {
  const { intended, sentAt } = before;
  if (!intended || sentAt === undefined || before.stamp !== now.stamp) return;
  const until = sentAt + syncLimits.settleMs;
  if (items.account.clock() >= until) return;
  await items.account.mailbox.sync.setLink({ ...link, base: writeItemBase({ ...now, intended, sentAt }) });
  throw new Waiting('an earlier attempt may still be under way', until);
}

/** Takes the backend's version as it is now. Throws Waiting when it is not where it was. */
async function refresh(items: ItemSync, sync: KindSync, link: MessageLink): Promise<MessageLink> {
  const [remote] = (await unlessMissing(() => sync.backend.items(remoteFolderId(link), [link.remoteId]))) ?? [];
  if (!remote) return waitForLook(sync);
  await takeItem(items, sync, link, remote);
  return (await items.account.mailbox.sync.link(link.key))!;
}

function waitForLook(sync: KindSync): never {
  sync.checkWanted = true;
  throw new Waiting('the item was moved or deleted elsewhere');
}

async function moveRemote(
  items: ItemSync,
  sync: KindSync,
  before: MessageLink,
  remoteFolder: string,
): Promise<MessageLink> {
  const { mailbox } = items.account;
  let link = before;
  const target = parseItemFolder(remoteFolder)!.id;
  for (let tries = 0; tries < syncLimits.itemTries; tries += 1) {
    try {
      const base = readItemBase(link);
      const stamp = await sync.backend.move(remoteFolderId(link), link.remoteId, target, base.stamp);
      // A version that nobody here has seen yet keeps its stamp, so that it is looked at.
      const moved = { ...link, remoteFolder, base: writeItemBase({ ...base, stamp }) };
      await mailbox.sync.setLink(moved);
      return moved;
    } catch (error) {
      if (!(error instanceof BackendError) || (error.kind !== 'conflict' && error.kind !== 'notFound')) throw error;
      // Moved by an attempt whose answer was lost.
      const [there] = (await unlessMissing(() => sync.backend.items(target, [link.remoteId]))) ?? [];
      if (there) {
        link = { ...link, remoteFolder };
        await mailbox.sync.setLink(link);
        await takeItem(items, sync, link, there);
        return (await mailbox.sync.link(link.key))!;
      }
      link = await refresh(items, sync, link);
    }
  }
  throw new Waiting('the item is changed elsewhere all the time');
}

/**
 * Deletes an item that a client deleted, or moved to where the backend cannot have it. One that somebody changed there
 * meanwhile is not lost with it: it comes back, and the answer is false.
 */
async function removeRemote(items: ItemSync, link: MessageLink): Promise<boolean> {
  const { mailbox } = items.account;
  const sync = kindOfLink(items, link);
  const base = readItemBase(link);
  const folder = remoteFolderId(link);
  let { stamp } = base;
  for (let tries = 0; tries < syncLimits.itemTries; tries += 1) {
    try {
      if (stamp > 0) {
        await sync.backend.remove(folder, link.remoteId, stamp);
        await mailbox.sync.removeLink(link.key);
        return true;
      }
    } catch (error) {
      if (!(error instanceof BackendError) || (error.kind !== 'conflict' && error.kind !== 'notFound')) throw error;
    }
    const [remote] = (await unlessMissing(() => sync.backend.items(folder, [link.remoteId]))) ?? [];
    // Deleted there too, or by an attempt whose answer was lost; or moved, and then it is deleted where it went.
    if (!remote) return waitForLook(sync);
    const changed = differences(base.item, remote.fields);
    const isOurs = changed.every(
      (name) => differences({ [name]: base.intended?.[name] }, { [name]: remote.fields[name] }).length === 0,
    );
    if (!isOurs) {
      await restore(items, sync, link, remote);
      return false;
    }
    ({ stamp } = remote);
  }
  throw new Waiting('the item is changed elsewhere all the time');
}

/** Brings back what a client deleted and somebody else changed in the same moment. */
async function restore(items: ItemSync, sync: KindSync, link: MessageLink, remote: RemoteItem): Promise<void> {
  const { mailbox, log } = items.account;
  const folder = (await mailbox.sync.folderLinks()).find(({ remoteId }) => remoteId === link.remoteFolder);
  log.info({ message: link.key }, 'an item that was deleted here was changed on the backend and comes back');
  const gone = await mailbox.messageByKey(link.key, { softDeleted: true });
  if (gone?.deleted !== undefined && folder && (await mailbox.folder(folder.folderId))) {
    await mailbox.moveMessages(gone.folderId, [gone.id], folder.folderId, fromBackend);
    await takeItem(items, sync, link, remote);
    return;
  }
  await mailbox.sync.removeLink(link.key);
  if (folder) await takeNew(items, sync, folder.folderId, link.remoteFolder, [remote]);
}
