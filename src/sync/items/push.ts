import { BackendError, type ItemFields, type ItemWrite } from '../../backends/index.ts';
import type { Message, MessageLink, OutboxRow } from '../../store/index.ts';
import { fromBackend } from '../account.ts';
import { stillUnderWay } from '../attempt.ts';
import { syncLimits } from '../limits.ts';
import { unlessMissing, Waiting } from '../waiting.ts';
import { uidOf } from './attempt.ts';
import { type LocalItem, readLocal } from './content.ts';
import { isItem, isOfKind, itemKinds } from './kinds.ts';
import {
  type CreateAttempt,
  isItemFolder,
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
  } else if (!link) await createRemote(items, target.sync, row, message, target.remoteFolder);
  else {
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
  await items.account.mailbox.sync.setLink(link);
  return link;
}

async function createRemote(
  items: ItemSync,
  sync: KindSync,
  row: OutboxRow,
  message: Message,
  remoteFolder: string,
): Promise<void> {
  const { mailbox, clock } = items.account;
  const local = await readLocal(items, sync, message);
  const uid = uidOf(mailbox, message.key);
  const { shown, picture } = local;
  const attempt: CreateAttempt = {
    kind: 'createItem',
    folder: remoteFolder,
    uid,
    fields: shown,
    ...(picture ? { picture: picture.digest } : {}),
    at: clock(),
  };
  await mailbox.sync.noteOutbox(row, writeCreateAttempt(attempt));
  const { id } = parseItemFolder(remoteFolder)!;
  const made = await withoutRefusedPicture(items, { fields: local.fields, ...pictureOf(local) }, (write) =>
    sync.backend.create(id, write, uid),
  );
  await mailbox.sync.setLink({
    key: message.key,
    remoteFolder,
    remoteId: made.id,
    base: writeItemBase({
      item: shown,
      stamp: made.stamp,
      ...(picture ? { picture: { ours: picture.digest, sent: true } } : {}),
    }),
  });
}

const pictureOf = ({ picture }: LocalItem): Pick<ItemWrite, 'picture'> => (picture ? { picture: picture.value } : {});

/** A picture that the backend will not have stays with our side; the rest goes there. */
async function withoutRefusedPicture<T>(
  { account }: ItemSync,
  write: ItemWrite,
  call: (write: ItemWrite) => Promise<T>,
): Promise<T> {
  try {
    return await call(write);
  } catch (error) {
    if (!(error instanceof BackendError && error.kind === 'refused') || !write.picture) throw error;
    account.log.warn({ reason: error.message }, 'the backend refused something with a picture; trying without it');
    return await call({ fields: write.fields });
  }
}

/** Carries what a client changed to the backend; what somebody changed there is merged first. */
async function updateRemote(items: ItemSync, sync: KindSync, before: MessageLink): Promise<void> {
  const { mailbox, clock } = items.account;
  let link = before;
  for (let tries = 0; tries < syncLimits.itemTries; tries += 1) {
    const base = readItemBase(link);
    // Whether an earlier attempt was carried out nobody knows, so the backend is asked.
    if (base.intended || base.stamp === 0) link = await refresh(items, sync, link);
    const now = readItemBase(link);
    const message = await mailbox.messageByKey(link.key);
    if (!message) return;
    const local = await readLocal(items, sync, message, now.item);
    if (!isChangedHere(now, local)) {
      const isLate = base.sentAt !== undefined && base.stamp === now.stamp;
      if (isLate && clock() < base.sentAt! + syncLimits.settleMs) {
        await mailbox.sync.setLink({
          ...link,
          base: writeItemBase({ ...now, intended: base.intended!, sentAt: base.sentAt! }),
        });
        throw new Waiting('an earlier attempt may still be under way', base.sentAt! + syncLimits.settleMs);
      }
      return;
    }
    const wanted = withFields(now.item, local.shown, changedHere(now, local.shown));
    const isPicture = local.picture?.digest !== now.picture?.ours;
    const sent = isPicture ? { ...now.picture, sent: true as const } : now.picture;
    const intended = { intended: wanted, sentAt: clock(), ...(sent ? { picture: sent } : {}) };
    await mailbox.sync.setLink({ ...link, base: writeItemBase({ ...now, ...intended }) });
    try {
      const after = {
        fields: toWrite(sync, wanted, local),
        ...(isPicture ? { picture: local.picture?.value ?? null } : {}),
      };
      const stamp = await withoutRefusedPicture(items, after, (write) =>
        differences(now.item, wanted).length === 0 && write.picture === undefined
          ? Promise.resolve(now.stamp)
          : sync.backend.update(remoteFolderId(link), link.remoteId, now.item, write, now.stamp),
      );
      const picture = isPicture
        ? { ...now.picture, ...(local.picture ? { ours: local.picture.digest } : {}), sent: true as const }
        : now.picture;
      if (isPicture && !local.picture) delete (picture as { ours?: string }).ours;
      await mailbox.sync.setLink({
        ...link,
        base: writeItemBase({ ...agreedOn(wanted, local.shown), stamp, ...(picture ? { picture } : {}) }),
      });
      return;
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      if (error.kind === 'notFound') return waitForLook(sync);
      if (error.kind !== 'conflict') throw error;
      link = await refresh(items, sync, link);
    }
  }
  throw new Waiting('the item is changed elsewhere all the time');
}

/** Fields to write: the wanted ones, with what only our side can say of them, which the backend may need to order them. */
const toWrite = (sync: KindSync, wanted: ItemFields, local: LocalItem): ItemFields =>
  sync.backend.complete(wanted, local.fields);

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
    if (!remote) {
      // Deleted there too, or by an attempt whose answer was lost; or moved, which the next look shows as new.
      await mailbox.sync.removeLink(link.key);
      return true;
    }
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
async function restore(
  items: ItemSync,
  sync: KindSync,
  link: MessageLink,
  remote: Parameters<typeof takeItem>[3],
): Promise<void> {
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
