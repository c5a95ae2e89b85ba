import type { Kysely } from 'kysely';

/**
 * The tables as queries see them. Whole numbers come back as `number` when they are safe and as `bigint` above 2^53
 * (both drivers are set up so); `Time` columns are FILETIMEs and may be either: use BigInt(). Truth values are 0 and 1.
 * Each key begins with mailbox_id, so that the tables can be split by mailbox.
 */
export interface Database {
  mailbox: MailboxTable;
  folder: FolderTable;
  message: MessageTable;
  attachment: AttachmentTable;
  large_value: LargeValueTable;
  named_property: NamedPropertyTable;
  replica: ReplicaTable;
  receive_folder: ReceiveFolderTable;
  outbox: OutboxTable;
  folder_link: FolderLinkTable;
  message_link: MessageLinkTable;
  sync_cursor: SyncCursorTable;
  minimal_entry_id: MinimalEntryIdTable;
  search_folder: SearchFolderTable;
  search_result: SearchResultTable;
  deleted_id: DeletedIdTable;
  former_id: FormerIdTable;
}

export type Db = Kysely<Database>;

type Time = number | bigint;
type Bytes = Uint8Array;

export interface MailboxTable {
  id: number;
  guid: string;
  replica_guid: string;
  mapping_signature: string;
  address: string;
  display_name: string;
  legacy_dn: string;
  /** The next global counter; ids, message keys, change numbers and value ids are all drawn from it. */
  next_counter: number;
  created: Time;
  /** Properties of the store object, encodeBag. */
  properties: Bytes;
}

export interface FolderTable {
  mailbox_id: number;
  id: number;
  parent_id: number | null;
  role: string | null;
  /** `root`, `generic` or `search`. */
  type: string;
  display_name: string;
  /** Folded display name: siblings differ in it. */
  name_key: string;
  cn: number;
  change_key: Bytes;
  pcl: Bytes;
  source_key: Bytes | null;
  content_count: number;
  unread_count: number;
  associated_count: number;
  child_count: number;
  deleted_count: number;
  /** Messages ever deleted. */
  deleted_total: number;
  size: number;
  created: Time;
  last_modified: Time;
  /** When a message in it last changed. */
  contents_modified: Time;
  /** 0 or 1; folders under a soft-deleted one are marked too. */
  deleted: number;
  deleted_at: Time | null;
  properties: Bytes;
  /** Subfolders that came or went, ever. */
  hierarchy_changes: number;
}

export interface MessageTable {
  mailbox_id: number;
  key: number;
  id: number;
  folder_id: number;
  associated: number;
  deleted: number;
  deleted_at: Time | null;
  created: Time;
  last_modified: Time;
  /** PidTagMessageDeliveryTime; every message has one. */
  delivery_time: Time;
  /** PidTagClientSubmitTime. */
  submit_time: Time | null;
  size: number;
  /** PidTagMessageFlags with mfUnmodified, without mfRead and mfHasAttach. */
  flags: number;
  read: number;
  status: number;
  has_attachments: number;
  importance: number;
  sensitivity: number;
  /** PidTagFlagStatus, 0 when absent. */
  flag_status: number;
  message_class: string;
  /** Stored orders, see sortText in rows.ts, of PidTagNormalizedSubject, PidTagSentRepresentingName, PidTagDisplayTo, PidTagConversationTopic. */
  subject_key: string;
  sender_key: string;
  to_key: string;
  topic_key: string;
  internet_message_id: string | null;
  cn: number;
  read_cn: number;
  change_key: Bytes;
  pcl: Bytes;
  source_key: Bytes | null;
  /** See content-state.ts. */
  content_state: number;
  /** Changes when remote content stands for something new; part of the name in the content cache. */
  content_version: number;
  /** Inline properties, encodeBag. */
  properties: Bytes;
  /** JSON `[[tag, value id, bytes], …]` of the large ones. */
  large_values: string | null;
  /** JSON of the values that the mail on the backend has, see mail-values.ts. */
  in_mail: string | null;
  /** Bags one after the other, see recipients.ts; null when there are none. */
  recipients: Bytes | null;
  /** JSON array of tags that a client removed from remote content. */
  hidden_tags: string | null;
}

/** Attachments of a message and, under `parent_id`, those of messages embedded in it. */
export interface AttachmentTable {
  mailbox_id: number;
  message_key: number;
  id: number;
  /** The attachment whose embedded message this one belongs to. */
  parent_id: number | null;
  number: number;
  /** PidTagAttachmentHidden. */
  hidden: number;
  /** Bytes with all that is in it. */
  size: number;
  properties: Bytes;
  large_values: string | null;
  in_mail: string | null;
  embedded_properties: Bytes | null;
  embedded_large_values: string | null;
  embedded_in_mail: string | null;
  embedded_recipients: Bytes | null;
}

export interface LargeValueTable {
  mailbox_id: number;
  message_key: number;
  /** Null: a value of the message itself. */
  attachment_id: number | null;
  value_id: number;
  chunk_no: number;
  bytes: Bytes;
}

export interface NamedPropertyTable {
  mailbox_id: number;
  id: number;
  guid: string;
  lid: number | null;
  name: string | null;
  name_key: string;
}

export interface ReplicaTable {
  mailbox_id: number;
  replid: number;
  guid: string;
}

export interface ReceiveFolderTable {
  mailbox_id: number;
  /** Lower case. */
  class_key: string;
  message_class: string;
  folder_id: number;
  last_modified: Time;
}

export interface OutboxTable {
  mailbox_id: number;
  /** `message`, `folder` or `submit`. */
  kind: string;
  object_key: number;
  /** Counter of the first and of the last change that the row stands for. */
  position: number;
  sequence: number;
  attempts: number;
  /** ms since 1970. */
  due_at: number;
  note: string | null;
  error: string | null;
  sent_folder_id: number | null;
}

export interface FolderLinkTable {
  mailbox_id: number;
  folder_id: number;
  remote_id: string;
  base: string;
}

export interface MessageLinkTable {
  mailbox_id: number;
  message_key: number;
  remote_folder: string;
  remote_id: string;
  base: string;
  /** ms since 1970 from when on the content may be released; null when there is nothing to release. */
  release_at: number | null;
}

export interface SyncCursorTable {
  mailbox_id: number;
  remote_folder: string;
  value: string;
}

export interface MinimalEntryIdTable {
  id: number;
  dn_key: string;
}

export interface SearchFolderTable {
  mailbox_id: number;
  folder_id: number;
  /** As on the wire, counts of 32 bits. */
  restriction: Bytes;
  /** JSON array of folder ids. */
  folder_ids: string;
  recursive: number;
  static: number;
  /** `running`, `complete` or `stopped`. */
  state: string;
  /** Rises with each population; results of older ones go at its end. */
  generation: number;
  /** The mailbox's next_counter when all changes before it were taken in. */
  seen: number;
}

/** A message that a search folder lists. */
export interface SearchResultTable {
  mailbox_id: number;
  folder_id: number;
  message_id: number;
  /** Whether the folder's unread count has it. */
  unread: number;
  generation: number;
}

/** An id that a message had before it was moved; it stays when the message is gone. */
export interface FormerIdTable {
  mailbox_id: number;
  id: number;
  message_key: number;
}

/** Ids of objects that were deleted without ever having been here, or that will never be used. */
export interface DeletedIdTable {
  mailbox_id: number;
  /** Messages: their folder. Folders: 0. */
  folder_id: number;
  guid: string;
  low: number;
  high: number;
}
