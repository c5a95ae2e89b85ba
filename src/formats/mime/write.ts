import { randomUUID } from 'node:crypto';
import {
  type AttachmentContent,
  attachMethod,
  getBoolean,
  getNumber,
  getProperty,
  getString,
  isLargeValue,
  type LargeValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  Ptyp,
  type StoredValue,
  setProperty,
  typeOf,
} from '../../mapi/index.ts';
import { type Bytes, bytesValue, chunksOf, readAll } from '../large-value.ts';
import { formatLimits } from '../limits.ts';
import { type WrittenBody, writtenBodies } from '../written-bodies.ts';
import { encodeBase64, encodeQuotedPrintable, textEncoding } from './encode.ts';
import { parseFields } from './header.ts';
import { type HeaderOptions, messageHeader } from './mapi-to-headers.ts';
import { attRenderedInBody } from './parse.ts';
import { disposition, headerLine, nameParameter, withParameters } from './write-header.ts';
import { reportParts, reportType } from './write-report.ts';

export interface WriteOptions extends HeaderOptions {
  /** What the boundaries are made of; random when absent. With one, equal content gives equal bytes. */
  readonly boundary?: string;
}

/** A MIME entity: its MIME fields, each line ended, and its body or children. */
export type Entity = {
  readonly fields: string;
  readonly body: (() => Bytes) | readonly Entity[];
  /** Of an entity with children. */
  readonly boundary?: string;
};

type Boundaries = () => string;

/**
 * Writes a message as RFC 5322 and MIME (MS-OXCMAIL 2.1), in pieces; large values are read as they are written. Own
 * code, as nodemailer's composer changes addresses, invents Message-ID and Date, and cannot carry a signed body over
 * byte for byte. Everything written is 7-bit, except such a body.
 */
export async function* writeMime(content: MessageContent, options: WriteOptions = {}): Bytes {
  const base = options.boundary ?? randomUUID().replaceAll('-', '');
  let count = 0;
  const boundaries: Boundaries = () => {
    count += 1;
    return `=_${base}_${count}`;
  };
  yield* writeMessage(content, options, boundaries);
}

async function* writeMessage(content: MessageContent, options: HeaderOptions, boundaries: Boundaries): Bytes {
  const header = messageHeader({ ...content, properties: await withHeaderValues(content.properties) }, options);
  const signed = securedAttachment(content, /^multipart\/signed/i);
  if (signed) {
    const source = dataOf(signed);
    const { fields } = parseFields(Buffer.from(await source.read(0, formatLimits.chunk)));
    const version = fields.some(({ key }) => key === 'mime-version') ? '' : 'MIME-Version: 1.0\r\n';
    yield Buffer.from(header + version, 'utf8');
    yield* chunksOf(source);
    return;
  }
  const root = securedAttachment(content, /^application\/(x-)?pkcs7-mime/i);
  const entity = root ? await opaqueEntity(root) : await messageEntity(content, boundaries);
  yield Buffer.from(`${header}MIME-Version: 1.0\r\n`, 'utf8');
  yield* writeEntity(entity);
}

/** Properties that make header fields and may be long enough to be stored apart. */
const longHeaderTags = [
  PidTag.TransportMessageHeaders,
  PidTag.Subject,
  PidTag.NormalizedSubject,
  PidTag.ConversationTopic,
  PidTag.InternetReferences,
  PidTag.ReplyRecipientEntries,
] as const;

