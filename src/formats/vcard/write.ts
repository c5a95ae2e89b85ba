import { addressText } from '../contact/address.ts';
import type { AddressKind, Contact, EmailAddress, Photo } from '../contact/contact.ts';
import type { DistributionList, Member } from '../distribution-list/distribution-list.ts';
import type { CommonFields } from '../item/common.ts';
import { writeDay } from './day.ts';
import { phoneTypes } from './phones.ts';
import { escapeText } from './property.ts';
import { type PhoneText, textProperties } from './texts.ts';
import { fold, type WrittenProperty, writeLine } from './write-line.ts';

export interface VcardOptions {
  readonly version: '3.0' | '4.0';
  readonly photo?: Photo;
}

/** A vCard and the names of the fields of which it does not say all. */
export interface WrittenVcard {
  readonly text: string;
  readonly notCarried: readonly string[];
}

/** What a vCard cannot say of a field, with the reason. */
export const vcardExceptions: Readonly<Record<string, string>> = {
  note: 'plain text alone',
  email1: 'the internet address alone',
  email2: 'the internet address alone',
  email3: 'the internet address alone',
  fileAs: 'the text, whose form is found by comparing',
  children: 'a name of digits alone would be their number',
  members: 'internet addresses and contacts by their UID',
};

class CardWriter {
  readonly version: '3.0' | '4.0';
  readonly notCarried = new Set<string>();
  private readonly lines: string[] = [];

  constructor(version: '3.0' | '4.0') {
    this.version = version;
    this.lines.push('BEGIN:VCARD\r\n', `VERSION:${version}\r\n`, 'PRODID:-//Oxbow//EN\r\n');
  }

  add(property: WrittenProperty): void {
    this.lines.push(writeLine(property));
  }

  /** A property with one text; nothing for none. */
  text(name: string, text: string | undefined): void {
    if (text) this.add({ name, value: escapeText(text) });
  }

  /** Types, and whether it is the most wanted of its kind. */
  types(types: readonly string[], preferred = false): Record<string, readonly string[]> {
    if (this.version === '4.0')
      return { TYPE: types.map((type) => type.toLowerCase()), ...(preferred ? { PREF: ['1'] } : {}) };
    return { TYPE: preferred ? [...types, 'PREF'] : types };
  }

  finish(extra: readonly string[] = []): WrittenVcard {
    for (const line of extra) this.lines.push(`${fold(line)}\r\n`);
    this.lines.push('END:VCARD\r\n');
    return { text: this.lines.join(''), notCarried: [...this.notCarried] };
  }
}

/** A contact as vCard 3.0 (RFC 2426) or 4.0 (RFC 6350). */
export function writeVcard(contact: Contact, { version, photo }: VcardOptions): WrittenVcard {
  const card = new CardWriter(version);
  writeNames(card, contact);
  for (const [field, [name]] of Object.entries(textProperties))
    card.text(name!, contact[field as keyof typeof textProperties]);
  for (const [field, types] of Object.entries(phoneTypes)) {
    const number = contact[field as PhoneText];
    if (number) card.add({ name: 'TEL', parameters: card.types(types), value: escapeText(number) });
  }
  const emails = [
    ['email1', 'WORK'],
    ['email2', 'HOME'],
    ['email3', 'X-OTHER'],
  ] as const;
  for (const [field, type] of emails) writeEmail(card, field, contact[field], type);
  for (const kind of ['business', 'home', 'other'] as const) writeAddress(card, contact, kind);
  writeMessenger(card, contact.instantMessenger, 'WORK');
  writeMessenger(card, contact.instantMessenger2, 'HOME');
  if (contact.webPage) card.add({ name: 'URL', parameters: card.types(['WORK']), value: escapeText(contact.webPage) });
  if (contact.personalHomePage)
    card.add({ name: 'URL', parameters: card.types(['HOME']), value: escapeText(contact.personalHomePage) });
  writeDays(card, contact);
  writePerson(card, contact);
  if (contact.fileAs) {
    card.text('X-EVOLUTION-FILE-AS', contact.fileAs.text);
    if (contact.fileAs.form !== 'free') card.notCarried.add('fileAs');
  }
  writeCommon(card, contact);
  if (photo) writePhoto(card, photo);
  return card.finish(contact.extra);
}

/** FN has to be there; one that was made up is read as none. */
function writeShownName(card: CardWriter, name: string | undefined, made: string): void {
  if (name) card.text('FN', name);
  else card.add({ name: 'FN', parameters: { 'X-OXBOW-MADE': ['TRUE'] }, value: escapeText(made) });
}

function writeNames(card: CardWriter, contact: Contact): void {
  const { prefix, givenName, middleName, surname, suffix, company, email1 } = contact;
  const made = [givenName, middleName, surname].filter(Boolean).join(' ') || company || email1?.address;
  writeShownName(card, contact.displayName, made ?? 'unnamed');
  const parts = [surname, givenName, middleName, prefix, suffix].map((part) => escapeText(part ?? ''));
  if (card.version === '3.0' || parts.some(Boolean)) card.add({ name: 'N', value: parts.join(';') });
  const units = [company, contact.department, contact.branches].map((unit) => escapeText(unit ?? ''));
  while (units.at(-1) === '') units.pop();
  if (units.length > 0) card.add({ name: 'ORG', value: units.join(';') });
}

function writeEmail(card: CardWriter, field: string, email: EmailAddress | undefined, type: string): void {
  if (!email) return;
  if (email.displayName !== undefined || email.addressType !== undefined) card.notCarried.add(field);
  if (email.addressType !== undefined) return;
  const types = card.version === '3.0' ? ['INTERNET', type] : [type];
  card.add({ name: 'EMAIL', parameters: card.types(types, type === 'WORK'), value: escapeText(email.address) });
}

