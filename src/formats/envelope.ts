import {
  fileTimeFromMs,
  oneOffEntryId,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  setProperty,
  smtpSearchKey,
} from '../mapi/index.ts';
import { formatLimits } from './limits.ts';
import type { MailAddress } from './mime/address.ts';
import { splitSubject } from './subject.ts';

/**
 * What is known of a mail from its header or from a backend's list. The sync engine gives it the backend's envelope,
 * parseMime its own header fields, so that both come to the same properties.
 */
export interface Envelope {
  readonly subject: string;
  readonly from: readonly MailAddress[];
  readonly sender?: MailAddress | undefined;
  readonly replyTo: readonly MailAddress[];
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  /** With angle brackets. */
  readonly messageId?: string | undefined;
  readonly inReplyTo?: string | undefined;
  readonly references?: string | undefined;
  /** ms since 1970. */
  readonly sent?: number | undefined;
  readonly received?: number | undefined;
  /** 1, 2 high; 3 normal; 4, 5 low. */
  readonly priority?: number | undefined;
  /** Content-Type of the whole mail, lower case, without parameters. */
  readonly contentType?: string | undefined;
}

export const recipientType = { to: 1, cc: 2, bcc: 3 } as const;
/** PidTagObjectType and PidTagDisplayType of a person (MS-OXCPRPT 2.2.1.7, MS-OXOABK 2.2.3.11). */
const mailUser = { objectType: 6, displayType: 0 } as const;

/** Properties of a message and its recipients from its envelope (MS-OXCMAIL 2.2.1, 2.2.3.1). */
export function envelopeProperties(envelope: Envelope): { properties: PropertyBag; recipients: PropertyBag[] } {
  const properties: PropertyBag = new Map();
  const set = (tag: PropertyTag, value: string | number | bigint | undefined) => {
    if (value !== undefined && value !== '') setProperty(properties, tag, value);
  };
  const { prefix, normalized } = splitSubject(envelope.subject.replaceAll('\0', '').slice(0, formatLimits.subject));
  setProperty(properties, PidTag.MessageClass, messageClassOf(envelope.contentType));
  setProperty(properties, PidTag.Subject, prefix + normalized);
  setProperty(properties, PidTag.SubjectPrefix, prefix);
  setProperty(properties, PidTag.NormalizedSubject, normalized);
  setProperty(properties, PidTag.ConversationTopic, normalized);
  setProperty(properties, PidTag.Importance, importanceOf(envelope.priority));
  set(PidTag.InternetMessageId, envelope.messageId);
  set(PidTag.InReplyToId, envelope.inReplyTo);
  set(PidTag.InternetReferences, envelope.references);
  if (envelope.sent !== undefined) set(PidTag.ClientSubmitTime, fileTimeFromMs(envelope.sent));
  if (envelope.received !== undefined) set(PidTag.MessageDeliveryTime, fileTimeFromMs(envelope.received));

  const representing = envelope.from[0] ?? envelope.sender;
  if (representing) {
    setPerson(properties, sentRepresenting, representing);
    setPerson(properties, sender, envelope.sender ?? representing);
  }
  setReplyRecipients(properties, envelope.replyTo);

  const recipients: PropertyBag[] = [];
  for (const [type, addresses] of [
    [recipientType.to, envelope.to],
    [recipientType.cc, envelope.cc],
    [recipientType.bcc, envelope.bcc],
  ] as const) {
    for (const address of addresses) recipients.push(recipientProperties(address, type, recipients.length));
    setProperty(properties, displayTags[type], addresses.map(displayName).join('; '));
  }
  return { properties, recipients };
}

const displayTags = {
  [recipientType.to]: PidTag.DisplayTo,
  [recipientType.cc]: PidTag.DisplayCc,
  [recipientType.bcc]: PidTag.DisplayBcc,
} as const;

const displayName = ({ name, address }: MailAddress): string => name || address;

export interface PersonTags {
  readonly name: PropertyTag;
  readonly addressType: PropertyTag;
  readonly emailAddress: PropertyTag;
  readonly smtpAddress: PropertyTag;
  readonly entryId: PropertyTag;
  readonly searchKey: PropertyTag;
}

