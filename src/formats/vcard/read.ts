import { postalAddress } from '../contact/address.ts';
import type { AddressKind, Contact, Photo, PostalAddress } from '../contact/contact.ts';
import { fileAsOf } from '../contact/file-as.ts';
import { pictureType } from '../contact/photo.ts';
import type { ContactText } from '../contact/texts.ts';
import type { DistributionList, Member } from '../distribution-list/distribution-list.ts';
import { formatLimits } from '../limits.ts';
import { readDay } from './day.ts';
import { phoneFields } from './phones.ts';
import { preferenceOf, splitEscaped, typesOf, unescapeText, type VcardProperty } from './property.ts';
import { readVcardLines, type VcardLines } from './read-lines.ts';
import { fieldOfProperty } from './texts.ts';
import { writeLine } from './write-line.ts';

/** What a vCard is, and the names of its properties that no field stands for; those are kept in `extra`. */
export type ReadVcard = { readonly notCarried: readonly string[] } & (
  | { readonly kind: 'contact'; readonly contact: Contact; readonly photo?: Photo }
  | { readonly kind: 'list'; readonly list: DistributionList }
);

/**
 * The contacts and lists of a file of vCards 2.1, 3.0 or 4.0. Never throws: what cannot be read is told by name in
 * `notCarried`, a line without a name as `malformed line`.
 */
export const readVcards = (bytes: Uint8Array): ReadVcard[] => readVcardLines(bytes).map(readCard);

function readCard(lines: VcardLines): ReadVcard {
  const card = new CardReader(lines);
  return card.isList ? card.readList() : card.readContact();
}

/** What describes the card, not whom it is about. */
const ofTheCard = new Set(['VERSION', 'PRODID', 'REV', 'BEGIN', 'END', 'X-MOZILLA-HTML']);
/** Handlers by the name of the property; true when the field took the value. */
type Handler = (card: CardReader, property: VcardProperty) => boolean;

const text = ({ value }: VcardProperty): string =>
  unescapeText(value)
    .replace(/\r\n|\r/g, '\n')
    .trim();

/** An address may have all it says in its parameters; a name that was only made up says nothing. */
const saysWithoutValue = ({ name, parameters }: VcardProperty): boolean =>
  name === 'ADR' && (parameters.has('LABEL') || parameters.has('CC'));

/** Services that had a property of their own before IMPP. */
const messengers: Readonly<Record<string, string>> = {
  'X-AIM': 'aim',
  'X-ICQ': 'icq',
  'X-JABBER': 'xmpp',
  'X-MSN': 'msnim',
  'X-YAHOO': 'ymsgr',
  'X-YAHOO-ID': 'ymsgr',
  'X-SKYPE': 'skype',
  'X-SKYPE-USERNAME': 'skype',
  'X-GOOGLE-TALK': 'gtalk',
  'X-GTALK': 'gtalk',
  'X-QQ': 'qq',
  'X-GADUGADU': 'gg',
  'X-GROUPWISE': 'groupwise',
};

/** The fields of one card while they are gathered; a class, as it is all state. */
class CardReader {
  readonly contact: Contact = {};
  readonly isOld: boolean;
  readonly isList: boolean;
  photo: Photo | undefined;
  private readonly properties: readonly VcardProperty[];
  private readonly notCarried = new Set<string>();
  private readonly extra: string[] = [];
  private readonly keptGroups = new Set<string>();
  private readonly addresses: Partial<Record<AddressKind, PostalAddress>> = {};
  private readonly groupAddress = new Map<string, AddressKind>();
  private sortedAs: string | undefined;

  constructor({ properties, malformed }: VcardLines) {
    // The most wanted of several comes first, so it takes the first place there is.
    this.properties = [...properties].sort((a, b) => preferenceOf(a) - preferenceOf(b));
    if (malformed.length > 0) this.notCarried.add('malformed line');
    this.isOld = this.first('VERSION')?.value.trim() === '2.1';
    const kind = this.first('KIND') ?? this.first('X-ADDRESSBOOKSERVER-KIND');
    this.isList =
      kind?.value.trim().toLowerCase() === 'group' ||
      this.first('X-EVOLUTION-LIST')?.value.trim().toLowerCase() === 'true';
  }

  private first(name: string): VcardProperty | undefined {
    return this.properties.find((property) => property.name === name);
  }

