import iconv from 'iconv-lite';
import libmime from 'libmime';
import { limits } from '../limits.ts';
import { decodeText, firstValue, type HeaderField, parseHeader, splitHeader } from './header.ts';

/** A part of a mail. Ids are IMAP section numbers (RFC 9051 6.4.5.1); the root of a multipart has none (''). */
export interface MimePart {
  readonly id: string;
  readonly fields: readonly HeaderField[];
  /** Lower case, without parameters. */
  readonly contentType: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly disposition: string | undefined;
  readonly fileName: string | undefined;
  /** Without angle brackets. */
  readonly contentId: string | undefined;
  readonly encoding: string;
  /** As transferred. */
  readonly body: Buffer;
  readonly children: readonly MimePart[];
}

/** Takes a mail apart. Never fails: what is malformed is text. */
export function parseMail(raw: Buffer): MimePart {
  let count = 0;
  return parse(raw, '', 0);

  function parse(bytes: Buffer, id: string, depth: number): MimePart {
    count += 1;
    const { header, bodyStart } = splitHeader(bytes);
    const fields = parseHeader(header.subarray(0, limits.headerBytes));
    const type = parseValue(firstValue(fields, 'content-type') ?? 'text/plain; charset=us-ascii');
    const disposition = parseValue(firstValue(fields, 'content-disposition') ?? '');
    const contentType = /^[^\s/]+\/[^\s/]+$/.test(type.value) ? type.value.toLowerCase() : 'text/plain';
    const body = bytes.subarray(bodyStart);
    const boundary = type.params.boundary;
    const children: MimePart[] = [];
    if (contentType.startsWith('multipart/') && boundary && depth < limits.mimeDepth)
      for (const child of splitMultipart(body, boundary)) {
        if (count >= limits.mimeParts) break;
        children.push(parse(child, id === '' ? `${children.length + 1}` : `${id}.${children.length + 1}`, depth + 1));
      }
    const name = disposition.params.filename ?? type.params.name;
    return {
      id: id === '' && children.length === 0 ? '1' : id,
      fields,
      contentType,
      parameters: type.params,
      disposition: disposition.value === '' ? undefined : disposition.value.toLowerCase(),
      fileName: name === undefined ? undefined : decodeText(name),
      contentId: firstValue(fields, 'content-id')?.replace(/^<|>$/g, ''),
      encoding: (firstValue(fields, 'content-transfer-encoding') ?? '7bit').toLowerCase(),
      body,
      children,
    };
  }
}

function parseValue(value: string): { value: string; params: Record<string, string> } {
  try {
    return libmime.parseHeaderValue(value);
  } catch {
    return { value: value.split(';')[0]!.trim(), params: {} };
  }
}

function splitMultipart(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const after = at + delimiter.length;
    const closing = body[after] === 0x2d && body[after + 1] === 0x2d;
    const lineEnd = body.indexOf(0x0a, after);
    const rest = body.subarray(after, lineEnd < 0 ? body.length : lineEnd).toString('latin1');
    if (!closing && rest.trim() !== '') continue;
    if (start >= 0) parts.push(body.subarray(start, Math.max(start, at - (body[at - 2] === 0x0d ? 2 : 1))));
    if (closing) return parts;
    start = lineEnd < 0 ? body.length : lineEnd + 1;
  }
  if (start >= 0) parts.push(body.subarray(start));
  return parts;
}

/** The part's content without its transfer encoding. */
export function contentOf(part: MimePart): Buffer {
  if (part.encoding === 'base64') return Buffer.from(part.body.toString('latin1'), 'base64');
  if (part.encoding === 'quoted-printable') return decodeQuotedPrintable(part.body);
  return part.body;
}

/** A text part's content as a string. */
export function textOf(part: MimePart): string {
  const charset = part.parameters.charset ?? 'utf-8';
  const bytes = contentOf(part);
  return iconv.encodingExists(charset) ? iconv.decode(bytes, charset) : bytes.toString('utf8');
}

/** RFC 2045 6.7. */
function decodeQuotedPrintable(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/[ \t]+(\r?\n|$)/g, '$1');
  const plain = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}

/** All parts without children, in order. An embedded message/rfc822 counts as one. */
export function leaves(part: MimePart): MimePart[] {
  return part.children.length === 0 && !part.contentType.startsWith('multipart/')
    ? [part]
    : part.children.flatMap(leaves);
}

/** A leaf that a reader sees as a file beside the text. */
export function isAttachment(part: MimePart): boolean {
  if (part.disposition === 'attachment') return true;
  if (part.contentType === 'text/plain' || part.contentType === 'text/html') return part.fileName !== undefined;
  return part.contentId === undefined;
}
