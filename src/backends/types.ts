import type { GroupwareItems } from './items.ts';

/**
 * What the sync engine knows of a groupware server, whatever it speaks. All ids are opaque strings of the backend.
 * Every call may throw BackendError.
 */
export interface Backend {
  readonly mail: MailBackend;
  readonly directory: DirectoryBackend;
  /** Contacts, tasks and the like; absent where the server has none. */
  items?(): Promise<GroupwareItems>;
  /** The person as the backend knows them. */
  profile(): Promise<BackendProfile>;
  /** Ends the session. */
  close(): Promise<void>;
}

export interface BackendProfile {
  readonly userId: string;
  readonly tenant: string;
  readonly address: string;
  readonly aliases: readonly string[];
  readonly displayName: string;
  /** As `de_DE`. */
  readonly locale: string;
}

/**
 * `auth`: the password is wrong (stop and ask). `unavailable`: not reachable, overloaded (back off and retry).
 * `notFound`: the object is not there. `conflict`: it was changed. `denied`: no permission. `refused`: the backend
 * will never take this. `uncertain`: the connection broke after the request left, so it may have been carried out.
 */
export type BackendErrorKind = 'auth' | 'unavailable' | 'notFound' | 'conflict' | 'denied' | 'refused' | 'uncertain';

export class BackendError extends Error {
  readonly kind: BackendErrorKind;
  /** The backend's own code, as `MSG-0032`. */
  readonly code: string | undefined;

  constructor(kind: BackendErrorKind, message: string, code?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackendError';
    this.kind = kind;
    this.code = code;
  }
}

export type MailFolderRole = 'inbox' | 'drafts' | 'sent' | 'trash' | 'junk';

export interface RemoteFolder {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly role: MailFolderRole | undefined;
  /** Can hold mails. */
  readonly selectable: boolean;
  readonly canCreateSubfolders: boolean;
}

export interface RemoteFolderStatus {
  /** When it differs from the last one, all ids of the folder are void. */
  readonly validity: string;
  /** The next id that will be given, when the backend tells. */
  readonly next: number | undefined;
  readonly total: number;
  readonly unread: number;
}

/** The flags that both sides know. */
export interface MailFlags {
  readonly seen: boolean;
  readonly flagged: boolean;
  readonly answered: boolean;
  readonly forwarded: boolean;
  readonly draft: boolean;
  /** 0 none, 1–10. */
  readonly colorLabel: number;
}

export interface RemoteMessageState {
  readonly id: string;
  readonly flags: MailFlags;
}

export interface RemoteAddress {
  readonly name: string;
  readonly address: string;
}

/** What the index needs of a mail, without fetching it. */
export interface RemoteEnvelope extends RemoteMessageState {
  readonly messageId: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly references: string | undefined;
  readonly subject: string;
  readonly from: readonly RemoteAddress[];
  readonly sender: RemoteAddress | undefined;
  readonly replyTo: readonly RemoteAddress[];
  readonly to: readonly RemoteAddress[];
  readonly cc: readonly RemoteAddress[];
  readonly bcc: readonly RemoteAddress[];
  /** ms since 1970. */
  readonly sent: number | undefined;
  readonly received: number;
  readonly size: number;
  readonly hasAttachments: boolean;
  /** 1 high, 3 normal, 5 low. */
  readonly priority: number;
  /** As in Content-Type of the whole mail, lower case, without parameters; to tell meeting mail and signed mail. */
  readonly contentType: string | undefined;
  /** Value of our own header `X-Oxbow-Id` on mails that we stored: finds them again after a lost reply. */
  readonly oxbowId: string | undefined;
}

export interface MailBackend {
  /** The whole tree, parents first. Complete, or an error: never a partial list. */
  folders(): Promise<RemoteFolder[]>;
  /** Returns the id. */
  createFolder(parentId: string | undefined, name: string): Promise<string>;
  /** Returns the id after the change (ids may hold the path). */
  changeFolder(id: string, change: { name?: string; parentId?: string }): Promise<string>;
  deleteFolder(id: string, hard: boolean): Promise<void>;

  /** One request for many folders. Folders that could not be examined are left out: that says nothing about them. */
  statuses(folderIds: readonly string[]): Promise<Map<string, RemoteFolderStatus>>;
  /** Ids and flags of all mails. Complete, or an error. */
  states(folderId: string): Promise<RemoteMessageState[]>;
  /** Envelopes of the newest `limit` mails by arrival, newest first. Costs the same however large the folder is. */
  newest(folderId: string, limit: number): Promise<RemoteEnvelope[]>;
  /** Envelopes of these; those that are gone are left out. */
  envelopes(folderId: string, ids: readonly string[]): Promise<RemoteEnvelope[]>;
  /** The raw RFC 5322 source; does not mark it read. */
  fetch(folderId: string, id: string): Promise<AsyncIterable<Uint8Array>>;

  /** Stores a raw message; the caller put `X-Oxbow-Id` into it. Returns its id. */
  append(
    folderId: string,
    raw: AsyncIterable<Uint8Array>,
    flags: MailFlags,
    received: number | undefined,
  ): Promise<string>;
  setFlags(folderId: string, id: string, set: Partial<MailFlags>): Promise<void>;
  /** Returns the id in the target folder, when the backend tells. */
  move(folderId: string, id: string, targetFolderId: string): Promise<string | undefined>;
  /** Hard: gone; otherwise to the trash. */
  remove(folderId: string, ids: readonly string[], hard: boolean): Promise<void>;
  /** Sends a raw message and lets the backend keep the copy in Sent. */
  send(raw: AsyncIterable<Uint8Array>): Promise<void>;
  /** Whether the backend itself stores what it sends in the sent folder. */
  readonly storesSent: boolean;
  /** Mails of a folder with exactly this header, wherever in the folder they are. */
  findByHeader(folderId: string, header: 'Message-ID' | 'X-Oxbow-Id', value: string): Promise<RemoteEnvelope[]>;
  /**
   * Calls back soon after something may have changed in a folder (undefined = somewhere). Returns the end function;
   * undefined when the backend has no push and has to be polled.
   */
  watch(changed: (folderId: string | undefined) => void): Promise<(() => void) | undefined>;
}

/** A user, group, resource or external contact of the global address book, with every field the backend has. */
export interface RemoteDirectoryEntry {
  readonly kind: 'user' | 'room' | 'equipment' | 'group' | 'contact' | 'publicFolder';
  readonly id: string;
  readonly displayName: string;
  readonly address: string;
  readonly aliases: readonly string[];
  /** The backend's fields, by the field names of docs/fields.md (first_name, department, …). */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Groups: ids of the member users. */
  readonly members?: readonly string[];
}

export interface DirectoryBackend {
  /** Complete, or an error. */
  entries(): Promise<RemoteDirectoryEntry[]>;
}
