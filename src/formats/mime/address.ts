import addressparser from 'nodemailer/lib/addressparser';
import { formatLimits } from '../limits.ts';
import { decodeHeaderText, type HeaderField } from './header.ts';

/** A mailbox of RFC 5322 3.4. The name is empty when there is none, the address when only a name stands there. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** The mailboxes of all fields of this (lower-case) name, groups taken apart. */
export function addressesOf(fields: readonly HeaderField[], key: string): MailAddress[] {
  const found: MailAddress[] = [];
  for (const field of fields) {
    if (field.key !== key) continue;
    found.push(...parseAddresses(field.value));
    if (found.length >= formatLimits.addresses) return found.slice(0, formatLimits.addresses);
  }
  return found;
}

/** The mailboxes of an address list. Encoded words are decoded after the split, as commas may hide in them. */
export function parseAddresses(value: string): MailAddress[] {
  return addressparser(value.slice(0, formatLimits.headerValue), { flatten: true })
    .map(({ name, address }) => ({
      name: decodeHeaderText(name ?? '').replace(/^'(.*)'$/, '$1'),
      address: decodeHeaderText(address ?? '').replace(/[<>]/g, ''),
    }))
    .filter(({ name, address }) => name !== '' || address !== '');
}
