import type { Reader, WireType, Writer } from '../wire/index.ts';
import { type Cell, propertyRow } from './property-row.ts';
import type { PropertyTag } from './property-type.ts';

/** Type field of RecipientFlags, MS-OXCDATA 2.8.3.1. */
export const recipientAddressType = {
  none: 0,
  x500Dn: 1,
  msMail: 2,
  smtp: 3,
  fax: 4,
  professionalOfficeSystem: 5,
  personalDistributionList1: 6,
  personalDistributionList2: 7,
} as const;

/**
 * RecipientRow, MS-OXCDATA 2.8.3.2. Fields that are undefined are not on the wire. `addressTypeName` goes with address
 * type none only (flag O), `x500Dn` with x500Dn, `entryId` and `searchKey` with the distribution lists.
 */
export interface RecipientRow {
  /** One of {@link recipientAddressType}. */
  readonly addressType: number;
  /** Flag R: a transport has taken the recipient over already. */
  readonly responsible: boolean;
  /** Flag N: the recipient cannot take rich text. */
  readonly nonRich: boolean;
  /** Flag U: strings are UTF-16 and not in the message's code page. */
  readonly unicode: boolean;
  /** Flag S: the transmittable display name is the display name. */
  readonly transmittableSame: boolean;
  /** How many bytes of the DnPrefix of Connect come before x500Dn. */
  readonly addressPrefixUsed?: number;
  /** PidTagDisplayType as one byte. */
  readonly displayType?: number;
  readonly x500Dn?: string;
  readonly entryId?: Uint8Array;
  readonly searchKey?: Uint8Array;
  readonly addressTypeName?: string;
  readonly emailAddress?: string;
  readonly displayName?: string;
  readonly simpleDisplayName?: string;
  readonly transmittableDisplayName?: string;
  /** Values of the first columns; there may be fewer than columns. */
  readonly properties: readonly Cell[];
}

const flag = {
  E: 0x0008,
  D: 0x0010,
  T: 0x0020,
  S: 0x0040,
  R: 0x0080,
  N: 0x0100,
  U: 0x0200,
  I: 0x0400,
  O: 0x8000,
} as const;

/** A {@link RecipientRow} whose extra values are those of `columns`. */
export function recipientRow(columns: readonly PropertyTag[]): WireType<RecipientRow> {
  return {
    read: (r) => readRecipientRow(r, columns),
    write: (w, v) => writeRecipientRow(w, v, columns),
  };
}

function readRecipientRow(r: Reader, columns: readonly PropertyTag[]): RecipientRow {
  const flags = r.u16();
  const addressType = flags & 7;
  const unicode = (flags & flag.U) !== 0;
  const text = (bit: number) => ((flags & bit) === 0 ? undefined : unicode ? r.string16() : r.string8());
  const row: { -readonly [K in keyof RecipientRow]: RecipientRow[K] } = {
    addressType,
    responsible: (flags & flag.R) !== 0,
    nonRich: (flags & flag.N) !== 0,
    unicode,
    transmittableSame: (flags & flag.S) !== 0,
    properties: [],
  };
  if (addressType === recipientAddressType.x500Dn) {
    row.addressPrefixUsed = r.u8();
    row.displayType = r.u8();
    row.x500Dn = r.string8();
  } else if (isDistributionList(addressType)) {
    row.entryId = r.bytes(r.u16());
    row.searchKey = r.bytes(r.u16());
  } else if (addressType === recipientAddressType.none && (flags & flag.O) !== 0) {
    row.addressTypeName = r.string8();
  }
  row.emailAddress = text(flag.E);
  row.displayName = text(flag.D);
  row.simpleDisplayName = text(flag.I);
  row.transmittableDisplayName = text(flag.T);
  const count = r.u16();
  if (count > columns.length) r.fail(`recipient with ${count} of ${columns.length} columns`);
  row.properties = propertyRow(columns.slice(0, count)).read(r);
  return row;
}

function writeRecipientRow(w: Writer, v: RecipientRow, columns: readonly PropertyTag[]): void {
  const typeName = v.addressType === recipientAddressType.none ? v.addressTypeName : undefined;
  w.u16(
    v.addressType |
      (v.responsible ? flag.R : 0) |
      (v.nonRich ? flag.N : 0) |
      (v.unicode ? flag.U : 0) |
      (v.transmittableSame ? flag.S : 0) |
      (typeName === undefined ? 0 : flag.O) |
      (v.emailAddress === undefined ? 0 : flag.E) |
      (v.displayName === undefined ? 0 : flag.D) |
      (v.simpleDisplayName === undefined ? 0 : flag.I) |
      (v.transmittableDisplayName === undefined ? 0 : flag.T),
  );
  if (v.addressType === recipientAddressType.x500Dn) {
    w.u8(v.addressPrefixUsed ?? 0);
    w.u8(v.displayType ?? 0);
    w.string8(v.x500Dn ?? '');
  } else if (isDistributionList(v.addressType)) {
    for (const part of [v.entryId, v.searchKey]) {
      w.u16(part?.length ?? 0);
      if (part) w.bytes(part);
    }
  } else if (typeName !== undefined) {
    w.string8(typeName);
  }
  for (const text of [v.emailAddress, v.displayName, v.simpleDisplayName, v.transmittableDisplayName]) {
    if (text === undefined) continue;
    if (v.unicode) w.string16(text);
    else w.string8(text);
  }
  w.u16(v.properties.length);
  propertyRow(columns.slice(0, v.properties.length)).write(w, v.properties as Cell[]);
}

const isDistributionList = (addressType: number): boolean =>
  addressType === recipientAddressType.personalDistributionList1 ||
  addressType === recipientAddressType.personalDistributionList2;
