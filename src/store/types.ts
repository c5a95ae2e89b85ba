import type {
  AttachmentContent,
  Guid,
  MessageContent,
  PropertyBag,
  PropertyError,
  PropertyName,
  PropertyTag,
  PropertyValue,
  ReadonlyPropertyBag,
  Restriction,
  SortOrderSet,
} from '../mapi/index.ts';
import type { ContentsChanges, ContentsScope, HierarchyChanges, KnownContents } from './changes.ts';
import type { StoreEvent } from './events.ts';
import type { SyncState } from './sync-state.ts';
import type { UnreadableMessage } from './unreadable.ts';

export type { AttachmentContent, MessageContent } from '../mapi/index.ts';

/**
 * Ids of objects towards Outlook: the 48-bit global counter in the mailbox's own replica (replid 1). A folder keeps
 * its id for life; a message gets a new one when it is moved, as with Exchange. Objects that came with the id of a
 * foreign replica get an id of ours and keep theirs in `sourceKey`.
 */
export type FolderId = number;
export type MessageId = number;
/** Our own name of a message, the same across moves; never on the wire. Links, outbox and content go by it. */
export type MessageKey = number;

/** Folders that every mailbox has, by the part they play. The first 13 in the order of RopLogon (MS-OXCSTOR 2.2.1.1.3). */
export const folderRoles = [
  'root',
  'deferredAction',
  'spoolerQueue',
  'ipmSubtree',
  'inbox',
  'outbox',
  'sentItems',
  'deletedItems',
  'commonViews',
  'schedule',
  'finder',
  'views',
  'shortcuts',
  'calendar',
  'contacts',
  'journal',
  'notes',
  'tasks',
  'drafts',
  'junkEmail',
  'syncIssues',
  'conflicts',
  'localFailures',
  'serverFailures',
  'freebusyData',
] as const;
export type FolderRole = (typeof folderRoles)[number];

/** Who makes a change. A client's goes on to the backend through the outbox; the sync engine's came from there. */
export type Origin =
  | {
      readonly kind: 'client';
      readonly session?: string;
      /** Uploaded by a cached-mode client, which has it already: its session is not told. */
      readonly upload?: boolean;
    }
  | { readonly kind: 'sync' };

/** Ids of one replica, both ends included. */
export interface IdRange {
  readonly guid: Guid;
  readonly low: number;
  readonly high: number;
}

export interface MailboxInfo {
  /** Number of the mailbox in the database. */
  readonly id: number;
  /** PidTagStoreRecordKey, MailboxGuid of RopLogon, provider UID of its entry ids. */
  readonly guid: Guid;
  /** The replica that replid 1 stands for. */
  readonly replicaGuid: Guid;
  /** PidTagMappingSignature, ReplGuid of RopLogon, replid 5. */
  readonly mappingSignature: Guid;
  /** Primary SMTP address, lower case. */
  readonly address: string;
  readonly displayName: string;
  readonly legacyDn: string;
}

export interface MailboxProfile {
  readonly address: string;
  readonly displayName: string;
  readonly legacyDn: string;
  /** Language of the names of new special folders, as `de`; English when unknown. */
  readonly locale?: string;
}

export interface Store {
  /** The mailbox of an address, or undefined. */
  findMailbox(address: string): Promise<Mailbox | undefined>;
  /** Finds or creates the mailbox with its special folders; brings name and DN up to date. Can be repeated. */
  ensureMailbox(profile: MailboxProfile): Promise<Mailbox>;
  mailboxes(): Promise<readonly MailboxInfo[]>;
  /** Minimal Entry IDs (MS-OXNSPI 2.2.9.1) of address-book DNs, ≥ 0x10, the same for ever; new ones are made. */
  minimalEntryIds(dns: readonly string[]): Promise<number[]>;
  /** Removes for good what was soft-deleted before a time (ms since 1970). Gives how many messages went. */
  purgeDeleted(beforeMs: number): Promise<number>;
  /** Where content of messages comes from that the store does not hold itself; set once at start. */
  setContentSource(source: ContentSource): void;
  close(): Promise<void>;
}

