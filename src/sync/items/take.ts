import { BackendError, type ItemPicture, type RemoteItem } from '../../backends/index.ts';
import { batches, type FolderId, type Message, type MessageLink } from '../../store/index.ts';
import { fromBackend } from '../account.ts';
import { syncLimits } from '../limits.ts';
import { unlessMissing } from '../waiting.ts';
import { type LocalItem, localChange, newLocal, pictureDigest, readLocal } from './content.ts';
import { type ItemBase, type PictureBase, readItemBase, remoteFolderId, writeItemBase } from './links.ts';
import { agreedOn, changedHere, differences, merge } from './merge.ts';
import { type ItemSync, isOnBackend, type KindSync } from './sync.ts';

/**
 * Brings a message in step with the backend's version of it: a merge by field (merge.ts). What is lost of ours is kept as
 * a copy in Conflicts. Nothing happens to a message that a client deleted: that is pushed first.
 */
export async function takeItem(items: ItemSync, sync: KindSync, link: MessageLink, remote: RemoteItem): Promise<void> {
  const { mailbox, log } = items.account;
  if (isAsAgreed(readItemBase(link), remote)) return;
  const picture = await changedPicture(items, sync, link, remote);
  await mailbox.transaction(async () => {
    const message = await mailbox.messageByKey(link.key);
    if (!message) return;
    const base = readItemBase(link);
    const local = await readLocal(items, sync, message, base.item);
    const merged = merge(base, remote.fields, local.shown);
    const takesPicture = picture !== undefined;
    const lostPicture = takesPicture && local.picture?.digest !== base.picture?.ours && local.picture !== undefined;
    let shown = local.shown;
    if (merged.taken.length > 0 || takesPicture) {
      if (merged.lost.length > 0 || lostPicture) {
        log.info(
          { message: message.key, fields: merged.lost },
          'both sides changed an item; ours is kept in Conflicts',
        );
        await keepInConflicts(items, local);
      }
      const changed = await localChange(items, sync, local, merged.fields, picture);
      if (changed.change)
        await mailbox.saveMessage({ id: message.id, folderId: message.folderId, ...changed.change }, fromBackend);
      shown = changed.shown;
    }
    const pictures = pictureBase(base.picture, remote, picture);
    await mailbox.sync.setLink({
      ...link,
      base: writeItemBase({ ...merged.agreed(shown), stamp: remote.stamp, ...(pictures ? { picture: pictures } : {}) }),
    });
  });
}

/** The version that both agreed on: changes are told more than once, our own too. */
const isAsAgreed = ({ stamp, intended, item, picture }: ItemBase, remote: RemoteItem): boolean =>
  stamp === remote.stamp &&
  intended === undefined &&
  !picture?.sent &&
  picture?.theirs === remote.picture &&
  differences(item, remote.fields).length === 0;

/** What both agree on about the picture; `taken` as {@link changedPicture} gives it. */
function pictureBase(
  before: PictureBase | undefined,
  { picture: theirs }: RemoteItem,
  taken: ItemPicture | null | undefined,
): PictureBase | undefined {
  const ours = taken === undefined ? before?.ours : taken === null ? undefined : pictureDigest(taken);
  return theirs === undefined && ours === undefined
    ? undefined
    : { ...(theirs === undefined ? {} : { theirs }), ...(ours === undefined ? {} : { ours }) };
}

/** The backend's picture where somebody there changed it, null where it went, undefined where it is as agreed. */
async function changedPicture(
  { account }: ItemSync,
  { backend }: KindSync,
  link: MessageLink,
  remote: RemoteItem,
): Promise<ItemPicture | null | undefined> {
  const { picture = {}, stamp } = readItemBase(link);
  if (picture.theirs === remote.picture) return undefined;
  // What the backend made of the one that we sent is that one, smaller: it does not come back.
  if (picture.sent && (remote.stamp === stamp || stamp === 0)) return undefined;
  if (remote.picture === undefined) return null;
  return fetchPicture(account.log, () => backend.picture(remoteFolderId(link), remote.id));
}

/** A picture that cannot be had is none, and holds nobody up. */
async function fetchPicture(
  log: ItemSync['account']['log'],
  fetch: () => Promise<ItemPicture | undefined>,
): Promise<ItemPicture | undefined> {
  try {
    return await unlessMissing(fetch);
  } catch (error) {
    if (!(error instanceof BackendError) || (error.kind !== 'refused' && error.kind !== 'denied')) throw error;
    log.warn({ reason: error.message }, 'the picture of a contact could not be fetched');
    return undefined;
  }
}

