import {
  addressBookEntryId,
  addressBookEntryType,
  oneOffEntryId,
  parseEntryId,
  wrappedEntryId,
} from '../../mapi/index.ts';
import type { Member, MemberAddress, MemberSource } from './distribution-list.ts';

/** A member as the properties have it: what it is, and its name and address for those who cannot look that up. */
export interface MemberEntry {
  readonly entryId: Uint8Array;
  readonly oneOff: Uint8Array;
}

/** Lower bits of the Type of a WrappedEntryId (MS-OXOCNTC 2.2.2.2.4.1.1). */
const kind = { oneOff: 0, contact: 3, list: 4, user: 5, addressBookList: 6 } as const;
/** The bits above them: which address of a contact it is; 3 for what is no contact. */
const addresses: readonly (MemberAddress | undefined)[] = [
  'businessFax',
  'homeFax',
  'otherFax',
  undefined,
  'email1',
  'email2',
  'email3',
];
const notContact = 3;
const notOneOff = 0x80;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');
const label = (name: string | undefined, address: string): string => (name ? `${name} (${address})` : address);

/** The member in a pair of entry ids; the second may be missing. */
export function readMember(entryId: Uint8Array, oneOff: Uint8Array | undefined): Member {
  const parsed = parseEntryId(entryId);
  const inside = parsed.kind === 'wrapped' && (parsed.type & 0x0f) === kind.oneOff ? parsed.entryId : entryId;
  const member = (oneOff && nameAndAddress(oneOff)) ?? nameAndAddress(inside) ?? {};
  const source = sourceOf(entryId);
  return source ? { ...member, source } : member;
}

function nameAndAddress(entryId: Uint8Array): Member | undefined {
  const parsed = parseEntryId(entryId);
  if (parsed.kind !== 'oneOff') return undefined;
  const { displayName, address, addressType } = parsed;
  const member: Member = {};
  const suffix = ` (${address})`;
  const name = displayName.endsWith(suffix) ? displayName.slice(0, -suffix.length) : displayName;
  if (name && name !== address) member.name = name;
  if (address) member.address = address;
  if (addressType && addressType !== 'SMTP') member.addressType = addressType;
  return member;
}

function sourceOf(entryId: Uint8Array): MemberSource | undefined {
  const unknown: MemberSource = { kind: 'unknown', id: hex(entryId) };
  const parsed = parseEntryId(entryId);
  if (parsed.kind === 'oneOff') return undefined;
  if (parsed.kind !== 'wrapped') return unknown;
  const inside = parseEntryId(parsed.entryId);
  switch (parsed.type & 0x0f) {
    case kind.oneOff:
      return inside.kind === 'oneOff' ? undefined : unknown;
    case kind.contact: {
      const address = addresses[(parsed.type >> 4) & 7];
      return address ? { kind: 'contact', id: hex(parsed.entryId), address } : unknown;
    }
    case kind.list:
      return { kind: 'list', id: hex(parsed.entryId) };
    case kind.user:
    case kind.addressBookList:
      return inside.kind === 'addressBook'
        ? { kind: 'addressBook', dn: inside.dn, list: (parsed.type & 0x0f) === kind.addressBookList }
        : unknown;
    default:
      return unknown;
  }
}

/**
 * The pair of entry ids of a member. Ids of contacts and lists have to be entry ids in hex here; a member whose id is none
 * has its name and address alone.
 */
export function memberEntry(member: Member): MemberEntry {
  const { name, address = '', addressType = 'SMTP', source } = member;
  const oneOff = oneOffEntryId({ displayName: label(name, address), addressType, address, noLookup: false });
  return { entryId: (source && sourceEntryId(source)) ?? oneOff, oneOff };
}

function sourceEntryId(source: MemberSource): Buffer | undefined {
  if ('id' in source && !/^(?:[0-9a-f]{2})+$/i.test(source.id)) return undefined;
  const wrapped = (low: number, high: number, entryId: Uint8Array) =>
    wrappedEntryId(notOneOff | (high << 4) | low, entryId);
  switch (source.kind) {
    case 'contact':
      return wrapped(kind.contact, addresses.indexOf(source.address), fromHex(source.id));
    case 'list':
      return wrapped(kind.list, notContact, fromHex(source.id));
    case 'addressBook':
      return wrapped(
        source.list ? kind.addressBookList : kind.user,
        notContact,
        addressBookEntryId(
          source.dn,
          source.list ? addressBookEntryType.distributionList : addressBookEntryType.mailUser,
        ),
      );
    case 'unknown':
      return fromHex(source.id);
  }
}
