import { addressBookEntryId, oneOffEntryId } from './entry-id.ts';
import { ec } from './error-code.ts';
import { PidTag } from './pid-tag.generated.ts';
import {
  getBoolean,
  getNumber,
  getProperty,
  getString,
  isLargeValue,
  isPropertyError,
  type PropertyBag,
  type ReadonlyPropertyBag,
  setProperty,
  storedTag,
} from './property-bag.ts';
import { type Cell, isTypedValue } from './property-row.ts';
import { type PropertyTag, Ptyp, typeOf, withType } from './property-type.ts';
import { type RecipientRow, recipientAddressType } from './recipient-row.ts';
import { addressSearchKey } from './search-key.ts';

/** PidTagObjectType of recipients, MS-OXOABK 2.2.3.10. */
export const recipientObjectType = { mailUser: 6, distributionList: 8 } as const;
/** PidTagDisplayType of lists, MS-OXOABK 2.2.3.11. */
const listDisplayTypes: readonly number[] = [1, 5];
/** The largest display type that a row can name. */
const lastDisplayType = 6;

/**
 * PidTagRecipientType without the bits above, which tell of sending: 1 To, 2 Cc, 3 Bcc (MS-OXOMSG 2.2.3.1). To where it
 * is missing.
 */
export const recipientTypeOf = (recipient: ReadonlyPropertyBag): number =>
  (getNumber(recipient, PidTag.RecipientType) ?? 1) & 0x0f;

const displayLists = [
  [PidTag.DisplayBcc, 3],
  [PidTag.DisplayCc, 2],
  [PidTag.DisplayTo, 1],
] as const;

/** PidTagDisplayBcc, PidTagDisplayCc and PidTagDisplayTo. */
export const displayListTags: readonly PropertyTag[] = displayLists.map(([tag]) => tag);

/**
 * What {@link displayListTags} have for these recipients: the names of each type with `; ` between them (MS-OXOMSG
 * 2.2.1.9). Who has no name is there by the address.
 */
export function displayListsOf(recipients: readonly ReadonlyPropertyBag[]): Map<PropertyTag, string> {
  const namesOf = (type: number): string[] =>
    recipients
      .filter((recipient) => recipientTypeOf(recipient) === type)
      .map((recipient) => getString(recipient, PidTag.DisplayName) || getString(recipient, PidTag.EmailAddress) || '')
      .filter((name) => name !== '');
  return new Map(displayLists.map(([tag, type]) => [tag, namesOf(type).join('; ')]));
}

/** PidTagAddressType for what RecipientFlags tells by number. */
export const addressTypeNames: Readonly<Record<number, string>> = {
  [recipientAddressType.x500Dn]: 'EX',
  [recipientAddressType.msMail]: 'MS',
  [recipientAddressType.smtp]: 'SMTP',
  [recipientAddressType.fax]: 'FAX',
  [recipientAddressType.professionalOfficeSystem]: 'PROFS',
  [recipientAddressType.personalDistributionList1]: 'MAPIPDL',
  [recipientAddressType.personalDistributionList2]: 'MAPIPDL',
};

/**
 * The properties that a row stands for (MS-OXCDATA 2.8.3.2), as the bag of a recipient; row id and recipient type are
 * beside the row and not set. Entry id and search key are made up where the row has none, because Outlook needs both.
 */
