import type { LargeValue } from '../../mapi/index.ts';
import { formatLimits } from '../limits.ts';
import { fieldValue, type HeaderField, type ParameterValue, parseFields, parseParameters } from './header.ts';

/** One MIME part as offsets into its source; nothing of its body is held. */
export interface Part {
  readonly fields: readonly HeaderField[];
  /** Content-Type; `text/plain` (or the multipart's default) when it is missing or malformed. */
  readonly type: ParameterValue;
  readonly start: number;
  readonly bodyStart: number;
  /** Without the line end that belongs to the delimiter after it. */
  readonly bodyEnd: number;
  /** Of a multipart that was taken apart. */
  readonly children: readonly Part[];
}

interface Delimiter {
  /** Which of the open boundaries, 0 the outermost. */
  readonly level: number;
  readonly closing: boolean;
  /** Where the content before it ends. */
  readonly contentEnd: number;
  /** First byte after its line. */
  readonly next: number;
}

const mediaType = /^[^\s/;]+\/[^\s/;,]+/;

/**
 * A Content-Type as far as it can be understood (RFC 2045 5.2). One that is malformed is text at the top, where it is
 * all there is, and a file elsewhere.
 */
export function contentType(fields: readonly HeaderField[], fallback: string, top: boolean): ParameterValue {
  const { value, parameters } = parseParameters(fieldValue(fields, 'content-type'));
  const type = mediaType.exec(value)?.[0];
  if (type) return { value: type, parameters };
  if (value === '') return { value: fallback, parameters };
  if (value.startsWith('multipart')) return { value: 'multipart/mixed', parameters };
  const isText =
    (top && !parameters.has('name') && fieldValue(fields, 'content-disposition') === undefined) ||
    value.startsWith('text');
  return { value: isText ? 'text/plain' : 'application/octet-stream', parameters };
}

/**
 * The structure of a message, read once from start to end in pieces. Never fails: a multipart without its boundary is a
 * part without children, one that is not closed ends with its surroundings, what is beyond the limits stays whole.
 */