  readContact(): ReadVcard {
    for (const property of this.properties) this.take(property);
    for (const kind of ['business', 'home', 'other'] as const) {
      const address = postalAddress(this.addresses[kind] ?? {});
      if (address) this.contact[`${kind}Address`] = address;
    }
    const fileAs = fileAsOf(this.sortedAs, this.contact);
    if (fileAs) this.contact.fileAs = fileAs;
    this.keepLabels();
    if (this.extra.length > 0) this.contact.extra = this.extra;
    const { contact, photo } = this;
    return { kind: 'contact', contact, ...(photo ? { photo } : {}), notCarried: [...this.notCarried] };
  }

  readList(): ReadVcard {
    const members: Member[] = [];
    for (const property of this.properties) {
      const member = memberOf(property);
      if (member) members.push(member);
      else if (property.name !== 'N' && property.name !== 'X-EVOLUTION-LIST' && !property.name.endsWith('KIND'))
        this.take(property);
    }
    this.keepLabels();
    const { displayName, note, categories, sensitivity, uid, colorLabel, ...rest } = this.contact;
    for (const field of Object.keys(rest)) this.notCarried.add(field);
    const list: DistributionList = Object.fromEntries(
      Object.entries({ displayName, note, categories, sensitivity, uid, colorLabel }).filter(([, value]) => value),
    );
    if (members.length > 0) list.members = members;
    if (this.extra.length > 0) list.extra = this.extra;
    return { kind: 'list', list, notCarried: [...this.notCarried] };
  }

  private take(property: VcardProperty): void {
    const { name, value } = property;
    if (ofTheCard.has(name) || (/^[;,\s]*$/.test(value) && !saysWithoutValue(property))) return;
    // Labels say something about another property; they are looked at when it is known what became of that.
    if (name === 'X-ABLABEL') return;
    const handler = handlers.get(name);
    if (handler?.(this, property)) return;
    this.keep(property);
  }

  /** Keeps a property that no field stands for, and tells its name. */
  private keep(property: VcardProperty): void {
    const { group, name, parameters, value } = property;
    this.notCarried.add(name);
    if (group) this.keptGroups.add(group);
    const encoding = parameters.get('ENCODING')?.[0]?.toUpperCase();
    const line = writeLine({
      group,
      name,
      parameters: Object.fromEntries(
        [...parameters].map(([parameter, values]) => [
          parameter,
          parameter === 'ENCODING' && encoding ? ['b'] : values,
        ]),
      ),
      value: value.replace(/\r\n|\r|\n/g, '\\n'),
    });
    const unfolded = line.replace(/\r\n /g, '').trimEnd();
    if (unfolded.length <= formatLimits.heldValue) this.extra.push(unfolded);
  }

  /** Labels of properties that were kept are kept; those of others are told unless they only repeat a type. */
  private keepLabels(): void {
    for (const property of this.properties) {
      if (property.name !== 'X-ABLABEL' || property.value.trim() === '') continue;
      if (property.group && this.keptGroups.has(property.group)) this.keep(property);
      else if (!/^_\$!<.*>!\$_$/.test(property.value.trim())) this.notCarried.add('X-ABLABEL');
    }
  }

  labelOf({ group }: VcardProperty): string {
    const label = group && this.properties.find((other) => other.name === 'X-ABLABEL' && other.group === group);
    return label ? label.value.replace(/^_\$!<|>!\$_$/g, '').toUpperCase() : '';
  }

  /** Sets a text unless it is there already. */
  setText(field: ContactText, value: string): boolean {
    if (this.contact[field] !== undefined) return this.contact[field] === value;
    if (value !== '') this.contact[field] = value;
    return true;
  }

  /** Sets the first of some texts, or another one that is free; the same value twice is said once. */
  setFirst(fields: readonly ContactText[], value: string): boolean {
    const [best] = fields;
    if (best && this.contact[best] === undefined) return this.setText(best, value);
    if (fields.some((field) => this.contact[field] === value)) return true;
    return fields.some((field) => this.contact[field] === undefined && this.setText(field, value));
  }

  setAddress(kind: AddressKind, parts: PostalAddress, property: VcardProperty): boolean {
    const order: AddressKind[] = kind === 'other' ? ['other'] : [kind, 'other'];
    const free = order.find(
      (candidate) => this.addresses[candidate]?.street === undefined && !this.taken.has(candidate),
    );
    if (free === undefined) return false;
    this.taken.add(free);
    this.addresses[free] = { ...this.addresses[free], ...parts };
    if (property.group) this.groupAddress.set(property.group, free);
    if (preferenceOf(property) <= 100) this.contact.mailingAddress ??= free;
    return true;
  }
  private readonly taken = new Set<AddressKind>();

