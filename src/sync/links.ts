import type { MailFlags } from '../backends/index.ts';
import type { FolderId, FolderLink, Mailbox, MessageLink } from '../store/index.ts';
import { isItemFolderLink } from './items/links.ts';

/** The base of a message link: the flags both sides agreed on, and the digest of the content that was stored there. */
export interface MessageBase {
  readonly flags: MailFlags;
  readonly contentDigest?: string;
  /** Size of the mail where it was made there; another size is another version. */
  readonly size?: number;
  /** Flags that were about to be set there when nothing more was heard: seeing them there is no change of somebody else. */
  readonly intended?: Partial<MailFlags>;
}

/** The base of a folder link: name and parent both sides agreed on. */
export interface FolderBase {
  readonly name: string;
  readonly parentId: string | undefined;
  /** UIDVALIDITY when the folder was first seen, which tells it when it is renamed before it was ever read. */
  readonly validity?: string;
  /** Name and place that it was about to get when nothing more was heard. */
  readonly intended?: { readonly name: string; readonly parentId: string | undefined };
}

/** How far a mail folder was read. */
export interface FolderCursor {
  readonly validity: string;
  readonly next: number | undefined;
  readonly total: number;
  readonly unread: number;
  /** When the whole folder was last listed, ms since 1970. */
  readonly listedAt: number;
  /** Ids that were missing in the last listing: deleted when they are missing again (see pull-folder.ts). */
  readonly missing?: readonly string[];
}

/** What is noted before a folder is created on the backend, beside the cursors. */
export const creationOf = (folderId: FolderId): string => `creating ${folderId}`;

/** The links of mail folders. */
export const mailFolderLinks = async ({ sync }: Mailbox): Promise<FolderLink[]> =>
  (await sync.folderLinks()).filter((link) => !isItemFolderLink(link));

/** Ids of an old UIDVALIDITY stand for nothing; such a link waits for its mail to be recognised. */
const voidPrefix = 'void ';
export const isVoid = (link: MessageLink): boolean => link.remoteId.startsWith(voidPrefix);
export const voided = (link: MessageLink): MessageLink =>
  isVoid(link) ? link : { ...link, remoteId: voidPrefix + link.remoteId };

export const readMessageBase = (link: MessageLink): MessageBase => JSON.parse(link.base);
export const readFolderBase = (link: FolderLink): FolderBase => JSON.parse(link.base);
export const writeBase = (base: MessageBase | FolderBase): string => JSON.stringify(base);
export const readCursor = (text: string | undefined): FolderCursor | undefined =>
  text === undefined ? undefined : JSON.parse(text);
export const writeCursor = (cursor: FolderCursor): string => JSON.stringify(cursor);