/** The properties with all that the header needs in memory; what is longer than any header can be is left out. */
async function withHeaderValues(properties: PropertyBag): Promise<PropertyBag> {
  const held: PropertyBag = new Map(properties);
  for (const tag of longHeaderTags) {
    const value = getProperty(properties, tag);
    if (!isLargeValue(value)) continue;
    if (value.size > formatLimits.headerBlock * 2) continue;
    const bytes = await readAll(chunksOf(value));
    setProperty(held, tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
  }
  return held;
}

async function* writeEntity({ fields, body, boundary }: Entity): Bytes {
  yield Buffer.from(`${fields}\r\n`, 'utf8');
  if (typeof body === 'function') {
    yield* body();
    return;
  }
  for (const [index, child] of body.entries()) {
    yield Buffer.from(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n`, 'latin1');
    yield* writeEntity(child);
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
}

/** The attachment that is the whole of an S/MIME message (MS-OXOSMIME 2.1.3). */
function securedAttachment(content: MessageContent, mimeTag: RegExp): AttachmentContent | undefined {
  const messageClass = getString(content.properties, PidTag.MessageClass) ?? '';
  if (!/^IPM\.Note\.SMIME\b/i.test(messageClass) || content.attachments.length !== 1) return undefined;
  const attachment = content.attachments[0]!;
  const tag = getString(attachment.properties, PidTag.AttachMimeTag) ?? '';
  const wantsSigned = /MultipartSigned$/i.test(messageClass);
  return mimeTag.test(tag) && wantsSigned === /^multipart/i.test(tag) ? attachment : undefined;
}

/** Content types of CMS (RFC 5652) by the last byte of their OID 1.2.840.113549.1.7.x. */
const cmsOid = Buffer.from('2a864886f70d0107', 'hex');
const smimeTypes: Readonly<Record<number, string>> = { 2: 'signed-data', 3: 'enveloped-data' };

async function opaqueEntity(attachment: AttachmentContent): Promise<Entity> {
  const source = dataOf(attachment);
  const name = getString(attachment.properties, PidTag.AttachLongFilename) || 'smime.p7m';
  const start = Buffer.from(await source.read(0, 64));
  const at = start.indexOf(cmsOid);
  const parameters = {
    'smime-type': at < 0 ? undefined : smimeTypes[start[at + cmsOid.length]!],
    name: nameParameter(name),
  };
  const type = mediaTypeOf(attachment);
  return {
    fields:
      headerLine('Content-Type', withParameters(type, parameters)) +
      headerLine('Content-Disposition', disposition('attachment', name)) +
      headerLine('Content-Transfer-Encoding', 'base64'),
    body: () => encodeBase64(chunksOf(source)),
  };
}

async function messageEntity(content: MessageContent, boundaries: Boundaries): Promise<Entity> {
  const { plain, html } = await writtenBodies(content.properties);
  const inline = html ? content.attachments.filter(isInline) : [];
  const attached = content.attachments.filter((attachment) => !inline.includes(attachment));
  const report = reportType(content);
  const single = inline.length === 0 && attached.length === 0 && !(plain && html) && !report;

  const texts: Entity[] = [];
  if (plain || !html)
    texts.push(
      await textEntity('text/plain', plain ?? { charset: 'us-ascii', source: bytesValue(Buffer.alloc(0)) }, single),
    );
  if (html) {
    const id = getString(content.properties, PidTag.BodyContentId);
    const entity = await textEntity('text/html', html, single);
    texts.push(id ? { ...entity, fields: `${headerLine('Content-ID', `<${id}>`)}${entity.fields}` } : entity);
  }
  let body = texts.length > 1 ? multipart('multipart/alternative', {}, texts, boundaries) : texts[0]!;
  if (inline.length > 0) {
    const parts = [
      body,
      ...(await Promise.all(inline.map((attachment) => attachmentEntity(attachment, boundaries, 'inline')))),
    ];
    const type = texts.length > 1 ? 'multipart/alternative' : 'text/html';
    body = multipart('multipart/related', { type }, parts, boundaries);
  }
  const parts = await Promise.all(attached.map((attachment) => attachmentEntity(attachment, boundaries, 'attachment')));
  if (report) {
    const type = { 'report-type': report };
    return multipart('multipart/report', type, [body, ...reportParts(content), ...parts], boundaries);
  }
  return parts.length > 0 ? multipart('multipart/mixed', {}, [body, ...parts], boundaries) : body;
}

function multipart(
  type: string,
  parameters: Readonly<Record<string, string>>,
  children: readonly Entity[],
  boundaries: Boundaries,
): Entity {
  const boundary = boundaries();
  return {
    fields: headerLine('Content-Type', withParameters(type, { ...parameters, boundary })),
    body: children,
    boundary,
  };
}

/** `closed`: nothing follows that would bring the line break after the last line. */
async function textEntity(type: string, { charset, source }: WrittenBody, closed: boolean): Promise<Entity> {
  const contentType = headerLine('Content-Type', withParameters(type, { charset }));
  const encodedAs = (encoding: string) => `${contentType}${headerLine('Content-Transfer-Encoding', encoding)}`;
  if (source.size > formatLimits.heldValue) {
    return { fields: encodedAs('base64'), body: () => encodeBase64(chunksOf(source)) };
  }
  const bytes = await readAll(chunksOf(source));
  const encoding = textEncoding(bytes, closed);
  const body = {
    '7bit': () => chunksOf(source),
    'quoted-printable': () => one(encodeQuotedPrintable(bytes, closed)),
    base64: () => encodeBase64(chunksOf(source)),
  }[encoding];
  return { fields: encodedAs(encoding), body };
}

async function* one(bytes: Uint8Array): Bytes {
  yield bytes;
}

// Attachments

/** Shown inside the HTML: named by a content id (or location) and marked as rendered or hidden. */
function isInline({ properties, embedded }: AttachmentContent): boolean {
  if (embedded) return false;
  const named = getString(properties, PidTag.AttachContentId) || getString(properties, PidTag.AttachContentLocation);
  if (!named) return false;
  return (
    ((getNumber(properties, PidTag.AttachFlags) ?? 0) & attRenderedInBody) !== 0 ||
    getBoolean(properties, PidTag.AttachmentHidden) === true
  );
}

async function attachmentEntity(
  attachment: AttachmentContent,
  boundaries: Boundaries,
  kind: 'inline' | 'attachment',
): Promise<Entity> {
  const { properties, embedded } = attachment;
  const name =
    getString(properties, PidTag.AttachLongFilename) || getString(properties, PidTag.AttachFilename) || undefined;
  if (embedded && getNumber(properties, PidTag.AttachMethod) === attachMethod.embeddedMessage) {
    return {
      fields:
        headerLine('Content-Type', withParameters('message/rfc822', { name: name && nameParameter(name) })) +
        headerLine('Content-Disposition', disposition('attachment', name)),
      body: () => writeMessage(embedded, { bcc: true }, boundaries),
    };
  }
  const type = mediaTypeOf(attachment);
  const charset = type.startsWith('text/') ? getString(properties, PidTag.TextAttachmentCharset) : undefined;
  const id = getString(properties, PidTag.AttachContentId);
  const location = getString(properties, PidTag.AttachContentLocation);
  const source = dataOf(attachment);
  // RFC 2046 5.2 forbids any encoding but the plain ones for message types.
  const asIs = type.startsWith('message/') && (await isPlain(source));
  const fields = [
    headerLine('Content-Type', withParameters(type, { charset, name: name && nameParameter(name) })),
    headerLine('Content-Disposition', disposition(kind, name)),
    id ? headerLine('Content-ID', `<${id.replace(/[\r\n<>]/g, '')}>`) : '',
    location ? headerLine('Content-Location', location.replace(/[\r\n]/g, '')) : '',
    headerLine('Content-Transfer-Encoding', asIs ? '7bit' : 'base64'),
  ];
  return { fields: fields.join(''), body: asIs ? () => chunksOf(source) : () => encodeBase64(chunksOf(source)) };
}

async function isPlain(source: LargeValue): Promise<boolean> {
  if (source.size > formatLimits.heldValue) return false;
  const bytes = await readAll(chunksOf(source));
  return bytes.every((byte) => byte < 0x80) && !/[^\n]{990}|(?<!\r)\n|\r(?!\n)/.test(bytes.toString('latin1'));
}

/** PidTagAttachMimeTag when it is a type that a leaf can have; parameters that clients add to it are dropped. */
function mediaTypeOf({ properties }: AttachmentContent): string {
  const tag = (getString(properties, PidTag.AttachMimeTag) ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const usable =
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(tag) && !tag.startsWith('multipart/') && tag !== 'message/rfc822';
  return usable ? tag : 'application/octet-stream';
}

/** The bytes of an attachment; none for those that only refer to something. */
function dataOf({ properties }: AttachmentContent): LargeValue {
  const value: StoredValue | undefined =
    getProperty(properties, PidTag.AttachDataBinary) ?? getProperty(properties, PidTag.AttachDataObject);
  if (isLargeValue(value)) return value;
  return bytesValue(value instanceof Uint8Array ? value : Buffer.alloc(0));
}
