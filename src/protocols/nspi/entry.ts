import { createHash } from 'node:crypto';
import {
  addressBookEntryId,
  addressBookEntryType,
  canonicalTag,
  ec,
  exSearchKey,
  guidToBytes,
  isLargeValue,
  multiValue,
  PidTag,
  type PropertyError,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  typeOf,
} from '../../mapi/index.ts';
import type { DirectoryEntry } from '../../store/index.ts';

/** An entry of the address book with the id that clients know it by. */
export interface ListedEntry {
  readonly entry: DirectoryEntry;
  readonly minimalId: number;
}

interface Kind {
  readonly displayType: number;
  /** PidTagDisplayTypeEx; 0x40000000 says that it may be given permissions. */
  readonly displayTypeEx: number;
  readonly objectType: number;
}

/** Display and object types (MS-OXOABK 2.2.3.10 to 2.2.3.12; outlook-on-the-wire 6.4). */
const kinds: Readonly<Record<DirectoryEntry['kind'], Kind>> = {
  user: { displayType: 0, displayTypeEx: 0x40000000, objectType: 6 },
  room: { displayType: 0, displayTypeEx: 7, objectType: 6 },
  equipment: { displayType: 0, displayTypeEx: 8, objectType: 6 },
  group: { displayType: 1, displayTypeEx: 1, objectType: 8 },
  contact: { displayType: 6, displayTypeEx: 6, objectType: 6 },
  publicFolder: { displayType: 2, displayTypeEx: 2, objectType: 3 },
};

/** MuidEMSAB, the provider of the address book (MS-OXNSPI 2.2.9.3). */
const addressBookUid = guidToBytes('c840a7dc-42c0-1a10-b4b9-08002b2fe182');

/** PidTagContainerId of entries of the global address list. */
const globalAddressList = 0;

/** PidTagContainerFlags of a group: it holds recipients and cannot be changed (MS-OXOABK 2.2.2.1). */
const groupFlags = 0x1 | 0x8;

function phoneticName({ properties }: DirectoryEntry): string | undefined {
  const parts = [PidTag.AddressBookPhoneticSurname, PidTag.AddressBookPhoneticGivenName].map((tag) =>
    properties.get(tag),
  );
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' ') || undefined;
}

/** DN of the server that holds a mailbox, `guid@domain` as the last part (outlook-on-the-wire 6.3). */
export const serverDnOf = (entry: DirectoryEntry): string => {
  const domain = entry.address.slice(entry.address.indexOf('@') + 1) || 'local';
  return `/o=Oxbow/ou=Exchange Administrative Group/cn=Configuration/cn=Servers/cn=${objectGuid(entry.legacyDn)}@${domain}`;
};