  setAddressText(kind: AddressKind, value: string): boolean {
    if (this.addresses[kind]?.text !== undefined) return false;
    this.addresses[kind] = { ...this.addresses[kind], text: value };
    return true;
  }

  setCountryCode({ group, value }: VcardProperty): boolean {
    const kind =
      (group ? this.groupAddress.get(group) : undefined) ??
      // The code may stand before its address.
      (group ? this.properties.find((other) => other.name === 'ADR' && other.group === group) : undefined);
    if (kind === undefined) return false;
    const code = value.trim().toUpperCase();
    const target = typeof kind === 'string' ? kind : addressKind(kind);
    this.addresses[target] = { ...this.addresses[target], countryCode: code };
    return true;
  }

  setSortText(value: string): boolean {
    if (this.sortedAs !== undefined) return false;
    this.sortedAs = value;
    return true;
  }
}

function addressKind(property: VcardProperty): AddressKind {
  const types = typesOf(property);
  if (types.has('WORK')) return 'business';
  return types.has('HOME') ? 'home' : 'other';
}

/** Values with commas between them; in version 2.1 a comma is a letter. */
const listed = (card: CardReader, value: string): string[] =>
  (card.isOld ? [value] : splitEscaped(value, ',')).flatMap((piece) => unescapeText(piece).trim() || []);

/** Components of a structured value, the values of each joined by a blank. */
const components = (card: CardReader, value: string): string[] =>
  splitEscaped(value, ';').map((component) => listed(card, component).join(' '));

const nameFields = ['surname', 'givenName', 'middleName', 'prefix', 'suffix'] as const;

function takeName(card: CardReader, { value }: VcardProperty): boolean {
  const parts = components(card, value);
  if (nameFields.some((field) => card.contact[field] !== undefined)) return false;
  nameFields.forEach((field, at) => {
    if (parts[at]) card.contact[field] = parts[at];
  });
  return true;
}

function takeOrganization(card: CardReader, property: VcardProperty): boolean {
  const [company = '', department = '', ...branches] = splitEscaped(property.value, ';').map((piece) =>
    unescapeText(piece).trim(),
  );
  if (card.contact.company !== undefined || card.contact.department !== undefined) return false;
  card.setText('company', company);
  card.setText('department', department);
  card.setText('branches', branches.filter(Boolean).join(', '));
  return true;
}

function takeAddress(card: CardReader, property: VcardProperty): boolean {
  const [postOfficeBox, extended, street, city, state, postalCode, country] = components(card, property.value);
  const parts: PostalAddress = {
    postOfficeBox,
    street: [extended, street].filter(Boolean).join('\n'),
    city,
    state,
    postalCode,
    country,
  };
  const label = property.parameters.get('LABEL')?.[0];
  const code = property.parameters.get('CC')?.[0];
  if (label) parts.text = label.replace(/\\n/gi, '\n').trim();
  if (code) parts.countryCode = code.toUpperCase();
  for (const part of Object.keys(parts) as (keyof PostalAddress)[]) if (!parts[part]) delete parts[part];
  return card.setAddress(addressKind(property), parts, property);
}

/** E-mail addresses take the place of their type, else the first that is free. */
function takeEmail(card: CardReader, property: VcardProperty): boolean {
  const types = typesOf(property);
  const value = text(property).replace(/^mailto:/i, '');
  // Open-Xchange writes telex numbers this way.
  if (types.has('TLX')) return card.setText('telex', value);
  const place = (field: 'email1' | 'email2' | 'email3'): boolean => {
    if (card.contact[field] !== undefined) return false;
    card.contact[field] = { address: value };
    return true;
  };
  if (place(types.has('HOME') ? 'email2' : types.has('X-OTHER') || types.has('OTHER') ? 'email3' : 'email1'))
    return true;
  const fields = ['email1', 'email2', 'email3'] as const;
  return fields.some((field) => card.contact[field]?.address === value) || fields.some(place);
}

function takeUrl(card: CardReader, property: VcardProperty): boolean {
  const value = text(property);
  const home = typesOf(property).has('HOME');
  if (home) return card.setText('personalHomePage', value);
  if (card.contact.webPage === undefined) {
    card.contact.webPage = value;
    return true;
  }
  return card.setText('personalHomePage', value);
}

