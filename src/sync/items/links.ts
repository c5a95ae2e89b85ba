import type { ItemFields, ItemKindName } from '../../backends/index.ts';
import type { FolderLink, MessageLink } from '../../store/index.ts';
import type { Agreed } from './merge.ts';

/** The base of an item's link: what both sides agreed on, in the backend's terms. */
export interface ItemBase extends Agreed {
  /** Stamp of the backend's version that `item` is. */
  readonly stamp: number;
  /** When `intended` was sent, ms since 1970. */
  readonly sentAt?: number;
  readonly picture?: PictureBase;
}

/** Both sides name a picture in their own way, and the backend makes another one of it. */
export interface PictureBase {
  /** The backend's token; absent for no picture. */
  readonly theirs?: string;
  /** Digest of ours; absent for no picture. */
  readonly ours?: string;
  /** Ours was sent, and what the backend calls it now is not known yet. */
  readonly sent?: true;
}

/** How far a folder of items was read. */
export interface ItemCursor {
  readonly cursor: string;
  /** When all stamps were last compared, ms since 1970. */
  readonly checkedAt: number;
  /** Ids that were missing then: gone when they are missing again. */
  readonly missing?: readonly string[];
}

/** A creation that was noted on the outbox row before the call: nobody knows whether it was carried out. */
export interface CreateAttempt {
  readonly kind: 'createItem';
  /** The remote folder, as the links name it. */
  readonly folder: string;
  readonly uid: string;
  readonly fields: ItemFields;
  /** Digest of the picture that was sent along. */
  readonly picture?: string;
  /** ms since 1970. */
  readonly at: number;
}

/**
 * Remote folders of items share tables with those of mail, so their names begin with the kind: `contacts:31`. Ids of mail
 * folders never do.
 */
const pattern = /^(contacts|tasks|events):(.*)$/s;

/** Where the key of the message is noted that an item with a uid of its own is being created from. */
export const creationOfUid = (uid: string): string => `creating item ${uid}`;

export const itemFolder = (kind: ItemKindName, id: string): string => `${kind}:${id}`;

/** Kind and id in the name of a remote folder; undefined for one of mail. */
export function parseItemFolder(remoteFolder: string): { kind: ItemKindName; id: string } | undefined {
  const match = pattern.exec(remoteFolder);
  return match ? { kind: match[1] as ItemKindName, id: match[2]! } : undefined;
}

export const isItemFolder = (remoteFolder: string): boolean => pattern.test(remoteFolder);
export const isItemFolderLink = (link: FolderLink): boolean => isItemFolder(link.remoteId);

/** The backend's id in a link's remote folder. */
export const remoteFolderId = (link: MessageLink): string => parseItemFolder(link.remoteFolder)!.id;

export const readItemBase = (link: MessageLink): ItemBase => JSON.parse(link.base);
export const writeItemBase = (base: ItemBase): string => JSON.stringify(base);
export const readItemCursor = (text: string | undefined): ItemCursor | undefined =>
  text === undefined ? undefined : JSON.parse(text);
export const writeItemCursor = (cursor: ItemCursor): string => JSON.stringify(cursor);
export const writeCreateAttempt = (attempt: CreateAttempt): string => JSON.stringify(attempt);

export function readCreateAttempt(note: string | undefined): CreateAttempt | undefined {
  if (!note?.startsWith('{')) return undefined;
  const attempt = JSON.parse(note) as { kind?: unknown };
  return attempt.kind === 'createItem' ? (attempt as CreateAttempt) : undefined;
}
