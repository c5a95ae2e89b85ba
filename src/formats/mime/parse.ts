import {
  type AttachmentContent,
  attachMethod,
  type LargeValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type StoredValue,
  setProperty,
} from '../../mapi/index.ts';
import { envelopeProperties } from '../envelope.ts';
import { bytesValue, chunksOf, rangeOf, readAll, replayed } from '../large-value.ts';
import { formatLimits } from '../limits.ts';
import { type BodyPart, type BodySegment, bodyProperties } from './bodies-to-mapi.ts';
import { attachmentNames, fileNameOf, madeName } from './file-name.ts';
import { decodeHeaderText, fieldValue, type ParameterValue, parseParameters } from './header.ts';
import { envelopeOf, headerProperties } from './headers-to-mapi.ts';
import { reportProperties } from './report.ts';
import { type Part, scanMessage } from './scan.ts';
import { decodeTransfer, isEncoded } from './transfer.ts';

export interface ParseOptions {
  /** When the message arrived, ms since 1970; by its newest Received field when absent. */
  readonly received?: number;
}

/** PidTagAttachFlags attRenderedInBody, MS-OXCMSG 2.2.2.18. */
export const attRenderedInBody = 4;

/** What is used up while one message, with all in it, is read. */
interface Budget {
  held: number;
}

/**
 * Reads a raw message (RFC 5322, MIME) into what MAPI holds of it (MS-OXCMAIL 2.2). The source must stay readable as
 * long as the result is used: large values are read from it when they are asked for. Never fails because of the
 * message's content; what is broken comes as well as it can be understood, down to the raw text as the body.
 */
export async function parseMime(source: LargeValue, options: ParseOptions = {}): Promise<MessageContent> {
  return parseMessage(source, options, 0, { held: 0 });
}

async function parseMessage(
  source: LargeValue,
  options: ParseOptions,
  depth: number,
  budget: Budget,
): Promise<MessageContent> {
  const root = await scanMessage(source);
  const envelope = envelopeOf(root, options.received);
  const { properties, recipients } = envelopeProperties(envelope);
  headerProperties(properties, root.fields);

  const parts = sortParts(root);
  const reader: PartReader = { source, depth, budget };
  const referenced = await bodyProperties(
    properties,
    parts.bodies.map(({ plain, html }) => ({
      plain: plain.map((part) => bodyPart(reader, part)),
      html: html.map((part) => bodyPart(reader, part)),
    })),
  );
  const kind = securedKind(root);
  // An opaque body is the one attachment of the message, which is made below.
  const inside = kind === 'opaque' ? [] : await readAttachments(reader, parts.attachments, referenced);

  const hasAttachments =
    kind === 'opaque' || inside.some(({ properties: bag }) => bag.get(PidTag.AttachmentHidden) !== true);
  const secured = kind && (await securedAttachment(reader, root, kind));
  // Outlook opens a signed or encrypted message from its one attachment (MS-OXOSMIME 2.1).
  const attachments = secured ? [secured] : inside;
  if (!secured && root.type.value === 'multipart/signed') setProperty(properties, PidTag.MessageClass, 'IPM.Note');
  if (!secured) await reportProperties(properties, root, (part) => smallText(reader, part));
  setProperty(properties, PidTag.HasAttachments, secured ? hasVisible(root, inside) : hasAttachments);
  if (depth > 0) setProperty(properties, PidTag.MessageFlags, 0x3 | (hasAttachments ? 0x10 : 0));
  return { properties, recipients, attachments };
}

const hasVisible = (root: Part, inside: readonly AttachmentContent[]): boolean =>
  root.type.value === 'multipart/signed'
    ? inside.some(
        ({ properties }) =>
          properties.get(PidTag.AttachmentHidden) !== true &&
          !/pkcs7-signature$/.test(String(properties.get(PidTag.AttachMimeTag))),
      )
    : true;

