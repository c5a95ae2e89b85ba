import {
  counterOf,
  ec,
  encodeReplIdIdSet,
  type IdSet,
  MapiError,
  makeId,
  replidOfId,
  sourceKey,
} from '../../mapi/index.ts';
import type { Folder, FolderId, Mailbox, Message, MessageId } from '../../store/index.ts';
import type { FolderObject } from './objects.ts';

/** Replid of the mailbox's own replica, in which all of its objects have their ids (MS-OXCDATA 2.2.1). */
const ownReplid = 1;

/** A folder or message id, or a change number, as it goes to the client. */
export const wireId = (id: FolderId | MessageId): bigint => makeId(ownReplid, id);
/** A set of them as the bytes of an IDSET. */
export const wireIdSet = (ids: IdSet): Uint8Array => encodeReplIdIdSet(new Map([[ownReplid, ids]]));

async function resolve(mailbox: Mailbox, id: bigint, kind: 'folder' | 'message'): Promise<number | undefined> {
  const replid = replidOfId(id);
  if (replid === ownReplid) return counterOf(id);
  const guid = replid === 0 ? undefined : await mailbox.guidOfReplid(replid);
  if (guid === undefined) return undefined;
  const found = await mailbox.findBySourceKey(sourceKey(guid, counterOf(id)));
  return found?.kind === kind ? found.id : undefined;
}

/**
 * The folder that a client means by an id: of the own replica, or one that the object came with from a foreign one.
 * Whether there is such a folder is not looked at for the former. Undefined for an id that cannot be one.
 */
export const folderIdOf = (mailbox: Mailbox, id: bigint): Promise<FolderId | undefined> =>
  resolve(mailbox, id, 'folder');
/** As {@link folderIdOf} for a message. */
export const messageIdOf = (mailbox: Mailbox, id: bigint): Promise<MessageId | undefined> =>
  resolve(mailbox, id, 'message');

/** The folder of an id from the client. Throws ecNotFound when there is none. */
export async function existingFolder(mailbox: Mailbox, id: bigint): Promise<Folder> {
  const folderId = await folderIdOf(mailbox, id);
  const folder = folderId === undefined ? undefined : await mailbox.folder(folderId);
  if (folder === undefined) throw new MapiError(ec.notFound);
  return folder;
}
/** As {@link existingFolder}, its id. */
export const existingFolderId = async (mailbox: Mailbox, id: bigint): Promise<FolderId> =>
  (await existingFolder(mailbox, id)).id;

/** The folder that a handle stands for. Throws ecObjectDeleted when it went meanwhile. */
export async function folderOf({ folderId, logon }: FolderObject): Promise<Folder> {
  const folder = await logon.mailbox.folder(folderId);
  if (folder === undefined) throw new MapiError(ec.objectDeleted);
  return folder;
}

/** A message is found in its folder, and in search folders, whichever they show. */
export const isIn = async (mailbox: Mailbox, message: Message, folderId: FolderId): Promise<boolean> =>
  message.folderId === folderId || (await mailbox.folder(folderId))?.type === 'search';

/** Messages of ids from the client, and whether some of them cannot be messages of this mailbox. */
export async function messageIdsOf(
  mailbox: Mailbox,
  ids: readonly bigint[],
): Promise<{ ids: MessageId[]; partial: boolean }> {
  const found: MessageId[] = [];
  for (const id of ids) {
    const messageId = await messageIdOf(mailbox, id);
    if (messageId !== undefined) found.push(messageId);
  }
  return { ids: found, partial: found.length < ids.length };
}