export interface MessageToRead {
  readonly message: Message;
  /** `passing`: it is one of many that are asked for once, and is not kept. Throws ContentUnavailable. */
  content(passing: boolean): Promise<MessageContent>;
}

/** Content of mail that stays on the backend. */
export interface ContentSource {
  /**
   * The raw RFC 5322 message. Throws ContentUnavailable (see content.ts) when the backend cannot be reached or no
   * longer has it.
   */
  fetch(mailbox: MailboxInfo, key: MessageKey): Promise<AsyncIterable<Uint8Array>>;
}

export interface Folder {
  readonly id: FolderId;
  /** Undefined for the root. */
  readonly parentId: FolderId | undefined;
  readonly role: FolderRole | undefined;
  readonly type: 'root' | 'generic' | 'search';
  readonly displayName: string;
  readonly changeNumber: number;
  readonly changeKey: Uint8Array;
  readonly predecessorChangeList: Uint8Array;
  /** 22 bytes, when the id came from a foreign replica. */
  readonly sourceKey: Uint8Array | undefined;
  readonly contentCount: number;
  readonly unreadCount: number;
  readonly associatedCount: number;
  readonly childCount: number;
  /** How often it got or lost a subfolder. */
  readonly hierarchyChanges: number;
  /** Soft-deleted messages. */
  readonly deletedCount: number;
  /** Messages ever deleted from it. */
  readonly deletedTotal: number;
  /** Sum of the sizes of its messages, associated ones too, in bytes; not of soft-deleted ones. */
  readonly size: number;
  /** FILETIME. */
  readonly created: bigint;
  readonly lastModified: bigint;
  /** When a message in it last changed. */
  readonly contentsModified: bigint;
  /** Set when the folder is soft-deleted. */
  readonly deleted: bigint | undefined;
  /** All other properties (PidTagContainerClass, PidTagComment, …). */
  readonly properties: ReadonlyPropertyBag;
}

export interface NewFolder {
  readonly parentId: FolderId;
  readonly displayName: string;
  readonly type?: 'generic' | 'search';
  readonly comment?: string;
  readonly properties?: ReadonlyPropertyBag;
  /** Return the existing folder of that name instead of failing with ecDuplicateName. */
  readonly openExisting?: boolean;
  /** Identity given by a cached-mode client or the backend; new ones otherwise. */
  readonly id?: FolderId;
  readonly sourceKey?: Uint8Array;
  readonly changeKey?: Uint8Array;
  readonly predecessorChangeList?: Uint8Array;
  readonly lastModified?: bigint;
}

/** Version of a folder that a cached-mode client brought. */
export interface GivenFolderVersion {
  readonly changeKey?: Uint8Array;
  readonly predecessorChangeList?: Uint8Array;
  readonly lastModified?: bigint;
}

/** What the index holds of a message, without its content. */
export interface Message {
  readonly key: MessageKey;
  readonly id: MessageId;
  readonly folderId: FolderId;
  readonly associated: boolean;
  readonly changeNumber: number;
  /** Change number of the last change of the read state alone. */
  readonly readChangeNumber: number;
  readonly changeKey: Uint8Array;
  readonly predecessorChangeList: Uint8Array;
  readonly sourceKey: Uint8Array | undefined;
  readonly read: boolean;
  /** PidTagMessageFlags without mfRead, mfUnmodified and mfHasAttach, which are computed. */
  readonly flags: number;
  /** mfUnmodified: its content was not changed since it was first saved. */
  readonly unmodified: boolean;
  /** PidTagMessageStatus. */
  readonly status: number;
  readonly hasAttachments: boolean;
  /** In bytes. */
  readonly size: number;
  /** FILETIME. */
  readonly created: bigint;
  readonly lastModified: bigint;
  readonly deleted: bigint | undefined;
  /**
   * `local`: the store holds all of it. `remote`: bodies, recipients and attachments are on the backend (and perhaps
   * in the cache) and come by {@link Mailbox.content}.
   */
  readonly contentState: 'local' | 'remote';
  /**
   * Everything stored as a property and not computed: of a remote message the envelope and the overlay, of a local one
   * everything. Values over the inline limit are LargeValues. For the computed ones (entry ids, keys, counts, flags)
   * use `messageProperty` of computed.ts.
   */
  readonly properties: ReadonlyPropertyBag;
}

