import {
  addressBookEntryId,
  addressSearchKey,
  addressTypeNames,
  type Cell,
  ec,
  exSearchKey,
  getBinary,
  getBoolean,
  getNumber,
  getProperty,
  getString,
  idOf,
  isLargeValue,
  isPropertyError,
  isTypedValue,
  listDisplayType,
  oneOffEntryId,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  type ReadonlyPropertyBag,
  type RecipientRow,
  recipientAddressType,
  recipientObjectType,
  setProperty,
  typeOf,
  withType,
} from '../../mapi/index.ts';
import { ropLimits } from './limits.ts';
import { lasting } from './properties/values.ts';

/** Columns beside the standard fields of a row; given even when no recipient has more. */
const alwaysColumns: readonly PropertyTag[] = [
  PidTag.ObjectType,
  PidTag.DisplayType,
  PidTag.AddressBookDisplayNamePrintable,
  PidTag.SmtpAddress,
];
/** What the standard fields of a row already say (MS-OXCMSG 2.2.3.5.1). */
const standardIds = new Set(
  [
    PidTag.AddressType,
    PidTag.DisplayName,
    PidTag.EmailAddress,
    PidTag.EntryId,
    PidTag.SearchKey,
    PidTag.RecipientType,
    PidTag.Rowid,
    PidTag.SendRichInfo,
    PidTag.TransmittableDisplayName,
    PidTag.Responsibility,
    PidTag.InstanceKey,
  ].map(idOf),
);

/** The recipient columns of a message: those that every one has and those that some have. */
export function recipientColumns(recipients: readonly ReadonlyPropertyBag[]): PropertyTag[] {
  const byId = new Map(alwaysColumns.map((tag) => [idOf(tag), tag]));
  for (const recipient of recipients) {
    for (const [tag, value] of recipient) {
      if (!standardIds.has(idOf(tag)) && !byId.has(idOf(tag)) && !isLargeValue(value)) byId.set(idOf(tag), tag);
    }
  }
  return [...byId.values()];
}

function cellOf(recipient: ReadonlyPropertyBag, tag: PropertyTag): Cell {
  const value = getProperty(recipient, tag);
  if (value === undefined || isLargeValue(value)) return { errorCode: ec.notFound };
  if (value instanceof Uint8Array && value.length > ropLimits.rowValue) return { errorCode: ec.notEnoughMemory };
  return value;
}

/** A recipient as it goes on the wire. */
export function rowOfRecipient(recipient: ReadonlyPropertyBag, columns: readonly PropertyTag[]): RecipientRow {
  const type = (getString(recipient, PidTag.AddressType) ?? '').toUpperCase();
  const address = getString(recipient, PidTag.EmailAddress) ?? '';
  const displayName = getString(recipient, PidTag.DisplayName) ?? address;
  const transmittable = getString(recipient, PidTag.TransmittableDisplayName);
  const simple = getString(recipient, PidTag.AddressBookDisplayNamePrintable);
  const displayType = getNumber(recipient, PidTag.DisplayType) ?? 0;
  const common = {
    responsible: getBoolean(recipient, PidTag.Responsibility) ?? false,
    nonRich: getBoolean(recipient, PidTag.SendRichInfo) === false,
    unicode: true,
    transmittableSame: transmittable === displayName,
    displayName,
    ...(simple === undefined ? {} : { simpleDisplayName: simple }),
    ...(transmittable === undefined || transmittable === displayName
      ? {}
      : { transmittableDisplayName: transmittable }),
    properties: columns.map((tag) => cellOf(recipient, tag)),
  };
  if (type === 'EX') {
    // One byte with values up to DT_REMOTE_MAILUSER.
    const shown = displayType >= 0 && displayType <= 6 ? displayType : 0;
    return { ...common, addressType: recipientAddressType.x500Dn, displayType: shown, x500Dn: address };
  }
  if (type === 'SMTP') return { ...common, addressType: recipientAddressType.smtp, emailAddress: address };
  if (type === 'MAPIPDL') {
    return {
      ...common,
      addressType: recipientAddressType.personalDistributionList1,
      entryId: getBinary(recipient, PidTag.EntryId) ?? new Uint8Array(1),
      searchKey: getBinary(recipient, PidTag.SearchKey) ?? new Uint8Array(1),
    };
  }
  return {
    ...common,
    addressType: recipientAddressType.none,
    ...(type === '' ? {} : { addressTypeName: type }),
    emailAddress: address,
  };
}

