import { oneOffEntryId, PidLid, PidTag, parseEntryId } from '../../mapi/index.ts';
import type { ItemProperty, PropertyReader, PropertyWriter } from '../item/properties.ts';
import type { FieldRule } from '../item/rules.ts';
import type { Contact, EmailAddress } from './contact.ts';

interface EmailProperties {
  readonly displayName: ItemProperty;
  readonly addressType: ItemProperty;
  readonly address: ItemProperty;
  readonly originalDisplayName: ItemProperty;
  readonly originalEntryId: ItemProperty;
}

/** The three e-mail addresses of a contact (MS-OXOCNTC 2.2.1.2). */
const emails: readonly EmailProperties[] = [
  {
    displayName: PidLid.Email1DisplayName,
    addressType: PidLid.Email1AddressType,
    address: PidLid.Email1EmailAddress,
    originalDisplayName: PidLid.Email1OriginalDisplayName,
    originalEntryId: PidLid.Email1OriginalEntryId,
  },
  {
    displayName: PidLid.Email2DisplayName,
    addressType: PidLid.Email2AddressType,
    address: PidLid.Email2EmailAddress,
    originalDisplayName: PidLid.Email2OriginalDisplayName,
    originalEntryId: PidLid.Email2OriginalEntryId,
  },
  {
    displayName: PidLid.Email3DisplayName,
    addressType: PidLid.Email3AddressType,
    address: PidLid.Email3EmailAddress,
    originalDisplayName: PidLid.Email3OriginalDisplayName,
    originalEntryId: PidLid.Email3OriginalEntryId,
  },
];

/** Positions of faxes in the lists of addresses, with their number and their address as one (MS-OXOCNTC 2.2.1.2). */
const faxes = [
  // Outlook writes the business fax as Fax2, home as Fax3 and the other one as Fax1, whatever the names suggest.
  {
    number: PidTag.BusinessFaxNumber,
    addressType: PidLid.Fax2AddressType,
    address: PidLid.Fax2EmailAddress,
    originalDisplayName: PidLid.Fax2OriginalDisplayName,
    originalEntryId: PidLid.Fax2OriginalEntryId,
  },
  {
    number: PidTag.HomeFaxNumber,
    addressType: PidLid.Fax3AddressType,
    address: PidLid.Fax3EmailAddress,
    originalDisplayName: PidLid.Fax3OriginalDisplayName,
    originalEntryId: PidLid.Fax3OriginalEntryId,
  },
  {
    number: PidTag.PrimaryFaxNumber,
    addressType: PidLid.Fax1AddressType,
    address: PidLid.Fax1EmailAddress,
    originalDisplayName: PidLid.Fax1OriginalDisplayName,
    originalEntryId: PidLid.Fax1OriginalEntryId,
  },
] as const;

/** What Outlook shows for an address of somebody of that name. */
const label = (name: string | undefined, address: string): string => (name ? `${name} (${address})` : address);

/** The name that labels and faxes carry: the subject, which is the display name without its prefix. */
const shownName = (from: PropertyReader): string | undefined =>
  from.text(PidTag.NormalizedSubject) ?? from.text(PidTag.DisplayName);

/** Whether a label follows from the name and the address. */
const isMade = (from: PropertyReader, text: string, address: string): boolean =>
  text === address ||
  [shownName(from), from.text(PidTag.DisplayName), from.text(PidLid.FileUnder)].some(
    (name) => text === label(name, address),
  );

export const emailRule = (position: 0 | 1 | 2): FieldRule<Contact, EmailAddress> => {
  const group = emails[position]!;
  return {
    properties: Object.values(group),
    read: (from) => {
      const written = from.text(group.address);
      const original = from.text(group.originalDisplayName);
      const type = from.text(group.addressType) ?? 'SMTP';
      // Outlook keeps the internet address of somebody in the address book as the original display name.
      const internet = type === 'SMTP' ? written : type === 'EX' && original?.includes('@') ? original : undefined;
      const address = internet ?? written ?? original;
      if (address === undefined) return undefined;
      const email: EmailAddress = { address };
      const shown = from.text(group.displayName);
      if (shown !== undefined && !isMade(from, shown, address)) email.displayName = shown;
      if (internet === undefined && type !== 'SMTP') email.addressType = type;
      return email;
    },
    write: (to, email) => {
      for (const property of Object.values(group)) to.set(property, undefined);
      if (email === undefined) return;
      const addressType = email.addressType ?? 'SMTP';
      const displayName = email.displayName ?? label(shownName(to), email.address);
      to.setText(group.displayName, displayName);
      to.setText(group.addressType, addressType);
      to.setText(group.address, email.address);
      to.setText(group.originalDisplayName, email.address);
      to.set(
        group.originalEntryId,
        oneOffEntryId({ displayName, addressType, address: email.address, noLookup: false }),
      );
    },
  };
};

/** Labels that were made from the name are made from the new one; `before` is who the contact was, `contact` is. */
export function relabelEmails(to: PropertyWriter, before: Contact, contact: Contact): void {
  emails.forEach((group, position) => {
    const field = (['email1', 'email2', 'email3'] as const)[position]!;
    const email = contact[field];
    if (!email || email.displayName !== undefined || before[field]?.displayName !== undefined) return;
    const entryId = to.bytes(group.originalEntryId);
    // An address out of the address book shows what it is called there.
    if (entryId && parseEntryId(entryId).kind !== 'oneOff') return;
    emailRule(position as 0 | 1 | 2).write(to, email, contact);
  });
}

/** Writes the addresses of the faxes as Outlook has them: `name@number` of type FAX, with a one-off entry id. */
export function writeFaxAddresses(to: PropertyWriter): void {
  const name = shownName(to) ?? '';
  for (const fax of faxes) {
    const number = to.text(fax.number);
    const address = number === undefined ? undefined : `${name}@${number}`;
    to.setText(fax.addressType, address && 'FAX');
    to.setText(fax.address, address);
    to.setText(fax.originalDisplayName, address && name);
    to.set(
      fax.originalEntryId,
      address === undefined
        ? undefined
        : oneOffEntryId({ displayName: name, addressType: 'FAX', address, nonRich: false, noLookup: false }),
    );
  }
}

/** PidLidAddressBookProviderEmailList and …ArrayType: which addresses there are (MS-OXOCNTC 2.2.1.2.11, 2.2.1.2.12). */
export function writeAddressPositions(to: PropertyWriter): void {
  const present = [...emails, ...faxes].flatMap((group, position) => (to.text(group.address) ? [position] : []));
  to.set(PidLid.AddressBookProviderEmailList, present.length > 0 ? present : undefined);
  to.set(
    PidLid.AddressBookProviderArrayType,
    present.reduce((mask, position) => mask | (1 << position), 0),
  );
}

/** Properties that the functions here set besides those of the rules. */
export const derivedEmailProperties: readonly ItemProperty[] = [
  ...faxes.flatMap((group) => Object.values(group)),
  PidLid.AddressBookProviderEmailList,
  PidLid.AddressBookProviderArrayType,
];