export async function scanMessage(source: LargeValue): Promise<Part> {
  let windowStart = 0;
  let window: Buffer = Buffer.alloc(0);
  let parts = 0;

  /** Makes the bytes from `at` available, at least `wanted` of them where there are so many. */
  const load = async (at: number, wanted: number): Promise<void> => {
    const missing = at < windowStart || at + Math.min(wanted, source.size - at) > windowStart + window.length;
    if (!missing) return;
    const bytes = await source.read(at, Math.max(wanted, formatLimits.chunk));
    windowStart = at;
    window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  };

  /** The header block from `at`: as much as its limit allows. */
  const readBlock = async (at: number, boundaries: readonly string[]): Promise<{ block: Buffer; after: number }> => {
    for (let size = 16 << 10; ; size *= 4) {
      const wanted = Math.min(size, formatLimits.headerBlock);
      await load(at, wanted);
      const bytes = window.subarray(at - windowStart, at - windowStart + Math.min(wanted, source.size - at));
      const end = blankLine(bytes);
      const delimiter = headerDelimiter(end ? bytes.subarray(0, end.start) : bytes, boundaries);
      if (delimiter !== undefined) return { block: bytes.subarray(0, delimiter), after: at + delimiter };
      if (end) return { block: bytes.subarray(0, end.start), after: at + end.next };
      if (bytes.length < wanted || wanted === formatLimits.headerBlock || at + bytes.length >= source.size) {
        return { block: bytes, after: at + bytes.length };
      }
    }
  };

  /** The next line that is a delimiter of an open boundary, from the line start `at`. */
  const findDelimiter = async (
    at: number,
    boundaries: readonly string[],
    bodyStart: number,
  ): Promise<Delimiter | undefined> => {
    if (boundaries.length === 0 || parts >= formatLimits.parts) return undefined;
    const lineLimit = formatLimits.boundaryLength + 64;
    for (let line = at; line < source.size; ) {
      // Two bytes before the line tell how the line before it ends.
      const back = Math.min(line, 2);
      await load(line - back, lineLimit + back);
      const offset = line - windowStart;
      if (window[offset] === 0x2d && window[offset + 1] === 0x2d) {
        const newline = window.indexOf(10, offset);
        const end = newline < 0 || newline - offset > lineLimit ? Math.min(window.length, offset + lineLimit) : newline;
        const text = window.toString('latin1', offset, end).trimEnd();
        const level = levelOf(text, boundaries);
        if (level >= 0) {
          let contentEnd = line;
          if (contentEnd > bodyStart && window[offset - 1] === 10)
            contentEnd -= window[offset - 2] === 13 && contentEnd - 1 > bodyStart ? 2 : 1;
          const next = newline < 0 ? source.size : windowStart + newline + 1;
          return {
            level,
            closing: text.length > boundaries[level]!.length + 2,
            contentEnd: Math.max(contentEnd, bodyStart),
            next,
          };
        }
      }
      const found = window.indexOf('\n--', offset);
      line =
        found >= 0 ? windowStart + found + 1 : await lastLineStart(Math.max(windowStart + window.length - 2, line + 1));
    }
    return undefined;
  };

  /** No delimiter begins in the window before `at`; the search goes on at the newline that may stand there. */
  const lastLineStart = async (at: number): Promise<number> => {
    for (let from = at; from < source.size; ) {
      await load(from, 3);
      const found = window.indexOf('\n--', from - windowStart);
      if (found >= 0) return windowStart + found + 1;
      if (windowStart + window.length >= source.size) return source.size;
      from = windowStart + window.length - 2;
    }
    return source.size;
  };

  const readPart = async (
    start: number,
    boundaries: readonly string[],
    fallback: string,
  ): Promise<{ part: Part; delimiter: Delimiter | undefined }> => {
    parts += 1;
    const { block, after } = await readBlock(start, boundaries);
    const { fields, length } = parseFields(block);
    const bodyStart = length < block.length ? start + length : after;
    const type = contentType(fields, fallback, boundaries.length === 0);

    const boundary = boundaryOf(type);
    const isMultipart =
      type.value.startsWith('multipart/') && boundary !== undefined && boundaries.length < formatLimits.partDepth;
    if (!isMultipart) {
      const delimiter = await findDelimiter(bodyStart, boundaries, bodyStart);
      const bodyEnd = delimiter?.contentEnd ?? source.size;
      return { part: { fields, type, start, bodyStart, bodyEnd, children: [] }, delimiter };
    }
    const inner = [...boundaries, boundary];
    const mine = boundaries.length;
    const children: Part[] = [];
    let delimiter = await findDelimiter(bodyStart, inner, bodyStart);
    while (delimiter && delimiter.level === mine && !delimiter.closing) {
      const child = await readPart(
        delimiter.next,
        inner,
        type.value === 'multipart/digest' ? 'message/rfc822' : 'text/plain',
      );
      // A delimiter with nothing after it opens no part.
      if (child.part.bodyEnd > delimiter.next || child.delimiter) children.push(child.part);
      delimiter = child.delimiter;
    }
    if (delimiter && delimiter.level === mine) delimiter = await findDelimiter(delimiter.next, boundaries, bodyStart);
    const bodyEnd = delimiter?.contentEnd ?? source.size;
    return { part: { fields, type, start, bodyStart, bodyEnd, children }, delimiter };
  };

  return (await readPart(0, [], 'text/plain')).part;
}

const boundaryOf = (type: ParameterValue): string | undefined => {
  const boundary = type.parameters.get('boundary')?.trimEnd();
  if (!boundary) return undefined;
  // Lines are compared byte by byte.
  return Buffer.from(boundary, 'utf8').toString('latin1').slice(0, formatLimits.boundaryLength);
};

/** Innermost open boundary that this line delimits, or -1. */
function levelOf(line: string, boundaries: readonly string[]): number {
  for (let level = boundaries.length - 1; level >= 0; level -= 1) {
    const boundary = boundaries[level]!;
    if (line.startsWith(boundary, 2)) {
      const rest = line.slice(boundary.length + 2);
      if (rest === '' || rest === '--') return level;
    }
  }
  return -1;
}

/** The first empty line: where it starts and what follows it. */
function blankLine(bytes: Buffer): { start: number; next: number } | undefined {
  if (bytes[0] === 10) return { start: 0, next: 1 };
  if (bytes[0] === 13 && bytes[1] === 10) return { start: 0, next: 2 };
  for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, newline + 1)) {
    if (bytes[newline + 1] === 10) return { start: newline + 1, next: newline + 2 };
    if (bytes[newline + 1] === 13 && bytes[newline + 2] === 10) return { start: newline + 1, next: newline + 3 };
  }
  return undefined;
}

/** Where a delimiter stands in a header block that lost its empty line. */
function headerDelimiter(block: Buffer, boundaries: readonly string[]): number | undefined {
  if (boundaries.length === 0) return undefined;
  for (let at = 0; at >= 0 && at < block.length; ) {
    if (block[at] === 0x2d && block[at + 1] === 0x2d) {
      const newline = block.indexOf(10, at);
      const line = block.toString('latin1', at, newline < 0 ? block.length : newline).trimEnd();
      if (levelOf(line, boundaries) >= 0) return at;
    }
    const newline = block.indexOf('\n--', at);
    at = newline < 0 ? -1 : newline + 1;
  }
  return undefined;
}
