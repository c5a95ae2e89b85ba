import {
  bytes,
  encode,
  Reader,
  rest,
  string8,
  string16,
  struct,
  u8,
  u16,
  u32,
  WireError,
  type WireType,
} from '../wire/index.ts';
import { type Guid, guidFromBytes, guidToBytes } from './guid.ts';
import { longTermId } from './ids.ts';
import { mapiLimits } from './limits.ts';

/** Provider UIDs of entry ids that do not belong to one mailbox (MS-OXCDATA 2.2.4, 2.2.5), as bytes in hex. */
export const providerUid = {
  addressBook: 'dca740c8c042101ab4b908002b2fe182',
  oneOff: '812b1fa4bea310199d6e00dd010f5402',
  contact: 'fe42aa0a18c71a10e8850b651c240000',
  wrapped: 'c091add3519dcf11a4a900aa0047faa4',
  publicFolders: '1a447390aa6611cd9bc800aa002fc45a',
  store: '38a1bb1005e5101aa1bb08002b2a56c2',
  privateStore: '1b55fa20aa6611cd9bc800aa002fc45a',
  publicStore: '1c830210aa6611cd9bc800aa002fc45a',
} as const;

/** FolderType and MessageType of entry ids, MS-OXCDATA 2.2.4.1 and 2.2.4.2. */
const objectType = {
  privateFolder: 0x0001,
  publicFolder: 0x0003,
  privateMessage: 0x0007,
  publicMessage: 0x0009,
} as const;

/** DisplayType of address-book entry ids (Type field), MS-OXCDATA 2.2.5.2. */
export const addressBookEntryType = {
  mailUser: 0x000,
  distributionList: 0x001,
  forum: 0x002,
  agent: 0x003,
  organization: 0x004,
  privateDistributionList: 0x005,
  remoteMailUser: 0x006,
  container: 0x100,
  template: 0x101,
  oneOffUser: 0x102,
  search: 0x200,
} as const;

/** What an entry id says. Objects of a mailbox are named by replica and counter (MS-OXCDATA 2.2.1.3). */
export type EntryId =
  | {
      readonly kind: 'folder';
      /** MailboxGuid of RopLogon; for public folders a fixed UID. */
      readonly mailboxGuid: Guid;
      readonly public: boolean;
      readonly replicaGuid: Guid;
      readonly counter: number;
    }
  | {
      readonly kind: 'message';
      readonly mailboxGuid: Guid;
      readonly public: boolean;
      readonly folderReplicaGuid: Guid;
      readonly folderCounter: number;
      readonly replicaGuid: Guid;
      readonly counter: number;
    }
  | { readonly kind: 'store'; readonly public: boolean; readonly serverShortname: string; readonly mailboxDn: string }
  | { readonly kind: 'addressBook'; readonly dn: string; readonly type: number }
  | ({ readonly kind: 'oneOff' } & OneOff)
  /** An address of a contact (`index` 0–2 e-mail, 3–5 fax) or a personal distribution list, by the item's entry id. */
  | {
      readonly kind: 'contact';
      readonly distributionList: boolean;
      readonly index: number;
      readonly entryId: Uint8Array;
    }
  /** A member of a personal distribution list (MS-OXOCNTC 2.2.2.2.4.1.1). */
  | { readonly kind: 'wrapped'; readonly type: number; readonly entryId: Uint8Array }
  | { readonly kind: 'unknown'; readonly bytes: Uint8Array };

/** A recipient that is in no address book. */
export interface OneOff {
  readonly displayName: string;
  readonly addressType: string;
  readonly address: string;
  /** Flag M: the recipient cannot take rich text; true unless told otherwise. */
  readonly nonRich?: boolean;
  /** Flag L: do not look the address up; true unless told otherwise. */
  readonly noLookup?: boolean;
}

const permanent = Buffer.alloc(4);
const uidBytes = (uid: string) => Buffer.from(uid, 'hex');
const typeBytes = (type: number) => Buffer.from([type & 0xff, type >> 8]);

