import {
  fileTimeToMs,
  getBigint,
  getBinary,
  getBoolean,
  getNumber,
  getString,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  parseEntryId,
  type ReadonlyPropertyBag,
  recipientTypeOf,
} from '../../mapi/index.ts';
import { type PersonTags, parseFlatEntryList, recipientType, sender, sentRepresenting } from '../envelope.ts';
import type { MailAddress } from './address.ts';
import { formatDate } from './date.ts';
import { parseFields } from './header.ts';
import { encodeText, formatAddress, formatAddresses, headerLine } from './write-header.ts';

export interface HeaderOptions {
  /** Whether the Bcc field is written: for what is stored, not for what is sent by SMTP. */
  readonly bcc?: boolean;
  /** Further fields by name, as `X-Oxbow-Id`; they take the place of original ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The header of a message (MS-OXCMAIL 2.1.1, 2.1.3.1) without its MIME fields, each line ended. */
export function messageHeader(content: MessageContent, options: HeaderOptions): string {
  const { properties } = content;
  const own = new Set(Object.keys(options.headers ?? {}).map((name) => name.toLowerCase()));
  let text = originalFields(properties, own);
  const add = (name: string, value: string | undefined) => {
    if (value) text += headerLine(name, value);
  };
  const time = (tag: PropertyTag): string | undefined => {
    const value = getBigint(properties, tag);
    return value === undefined ? undefined : formatDate(fileTimeToMs(value));
  };
  const textOf = (tag: PropertyTag): string => encodeText(getString(properties, tag) ?? '').trim();

  const author = personOf(properties, sentRepresenting) ?? personOf(properties, sender);
  const actual = personOf(properties, sender);
  add('Date', time(PidTag.ClientSubmitTime) ?? time(PidTag.MessageDeliveryTime) ?? time(PidTag.CreationTime));
  add('From', author && formatAddress(author));
  if (actual && author && actual.address.toLowerCase() !== author.address.toLowerCase())
    add('Sender', formatAddress(actual));
  add('Reply-To', formatAddresses(replyRecipients(properties)));
  add('To', formatAddresses(recipientsOf(content, recipientType.to)));
  add('Cc', formatAddresses(recipientsOf(content, recipientType.cc)));
  if (options.bcc) add('Bcc', formatAddresses(recipientsOf(content, recipientType.bcc)));
  add('Subject', encodeText(subjectOf(properties)));
  add('Message-ID', textOf(PidTag.InternetMessageId));
  add('In-Reply-To', textOf(PidTag.InReplyToId));
  add('References', textOf(PidTag.InternetReferences));
  add('Thread-Topic', textOf(PidTag.ConversationTopic));
  add('Thread-Index', Buffer.from(getBinary(properties, PidTag.ConversationIndex) ?? []).toString('base64'));
  for (const [name, value] of Object.entries(importanceFields[getNumber(properties, PidTag.Importance) ?? 1] ?? {}))
    add(name, value);
  add('Priority', priorityNames[getNumber(properties, PidTag.Priority) ?? 0]);
  add('Sensitivity', sensitivityNames[getNumber(properties, PidTag.Sensitivity) ?? 0]);
  if (getBoolean(properties, PidTag.ReadReceiptRequested) && author)
    add('Disposition-Notification-To', formatAddress(author));
  add('Reply-By', time(PidTag.ReplyTime));
  add('Expires', time(PidTag.ExpiryTime));
  add('X-Auto-Response-Suppress', suppressNames(getNumber(properties, PidTag.AutoResponseSuppress) ?? 0));
  add('List-Help', textOf(PidTag.ListHelp));
  add('List-Subscribe', textOf(PidTag.ListSubscribe));
  add('List-Unsubscribe', textOf(PidTag.ListUnsubscribe));
  for (const [name, value] of Object.entries(options.headers ?? {})) add(name, encodeText(value));
  return text;
}

const importanceFields: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  0: { Importance: 'low', 'X-Priority': '5' },
  2: { Importance: 'high', 'X-Priority': '1' },
};
const priorityNames: Readonly<Record<number, string>> = { 1: 'urgent', [-1]: 'non-urgent', 4294967295: 'non-urgent' };
const sensitivityNames: Readonly<Record<number, string>> = { 1: 'Personal', 2: 'Private', 3: 'Company-Confidential' };

const suppressBits = ['DR', 'NDR', 'RN', 'NRN', 'OOF', 'AutoReply'];
function suppressNames(bits: number): string {
  if ((bits | 0) === -1) return 'All';
  return suppressBits.filter((_, bit) => bits & (1 << bit)).join(', ');
}

