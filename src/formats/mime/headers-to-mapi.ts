import { fileTimeFromMs, PidTag, type PropertyBag, setProperty } from '../../mapi/index.ts';
import type { Envelope } from '../envelope.ts';
import { addressesOf } from './address.ts';
import { parseDate } from './date.ts';
import { compact, decodeHeaderText, fieldValue, type HeaderField } from './header.ts';
import type { Part } from './scan.ts';

/** The envelope that a header tells. `received`: when it arrived, else the newest Received field. */
export function envelopeOf(part: Part, received?: number): Envelope {
  const { fields } = part;
  const text = (key: string): string | undefined => {
    const value = fieldValue(fields, key);
    return value === undefined ? undefined : compact(decodeHeaderText(value)) || undefined;
  };
  return {
    subject: decodeHeaderText(fieldValue(fields, 'subject') ?? ''),
    from: addressesOf(fields, 'from'),
    sender: addressesOf(fields, 'sender')[0],
    replyTo: addressesOf(fields, 'reply-to'),
    to: addressesOf(fields, 'to'),
    cc: addressesOf(fields, 'cc'),
    bcc: addressesOf(fields, 'bcc'),
    messageId: text('message-id'),
    inReplyTo: text('in-reply-to'),
    references: text('references'),
    sent: parseDate(fieldValue(fields, 'date')),
    received: received ?? receivedDate(fields),
    priority: priorityOf(fields),
    contentType: part.type.value,
  };
}

function receivedDate(fields: readonly HeaderField[]): number | undefined {
  const value = fieldValue(fields, 'received');
  return parseDate(value?.slice(value.lastIndexOf(';') + 1));
}

/** Importance wins over X-Priority, that over its relatives (MS-OXCMAIL 2.2.3.2.5). */
function priorityOf(fields: readonly HeaderField[]): number | undefined {
  const importance = fieldValue(fields, 'importance')?.toLowerCase();
  if (importance === 'high') return 1;
  if (importance === 'low') return 5;
  if (importance === 'normal') return 3;
  const number = /^\s*([1-5])\b/.exec(fieldValue(fields, 'x-priority') ?? '')?.[1];
  if (number !== undefined) return Number(number);
  const named = (fieldValue(fields, 'x-msmail-priority') ?? fieldValue(fields, 'priority') ?? '').toLowerCase();
  if (named === 'high' || named === 'urgent') return 1;
  if (named === 'low' || named === 'non-urgent') return 5;
  return undefined;
}

const sensitivities: Readonly<Record<string, number>> = {
  personal: 1,
  private: 2,
  'company-confidential': 3,
  'company confidential': 3,
};

/** PidTagPriority of the Priority field (MS-OXCMAIL 2.2.3.2.4); two's complement as the property is signed. */
const priorities: Readonly<Record<string, number>> = { urgent: 1, normal: 0, 'non-urgent': -1 };

/** Header fields that are copied as text. */
const textFields = [
  ['list-help', PidTag.ListHelp],
  ['list-subscribe', PidTag.ListSubscribe],
  ['list-unsubscribe', PidTag.ListUnsubscribe],
  ['content-location', PidTag.BodyContentLocation],
] as const;

/** Properties that only the header itself tells, beyond the envelope (MS-OXCMAIL 2.2.3.2). */
export function headerProperties(bag: PropertyBag, fields: readonly HeaderField[]): void {
  const value = (key: string) => fieldValue(fields, key);
  setProperty(bag, PidTag.TransportMessageHeaders, transportHeaders(fields));

  setProperty(bag, PidTag.Sensitivity, sensitivities[(value('sensitivity') ?? '').toLowerCase()] ?? 0);
  setProperty(bag, PidTag.Priority, priorities[(value('priority') ?? '').toLowerCase()] ?? 0);

  const topic = decodeHeaderText(value('thread-topic') ?? '');
  if (topic) setProperty(bag, PidTag.ConversationTopic, topic);
  const index = Buffer.from(value('thread-index') ?? '', 'base64');
  // MS-OXOMSG 2.2.1.3: a header of 22 bytes and 5 for each reply.
  if (index.length >= 22 && (index.length - 22) % 5 === 0) setProperty(bag, PidTag.ConversationIndex, index);

  if (value('disposition-notification-to')) setProperty(bag, PidTag.ReadReceiptRequested, true);
  if (value('return-receipt-to')) setProperty(bag, PidTag.OriginatorDeliveryReportRequested, true);
  const expires = parseDate(value('expires') ?? value('expiry-date'));
  if (expires !== undefined) setProperty(bag, PidTag.ExpiryTime, fileTimeFromMs(expires));
  const replyBy = parseDate(value('reply-by'));
  if (replyBy !== undefined) setProperty(bag, PidTag.ReplyTime, fileTimeFromMs(replyBy));
  for (const [key, tag] of textFields) {
    const text = value(key);
    if (text) setProperty(bag, tag, decodeHeaderText(text));
  }
  const suppress = value('x-auto-response-suppress');
  if (suppress) setProperty(bag, PidTag.AutoResponseSuppress, suppressed(suppress));
}

/** MS-OXCMAIL 2.2.3.2.14, MS-OXOMSG 2.2.1.77. */
const suppressBits: Readonly<Record<string, number>> = {
  dr: 1,
  ndr: 2,
  rn: 4,
  nrn: 8,
  oof: 0x10,
  autoreply: 0x20,
  all: -1,
  none: 0,
};
const suppressed = (value: string): number =>
  value.split(/[\s,;]+/).reduce((bits, word) => bits | (suppressBits[word.toLowerCase()] ?? 0), 0);

/** PidTagTransportMessageHeaders: the fields as they came, folds kept, lines ended as RFC 5322 has it. */
const transportHeaders = (fields: readonly HeaderField[]): string =>
  `${fields.map(({ name, raw }) => `${name}: ${raw.replace(/\r?\n/g, '\r\n')}`).join('\r\n')}\r\n`.replaceAll('\0', '');
