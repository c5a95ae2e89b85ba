import type { ReadonlyPropertyBag } from '../mapi/index.ts';

/**
 * What Outlook asks for that is not in a mailbox. Declared here, implemented from backends, put together in server/;
 * protocols know only these.
 */

/** Somebody whose password was checked. */
export interface Identity {
  /** Primary SMTP address, lower case; the mailbox. */
  readonly address: string;
  readonly displayName: string;
  readonly legacyDn: string;
  /** Separates address books and everything else of different organisations. */
  readonly tenant: string;
}

export interface Authenticator {
  /** Undefined: wrong name or password. Throws BackendUnavailable when it could not be checked. */
  authenticate(userName: string, password: string): Promise<Identity | undefined>;
}

/** Thrown by a port whose backend does not answer: not a "no". */
export class BackendUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackendUnavailable';
  }
}

/** An object of the address book (MS-OXOABK). */
export interface DirectoryEntry {
  readonly kind: 'user' | 'room' | 'equipment' | 'group' | 'contact' | 'publicFolder';
  readonly legacyDn: string;
  /** Primary SMTP address, lower case; may be empty for a group without one. */
  readonly address: string;
  readonly aliases: readonly string[];
  readonly displayName: string;
  /** Address-book properties beyond these (PidTagSurname, PidTagOfficeLocation, …), by MAPI tag. */
  readonly properties: ReadonlyPropertyBag;
  /** Groups: DNs of the members. */
  readonly members?: readonly string[];
  /** Hidden from the lists, but still resolved by DN. */
  readonly hidden?: boolean;
}

export interface Directory {
  /**
   * All entries of the organisation that this person may see. The array is the same object as long as nothing changed,
   * so callers can keep sorted copies by it. Answers from memory; refreshes behind the scenes.
   */
  entries(identity: Identity): Promise<readonly DirectoryEntry[]>;
}

/** Ends what an address stands for: Autodiscover and RopLogon for mailboxes other than the own. */
export interface MailboxAccess {
  /** Finds a mailbox by address or legacyDn that `identity` may open at all. */
  resolve(identity: Identity, addressOrDn: string): Promise<Identity | undefined>;
}