/** Fields that are written from properties (or by the MIME structure) and not copied from the original header. */
const modelled = new Set(
  `date from sender reply-to to cc bcc subject message-id in-reply-to references thread-topic thread-index importance
  x-priority x-msmail-priority priority sensitivity disposition-notification-to reply-by expires expiry-date
  x-auto-response-suppress list-help list-subscribe list-unsubscribe mime-version content-type
  content-transfer-encoding content-disposition content-id content-description content-location content-base
  content-length lines status x-status x-mozilla-status x-mozilla-status2`.split(/\s+/),
);

/** What the message came with and no property holds (MS-OXCMAIL 2.1.3.1.8), in its order and with its folds. */
function originalFields(properties: ReadonlyPropertyBag, replaced: ReadonlySet<string>): string {
  const original = getString(properties, PidTag.TransportMessageHeaders);
  if (!original) return '';
  let text = '';
  for (const { name, key, raw, value } of parseFields(Buffer.from(original, 'utf8')).fields) {
    if (modelled.has(key) || replaced.has(key)) continue;
    const tooLong = /[^\n]{990}/.test(raw);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: anything but printable ASCII and folds
    if (!tooLong && /^[\x09\x20-\x7e]*(?:\r\n[\x09\x20][\x09\x20-\x7e]*)*$/.test(raw)) text += `${name}: ${raw}\r\n`;
    else text += headerLine(name, encodeText(value));
  }
  return text;
}

/** The whole subject: PidTagSubject, else its two parts (MS-OXCMSG 2.2.1.46). */
export function subjectOf(properties: ReadonlyPropertyBag): string {
  const whole = getString(properties, PidTag.Subject);
  if (whole !== undefined) return whole;
  return (getString(properties, PidTag.SubjectPrefix) ?? '') + (getString(properties, PidTag.NormalizedSubject) ?? '');
}

/** Name and SMTP address of a person; undefined when there is neither. */
export const personOf = (properties: ReadonlyPropertyBag, tags: PersonTags): MailAddress | undefined =>
  mailAddress(properties, getString(properties, tags.name) ?? '', tags);

type AddressTags = Pick<PersonTags, 'smtpAddress' | 'addressType' | 'emailAddress' | 'entryId'>;

/** A name with the address that these properties tell; undefined when there is neither. */
function mailAddress(bag: ReadonlyPropertyBag, name: string, tags: AddressTags): MailAddress | undefined {
  const address =
    smtpOf(getString(bag, tags.smtpAddress), getString(bag, tags.addressType), getString(bag, tags.emailAddress)) ??
    oneOffOf(getBinary(bag, tags.entryId))?.address ??
    '';
  return name === '' && address === '' ? undefined : { name, address };
}

/** The SMTP address among those that an object has; an address of another type (EX) is none. */
function smtpOf(smtp: string | undefined, type: string | undefined, address: string | undefined): string | undefined {
  if (smtp) return smtp;
  if (address === undefined || address === '') return undefined;
  return type?.toUpperCase() === 'SMTP' || (type === undefined && address.includes('@')) ? address : undefined;
}

function oneOffOf(bytes: Uint8Array | undefined): MailAddress | undefined {
  if (!bytes) return undefined;
  try {
    const entry = parseEntryId(bytes);
    if (entry.kind !== 'oneOff' || entry.addressType.toUpperCase() !== 'SMTP') return undefined;
    return { name: entry.displayName, address: entry.address };
  } catch {
    // A client may store any bytes there.
    return undefined;
  }
}

/** SMTP address and name of a recipient row. Without an address (an unresolved name in a draft) the name alone. */
export function recipientAddress(bag: PropertyBag): MailAddress | undefined {
  const name = getString(bag, PidTag.DisplayName) ?? getString(bag, PidTag.RecipientDisplayName) ?? '';
  return mailAddress(bag, name, recipientTags);
}

const recipientTags: AddressTags = {
  smtpAddress: PidTag.SmtpAddress,
  addressType: PidTag.AddressType,
  emailAddress: PidTag.EmailAddress,
  entryId: PidTag.EntryId,
};

function recipientsOf(content: MessageContent, type: number): MailAddress[] {
  return content.recipients
    .filter((bag) => recipientTypeOf(bag) === type)
    .flatMap((bag) => recipientAddress(bag) ?? []);
}

function replyRecipients(properties: ReadonlyPropertyBag): MailAddress[] {
  const entries = getBinary(properties, PidTag.ReplyRecipientEntries);
  if (!entries) return [];
  return parseFlatEntryList(entries).flatMap((entry) => oneOffOf(entry) ?? []);
}