function takeMessenger(card: CardReader, property: VcardProperty): boolean {
  const service = messengers[property.name];
  const value = service ? `${service}:${text(property)}` : text(property);
  return card.setFirst(
    typesOf(property).has('HOME')
      ? ['instantMessenger2', 'instantMessenger']
      : ['instantMessenger', 'instantMessenger2'],
    value,
  );
}

function takePhone(card: CardReader, property: VcardProperty): boolean {
  const value = text(property).replace(/^tel:/i, '');
  const fields = phoneFields(typesOf(property));
  return card.setFirst(fields, value);
}

const takeDay =
  (field: 'birthday' | 'anniversary'): Handler =>
  (card, property) => {
    const day = readDay(text(property));
    if (day === undefined) return false;
    if (card.contact[field] !== undefined) return card.contact[field] === day;
    card.contact[field] = day;
    return true;
  };

function takePhoto(card: CardReader, property: VcardProperty): boolean {
  if (card.photo) return false;
  const { value, parameters } = property;
  const inline = /^data:([^;,]*);base64,/i.exec(value.trim());
  if (!inline && !/^B/i.test(parameters.get('ENCODING')?.[0] ?? '')) return false;
  const data = Buffer.from(inline ? value.trim().slice(inline[0].length) : value, 'base64');
  const type = [...typesOf(property)].find((word) => /^[A-Z]+$/.test(word) && word !== 'PREF');
  if (data.length === 0 || data.length > formatLimits.photo) return false;
  const told = inline?.[1] || (type && `image/${type.toLowerCase()}`);
  card.photo = { mediaType: pictureType(data) ?? told ?? 'image/jpeg', data };
  return true;
}

function takeClass(card: CardReader, property: VcardProperty): boolean {
  const word = property.value.trim().toUpperCase();
  if (word === 'PRIVATE') card.contact.sensitivity = 'private';
  else if (word === 'CONFIDENTIAL') card.contact.sensitivity = 'confidential';
  else if (word === 'X-PERSONAL') card.contact.sensitivity = 'personal';
  else return word === 'PUBLIC';
  return true;
}

function takeGender(card: CardReader, property: VcardProperty): boolean {
  const word = property.value.trim().toUpperCase();
  if (/^(?:F|FEMALE)(?:;|$)/.test(word)) card.contact.gender = 'female';
  else if (/^(?:M|MALE)(?:;|$)/.test(word)) card.contact.gender = 'male';
  else return false;
  return !/;./.test(word);
}

/** Open-Xchange writes the number of children where others write their names. */
function takeChild(card: CardReader, property: VcardProperty): boolean {
  const value = text(property);
  if (/^\d+$/.test(value)) return card.setText('numberOfChildren', value);
  card.contact.children = [...(card.contact.children ?? []), value];
  return true;
}

/** X-ABRELATEDNAMES with a label, RELATED with a type. */
function takeRelated(card: CardReader, property: VcardProperty): boolean {
  const label = card.labelOf(property);
  const types = typesOf(property);
  const isUri = /^[a-z][a-z0-9+.-]+:/i.test(property.value);
  if (isUri) return false;
  if (label === 'SPOUSE' || types.has('SPOUSE')) return card.setText('spouse', text(property));
  if (label === 'ASSISTANT') return card.setText('assistant', text(property));
  if (label === 'MANAGER') return card.setText('manager', text(property));
  return false;
}

const takeLabelled: Handler = (card, property) => card.setAddressText(addressKind(property), text(property));

