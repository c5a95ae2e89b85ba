import type { FolderId, Message, MessageKey } from './types.ts';

/**
 * The sync engine's tables. The outbox is by state, not by operation: a row says "this object was changed by a client
 * since the backend last saw it"; the engine compares the object with its link's base and pushes the difference. Rows
 * are written by the store in the transaction of the change (origin `client`) and by nobody else.
 */
export interface SyncState {
  /** Rows due at `now` (ms since 1970), oldest first, submissions first. */
  dueOutbox(now: number, limit: number): Promise<OutboxRow[]>;
  outboxCount(): Promise<number>;
  /** Whether a client's change of this message waits for the backend. */
  isPending(key: MessageKey): Promise<boolean>;
  /** Whether a client's change of this folder waits for the backend. */
  isFolderPending(folderId: FolderId): Promise<boolean>;
  /** The note on the waiting row of a message's change. */
  noteOf(key: MessageKey): Promise<string | undefined>;
  /** When the next row falls due, in ms since 1970; undefined when the outbox is empty. */
  nextDue(): Promise<number | undefined>;
  /** Removes these rows, except of objects that were changed again since they were read (`sequence` differs). */
  finishOutbox(...rows: readonly OutboxRow[]): Promise<void>;
  /** Keeps the row for a later attempt. */
  postponeOutbox(row: OutboxRow, dueAt: number, error: string): Promise<void>;
  /** A note kept with the row before a step that cannot be repeated blindly (sending, appending). */
  noteOutbox(row: Pick<OutboxRow, 'kind' | 'objectKey'>, note: string): Promise<void>;

  folderLink(folderId: FolderId): Promise<FolderLink | undefined>;
  folderLinks(): Promise<FolderLink[]>;
  setFolderLink(link: FolderLink): Promise<void>;
  removeFolderLink(folderId: FolderId): Promise<void>;
  /** A remote folder got another id: its link, cursor and the links of its messages follow. Not its subfolders. */
  renameRemoteFolder(from: string, to: string): Promise<void>;

  link(key: MessageKey): Promise<MessageLink | undefined>;
  linkByRemoteId(remoteFolder: string, remoteId: string): Promise<MessageLink | undefined>;
  /** Which of these ids of a remote folder have a link. */
  linkedRemoteIds(remoteFolder: string, remoteIds: readonly string[]): Promise<Set<string>>;
  /** All links of a remote folder, whether or not the local message still exists. */
  links(remoteFolder: string): Promise<MessageLink[]>;
  /** Remote folders that any message's link names, also those that no folder link stands for. */
  linkedFolders(): Promise<string[]>;
  setLink(...links: readonly MessageLink[]): Promise<void>;
  removeLink(key: MessageKey): Promise<void>;
  /** Which of these PidTagInternetMessageIds some message of the mailbox has. */
  knownMessageIds(internetMessageIds: readonly string[]): Promise<Set<string>>;
  /** Local messages of a folder without link whose PidTagInternetMessageId is this one. */
  unlinkedByMessageId(folderId: FolderId, internetMessageId: string): Promise<Message[]>;

  /** Links of local messages, not deleted ones, whose PidTagInternetMessageId is this one. */
  linkedByMessageId(internetMessageId: string): Promise<MessageLink[]>;

  /** How far a remote folder was read; the engine's own JSON. */
  cursor(remoteFolder: string): Promise<string | undefined>;
  setCursor(remoteFolder: string, cursor: string | undefined): Promise<void>;

  /** Links whose contents may be looked at now (ms since 1970) to be released, those that wait longest first. */
  releasable(now: number, limit: number): Promise<MessageLink[]>;
  /** The content of this message is to be looked at then; undefined: not any more. */
  releaseLater(key: MessageKey, at: number | undefined): Promise<void>;
  /**
   * Gives up the large values of a local message that the linked mail has: it is read, and what is not found in it byte
   * by byte stays. Nobody sees a difference, except that restrictions no longer look into those values. False when
   * the message was changed since it had this change number, waits for the backend, or has another mail by now. Throws
   * ContentUnavailable.
   */
  releaseContent(link: MessageLink, changeNumber: number): Promise<boolean>;
  /** Tells that the outbox got rows (after the commit). One listener. */
  onOutbox(listener: () => void): void;
}

export interface OutboxRow {
  readonly kind: 'message' | 'folder' | 'submit';
  /** MessageKey or FolderId. */
  readonly objectKey: number;
  /** Rises with each change of the object. */
  readonly sequence: number;
  readonly attempts: number;
  readonly dueAt: number;
  readonly note: string | undefined;
  readonly error: string | undefined;
  /** submit: where the message goes when sent; null = delete it. */
  readonly sentFolderId?: FolderId | null;
}

export interface FolderLink {
  readonly folderId: FolderId;
  readonly remoteId: string;
  /** Last agreed state, the engine's own JSON. */
  readonly base: string;
}

export interface MessageLink {
  readonly key: MessageKey;
  readonly remoteFolder: string;
  readonly remoteId: string;
  /** Last agreed state (flags and the like), the engine's own JSON. */
  readonly base: string;
  /** Given to setLink alone: when the content may be looked at to be released, ms since 1970; as before when absent. */
  readonly releaseAt?: number | undefined;
}
