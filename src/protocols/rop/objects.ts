import type { FolderId, Mailbox, MessageId, Table } from '../../store/index.ts';
import type { IcsState } from '../fasttransfer/index.ts';
import type { Download } from './download/download.ts';
import type { AttachmentDraft, MessageDraft } from './message-draft.ts';
import type { Put } from './put/put.ts';
import type { StreamState } from './stream.ts';
import type { PendingImport } from './upload/import-message.ts';

/** What a handle stands for (MS-OXCROPS 3.2.1.3). All live in one session context. */
export type ServerObject =
  | LogonObject
  | FolderObject
  | MessageObject
  | AttachmentObject
  | TableObject
  | StreamObject
  | SubscriptionObject
  | CollectorObject
  | DownloadObject
  | PutObject;

export interface LogonObject {
  readonly kind: 'logon';
  readonly logonId: number;
  readonly mailbox: Mailbox;
}

export interface FolderObject {
  readonly kind: 'folder';
  readonly logon: LogonObject;
  readonly folderId: FolderId;
}

export interface MessageObject {
  readonly kind: 'message';
  readonly logon: LogonObject;
  /** The message with the changes made on this handle; shared with nobody. */
  readonly draft: MessageDraft;
  readonly writable: boolean;
  /** Set for a message inside an attachment. */
  readonly parent?: AttachmentObject;
  folderId: FolderId;
  messageId: MessageId | undefined;
  /** Brought by a cached-mode client and not saved yet. */
  pending?: PendingImport;
}

export interface AttachmentObject {
  readonly kind: 'attachment';
  readonly logon: LogonObject;
  readonly message: MessageObject;
  readonly draft: AttachmentDraft;
  readonly writable: boolean;
}

export interface TableObject {
  readonly kind: 'table';
  readonly logon: LogonObject;
  readonly table: Table;
  readonly content: 'hierarchy' | 'contents' | 'attachments' | 'permissions' | 'rules';
  /** Notifications of this table are wanted (no NoNotifications flag). */
  readonly notify: boolean;
  /** RopSetColumns succeeded, and has not failed since. */
  valid: boolean;
  /** What failed and has to succeed before rows can be read again. */
  failed?: Set<'sort' | 'restriction'>;
  /** Its events are told to the client; undefined before its first view. */
  watched?: boolean;
}

export interface StreamObject {
  readonly kind: 'stream';
  readonly logon: LogonObject;
  readonly stream: StreamState;
}

export interface SubscriptionObject {
  readonly kind: 'subscription';
  readonly logon: LogonObject;
  readonly end: () => void;
}

/** A synchronization upload context (MS-OXCFXICS 3.2.1.3): what a cached-mode client changed comes in here. */
export interface CollectorObject {
  readonly kind: 'collector';
  readonly logon: LogonObject;
  readonly folderId: FolderId;
  /** Messages of the folder; otherwise folders under it. */
  readonly contents: boolean;
  /** What the client has, as it uploaded it, and the changes imported since. */
  readonly state: IcsState;
  /** The state property that is being uploaded. */
  stateUpload?: { readonly tag: number; readonly chunks: Uint8Array[]; size: number } | undefined;
}

/** A FastTransfer download context, and with it a synchronization download context (MS-OXCFXICS 3.2.1.2, 3.2.1.3). */
export interface DownloadObject {
  readonly kind: 'download';
  readonly logon: LogonObject;
  readonly download: Download;
  /** The state property that is being uploaded. */
  stateUpload?: CollectorObject['stateUpload'];
}

/** A FastTransfer upload context (MS-OXCFXICS 3.2.1.2): a stream that the client brings. */
export interface PutObject {
  readonly kind: 'put';
  readonly logon: LogonObject;
  readonly put: Put;
}
