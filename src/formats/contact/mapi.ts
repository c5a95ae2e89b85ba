import { PidLid, PidTag, type PropertyBag, type ReadonlyPropertyBag } from '../../mapi/index.ts';
import { type ItemContext, type PropertyWriter, propertyReader, propertyWriter } from '../item/properties.ts';
import { namedOf, readItem, writeItem } from '../item/rules.ts';
import { copyMailingAddress } from './address.ts';
import type { Contact } from './contact.ts';
import { derivedEmailProperties, relabelEmails, writeAddressPositions, writeFaxAddresses } from './email.ts';
import { followName, nameParts } from './file-as.ts';
import { contactRules } from './rules.ts';

/** The named properties of contacts: a mailbox has to be asked for all of them before. */
export const contactNames = namedOf(contactRules, [
  ...derivedEmailProperties,
  PidLid.SideEffects,
  PidLid.AutoLog,
  PidLid.HasPicture,
]);

/** The contact that properties make (MS-OXOCNTC 2.2.1). */
export const readContact = (bag: ReadonlyPropertyBag, context: ItemContext): Contact =>
  readItem(contactRules, propertyReader(bag, context));

/**
 * Makes properties say a contact (MS-OXOCNTC 2.2.1). Fields that they say already keep their properties as they are;
 * properties of no field of {@link Contact} are left alone. An empty bag becomes a new contact.
 */
export function writeContact(bag: PropertyBag, contact: Contact, context: ItemContext): void {
  const to = propertyWriter(bag, context);
  const isNew = to.get(PidTag.MessageClass) === undefined;
  const before = readItem(contactRules, to);
  const renamed = isNew || [...nameParts, 'prefix' as const].some((part) => before[part] !== contact[part]);
  if (isNew) writeFixed(to);
  // The subject comes before the addresses, whose labels are made from it.
  if (renamed) writeSubject(to, contact);
  const changed = writeItem(contactRules, to, contact, before);
  const any = (...names: (keyof Contact)[]) => isNew || names.some((name) => changed.has(name));
  if (renamed && !changed.has('fileAs')) contactRules.fileAs.write(to, followName(contact.fileAs, contact), contact);
  if (renamed) relabelEmails(to, before, contact);
  if (any('mailingAddress', 'businessAddress', 'homeAddress', 'otherAddress'))
    copyMailingAddress(to, contact.mailingAddress);
  const faxed = renamed || any('businessFax', 'homeFax', 'otherFax');
  if (faxed) writeFaxAddresses(to);
  if (faxed || any('email1', 'email2', 'email3')) writeAddressPositions(to);
}

/** What every contact has (MS-OXOCNTC 3.1.4.1), as Outlook writes it. */
function writeFixed(to: PropertyWriter): void {
  to.set(PidTag.MessageClass, 'IPM.Contact');
  to.set(PidTag.IconIndex, 0x200);
  to.set(PidLid.SideEffects, 0x51);
  to.set(PidLid.AutoLog, false);
}

/** The subject is the display name without its prefix, or what else there is to call the contact by. */
function writeSubject(to: PropertyWriter, contact: Contact): void {
  const { displayName, prefix, email1 } = contact;
  const parts = [contact.givenName, contact.middleName, contact.surname, contact.suffix].filter(Boolean).join(' ');
  const shown =
    displayName && prefix && displayName.startsWith(`${prefix} `) ? displayName.slice(prefix.length + 1) : displayName;
  const subject = shown || parts || contact.company || email1?.address || '';
  to.set(PidTag.SubjectPrefix, '');
  to.set(PidTag.NormalizedSubject, subject);
  to.set(PidTag.Subject, subject);
}