/** A GUID for an object of the directory, made of its DN and so the same for ever. */
function objectGuid(dn: string): string {
  const hex = createHash('sha256').update(dn.toLowerCase()).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

const permanentEntryId = ({ entry }: ListedEntry): Buffer =>
  addressBookEntryId(
    entry.legacyDn,
    entry.kind === 'group' ? addressBookEntryType.distributionList : addressBookEntryType.mailUser,
  );

/** The ephemeral entry id, MS-OXNSPI 2.2.9.2. */
function ephemeralEntryId({ entry, minimalId }: ListedEntry, serverGuid: Uint8Array): Buffer {
  const id = Buffer.alloc(32);
  id[0] = 0x87;
  id.set(serverGuid, 4);
  id.writeUInt32LE(1, 20);
  id.writeUInt32LE(kinds[entry.kind].displayType, 24);
  id.writeUInt32LE(minimalId, 28);
  return id;
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

const hasMailbox = (entry: DirectoryEntry): boolean =>
  entry.kind === 'user' || entry.kind === 'room' || entry.kind === 'equipment';

type Compute = (listed: ListedEntry) => PropertyValue | undefined;

/** Properties that follow from what an entry is (MS-OXOABK 2.2.3); everything else is in the entry's own bag. */
const computed: ReadonlyMap<PropertyTag, Compute> = new Map<PropertyTag, Compute>([
  [PidTag.DisplayName, ({ entry }) => entry.displayName],
  [PidTag.TransmittableDisplayName, ({ entry }) => entry.displayName],
  [PidTag.AddressBookDisplayNamePrintable, ({ entry }) => entry.displayName],
  [PidTag.AddressBookPhoneticDisplayName, ({ entry }) => phoneticName(entry)],
  [PidTag.SmtpAddress, ({ entry }) => entry.address || undefined],
  [PidTag.AddressType, () => 'EX'],
  [PidTag.EmailAddress, ({ entry }) => entry.legacyDn],
  [PidTag.AddressBookObjectDistinguishedName, ({ entry }) => entry.legacyDn],
  [PidTag.Account, ({ entry }) => entry.address.split('@')[0] || undefined],
  [PidTag.EntryId, permanentEntryId],
  [PidTag.RecordKey, permanentEntryId],
  [PidTag.OriginalEntryId, permanentEntryId],
  [PidTag.Templateid, permanentEntryId],
  [PidTag.SearchKey, ({ entry }) => exSearchKey(entry.legacyDn)],
  [PidTag.InstanceKey, ({ minimalId }) => int32(minimalId)],
  [PidTag.ObjectType, ({ entry }) => kinds[entry.kind].objectType],
  [PidTag.DisplayType, ({ entry }) => kinds[entry.kind].displayType],
  [PidTag.DisplayTypeEx, ({ entry }) => kinds[entry.kind].displayTypeEx],
  [PidTag.MappingSignature, () => addressBookUid],
  [PidTag.InitialDetailsPane, () => 0],
  [PidTag.ContainerFlags, ({ entry }) => (entry.kind === 'group' ? groupFlags : undefined)],
  [PidTag.SendRichInfo, ({ entry }) => hasMailbox(entry)],
  [PidTag.AddressBookContainerId, () => globalAddressList],
  [PidTag.AddressBookObjectGuid, ({ entry }) => guidToBytes(objectGuid(entry.legacyDn))],
  [
    PidTag.AddressBookHomeMessageDatabase,
    ({ entry }) => (hasMailbox(entry) ? `${serverDnOf(entry)}/cn=Microsoft Private MDB` : undefined),
  ],
  [
    PidTag.AddressBookProxyAddresses,
    ({ entry }) =>
      entry.address === '' ? undefined : [`SMTP:${entry.address}`, ...entry.aliases.map((alias) => `smtp:${alias}`)],
  ],
]);

/** Value of a property of an entry, in the type asked for (8-bit text counts as text); undefined when it has none. */
export function entryProperty(listed: ListedEntry, tag: PropertyTag): PropertyValue | undefined {
  const key = canonicalTag(tag);
  const compute = computed.get(key);
  if (compute) return compute(listed);
  const value = listed.entry.properties.get(key);
  return isLargeValue(value) ? undefined : value;
}

/** Tags of all properties that an entry has a value of. */
export function entryTags(listed: ListedEntry): PropertyTag[] {
  const tags = [...computed].filter(([, compute]) => compute(listed) !== undefined).map(([tag]) => tag);
  for (const tag of listed.entry.properties.keys()) if (!computed.has(tag)) tags.push(tag);
  return tags;
}

/**
 * A property of an entry, or of one that is not known (undefined). What is absent is ecNotFound, which is the only error
 * Exchange's address list gives. `ephemeral`: the server's GUID when entry ids are to be ephemeral.
 */
export function entryCell(
  listed: ListedEntry | undefined,
  tag: PropertyTag,
  ephemeral?: Uint8Array,
): PropertyValue | PropertyError {
  if (listed && ephemeral && tag === PidTag.EntryId) return ephemeralEntryId(listed, ephemeral);
  return (listed && entryProperty(listed, tag)) ?? { errorCode: ec.notFound };
}

/** Columns of a call that names none (MS-OXNSPI 3.1.4.1.8); 8-bit, as Exchange gives them. */
export const defaultColumns: readonly PropertyTag[] = [
  PidTag.AddressBookContainerId,
  PidTag.ObjectType,
  PidTag.DisplayType,
  as8Bit(PidTag.DisplayName),
  as8Bit(PidTag.PrimaryTelephoneNumber),
  as8Bit(PidTag.DepartmentName),
  as8Bit(PidTag.OfficeLocation),
];

/** The tag with Unicode text as 8-bit text; other types stay. */
export function as8Bit(tag: PropertyTag): PropertyTag {
  const type = typeOf(tag);
  if (type === Ptyp.String) return ((tag & 0xffff0000) | Ptyp.String8) >>> 0;
  if (type === (Ptyp.String | multiValue)) return ((tag & 0xffff0000) | Ptyp.String8 | multiValue) >>> 0;
  return tag;
}

/** Every property that entries of this address book can have: what QueryColumns answers. */
export function knownTags(entries: readonly ListedEntry[]): PropertyTag[] {
  const tags = new Set<PropertyTag>(computed.keys());
  for (const { entry } of entries) for (const tag of entry.properties.keys()) tags.add(tag);
  return [...tags];
}