export function recipientProperties(row: RecipientRow, columns: readonly PropertyTag[]): PropertyBag {
  const bag: PropertyBag = new Map();
  const set = (tag: PropertyTag, value: string | number | boolean | Uint8Array | undefined) => {
    if (value !== undefined) setProperty(bag, tag, value);
  };
  const addressType = row.addressTypeName ?? addressTypeNames[row.addressType];
  const address = row.x500Dn ?? row.emailAddress;
  const isList = row.entryId !== undefined || listDisplayTypes.includes(row.displayType ?? 0);
  set(PidTag.AddressType, addressType);
  set(PidTag.EmailAddress, address);
  set(PidTag.DisplayName, row.displayName);
  set(PidTag.AddressBookDisplayNamePrintable, row.simpleDisplayName);
  set(PidTag.TransmittableDisplayName, row.transmittableSame ? row.displayName : row.transmittableDisplayName);
  set(PidTag.DisplayType, row.displayType ?? (isList ? 5 : 0));
  set(PidTag.ObjectType, isList ? recipientObjectType.distributionList : recipientObjectType.mailUser);
  set(PidTag.SendRichInfo, !row.nonRich);
  set(PidTag.Responsibility, row.responsible);
  set(PidTag.EntryId, row.entryId ?? entryIdOf(row, addressType, address));
  if (row.searchKey !== undefined) set(PidTag.SearchKey, row.searchKey);
  else if (addressType !== undefined && address !== undefined) {
    set(PidTag.SearchKey, addressSearchKey(addressType, address));
  }
  row.properties.forEach((cell, i) => {
    const column = columns[i]!;
    if (isPropertyError(cell)) return;
    if (isTypedValue(cell)) setProperty(bag, withType(column, cell.type), cell.value);
    else setProperty(bag, column, cell);
  });
  return bag;
}

function entryIdOf(row: RecipientRow, addressType: string | undefined, address: string | undefined): Uint8Array {
  if (row.x500Dn !== undefined) return addressBookEntryId(row.x500Dn, row.displayType);
  const displayName = row.displayName ?? address ?? '';
  return oneOffEntryId({ displayName, addressType: addressType ?? '', address: address ?? '', nonRich: row.nonRich });
}

/** The row of a recipient, in Unicode, with the values of `columns`; the reverse of {@link recipientProperties}. */
export function recipientRowOf(bag: ReadonlyPropertyBag, columns: readonly PropertyTag[]): RecipientRow {
  const address = getString(bag, PidTag.EmailAddress);
  const displayName = getString(bag, PidTag.DisplayName);
  const transmittable = getString(bag, PidTag.TransmittableDisplayName);
  const displayType = getNumber(bag, PidTag.DisplayType) ?? 0;
  const transmittableSame = transmittable !== undefined && transmittable === displayName;
  return {
    ...addressFields(getString(bag, PidTag.AddressType), address, displayType),
    responsible: getBoolean(bag, PidTag.Responsibility) ?? false,
    nonRich: getBoolean(bag, PidTag.SendRichInfo) === false,
    unicode: true,
    transmittableSame,
    displayName,
    simpleDisplayName: getString(bag, PidTag.AddressBookDisplayNamePrintable),
    transmittableDisplayName: transmittableSame ? undefined : transmittable,
    properties: columns.map((tag) => cellOf(bag, tag)),
  };
}

function addressFields(
  type: string | undefined,
  address: string | undefined,
  displayType: number,
): Pick<RecipientRow, 'addressType' | 'x500Dn' | 'displayType' | 'emailAddress' | 'addressTypeName'> {
  const upper = type?.toUpperCase();
  if (upper === 'EX' && address !== undefined) {
    const named = displayType >= 0 && displayType <= lastDisplayType;
    return { addressType: recipientAddressType.x500Dn, x500Dn: address, displayType: named ? displayType : 0 };
  }
  if (upper === 'SMTP') return { addressType: recipientAddressType.smtp, emailAddress: address };
  return { addressType: recipientAddressType.none, addressTypeName: type || undefined, emailAddress: address };
}

function cellOf(bag: ReadonlyPropertyBag, tag: PropertyTag): Cell {
  if (typeOf(tag) === Ptyp.Unspecified) {
    const stored = storedTag(bag, tag);
    const value = stored === undefined ? undefined : bag.get(stored);
    if (stored === undefined || value === undefined || isLargeValue(value)) return { errorCode: ec.notFound };
    return { type: typeOf(stored), value };
  }
  const value = getProperty(bag, tag);
  if (value === undefined) return { errorCode: ec.notFound };
  return isLargeValue(value) ? { errorCode: ec.notEnoughMemory } : value;
}