const addressTypes: Readonly<Record<AddressKind, string>> = { business: 'WORK', home: 'HOME', other: 'X-OTHER' };

function writeAddress(card: CardWriter, contact: Contact, kind: AddressKind): void {
  const address = contact[`${kind}Address`];
  const preferred = contact.mailingAddress === kind;
  const { postOfficeBox, street, city, state, postalCode, country, countryCode, text } = address ?? {};
  const parts = [postOfficeBox, '', street, city, state, postalCode, country];
  // An address without any part is none to most readers; Outlook's own property says which one is wanted.
  if (preferred && !parts.some(Boolean))
    card.add({
      name: 'X-MS-OL-DEFAULT-POSTAL-ADDRESS',
      value: String(['home', 'business', 'other'].indexOf(kind) + 1),
    });
  if (!address) return;
  const types = card.types([addressTypes[kind]], preferred);
  const value = parts.map((part) => escapeText(part ?? '')).join(';');
  const label = text ?? addressText(address);
  if (card.version === '4.0') {
    card.add({
      name: 'ADR',
      parameters: { ...types, CC: countryCode ? [countryCode] : undefined, LABEL: label ? [label] : undefined },
      value,
    });
    return;
  }
  const group = countryCode ? `adr${addressTypes[kind].replace('X-', '').toLowerCase()}` : undefined;
  card.add({ group, name: 'ADR', parameters: types, value });
  if (label) card.add({ name: 'LABEL', parameters: card.types([addressTypes[kind]]), value: escapeText(label) });
  if (countryCode) card.add({ group, name: 'X-ABADR', value: countryCode.toLowerCase() });
}

/** IMPP takes addresses with a scheme alone; MS-OXVCARD 2.1.3.9.6 has a property for any. */
function writeMessenger(card: CardWriter, address: string | undefined, type: string): void {
  if (!address) return;
  const name = /^[a-z][a-z0-9+.-]*:\S+$/i.test(address) ? 'IMPP' : 'X-MS-IMADDRESS';
  card.add({ name, parameters: card.types([type], type === 'WORK'), value: escapeText(address) });
}

function writeDays(card: CardWriter, { birthday, anniversary }: Contact): void {
  const days = [
    ['BDAY', birthday],
    [card.version === '4.0' ? 'ANNIVERSARY' : 'X-ANNIVERSARY', anniversary],
  ] as const;
  for (const [name, day] of days) {
    if (day === undefined) continue;
    const { value, omitYear } = writeDay(day, card.version);
    card.add({ name, parameters: omitYear ? { 'X-APPLE-OMIT-YEAR': [omitYear] } : {}, value });
  }
}

function writePerson(card: CardWriter, { gender, children }: Contact): void {
  if (gender)
    card.add({ name: card.version === '4.0' ? 'GENDER' : 'X-GENDER', value: gender === 'female' ? 'F' : 'M' });
  for (const child of children ?? []) {
    if (/^\d+$/.test(child)) card.notCarried.add('children');
    else card.text('X-MS-CHILD', child);
  }
}

const classes = { personal: 'X-PERSONAL', private: 'PRIVATE', confidential: 'CONFIDENTIAL' } as const;

function writeCommon(card: CardWriter, { note, categories, sensitivity, uid, colorLabel }: CommonFields): void {
  card.text('NOTE', note?.text);
  if (note?.html !== undefined) card.notCarried.add('note');
  if (categories?.length) card.add({ name: 'CATEGORIES', value: categories.map(escapeText).join(',') });
  // Version 4.0 has dropped the property.
  if (sensitivity) card.add({ name: card.version === '4.0' ? 'X-CLASS' : 'CLASS', value: classes[sensitivity] });
  card.text('UID', uid);
  if (colorLabel) card.add({ name: 'X-OXBOW-COLOR-LABEL', value: String(colorLabel) });
}

function writePhoto(card: CardWriter, { mediaType, data }: Photo): void {
  const base64 = Buffer.from(data).toString('base64');
  if (card.version === '4.0') card.add({ name: 'PHOTO', value: `data:${mediaType};base64,${base64}` });
  else {
    const type = mediaType.replace(/^image\//, '').toUpperCase();
    card.add({ name: 'PHOTO', parameters: { ENCODING: ['b'], TYPE: [type] }, value: base64 });
  }
}

/** A distribution list as a group: KIND and MEMBER of version 4.0, Apple's properties in 3.0. */
export function writeVcardList(list: DistributionList, { version }: VcardOptions): WrittenVcard {
  const card = new CardWriter(version);
  writeShownName(card, list.displayName, 'unnamed');
  if (version === '3.0') card.add({ name: 'N', value: `${escapeText(list.displayName ?? 'unnamed')};;;;` });
  card.add({ name: version === '4.0' ? 'KIND' : 'X-ADDRESSBOOKSERVER-KIND', value: 'group' });
  for (const member of list.members ?? []) writeMember(card, member);
  writeCommon(card, list);
  return card.finish(list.extra);
}

function writeMember(card: CardWriter, { name, address, addressType, source }: Member): void {
  const linked = source?.kind === 'contact' && source.address === 'email1';
  const value = linked
    ? `urn:uuid:${source.id}`
    : address && addressType === undefined
      ? `mailto:${encodeURIComponent(address).replaceAll('%40', '@')}`
      : undefined;
  // A contact says its address itself.
  if (value === undefined || (source && !linked)) card.notCarried.add('members');
  if (value === undefined) return;
  card.add({
    name: card.version === '4.0' ? 'MEMBER' : 'X-ADDRESSBOOKSERVER-MEMBER',
    parameters: { 'X-OX-FN': name ? [name] : undefined },
    value,
  });
}
