import libmime from 'libmime';
import { OxError } from '../errors.ts';
import { limits } from '../limits.ts';

export interface FormPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly contentType: string;
  readonly content: Buffer;
}

/** Parts of a multipart/form-data body (RFC 7578). Malformed: SVL-0028. */
export function parseMultipart(body: Buffer, contentType: string): FormPart[] {
  const boundary = libmime.parseHeaderValue(contentType).params.boundary;
  if (!boundary) throw new OxError('SVL-0028', 'multipart without boundary');
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(delimiter);
  if (at < 0) throw new OxError('SVL-0028', 'no part');
  for (;;) {
    let start = at + delimiter.length;
    if (body[start] === 0x2d && body[start + 1] === 0x2d) return parts;
    if (body[start] === 0x0d) start += 1;
    if (body[start] !== 0x0a) throw new OxError('SVL-0028', 'bad boundary line');
    start += 1;
    const end = nextDelimiter(body, delimiter, start);
    if (end < 0) throw new OxError('SVL-0028', 'part without end');
    if (parts.length >= limits.multipartParts) throw new OxError('SVL-0028', 'too many parts');
    parts.push(parsePart(body.subarray(start, end - (body[end - 2] === 0x0d ? 2 : 1))));
    at = end;
  }
}

function nextDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1))
    if (body[at - 1] === 0x0a) return at;
  return -1;
}

function parsePart(part: Buffer): FormPart {
  let headEnd = part.indexOf('\r\n\r\n');
  let gap = 4;
  if (headEnd < 0) {
    headEnd = part.indexOf('\n\n');
    gap = 2;
  }
  if (headEnd < 0) throw new OxError('SVL-0028', 'part without header');
  const head = part.subarray(0, headEnd).toString('utf8');
  const header = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim();
  const disposition = libmime.parseHeaderValue(header('content-disposition') ?? '');
  return {
    name: disposition.params.name ?? '',
    fileName: disposition.params.filename,
    contentType: header('content-type') ?? 'text/plain',
    content: part.subarray(headEnd + gap),
  };
}