/** PidTagEntryId of a folder, 46 bytes (MS-OXCDATA 2.2.4.1); `mailboxGuid` 'public' for a public folder. */
export function folderEntryId(mailboxGuid: Guid | 'public', replicaGuid: Guid, counter: number): Buffer {
  const open = mailboxGuid === 'public';
  return Buffer.concat([
    permanent,
    open ? uidBytes(providerUid.publicFolders) : guidToBytes(mailboxGuid),
    typeBytes(open ? objectType.publicFolder : objectType.privateFolder),
    encode(longTermId, { guid: replicaGuid, counter }),
  ]);
}

/** PidTagEntryId of a message, 70 bytes (MS-OXCDATA 2.2.4.2). Both objects are usually in the same replica. */
export function messageEntryId(
  mailboxGuid: Guid | 'public',
  replicaGuid: Guid,
  folderCounter: number,
  counter: number,
  messageReplicaGuid: Guid = replicaGuid,
): Buffer {
  const open = mailboxGuid === 'public';
  return Buffer.concat([
    permanent,
    open ? uidBytes(providerUid.publicFolders) : guidToBytes(mailboxGuid),
    typeBytes(open ? objectType.publicMessage : objectType.privateMessage),
    encode(longTermId, { guid: replicaGuid, counter: folderCounter }),
    encode(longTermId, { guid: messageReplicaGuid, counter }),
  ]);
}

const storeBody = struct({
  version: u8,
  flag: u8,
  dll: bytes(14),
  wrappedFlags: u32,
  wrappedProvider: bytes(16),
  wrappedType: u32,
  serverShortname: string8,
  mailboxDn: string8,
});

/** PidTagStoreEntryId of a mailbox (MS-OXCDATA 2.2.4.3). */
export function storeEntryId(serverShortname: string, mailboxDn: string, isPublic = false): Buffer {
  return Buffer.concat([
    permanent,
    uidBytes(providerUid.store),
    encode(storeBody, {
      version: 0,
      flag: 0,
      dll: Buffer.from('EMSMDB.DLL'.padEnd(14, '\0'), 'latin1'),
      wrappedFlags: 0,
      wrappedProvider: uidBytes(isPublic ? providerUid.publicStore : providerUid.privateStore),
      wrappedType: isPublic ? 0x06 : 0x0c,
      serverShortname,
      mailboxDn,
    }),
  ]);
}

const addressBookBody = struct({ version: u32, type: u32, dn: string8 });

/** The permanent entry id of an address-book object (MS-OXCDATA 2.2.5.2, MS-OXNSPI 2.2.9.3). */
export function addressBookEntryId(dn: string, type: number = addressBookEntryType.mailUser): Buffer {
  return Buffer.concat([
    permanent,
    uidBytes(providerUid.addressBook),
    encode(addressBookBody, { version: 1, type, dn }),
  ]);
}

/** Flags of a one-off entry id as one little-endian number: M, L and U of MS-OXCDATA 2.2.5.1. */
const oneOffFlag = { nonRich: 0x0001, noLookup: 0x1000, unicode: 0x8000 } as const;
const oneOffHead = struct({ version: u16, flags: u16 });
const oneOffTexts = (text: WireType<string>) => struct({ displayName: text, addressType: text, address: text });

/** The entry id of a recipient in no address book (MS-OXCDATA 2.2.5.1), in Unicode. */
export function oneOffEntryId(oneOff: OneOff): Buffer {
  const flags =
    oneOffFlag.unicode |
    (oneOff.nonRich === false ? 0 : oneOffFlag.nonRich) |
    (oneOff.noLookup === false ? 0 : oneOffFlag.noLookup);
  const { displayName, addressType, address } = oneOff;
  return Buffer.concat([
    permanent,
    uidBytes(providerUid.oneOff),
    encode(oneOffHead, { version: 0, flags }),
    encode(oneOffTexts(string16), { displayName, addressType, address }),
  ]);
}

const contactType = { user: 4, distributionList: 5 } as const;
const contactBody = struct({ version: u32, type: u32, index: u32, count: u32, entryId: rest });