/** A change of one message, or a new one; all of it is applied in one transaction. */
export interface MessageChange {
  /** Change this message; a new one when absent. */
  readonly id?: MessageId;
  /** For a new message: its id, when a client was given it before or brought it. */
  readonly newId?: MessageId;
  readonly folderId: FolderId;
  readonly associated?: boolean;
  /** The change is all of the message: what it does not have goes. Without effect on a new one. */
  readonly replace?: boolean;
  readonly set?: ReadonlyPropertyBag;
  readonly remove?: readonly PropertyTag[];
  /** All recipients after the change; absent = unchanged. */
  readonly recipients?: readonly PropertyBag[];
  /** Attachments written anew (whole) and removed ones; others stay. */
  readonly putAttachments?: readonly AttachmentContent[];
  readonly removeAttachments?: readonly number[];
  readonly read?: boolean;
  /** PidTagMessageFlags to store (see {@link Message.flags}). */
  readonly flags?: number;
  /** Fails with ecObjectModified when the message was changed since it had this change number. */
  readonly baseChangeNumber?: number;
  /** New messages only: content stays on the backend. The caller writes the link in the same transaction. */
  readonly remoteContent?: { readonly size: number; readonly hasAttachments: boolean };
  /** New messages only: a mail that just arrived; a `newMail` event goes out after the `created` one. */
  readonly newMail?: boolean;
  /** Identity brought by a cached-mode client; otherwise made here from the new change number. */
  readonly sourceKey?: Uint8Array;
  readonly changeKey?: Uint8Array;
  readonly predecessorChangeList?: Uint8Array;
  readonly lastModified?: bigint;
}

/** A message that is not there yet. */
export type NewMessage = Omit<MessageChange, 'id' | 'folderId'>;

/** Identity of a moved message that a cached-mode client gave it. */
export interface MovedIdentity {
  /** Its id in the destination; one that it was given before. */
  readonly newId?: MessageId;
  readonly sourceKey?: Uint8Array;
  readonly changeKey?: Uint8Array;
  readonly predecessorChangeList?: Uint8Array;
  /** Change key and predecessors stay as they are; only the change number is new. */
  readonly keepVersion?: boolean;
}

export interface DeleteOptions {
  /** Gone for good instead of recoverable. */
  readonly hard?: boolean;
}

export interface BulkResult {
  /** Whether some of the objects could not be dealt with. */
  readonly partial: boolean;
}

export interface SearchCriteria {
  readonly restriction: Restriction | undefined;
  readonly folderIds: readonly FolderId[];
  /** SetSearchCriteria flags, MS-OXCFOLD 2.2.1.4.1. */
  readonly recursive: boolean;
  /** The messages of the scope are being gone through. */
  readonly running: boolean;
  readonly rebuilding: boolean;
  /** What was found is complete. */
  readonly complete: boolean;
  /** What was found is not kept up afterwards. */
  readonly static: boolean;
}

export interface Mailbox extends MailboxInfo {
  /** Runs `work` in one transaction; store calls inside join it; events go out after the commit. Nests. */
  transaction<T>(work: () => Promise<T>): Promise<T>;

