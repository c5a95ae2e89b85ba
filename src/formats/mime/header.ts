import { isUtf8 } from 'node:buffer';
import libmime from 'libmime';
import { codePageOf, decodeText, encodeLabelled, guessText, isMailCodePage } from '../charset.ts';
import { formatLimits } from '../limits.ts';

/** One field of a header block. */
export interface HeaderField {
  /** As written. */
  readonly name: string;
  /** Lower case. */
  readonly key: string;
  /** Unfolded and trimmed; encoded words not decoded, 8-bit bytes guessed (UTF-8, else Windows-1252). */
  readonly value: string;
  /** The value as written, with its folds, without the line end. */
  readonly raw: string;
}

const fieldName = /^([!-9;-~]+)[ \t]*:/;
/** Bytes of a line that are looked at to see whether it begins a field. */
const nameLimit = 1000;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

interface Line {
  readonly start: number;
  end: number;
  readonly kind: 'field' | 'fold' | 'other';
}

/**
 * Fields of a header block (RFC 5322 2.2). Lines that can be no field (of mbox files, or broken) are passed over as
 * long as a field follows; `length`: how many of the bytes are header, the rest is body that lost its empty line. Raw
 * 8-bit text is UTF-8 when it can be, else in the charset that Content-Type names, else Windows-1252.
 */
export function parseFields(block: Buffer): { fields: HeaderField[]; length: number } {
  const lines = linesOf(block);
  const last = lines.findLastIndex(({ kind }) => kind === 'field');
  const ranges: Line[] = [];
  let length = block.length;
  let open = false;
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'field') ranges.push({ ...line });
    else if (line.kind === 'fold' && open) ranges.at(-1)!.end = line.end;
    if (line.kind === 'other' && index > last) {
      length = line.start;
      break;
    }
    open = line.kind === 'field' || (line.kind === 'fold' && open);
  }
  const charset = declaredCharset(ranges, block);
  const fields = ranges.slice(0, formatLimits.headerFields).map(({ start, end }) => {
    const text = decodeRaw(block.subarray(start, end), charset).replace(/\r?\n$/, '');
    const colon = text.indexOf(':');
    const name = text.slice(0, colon).trimEnd();
    const raw = text.slice(colon + 1).replace(/^ /, '');
    return { name, key: name.toLowerCase(), value: raw.replace(/\r?\n[ \t]?/g, ' ').trim(), raw };
  });
  return { fields, length };
}

function linesOf(block: Buffer): Line[] {
  const lines: Line[] = [];
  let onlyFolds = true;
  for (let at = block.subarray(0, 3).equals(byteOrderMark) ? 3 : 0; at < block.length; ) {
    const newline = block.indexOf(10, at);
    const end = newline < 0 ? block.length : newline + 1;
    const fold = block[at] === 0x20 || block[at] === 0x09;
    const text = block.toString('latin1', at, Math.min(end, at + nameLimit));
    // Nothing is folded before the first field: blanks there are a slip.
    const slip = fold && onlyFolds && fieldName.test(text.trimStart());
    if (slip) at += text.length - text.trimStart().length;
    const isField = slip || (!fold && fieldName.test(text));
    lines.push({ start: at, end, kind: isField ? 'field' : fold ? 'fold' : 'other' });
    if (isField || !fold) onlyFolds = false;
    at = end;
  }
  return lines;
}

function declaredCharset(ranges: readonly Line[], block: Buffer): string | undefined {
  for (const { start, end } of ranges) {
    const text = block.toString('latin1', start, Math.min(end, start + nameLimit));
    if (!/^content-type\s*:/i.test(text)) continue;
    const label = /charset\s*=\s*"?([\w.:-]+)/i.exec(text)?.[1];
    const codePage = codePageOf(label);
    return codePage !== undefined && isMailCodePage(codePage) ? label : undefined;
  }
  return undefined;
}

const decodeRaw = (bytes: Buffer, charset: string | undefined): string =>
  charset === undefined || isUtf8(bytes) ? guessText(bytes) : decodeText(bytes, charset);

/** Value of the first field of this (lower-case) name. */
export const fieldValue = (fields: readonly HeaderField[], key: string): string | undefined =>
  fields.find((field) => field.key === key)?.value;

const bounded = (value: string): string =>
  value.length > formatLimits.headerValue ? value.slice(0, formatLimits.headerValue) : value;

/** Text of a header value: encoded words decoded (RFC 2047), control characters gone. */
export function decodeHeaderText(value: string): string {
  const text = value.includes('=?') ? libmime.decodeWords(escapeRaw(bounded(value))) : value;
  return withoutControls(text).trim();
}

/** Letters that stand unescaped in an encoded word, escaped in its charset. Only ASCII before the first: no backtracking. */
const escapeRaw = (value: string): string =>
  value.replace(
    /(=\?([^?]{1,60})\?q\?)([ ->@-~]*[^ -~?][^?]*)\?=/gi,
    (_, head: string, label: string, text: string) => {
      const escaped = text.replace(/[^ -~]/g, (letter) =>
        encodeLabelled(letter, label).toString('hex').replace(/../g, '=$&'),
      );
      return `${head}${escaped}?=`;
    },
  );

/** Header text has no line breaks or NULs, whatever was hidden in its encoded words. */
export const withoutControls = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  text.replace(/[\r\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f]/g, '');

/** A value with parameters, as Content-Type: first token in lower case, parameters decoded (RFC 2231 and 2047). */
export interface ParameterValue {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export function parseParameters(text: string | undefined): ParameterValue {
  if (!text) return { value: '', parameters: new Map() };
  const parsed = libmime.parseHeaderValue(bounded(text), { stripComments: true });
  const decoded = new Set((parsed as { decodedParams?: string[] }).decodedParams ?? []);
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed.params as Record<string, string>)) {
    parameters.set(name, decoded.has(name) ? withoutControls(value) : decodeHeaderText(value));
  }
  return { value: parsed.value.trim().toLowerCase(), parameters };
}

/** Message ids and other tokens: comments and folds gone. */
export const compact = (value: string): string => value.replace(/\s+/g, ' ').trim();
