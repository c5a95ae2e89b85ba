import { PidLid, PidTag } from '../../mapi/index.ts';
import type { ItemProperty, PropertyWriter } from '../item/properties.ts';
import type { FieldRule } from '../item/rules.ts';
import type { AddressKind, Contact, PostalAddress } from './contact.ts';

type Parts = Readonly<Record<keyof PostalAddress, ItemProperty>>;

/** Properties of the three addresses (MS-OXOCNTC 2.2.1.3.1 to 2.2.1.3.8). */
const properties: Readonly<Record<AddressKind, Parts>> = {
  business: {
    street: PidLid.WorkAddressStreet,
    city: PidLid.WorkAddressCity,
    state: PidLid.WorkAddressState,
    postalCode: PidLid.WorkAddressPostalCode,
    country: PidLid.WorkAddressCountry,
    postOfficeBox: PidLid.WorkAddressPostOfficeBox,
    countryCode: PidLid.WorkAddressCountryCode,
    text: PidLid.WorkAddress,
  },
  home: {
    street: PidTag.HomeAddressStreet,
    city: PidTag.HomeAddressCity,
    state: PidTag.HomeAddressStateOrProvince,
    postalCode: PidTag.HomeAddressPostalCode,
    country: PidTag.HomeAddressCountry,
    postOfficeBox: PidTag.HomeAddressPostOfficeBox,
    countryCode: PidLid.HomeAddressCountryCode,
    text: PidLid.HomeAddress,
  },
  other: {
    street: PidTag.OtherAddressStreet,
    city: PidTag.OtherAddressCity,
    state: PidTag.OtherAddressStateOrProvince,
    postalCode: PidTag.OtherAddressPostalCode,
    country: PidTag.OtherAddressCountry,
    postOfficeBox: PidTag.OtherAddressPostOfficeBox,
    countryCode: PidLid.OtherAddressCountryCode,
    text: PidLid.OtherAddress,
  },
};

/** The mailing address, a copy of the one that PidLidPostalAddressId names (MS-OXOCNTC 2.2.1.3.9). */
const mailing: Parts = {
  street: PidTag.StreetAddress,
  city: PidTag.Locality,
  state: PidTag.StateOrProvince,
  postalCode: PidTag.PostalCode,
  country: PidTag.Country,
  postOfficeBox: PidTag.PostOfficeBox,
  countryCode: PidLid.AddressCountryCode,
  text: PidTag.PostalAddress,
};

export const addressParts = Object.keys(mailing) as (keyof PostalAddress)[];

/** The text that the parts of an address make; undefined when there are none. */
export function addressText(address: PostalAddress): string | undefined {
  const line = [address.postalCode, address.city].filter(Boolean).join(' ');
  const lines = [address.street, address.postOfficeBox, line, address.state, address.country];
  return lines.filter(Boolean).join('\n') || undefined;
}

/** An address whose parts are these; without its text where the parts make that, undefined when it has no part. */
export function postalAddress(parts: PostalAddress): PostalAddress | undefined {
  const address: PostalAddress = {};
  for (const part of addressParts) if (parts[part]) address[part] = parts[part];
  if (address.text === addressText(address)) delete address.text;
  return Object.keys(address).length > 0 ? address : undefined;
}

/** The address after an edit elsewhere: a text that stayed while the parts changed is no longer true. */
const withTrueText = (before: PostalAddress | undefined, after: PostalAddress): PostalAddress =>
  after.text !== undefined && after.text === before?.text && addressText(after) !== addressText(before)
    ? { ...after, text: undefined }
    : after;

export const addressRule = (kind: AddressKind): FieldRule<Contact, PostalAddress> => {
  const parts = properties[kind];
  const read: FieldRule<Contact, PostalAddress>['read'] = (from) =>
    postalAddress(Object.fromEntries(addressParts.map((part) => [part, from.text(parts[part])])));
  return {
    properties: Object.values(parts),
    read,
    write: (to, value) => {
      const address = withTrueText(read(to), value ?? {});
      for (const part of addressParts) to.setText(parts[part], address[part]);
      if (address.text === undefined) to.setText(parts.text, addressText(address));
    },
  };
};

/** PidLidPostalAddressId, MS-OXOCNTC 2.2.1.3.9. */
const kinds: readonly (AddressKind | undefined)[] = [undefined, 'home', 'business', 'other'];

export const mailingAddressRule: FieldRule<Contact, AddressKind> = {
  properties: [PidLid.PostalAddressId, ...Object.values(mailing)],
  read: (from) => kinds[from.number(PidLid.PostalAddressId) ?? 0],
  write: (to, value) => to.set(PidLid.PostalAddressId, kinds.indexOf(value)),
};

/** Makes the mailing address equal to the one chosen, or takes it away; after the addresses are written. */
export function copyMailingAddress(to: PropertyWriter, kind: AddressKind | undefined): void {
  for (const part of addressParts) to.set(mailing[part], kind && to.get(properties[kind][part]));
}