  // Folders (MS-OXCFOLD)
  specialFolder(role: FolderRole): FolderId;
  /** PidTagSourceKey of a folder, 22 bytes, from memory. */
  folderSourceKey(id: FolderId): Uint8Array;
  /** Undefined when there is none or it is soft-deleted. */
  folder(id: FolderId): Promise<Folder | undefined>;
  /** Children, parents before their children when `deep`. Siblings by display name. */
  childFolders(id: FolderId, options?: { deep?: boolean; softDeleted?: boolean }): Promise<Folder[]>;
  /** Errors: ecDuplicateName, ecNotFound (parent). */
  createFolder(input: NewFolder, origin: Origin): Promise<{ folder: Folder; existed: boolean }>;
  /** Changes properties; PidTagDisplayName renames (ecDuplicateName). */
  updateFolder(
    id: FolderId,
    change: {
      set?: ReadonlyPropertyBag;
      remove?: readonly PropertyTag[];
    } & GivenFolderVersion,
    origin: Origin,
  ): Promise<Folder>;
  /** Errors: ecDuplicateName, ecFolderCycle, ecAccessDenied for special folders. */
  moveFolder(
    id: FolderId,
    parentId: FolderId,
    displayName: string,
    origin: Origin,
    version?: GivenFolderVersion,
  ): Promise<Folder>;
  copyFolder(id: FolderId, parentId: FolderId, displayName: string, deep: boolean, origin: Origin): Promise<Folder>;
  /** `messages`/`folders`: delete those inside too; otherwise a folder that has some is left (partial). */
  deleteFolder(
    id: FolderId,
    options: DeleteOptions & { messages: boolean; folders: boolean },
    origin: Origin,
  ): Promise<BulkResult>;
  /** Deletes all messages; with `folders` the subfolders too. */
  emptyFolder(
    id: FolderId,
    options: DeleteOptions & { associated: boolean; folders: boolean },
    origin: Origin,
  ): Promise<BulkResult>;

  // Messages (MS-OXCMSG)
  /** Undefined when there is none, or it is soft-deleted and those are not asked for. */
  message(id: MessageId, options?: { softDeleted?: boolean }): Promise<Message | undefined>;
  messageByKey(key: MessageKey, options?: { softDeleted?: boolean }): Promise<Message | undefined>;
  /**
   * The message that had this id before it was moved, soft-deleted or not; without it when it is gone for good.
   * Undefined when no message had the id.
   */
  messageFormerly(id: MessageId): Promise<{ readonly message: Message | undefined } | undefined>;
  /** Sets the predecessor change list of a soft-deleted message, which nobody is told. */
  noteDeletedVersion(key: MessageKey, predecessorChangeList: Uint8Array): Promise<void>;
  /** Ids of a folder's messages, newest first; not soft-deleted ones. */
  messageIds(folderId: FolderId, options?: { associated?: boolean }): Promise<MessageId[]>;
  /** All of a message, fetched from the backend where it is not here. Throws ContentUnavailable. */
  content(message: Message): Promise<MessageContent>;
  /** These messages, at most 200, and how to get all of each as {@link Mailbox.content} gives it; none that is gone. */
  messagesToRead(ids: readonly MessageId[]): Promise<Map<MessageId, MessageToRead>>;
  /** Messages that could not be read since the start, for reasons that are theirs. */
  unreadableMessages(): Promise<readonly UnreadableMessage[]>;
  /** Errors: ecNotFound, ecObjectModified. Returns the message as it is after the commit. */
  saveMessage(change: MessageChange, origin: Origin): Promise<Message>;
  /** Many new messages of one folder in one transaction, as saveMessage makes each. Errors: ecNotFound. */
  createMessages(folderId: FolderId, changes: readonly NewMessage[], origin: Origin): Promise<Message[]>;
  /**
   * Moved messages get new ids, or those of `identities` by their old ones: with such a one a message can also change
   * its id within a folder. `ids` maps old to new ones.
   */
  moveMessages(
    from: FolderId,
    ids: readonly MessageId[],
    to: FolderId,
    origin: Origin,
    identities?: ReadonlyMap<MessageId, MovedIdentity>,
  ): Promise<BulkResult & { ids: Map<MessageId, MessageId> }>;
  copyMessages(
    from: FolderId,
    ids: readonly MessageId[],
    to: FolderId,
    origin: Origin,
  ): Promise<BulkResult & { ids: Map<MessageId, MessageId> }>;
  deleteMessages(
    folderId: FolderId,
    ids: readonly MessageId[],
    options: DeleteOptions,
    origin: Origin,
  ): Promise<BulkResult>;
  /** Read state of these messages, or of all in the folder. Returns the ids whose state changed. */
  setReadState(
    folderId: FolderId,
    ids: readonly MessageId[] | 'all',
    read: boolean,
    origin: Origin,
  ): Promise<MessageId[]>;
  /** Returns the status before. */
  setMessageStatus(id: MessageId, mask: number, status: number, origin: Origin): Promise<number>;
  /**
   * Hands a message to the outbox for sending (in this transaction); it carries mfSubmitted until it was sent, then
   * goes to `sentFolderId`, or is deleted when that is null.
   */
  submitMessage(
    id: MessageId,
    options: { sentFolderId: FolderId | null; notBefore?: number },
    origin: Origin,
  ): Promise<void>;
  /** Takes it back. Errors: ecUnableToAbort when it is already on its way, ecNotFound. */
  abortSubmit(id: MessageId): Promise<void>;

