import {
  addressBookEntryId,
  addressSearchKey,
  ec,
  getBoolean,
  getNumber,
  getString,
  MapiError,
  oneOffEntryId,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type PropertyValue,
  recipientObjectType,
  setProperty,
  storedTag,
} from '../../../mapi/index.ts';
import { marker } from '../../fasttransfer/index.ts';
import type { Budget } from './budget.ts';
import type { PutContext } from './context.ts';
import type { Rule } from './elements.ts';
import { propertyList } from './property-list.ts';

/** recipient, MS-OXCFXICS 2.2.4.2: its properties, with its end to look at. */
export async function* recipient(put: PutContext, budget: Budget): Rule<PropertyBag> {
  const { at } = put;
  budget.spend('recipients', 1);
  const bag: PropertyBag = new Map();
  if (!at.next()) yield;
  yield* propertyList(put, {
    budget,
    // A row has no room for it, nor has the store.
    adopt: (spool) => {
      spool.release();
      throw new MapiError(ec.tooBig, 'a recipient with a large value');
    },
    put: (tag, value) => setProperty(bag, tag, value),
  });
  at.expect(marker.endToRecip);
  complete(bag);
  return bag;
}

/** What every recipient has: without these Outlook cannot use it. Other servers leave some to be derived. */
function complete(bag: PropertyBag): void {
  const fill = (tag: PropertyTag, value: PropertyValue): void => {
    if (storedTag(bag, tag) === undefined) setProperty(bag, tag, value);
  };
  fill(PidTag.RecipientType, 1);
  fill(PidTag.ObjectType, recipientObjectType.mailUser);
  fill(PidTag.DisplayType, 0);
  const smtp = getString(bag, PidTag.SmtpAddress);
  if (smtp !== undefined && getString(bag, PidTag.EmailAddress) === undefined) {
    setProperty(bag, PidTag.EmailAddress, smtp);
    setProperty(bag, PidTag.AddressType, 'SMTP');
  }
  const address = getString(bag, PidTag.EmailAddress) ?? '';
  const addressType = getString(bag, PidTag.AddressType) ?? 'NONE';
  fill(PidTag.AddressType, addressType);
  fill(PidTag.EmailAddress, address);
  fill(PidTag.DisplayName, address);
  fill(PidTag.SearchKey, addressSearchKey(addressType, address));
  if (addressType.toUpperCase() === 'EX') {
    fill(PidTag.EntryId, addressBookEntryId(address, getNumber(bag, PidTag.DisplayType) ?? 0));
  } else {
    const displayName = getString(bag, PidTag.DisplayName) ?? address;
    const nonRich = getBoolean(bag, PidTag.SendRichInfo) === false;
    fill(PidTag.EntryId, oneOffEntryId({ displayName, addressType, address, nonRich }));
  }
}
