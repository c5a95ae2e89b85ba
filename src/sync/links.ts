import type { MailFlags } from '../backends/index.ts';
import type { FolderLink, MessageLink } from '../store/index.ts';

/** The base of a message link: the flags both sides agreed on, and the digest of the content that was stored there. */
export interface MessageBase {
  readonly flags: MailFlags;
  readonly contentDigest?: string;
}

/** The base of a folder link: name and parent both sides agreed on. */
export interface FolderBase {
  readonly name: string;
  readonly parentId: string | undefined;
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

export const readMessageBase = (link: MessageLink): MessageBase => JSON.parse(link.base);
export const readFolderBase = (link: FolderLink): FolderBase => JSON.parse(link.base);
export const writeBase = (base: MessageBase | FolderBase): string => JSON.stringify(base);
export const readCursor = (text: string | undefined): FolderCursor | undefined =>
  text === undefined ? undefined : JSON.parse(text);
export const writeCursor = (cursor: FolderCursor): string => JSON.stringify(cursor);