  // Properties of the store object
  storeProperties(): Promise<ReadonlyPropertyBag>;
  setStoreProperties(set: ReadonlyPropertyBag, remove: readonly PropertyTag[]): Promise<void>;

  // Named properties (MS-OXCPRPT 3.2.5)
  /** 0 for a name that is not known (and not created). PS_MAPI names map to their own id. */
  propertyIds(names: readonly PropertyName[], create: boolean): Promise<number[]>;
  propertyNames(ids: readonly number[]): Promise<(PropertyName | undefined)[]>;
  allPropertyNames(): Promise<{ id: number; name: PropertyName }[]>;

  // Ids (MS-OXCDATA 2.2.1)
  /** Reserves `count` counters for good; returns the first. */
  allocateIds(count: number): Promise<number>;
  /** 1 for the own replica. Undefined for a GUID not known (and not created). */
  replidOf(guid: Guid, create: boolean): Promise<number | undefined>;
  guidOfReplid(replid: number): Promise<Guid | undefined>;
  /** An object by its 22-byte source key, of whatever replica. */
  findBySourceKey(
    sourceKey: Uint8Array,
    options?: { softDeleted?: boolean },
  ): Promise<{ kind: 'folder' | 'message'; id: number; deleted: boolean } | undefined>;
  /**
   * Notes ids of messages of a folder, or of folders (`folderId` undefined), that must not come back by an upload
   * (MS-OXCFXICS 3.2.5.9.4.5, 3.2.5.9.4.8). Objects that are there stay. Errors: ecInvalidParam.
   */
  rememberDeleted(folderId: FolderId | undefined, ranges: readonly IdRange[]): Promise<void>;
  isRememberedDeleted(folderId: FolderId | undefined, guid: Guid, counter: number): Promise<boolean>;

  // Receive folders (MS-OXCSTOR 3.2.5.2)
  receiveFolder(messageClass: string): Promise<{ folderId: FolderId; messageClass: string }>;
  /** `folderId` undefined removes the entry. Errors: ecAccessDenied for "IPM" and "REPORT.IPM", ecInvalidParam. */
  setReceiveFolder(messageClass: string, folderId: FolderId | undefined): Promise<void>;
  receiveFolders(): Promise<{ folderId: FolderId; messageClass: string; lastModified: bigint }[]>;

  // Incremental change synchronization (MS-OXCFXICS 3.2.5.3)
  /** How a folder's messages differ from a replica of those in the scope. Errors: ecTooComplex. */
  contentsChanges(folderId: FolderId, known: KnownContents, scope: ContentsScope): Promise<ContentsChanges>;
  /** How the folders under one differ from a replica of them. */
  hierarchyChanges(folderId: FolderId, known: Pick<KnownContents, 'given' | 'seen'>): Promise<HierarchyChanges>;

  // Tables and search folders
  hierarchyTable(folderId: FolderId, options: { deep?: boolean; softDeleted?: boolean }): Promise<Table>;
  contentsTable(folderId: FolderId, options: { associated?: boolean; softDeleted?: boolean }): Promise<Table>;
  /**
   * Starts a search, or with `stop` ends its first population (MS-OXCFOLD 2.2.1.4); restriction and folders that are
   * absent stay as they were. Errors: ecSearchFolderScopeViolation, ecNotSearchFolder, ecTooComplex, ecNotInitialized
   * when the first request lacks one.
   */
  setSearchCriteria(
    folderId: FolderId,
    criteria: {
      restriction?: Restriction;
      folderIds?: readonly FolderId[];
      recursive: boolean;
      stop: boolean;
      static?: boolean;
    },
  ): Promise<void>;
  /** Without restriction and folders when none were set yet. Errors: ecNotSearchFolder. */
  searchCriteria(folderId: FolderId): Promise<SearchCriteria>;