/** The entry id of an address of a contact (MS-OXCDATA 2.2.5.3), of which `entryId` is the contact's. */
export function contactEntryId(entryId: Uint8Array, index: number, distributionList = false): Buffer {
  return Buffer.concat([
    permanent,
    uidBytes(providerUid.contact),
    encode(contactBody, {
      version: 3,
      type: distributionList ? contactType.distributionList : contactType.user,
      index: distributionList ? 0xff : index,
      count: entryId.length,
      entryId,
    }),
  ]);
}

/** The entry id of a member of a personal distribution list (MS-OXOCNTC 2.2.2.2.4.1.1); `type` says what is inside. */
export const wrappedEntryId = (type: number, entryId: Uint8Array): Buffer =>
  Buffer.concat([permanent, uidBytes(providerUid.wrapped), Buffer.of(type), entryId]);

/** Reads the part of an entry id after its provider UID; undefined for what is of that provider but not understood. */
type Parser = (r: Reader) => EntryId | undefined;

const parsers: Readonly<Record<string, Parser>> = {
  [providerUid.addressBook]: (r) => {
    const { type, dn } = addressBookBody.read(r);
    return { kind: 'addressBook', dn, type };
  },
  [providerUid.oneOff]: (r) => {
    const { flags } = oneOffHead.read(r);
    const texts = oneOffTexts((flags & oneOffFlag.unicode) !== 0 ? string16 : string8).read(r);
    return {
      kind: 'oneOff',
      ...texts,
      nonRich: (flags & oneOffFlag.nonRich) !== 0,
      noLookup: (flags & oneOffFlag.noLookup) !== 0,
    };
  },
  [providerUid.contact]: (r) => {
    const { type, index, count, entryId } = contactBody.read(r);
    if (count > entryId.length) r.fail(`entry id of ${count} bytes`);
    const distributionList = type === contactType.distributionList;
    return { kind: 'contact', distributionList, index, entryId: entryId.subarray(0, count) };
  },
  [providerUid.wrapped]: (r) => ({ kind: 'wrapped', type: r.u8(), entryId: r.rest() }),
  [providerUid.store]: (r) => {
    const body = storeBody.read(r);
    const isPublic = Buffer.from(body.wrappedProvider).toString('hex') === providerUid.publicStore;
    return { kind: 'store', public: isPublic, serverShortname: body.serverShortname, mailboxDn: body.mailboxDn };
  },
};

function parseObject(r: Reader, mailboxGuid: Guid): EntryId | undefined {
  const type = r.u16();
  const isPublic = type === objectType.publicFolder || type === objectType.publicMessage;
  if ((type === objectType.privateFolder || isPublic) && r.remaining === 24) {
    const folder = longTermId.read(r);
    return { kind: 'folder', mailboxGuid, public: isPublic, replicaGuid: folder.guid, counter: folder.counter };
  }
  if ((type === objectType.privateMessage || isPublic) && r.remaining === 48) {
    const folder = longTermId.read(r);
    const message = longTermId.read(r);
    return {
      kind: 'message',
      mailboxGuid,
      public: isPublic,
      folderReplicaGuid: folder.guid,
      folderCounter: folder.counter,
      replicaGuid: message.guid,
      counter: message.counter,
    };
  }
  return undefined;
}

/**
 * What an entry id says; of kind `unknown` when it is of none that we know. `decode8` reads 8-bit text (Latin-1 unless
 * given). Never throws: a broken one is unknown, too.
 */
export function parseEntryId(bytes: Uint8Array, decode8?: (bytes: Buffer) => string): EntryId {
  const unknown: EntryId = { kind: 'unknown', bytes };
  if (bytes.length < 22) return unknown;
  const r = new Reader(bytes, 4);
  if (decode8) r.decode8 = decode8;
  const uid = r.bytes(16);
  const parser = parsers[uid.toString('hex')];
  try {
    return (parser ? parser(r) : parseObject(r, guidFromBytes(uid))) ?? unknown;
  } catch (error) {
    if (error instanceof WireError) return unknown;
    throw error;
  }
}

/** The entry id inside contact and wrapped ones, however often; the id itself for others. */
export function innermostEntryId(bytes: Uint8Array): EntryId {
  let id = parseEntryId(bytes);
  for (let depth = 0; depth < mapiLimits.entryIdDepth && id.kind === 'wrapped'; depth++) id = parseEntryId(id.entryId);
  return id;
}
