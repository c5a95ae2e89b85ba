import { PidTag, type PropertyBag, setProperty } from '../../src/mapi/index.ts';

/** Somebody whom a mail goes to. */
export function recipient(address: string): PropertyBag {
  const bag: PropertyBag = new Map();
  setProperty(bag, PidTag.RecipientType, 1);
  setProperty(bag, PidTag.Rowid, 0);
  setProperty(bag, PidTag.DisplayName, address);
  setProperty(bag, PidTag.AddressType, 'SMTP');
  setProperty(bag, PidTag.EmailAddress, address);
  setProperty(bag, PidTag.SmtpAddress, address);
  return bag;
}
