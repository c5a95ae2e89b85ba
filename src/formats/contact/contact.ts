import type { CommonFields } from '../item/common.ts';
import type { FileAs } from './file-as.ts';
import type { ContactText } from './texts.ts';

/** A postal address; all parts may be absent. Lines end in LF. */
export interface PostalAddress {
  street?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
  postOfficeBox?: string;
  /** ISO 3166-1 alpha-2. */
  countryCode?: string;
  /** The whole as somebody wrote it, where it is not what its parts make. */
  text?: string;
}

export interface EmailAddress {
  /** As `name@example.com`; where `addressType` is given, an address of that type. */
  address: string;
  /** What Outlook shows, where it is not made from the contact's name. */
  displayName?: string;
  /** Absent for SMTP. */
  addressType?: string;
}

export type AddressKind = 'business' | 'home' | 'other';
export type Gender = 'female' | 'male';

/** Day without time, `YYYY-MM-DD`, not before 1601; 1604 stands for a year that is not known, as Outlook has it. */
export type Day = string;

export interface Photo {
  /** Media type, as `image/jpeg`. */
  mediaType: string;
  data: Uint8Array;
}

/**
 * A contact as Outlook, Open-Xchange and vCards know it, in terms of none of them. Absent means that there is nothing;
 * no text is empty. Its photo is not here, as it may be large: see `readPhoto`.
 */
export type Contact = { [K in ContactText]?: string } & CommonFields & {
    /** The name as it is shown. */
    displayName?: string;
    /** Under what it is sorted, where that is not "surname, given middle", else company, else display name. */
    fileAs?: FileAs;
    businessAddress?: PostalAddress;
    homeAddress?: PostalAddress;
    otherAddress?: PostalAddress;
    /** Which address letters go to. */
    mailingAddress?: AddressKind;
    email1?: EmailAddress;
    email2?: EmailAddress;
    email3?: EmailAddress;
    webPage?: string;
    birthday?: Day;
    anniversary?: Day;
    gender?: Gender;
    children?: string[];
  };