/** PidTagSender… (MS-OXOMSG 2.2.1.48 and following). */
export const sender: PersonTags = {
  name: PidTag.SenderName,
  addressType: PidTag.SenderAddressType,
  emailAddress: PidTag.SenderEmailAddress,
  smtpAddress: PidTag.SenderSmtpAddress,
  entryId: PidTag.SenderEntryId,
  searchKey: PidTag.SenderSearchKey,
};
/** PidTagSentRepresenting… (MS-OXOMSG 2.2.1.54 and following). */
export const sentRepresenting: PersonTags = {
  name: PidTag.SentRepresentingName,
  addressType: PidTag.SentRepresentingAddressType,
  emailAddress: PidTag.SentRepresentingEmailAddress,
  smtpAddress: PidTag.SentRepresentingSmtpAddress,
  entryId: PidTag.SentRepresentingEntryId,
  searchKey: PidTag.SentRepresentingSearchKey,
};

/** Sets who it is, with all the properties that tell it. */
export function setPerson(bag: PropertyBag, tags: PersonTags, person: MailAddress): void {
  setProperty(bag, tags.name, displayName(person));
  setProperty(bag, tags.addressType, 'SMTP');
  setProperty(bag, tags.emailAddress, person.address);
  setProperty(bag, tags.smtpAddress, person.address);
  setProperty(bag, tags.entryId, personEntryId(person));
  setProperty(bag, tags.searchKey, smtpSearchKey(person.address));
}

const personEntryId = (person: MailAddress): Uint8Array =>
  oneOffEntryId({ displayName: displayName(person), addressType: 'SMTP', address: person.address });

/** A recipient as a mail from the internet has it (MS-OXCMAIL 2.2.3.1.3, MS-OXCMSG 2.2.3). */
export function recipientProperties(person: MailAddress, type: number, row: number): PropertyBag {
  const bag: PropertyBag = new Map();
  setProperty(bag, PidTag.Rowid, row);
  setProperty(bag, PidTag.RecipientType, type);
  setProperty(bag, PidTag.DisplayName, displayName(person));
  setProperty(bag, PidTag.TransmittableDisplayName, displayName(person));
  setProperty(bag, PidTag.AddressType, 'SMTP');
  setProperty(bag, PidTag.EmailAddress, person.address);
  setProperty(bag, PidTag.SmtpAddress, person.address);
  setProperty(bag, PidTag.EntryId, personEntryId(person));
  setProperty(bag, PidTag.SearchKey, smtpSearchKey(person.address));
  setProperty(bag, PidTag.ObjectType, mailUser.objectType);
  setProperty(bag, PidTag.DisplayType, mailUser.displayType);
  setProperty(bag, PidTag.SendRichInfo, false);
  setProperty(bag, PidTag.Responsibility, true);
  return bag;
}

/** PidTagReplyRecipientEntries and …Names (MS-OXOMSG 2.2.1.43): same count, same order, no semicolon in a name. */
function setReplyRecipients(bag: PropertyBag, people: readonly MailAddress[]): void {
  if (people.length === 0) return;
  setProperty(bag, PidTag.ReplyRecipientEntries, flatEntryList(people.map(personEntryId)));
  setProperty(
    bag,
    PidTag.ReplyRecipientNames,
    people.map((person) => displayName(person).replaceAll(';', ' ')).join(';'),
  );
}

/** FlatEntryList, MS-OXCDATA 2.3.3. */
function flatEntryList(entries: readonly Uint8Array[]): Buffer {
  const parts: Buffer[] = [];
  entries.forEach((entry, index) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(entry.length);
    const padding = index === entries.length - 1 ? 0 : (4 - (entry.length % 4)) % 4;
    parts.push(size, Buffer.from(entry), Buffer.alloc(padding));
  });
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(entries.length);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** The entry ids in a FlatEntryList; those up to the first that is cut off. */
export function parseFlatEntryList(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: Buffer[] = [];
  if (buffer.length < 8) return entries;
  const count = buffer.readUInt32LE(0);
  for (let at = 8; entries.length < count && at + 4 <= buffer.length; ) {
    const size = buffer.readUInt32LE(at);
    if (size > buffer.length - at - 4) break;
    entries.push(buffer.subarray(at + 4, at + 4 + size));
    at += 4 + size + ((4 - (size % 4)) % 4);
  }
  return entries;
}

/** PidTagImportance by X-Priority (MS-OXCMAIL 2.2.3.2.5). */
const importanceOf = (priority: number | undefined): number => {
  if (priority === undefined || priority === 3) return 1;
  return priority < 3 ? 2 : 0;
};

/** What the media type of a mail makes of its class (MS-OXCMAIL 2.2.3.2.1, MS-OXOSMIME 2.1). */
function messageClassOf(contentType: string | undefined): string {
  switch (contentType) {
    case 'multipart/signed':
      return 'IPM.Note.SMIME.MultipartSigned';
    case 'application/pkcs7-mime':
    case 'application/x-pkcs7-mime':
      return 'IPM.Note.SMIME';
    default:
      return 'IPM.Note';
  }
}
