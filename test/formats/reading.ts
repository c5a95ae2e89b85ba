import { createHash } from 'node:crypto';
import { charsetOf, decodeText } from '../../src/formats/charset.ts';
import { bytesValue, chunksOf, parseMime, readAll } from '../../src/formats/index.ts';
import {
  type AttachmentContent,
  fileTimeToMs,
  isLargeValue,
  type MessageContent,
  PidTag,
  type StoredValue,
} from '../../src/mapi/index.ts';

/** A message as tests compare it: what a person would see, whoever read it. */
export interface Reading {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly bcc: string;
  /** ms since 1970, or empty. */
  readonly date: string;
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly ReadAttachment[];
}

export interface ReadAttachment {
  /** Undefined when the sender gave none. */
  readonly name: string | undefined;
  readonly type: string;
  readonly content: Buffer | undefined;
  readonly embedded?: MessageContent;
}

/** White space is layout: readers end lines, join parts and trim in their own ways. */
export const layoutFree = (text: unknown): string =>
  String(text ?? '')
    .replaceAll('\0', '')
    .replace(/\s+/g, ' ')
    .trim();

export const bytesOf = async (value: StoredValue | undefined): Promise<Buffer> =>
  isLargeValue(value) ? readAll(chunksOf(value)) : Buffer.from((value as Uint8Array | undefined) ?? []);

export async function textOf(value: StoredValue | undefined): Promise<string> {
  return isLargeValue(value) ? (await bytesOf(value)).toString('utf16le') : String(value ?? '');
}

export const parsed = (raw: Uint8Array): Promise<MessageContent> => parseMime(bytesValue(raw));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whether the name is one that was made for want of any. */
const isMadeName = (name: string): boolean => /^ATT\d{5}\./.test(name);

async function attachmentOf({ properties, embedded }: AttachmentContent): Promise<ReadAttachment> {
  const name = properties.get(PidTag.AttachLongFilename) as string | undefined;
  return {
    name: name === undefined || isMadeName(name) ? undefined : name,
    type: String(properties.get(PidTag.AttachMimeTag)),
    content: embedded ? undefined : await bytesOf(properties.get(PidTag.AttachDataBinary)),
    embedded,
  };
}

export async function readingOf(content: MessageContent): Promise<Reading> {
  const { properties } = content;
  const html = await bytesOf(properties.get(PidTag.Html));
  const people = (type: number) =>
    content.recipients
      .filter((recipient) => recipient.get(PidTag.RecipientType) === type)
      .map((recipient) => String(recipient.get(PidTag.EmailAddress)).toLowerCase())
      .filter((address) => address !== '')
      .join(',');
  const sent = properties.get(PidTag.ClientSubmitTime) as bigint | undefined;
  return {
    subject: layoutFree(properties.get(PidTag.Subject)),
    from: String(properties.get(PidTag.SentRepresentingEmailAddress) ?? '').toLowerCase(),
    to: people(1),
    cc: people(2),
    bcc: people(3),
    date: sent === undefined ? '' : String(fileTimeToMs(sent)),
    messageId: layoutFree(properties.get(PidTag.InternetMessageId)),
    text: layoutFree(await textOf(properties.get(PidTag.Body))),
    html: layoutFree(decodeText(html, charsetOf(properties.get(PidTag.InternetCodepage) as number))),
    attachments: await Promise.all(content.attachments.map(attachmentOf)),
  };
}