/** PidLidPostalAddressId as Outlook writes it: 1 home, 2 business, 3 other. */
function takeMailingAddress(card: CardReader, property: VcardProperty): boolean {
  const kind = ([undefined, 'home', 'business', 'other'] as const)[Number(property.value)];
  if (kind) card.contact.mailingAddress = kind;
  return kind !== undefined || property.value.trim() === '0';
}

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[...fieldOfProperty].map(([name, field]): [string, Handler] => [
    name,
    (card, property) =>
      card.setText(field, field === 'nickname' ? listed(card, property.value).join(', ') : text(property)),
  ]),
  [
    'FN',
    ({ contact }, property) => {
      // It has to be there also where there is none.
      if (property.parameters.has('X-OXBOW-MADE')) return true;
      if (contact.displayName !== undefined) return false;
      contact.displayName = text(property);
      return true;
    },
  ],
  ['N', takeName],
  ['ORG', takeOrganization],
  ['ADR', takeAddress],
  ['LABEL', takeLabelled],
  ['X-ABADR', (card, property) => card.setCountryCode(property)],
  ['X-MS-OL-DEFAULT-POSTAL-ADDRESS', takeMailingAddress],
  ['EMAIL', takeEmail],
  ['TEL', takePhone],
  ['X-MS-TEL', takePhone],
  ['URL', takeUrl],
  ['IMPP', takeMessenger],
  ['X-MS-IMADDRESS', takeMessenger],
  ['X-KADDRESSBOOK-X-IMADDRESS', takeMessenger],
  ...Object.keys(messengers).map((name): [string, Handler] => [name, takeMessenger]),
  ['BDAY', takeDay('birthday')],
  ['ANNIVERSARY', takeDay('anniversary')],
  ['X-ANNIVERSARY', takeDay('anniversary')],
  ['X-MS-ANNIVERSARY', takeDay('anniversary')],
  ['X-EVOLUTION-ANNIVERSARY', takeDay('anniversary')],
  ['X-KADDRESSBOOK-X-ANNIVERSARY', takeDay('anniversary')],
  ['X-ABDATE', (card, property) => card.labelOf(property) === 'ANNIVERSARY' && takeDay('anniversary')(card, property)],
  ['PHOTO', takePhoto],
  ['CLASS', takeClass],
  ['X-CLASS', takeClass],
  ['GENDER', takeGender],
  ['X-GENDER', takeGender],
  ['X-MS-CHILD', takeChild],
  ['RELATED', takeRelated],
  ['X-ABRELATEDNAMES', takeRelated],
  // The fields that users name themselves, in order (MS-OXVCARD 2.1.3.9).
  [
    'X-MS-TEXT',
    (card, property) => card.setFirst(['userField1', 'userField2', 'userField3', 'userField4'], text(property)),
  ],
  ['X-EVOLUTION-FILE-AS', (card, property) => card.setSortText(text(property))],
  [
    'NOTE',
    ({ contact }, property) => {
      const note = text(property);
      contact.note = { text: contact.note ? `${contact.note.text}\n\n${note}` : note };
      return true;
    },
  ],
  [
    'CATEGORIES',
    ({ contact }, property) => {
      // Version 2.1 separates them by commas, too, or by semicolons.
      const names = property.value.includes(',') || !property.value.includes(';') ? ',' : ';';
      const found = splitEscaped(property.value, names).flatMap((name) => unescapeText(name).trim() || []);
      contact.categories = [...new Set([...(contact.categories ?? []), ...found])];
      return true;
    },
  ],
  [
    'UID',
    ({ contact }, property) => {
      contact.uid ??= text(property);
      return true;
    },
  ],
  [
    'X-OXBOW-COLOR-LABEL',
    ({ contact }, property) => {
      const label = Number(property.value);
      if (!Number.isInteger(label) || label < 1 || label > 10) return false;
      contact.colorLabel = label;
      return true;
    },
  ],
  ['KIND', (_, property) => property.value.trim().toLowerCase() === 'individual'],
]);

/** A member of a group (RFC 6350 6.6.5, Apple, Evolution); undefined for other properties. */
function memberOf(property: VcardProperty): Member | undefined {
  const { name, parameters } = property;
  if (name === 'EMAIL') {
    const named = /^(.*)<([^<>]+)>\s*$/.exec(text(property));
    const address = named?.[2] ?? text(property);
    const shown = named?.[1]?.replaceAll('"', '').trim() || parameters.get('X-EVOLUTION-DEST-NAME')?.[0];
    return shown ? { name: shown, address } : { address };
  }
  if (name !== 'MEMBER' && name !== 'X-ADDRESSBOOKSERVER-MEMBER') return undefined;
  const value = text(property);
  const shown = (parameters.get('X-OX-FN') ?? parameters.get('X-CN') ?? parameters.get('CN'))?.[0];
  const mail = /^mailto:([^?]*)/i.exec(value);
  if (mail) {
    const address = decoded(mail[1]!);
    return shown ? { name: shown, address } : { address };
  }
  const id = value.replace(/^urn:uuid:/i, '');
  return id === ''
    ? undefined
    : { ...(shown ? { name: shown } : {}), source: { kind: 'contact', id, address: 'email1' } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