/** Keeps a version that lost, whole. Only in a transaction. */
async function keepInConflicts({ account }: ItemSync, { content }: LocalItem): Promise<void> {
  const { mailbox } = account;
  const { properties, recipients, attachments } = content;
  await mailbox.createMessages(
    mailbox.specialFolder('conflicts'),
    [{ set: properties, recipients, putAttachments: attachments, read: true, flags: 0 }],
    fromBackend,
  );
}

/** Takes items that are new into a local folder, a bounded batch a transaction. False when the folder is not there. */
export async function takeNew(
  items: ItemSync,
  sync: KindSync,
  folderId: FolderId,
  remoteFolder: string,
  remotes: readonly RemoteItem[],
): Promise<boolean> {
  const { mailbox } = items.account;
  // Lists after the contacts that they name.
  const ordered = [...remotes].sort((a, b) => Number(a.fields.list === true) - Number(b.fields.list === true));
  for (const batch of batches(ordered, syncLimits.itemBatch)) {
    const pictures = await fetchPictures(items, sync, remoteFolder, batch);
    const taken = await mailbox.transaction(async () => {
      if (!(await mailbox.folder(folderId))) return false;
      for (const list of [false, true])
        await createAll(
          items,
          sync,
          folderId,
          remoteFolder,
          batch.filter((remote) => (remote.fields.list === true) === list),
          pictures,
        );
      return true;
    });
    if (!taken) return false;
  }
  return true;
}

async function createAll(
  items: ItemSync,
  sync: KindSync,
  folderId: FolderId,
  remoteFolder: string,
  remotes: readonly RemoteItem[],
  pictures: ReadonlyMap<string, ItemPicture>,
): Promise<void> {
  const { mailbox } = items.account;
  const made: Awaited<ReturnType<typeof newLocal>>[] = [];
  for (const remote of remotes) made.push(await newLocal(items, sync, remote, pictures.get(remote.id)));
  const messages = await mailbox.createMessages(
    folderId,
    made.map(({ message }) => message),
    fromBackend,
  );
  await mailbox.sync.setLink(
    ...remotes.map((remote, at) => {
      const picture = pictureBase(undefined, remote, pictures.get(remote.id));
      const base = {
        ...agreedOn(remote.fields, made[at]!.shown),
        stamp: remote.stamp,
        ...(picture ? { picture } : {}),
      };
      return { key: messages[at]!.key, remoteFolder, remoteId: remote.id, base: writeItemBase(base) };
    }),
  );
}

async function fetchPictures(
  { account }: ItemSync,
  { backend }: KindSync,
  remoteFolder: string,
  remotes: readonly RemoteItem[],
): Promise<Map<string, ItemPicture>> {
  const found = new Map<string, ItemPicture>();
  const folder = remoteFolder.slice(remoteFolder.indexOf(':') + 1);
  for (const some of batches(
    remotes.filter(({ picture }) => picture !== undefined),
    syncLimits.pictures,
  ))
    await Promise.all(
      some.map(async ({ id }) => {
        const picture = await fetchPicture(account.log, () => backend.picture(folder, id));
        if (picture) found.set(id, picture);
      }),
    );
  return found;
}

/**
 * Follows a deletion on the backend. What a client changed here and is not there yet is not lost: it is stored there anew.
 * Only in a transaction.
 */
export async function takeGone(items: ItemSync, sync: KindSync, link: MessageLink): Promise<void> {
  const { mailbox, log } = items.account;
  const message = await mailbox.messageByKey(link.key);
  // Moved out of the folders of the kind: it lives on here, as what Outlook deletes does.
  const isOutside = message !== undefined && !(await isOnBackend(items, message.folderId));
  const isHere = message !== undefined && (isOutside || (await stillHere(items, sync, link, message)));
  log.debug({ message: link.key, folder: link.remoteFolder, id: link.remoteId, isHere }, 'an item is gone');
  await mailbox.sync.removeLink(link.key);
  if (message && !isHere) await mailbox.deleteMessages(message.folderId, [message.id], { hard: false }, fromBackend);
}

async function stillHere(items: ItemSync, sync: KindSync, link: MessageLink, message: Message): Promise<boolean> {
  if (!(await items.account.mailbox.sync.isPending(link.key))) return false;
  const base = readItemBase(link);
  const local = await readLocal(items, sync, message, base.item);
  return isChangedHere(base, local);
}

/** Whether our side has something that the backend has not. */
export const isChangedHere = (base: ItemBase, local: LocalItem): boolean =>
  changedHere(base, local.shown).length > 0 || local.picture?.digest !== base.picture?.ours;