/**
 * The properties of a recipient from the wire. What clients leave to be derived (entry id, search key, object and
 * display type) is filled in: recipients without them fail Outlook's own synchronisation.
 */
export function recipientOfRow(
  row: RecipientRow,
  columns: readonly PropertyTag[],
  rowId: number,
  recipientType: number,
): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const [at, cell] of row.properties.entries()) {
    const column = columns[at] as PropertyTag;
    if (isPropertyError(cell)) continue;
    // A column of type PtypUnspecified gives each value with its own type.
    const [tag, value] = isTypedValue(cell) ? [withType(column, cell.type), cell.value] : [column, cell];
    if (typeOf(tag) !== Ptyp.Unspecified && typeOf(tag) !== Ptyp.ErrorCode) setProperty(bag, tag, lasting(value));
  }
  const isEx = row.addressType === recipientAddressType.x500Dn;
  const type = addressTypeNames[row.addressType] ?? row.addressTypeName?.toUpperCase() ?? '';
  const addressType = type === '' ? 'NONE' : type;
  const address = (isEx ? row.x500Dn : row.emailAddress) ?? '';
  const displayName = row.displayName ?? row.simpleDisplayName ?? address;
  const isPersonalList = type === 'MAPIPDL';
  // Rows of the address book have it as a field, any may have it as a column (MS-OXCDATA 2.8.3.2).
  const displayType =
    getNumber(bag, PidTag.DisplayType) ??
    row.displayType ??
    (isPersonalList ? listDisplayType.personalDistributionList : 0);
  const isList = isPersonalList || Object.values<number>(listDisplayType).includes(displayType);
  const fill = (tag: PropertyTag, value: Parameters<typeof setProperty>[2]): void => {
    if (!bag.has(tag)) setProperty(bag, tag, value);
  };

  setProperty(bag, PidTag.Rowid, rowId);
  setProperty(bag, PidTag.RecipientType, recipientType);
  setProperty(bag, PidTag.DisplayName, displayName);
  setProperty(bag, PidTag.AddressType, addressType);
  setProperty(bag, PidTag.EmailAddress, address);
  setProperty(bag, PidTag.SendRichInfo, !row.nonRich);
  if (row.responsible) setProperty(bag, PidTag.Responsibility, true);
  fill(PidTag.TransmittableDisplayName, row.transmittableDisplayName ?? displayName);
  if (row.simpleDisplayName !== undefined) fill(PidTag.AddressBookDisplayNamePrintable, row.simpleDisplayName);
  fill(PidTag.ObjectType, isList ? recipientObjectType.distributionList : recipientObjectType.mailUser);
  fill(PidTag.DisplayType, displayType);
  if (type === 'SMTP') fill(PidTag.SmtpAddress, address);
  if (row.entryId !== undefined && row.entryId.length > 0) fill(PidTag.EntryId, Buffer.from(row.entryId));
  if (row.searchKey !== undefined && row.searchKey.length > 0) fill(PidTag.SearchKey, Buffer.from(row.searchKey));
  if (isEx) {
    fill(PidTag.EntryId, addressBookEntryId(address, row.displayType ?? 0));
    fill(PidTag.SearchKey, exSearchKey(address));
  }
  fill(PidTag.EntryId, oneOffEntryId({ displayName, addressType, address, nonRich: row.nonRich }));
  fill(PidTag.SearchKey, addressSearchKey(addressType, address));
  return bag;
}
