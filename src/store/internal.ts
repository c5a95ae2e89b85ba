import type { Selectable } from 'kysely';
import type { StoreEvent } from './events.ts';
import type { FolderIdsOfMailbox } from './folder-ids.ts';
import type { ChunkSource } from './large-value.ts';
import type { StoreLimits } from './limits.ts';
import type { Db, FolderTable, MessageTable } from './schema.ts';
import type { Folder, FolderId, Mailbox, Message, Origin } from './types.ts';
import type { UnreadableMessages } from './unreadable.ts';

/** What the files of this floor share about one mailbox; nothing outside src/store sees it. */
export interface MailboxContext {
  /** The mailbox as others see it. */
  readonly mailbox: Mailbox;
  readonly limits: StoreLimits;
  /**
   * Where to query now: inside `mailbox.transaction` the transaction, otherwise a connection that sees what is
   * committed. Ask each time; never keep it.
   */
  db(): Db;
  /** Where the large values of its messages are read from. */
  readonly chunks: ChunkSource;
  /** As `mailbox.transaction`; inside one, a part that is undone alone when it fails. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  inTransaction(): boolean;
  /** Runs once the transaction around the caller is committed; never when it is undone. Only in a transaction. */
  afterCommit(action: () => void): void;
  /** FILETIME of now. */
  now(): bigint;
  /** ms since 1970. */
  nowMs(): number;
  /** Draws counters; returns the first. Only in a transaction. */
  allocate(count: number): Promise<number>;
  /** To be sent after the commit. Only in a transaction. */
  emit(event: StoreEvent): void;
  /** A `modified` event with the counts after the commit is due for this folder. */
  countsChanged(folderId: FolderId, origin: Origin): void;
  subscribe(listener: (event: StoreEvent) => void): () => void;
  readonly folderIds: FolderIdsOfMailbox;
  readonly unreadable: UnreadableMessages;
  /** Source keys of folders that came from a foreign replica. */
  readonly foreignFolderKeys: Map<FolderId, Uint8Array>;
  /** Tells the sync engine, after the commit, that the outbox got rows. Only in a transaction. */
  outboxGrew(): void;

  /** Row of `message` (select {@link messageColumns} or all) as a Message. Cheap: the bag is decoded when asked for. */
  messageFromRow(row: MessageRow): Message;
  folderFromRow(row: FolderRow): Folder;
}

export type MessageRow = Pick<Selectable<MessageTable>, (typeof messageColumns)[number]>;
export type FolderRow = Selectable<FolderTable>;

/** The columns that {@link MailboxContext.messageFromRow} needs. */
export const messageColumns = [
  'key',
  'id',
  'folder_id',
  'associated',
  'deleted_at',
  'created',
  'last_modified',
  'size',
  'flags',
  'read',
  'status',
  'has_attachments',
  'cn',
  'read_cn',
  'change_key',
  'pcl',
  'source_key',
  'content_state',
  'content_version',
  'properties',
  'large_values',
  'in_mail',
] as const satisfies readonly (keyof MessageTable)[];

/**
 * What src/store/tables gives the mailbox: made once a mailbox by `createTables(context)`. `close` ends its
 * subscription to events. Search folders that need tables of their own add a migration (migrations/index.ts) and their
 * row types to schema.ts.
 */
export type MailboxTables = Pick<
  Mailbox,
  'hierarchyTable' | 'contentsTable' | 'setSearchCriteria' | 'searchCriteria'
> & {
  close(): void;
};