interface PartReader {
  readonly source: LargeValue;
  readonly depth: number;
  readonly budget: Budget;
}

// Which parts are what

interface FoundParts {
  readonly bodies: BodySegment<Part>[];
  readonly attachments: FoundAttachment[];
}

interface FoundAttachment {
  readonly part: Part;
  /** A sibling of the body inside multipart/related. */
  readonly related: boolean;
}

const dispositionOf = (part: Part): ParameterValue => parseParameters(fieldValue(part.fields, 'content-disposition'));
const transferEncodingOf = (part: Part): string =>
  /^[^\s;(]*/.exec((fieldValue(part.fields, 'content-transfer-encoding') ?? '').trim().toLowerCase())![0];

/** Text, or a multipart that could not be taken apart: what it holds is to be read all the same. */
const isText = ({ type, children }: Part): boolean =>
  children.length === 0 &&
  (type.value === 'text/plain' || type.value === 'text/html' || type.value.startsWith('multipart/'));

const isAttached = (part: Part): boolean => dispositionOf(part).value === 'attachment';

/** Text that is shown as (part of) the message, unless it is called a file (MS-OXCMAIL 2.2.3.3.2). */
const isBody = (part: Part): boolean =>
  isText(part) && !isAttached(part) && fileNameOf(dispositionOf(part), part.type) === undefined;

const isEmpty = (part: Part): boolean => part.bodyEnd <= part.bodyStart;

/** Sorts the leaves into what is read and what is attached (MS-OXCMAIL 2.2.3.3, MIME analysis). */
function sortParts(root: Part): FoundParts {
  const found: FoundParts = { bodies: [], attachments: [] };
  const addBody = (part: Part, segment: BodySegment<Part> | undefined): void => {
    const target = segment ?? { plain: [], html: [] };
    if (!segment) found.bodies.push(target);
    (part.type.value === 'text/html' ? target.html : target.plain).push(part);
  };
  const visit = (part: Part, related: boolean, segment: BodySegment<Part> | undefined): void => {
    if (part.children.length === 0) {
      // A name makes no file of what is the whole message or one of its forms.
      const named = part === root || segment !== undefined;
      if (!related && (named ? isText(part) && !isAttached(part) : isBody(part))) addBody(part, segment);
      else if (!isEmpty(part) || (part.fields.length > 0 && !isText(part))) found.attachments.push({ part, related });
      return;
    }
    if (part.type.value === 'multipart/related') {
      const start = part.type.parameters.get('start');
      const chosen = part.children.find(
        ({ fields }) => start !== undefined && fieldValue(fields, 'content-id') === start,
      );
      const first = chosen ?? part.children[0]!;
      for (const child of part.children) visit(child, related || child !== first, segment);
      return;
    }
    if (part.type.value === 'multipart/alternative' && !segment) {
      const alternatives: BodySegment<Part> = { plain: [], html: [] };
      for (const child of part.children) visit(child, related, alternatives);
      if (alternatives.plain.length + alternatives.html.length > 0) found.bodies.push(alternatives);
      return;
    }
    // Inside one of the alternatives the parts of a mixed are named files as everywhere.
    for (const child of part.children)
      visit(child, related, child.children.length > 0 || isBody(child) ? segment : undefined);
  };
  visit(root, false, undefined);
  if (found.bodies.length === 0) promoteText(found, root);
  return found;
}

/** Where everything has a name, the text that begins the message is its body. */
function promoteText(found: FoundParts, root: Part): void {
  const [first] = found.attachments;
  if (!first || first.part === root || first.related || !isText(first.part) || isAttached(first.part)) return;
  found.attachments.shift();
  found.bodies.push(
    first.part.type.value === 'text/html' ? { plain: [], html: [first.part] } : { plain: [first.part], html: [] },
  );
}

// Reading parts

const rawBody = (reader: PartReader, part: Part): LargeValue => rangeOf(reader.source, part.bodyStart, part.bodyEnd);

/** The decoded body of a part: bytes when small, else a source that decodes as it is read. */
async function partValue(reader: PartReader, part: Part): Promise<{ value: Uint8Array | LargeValue; size: number }> {
  const raw = rawBody(reader, part);
  const encoding = transferEncodingOf(part);
  const open = () => decodeTransfer(chunksOf(raw), encoding);
  const held = raw.size <= formatLimits.heldValue && reader.budget.held + raw.size <= formatLimits.heldTotal;
  if (held) {
    const value = await readAll(open());
    reader.budget.held += value.length;
    return { value, size: value.length };
  }
  if (!isEncoded(encoding)) return { value: raw, size: raw.size };
  const value = await replayed(open);
  return { value, size: value.size };
}

function bodyPart(reader: PartReader, part: Part): BodyPart {
  const raw = rawBody(reader, part);
  const encoding = transferEncodingOf(part);
  return {
    parameters: part.type.parameters,
    contentId: bareId(fieldValue(part.fields, 'content-id')),
    encodedSize: raw.size,
    open: () => decodeTransfer(chunksOf(raw), encoding),
  };
}

/** The text of a small machine-readable part (delivery status). */
async function smallText(reader: PartReader, part: Part): Promise<string> {
  const raw = rawBody(reader, part);
  const encoding = transferEncodingOf(part);
  const some = rangeOf(raw, 0, Math.min(raw.size, formatLimits.heldValue));
  return (await readAll(decodeTransfer(chunksOf(some), encoding))).toString('utf8');
}

// Attachments

const bareId = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : decodeHeaderText(value).replace(/^<|>$/g, '').trim() || undefined;

async function readAttachments(
  reader: PartReader,
  found: readonly FoundAttachment[],
  referenced: ReadonlySet<string>,
): Promise<AttachmentContent[]> {
  const attachments: AttachmentContent[] = [];
  for (const one of found) attachments.push(await readAttachment(reader, one, attachments.length, referenced));
  return attachments;
}

async function readAttachment(
  reader: PartReader,
  { part, related }: FoundAttachment,
  number: number,
  referenced: ReadonlySet<string>,
): Promise<AttachmentContent> {
  const { value, size } = await partValue(reader, part);
  const disposition = dispositionOf(part);
  const name = fileNameOf(disposition, part.type);
  // A multipart that stays whole (nested too deep) can be no leaf for a writer.
  const mediaType = part.type.value.startsWith('multipart/') ? 'application/octet-stream' : part.type.value;
  const properties = baseProperties(number, size, mediaType);

  if ((mediaType === 'message/rfc822' || mediaType === 'message/global') && reader.depth < formatLimits.messageDepth) {
    const inner = value instanceof Uint8Array ? bytesValue(value) : value;
    const embedded = await parseMessage(inner, {}, reader.depth + 1, reader.budget);
    const title = name ?? String(embedded.properties.get(PidTag.Subject) ?? '');
    setProperty(properties, PidTag.AttachMethod, attachMethod.embeddedMessage);
    setProperty(properties, PidTag.DisplayName, title.replace(/\.eml$/i, ''));
    if (name !== undefined) setNames(properties, name);
    return { number, properties, embedded };
  }

  setProperty(properties, PidTag.AttachMethod, attachMethod.byValue);
  setProperty(properties, PidTag.AttachDataBinary, value);
  const names = setNames(properties, name ?? madeName(number, mediaType));
  setProperty(properties, PidTag.DisplayName, names);
  const charset = part.type.parameters.get('charset');
  if (mediaType.startsWith('text/') && charset) setProperty(properties, PidTag.TextAttachmentCharset, charset);

  const contentId = bareId(fieldValue(part.fields, 'content-id'));
  const location = fieldValue(part.fields, 'content-location');
  if (contentId) setProperty(properties, PidTag.AttachContentId, contentId);
  if (location) setProperty(properties, PidTag.AttachContentLocation, decodeHeaderText(location).replace(/\s+/g, ''));
  // MS-OXCMAIL 2.2.3.4.1.4.1: hidden only when the HTML really shows it; anything else would be lost to the reader.
  const shown =
    (contentId !== undefined && referenced.has(`cid:${contentId.toLowerCase()}`)) ||
    (related && location !== undefined && referenced.has(decodeHeaderText(location).toLowerCase()));
  if (shown && mediaType.startsWith('image/') && disposition.value !== 'attachment') {
    setProperty(properties, PidTag.AttachmentHidden, true);
    setProperty(properties, PidTag.AttachFlags, attRenderedInBody);
  }
  return { number, properties };
}

function baseProperties(number: number, size: number, mediaType: string): PropertyBag {
  const properties: PropertyBag = new Map();
  setProperty(properties, PidTag.AttachNumber, number);
  setProperty(properties, PidTag.AttachSize, size);
  setProperty(properties, PidTag.AttachMimeTag, mediaType);
  setProperty(properties, PidTag.RenderingPosition, 0xffffffff);
  setProperty(properties, PidTag.AttachmentHidden, false);
  setProperty(properties, PidTag.AttachFlags, 0);
  return properties;
}

function setNames(properties: PropertyBag, name: string): string {
  const names = attachmentNames(name);
  setProperty(properties, PidTag.AttachLongFilename, names.long);
  setProperty(properties, PidTag.AttachFilename, names.short);
  setProperty(properties, PidTag.AttachExtension, names.extension);
  return names.long;
}

/** The one attachment of an S/MIME message. */
async function securedAttachment(
  reader: PartReader,
  root: Part,
  kind: 'signed' | 'opaque',
): Promise<AttachmentContent> {
  let value: StoredValue;
  let size: number;
  if (kind === 'signed') {
    // The whole entity: its Content-Type with the boundary, and every byte of its body (MS-OXOSMIME 2.1.3.1).
    const field = root.fields.find(({ key }) => key === 'content-type')!;
    const head = Buffer.from(`Content-Type: ${field.raw.replace(/\r?\n/g, '\r\n')}\r\n\r\n`, 'utf8');
    const body = rangeOf(reader.source, root.bodyStart, reader.source.size);
    size = head.length + body.size;
    const whole = joined(head, body);
    value = size <= formatLimits.heldValue ? await readAll(chunksOf(whole)) : whole;
  } else {
    ({ value, size } = await partValue(reader, root));
  }
  const mimeTag = kind === 'signed' ? 'multipart/signed' : root.type.value;
  const properties = baseProperties(0, size, mimeTag);
  setProperty(properties, PidTag.AttachMethod, attachMethod.byValue);
  setProperty(properties, PidTag.AttachDataBinary, value);
  const name = kind === 'opaque' ? fileNameOf(dispositionOf(root), root.type) : undefined;
  setProperty(properties, PidTag.DisplayName, setNames(properties, name ?? 'smime.p7m'));
  return { number: 0, properties };
}

/** Clear-signed or opaque S/MIME; a PGP signature is for Outlook an attachment like others. */
function securedKind(root: Part): 'signed' | 'opaque' | undefined {
  const { value, parameters } = root.type;
  if (value === 'multipart/signed' && root.children.length > 0) {
    const protocol = parameters.get('protocol')?.toLowerCase();
    const signature = root.children.at(-1)!.type.value;
    return /pkcs7-signature$/.test(protocol ?? signature) ? 'signed' : undefined;
  }
  return value === 'application/pkcs7-mime' || value === 'application/x-pkcs7-mime' ? 'opaque' : undefined;
}

const joined = (head: Buffer, body: LargeValue): LargeValue => ({
  size: head.length + body.size,
  async read(offset, length) {
    if (offset >= head.length) return body.read(offset - head.length, length);
    const first = head.subarray(offset, offset + length);
    return first.length === length ? first : Buffer.concat([first, await body.read(0, length - first.length)]);
  },
});