  /** Called after each commit, in order. Returns the function that ends it. */
  subscribe(listener: (event: StoreEvent) => void): () => void;

  /** The sync engine's side: outbox, links, cursors. */
  readonly sync: SyncState;
}

export type CellValue = PropertyValue | PropertyError;
/** Values in the order of the columns. */
export type Row = readonly CellValue[];
/** Where a cursor can start from: MS-OXCTABL 2.2.2.1.1. */
export type TableOrigin = 'beginning' | 'current' | 'end';

/** What happened in a table that is open; rows are told by their instance (MS-OXCNOTIF 2.2.1.4.1.2). */
export type TableEvent =
  | { readonly kind: 'changed' }
  | { readonly kind: 'rowAdded' | 'rowModified'; readonly row: RowKey; readonly after: RowKey | undefined }
  | { readonly kind: 'rowDeleted'; readonly row: RowKey };

export interface RowKey {
  readonly folderId: FolderId;
  readonly messageId?: MessageId;
  readonly instance: number;
}

/**
 * A hierarchy or contents table, or any list shown as one: columns, order, categories, restriction, cursor and
 * bookmarks (MS-OXCTABL). A table over 200,000 messages opens and shows its first rows at the cost of one over 200.
 * After a failed setColumns/sort/restrict the table is invalid until a successful one (the caller's ROP fails).
 */
export interface Table {
  /** Rows of the table without regard to restriction; exact. */
  rowCount(): Promise<number>;
  columns(): readonly PropertyTag[] | undefined;
  setColumns(tags: readonly PropertyTag[]): void;
  /** Undefined: the natural order. Resets cursor, bookmarks and collapse state. Errors: ecTooComplex/ecInvalidParam. */
  sort(order: SortOrderSet | undefined): Promise<void>;
  restrict(restriction: Restriction | undefined): Promise<void>;
  /** Up to `count` rows from the cursor without moving it; backward reads give rows from the cursor towards the start. */
  peek(count: number, backward?: boolean): Promise<Row[]>;
  /** Moves the cursor by rows; clamps. Returns the rows moved (signed). */
  move(rows: number): Promise<number>;
  /** Whether the cursor is before the first or after the last row. */
  atBeginning(): Promise<boolean>;
  atEnd(): Promise<boolean>;
  position(): Promise<{ numerator: number; denominator: number }>;
  /** Returns how far it went (signed) from the origin; clamps. */
  seek(origin: TableOrigin, rows: number): Promise<number>;
  seekFractional(numerator: number, denominator: number): Promise<void>;
  createBookmark(): Promise<Uint8Array>;
  /** Errors: ecInvalidBookmark. `rowGone`: the row is no longer there; the cursor stands where it was. */
  seekBookmark(bookmark: Uint8Array, rows: number): Promise<{ moved: number; rowGone: boolean }>;
  freeBookmark(bookmark: Uint8Array): void;
  /** Puts the cursor on the next match and returns its row; undefined when there is none (cursor unmoved). */
  findRow(restriction: Restriction, origin: TableOrigin | Uint8Array, backward: boolean): Promise<Row | undefined>;
  /** Every column the table can give. */
  allColumns(): Promise<PropertyTag[]>;
  /** Errors: ecNotFound, ecNotCollapsed. Returns the number of rows that appeared. */
  expandRow(categoryId: bigint): Promise<number>;
  collapseRow(categoryId: bigint): Promise<number>;
  collapseState(rowId: bigint, instance: number): Promise<Uint8Array>;
  /** Returns a bookmark on the row that the state was taken at. */
  setCollapseState(state: Uint8Array): Promise<Uint8Array>;
  /** Back to no columns, order, restriction or bookmarks (RopResetTable). */
  reset(): void;
  /** Values of the columns for one row, to put into a notification; undefined when it is gone. */
  rowOf(key: RowKey): Promise<Row | undefined>;
  /** Begins row events; one listener. */
  listen(listener: (event: TableEvent) => void): void;
  /** Ends row events and frees what the table holds. */
  close(): void;
}
