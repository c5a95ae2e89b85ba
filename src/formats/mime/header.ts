import libmime from 'libmime';
import { guessText } from '../charset.ts';
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

/**
 * Fields of a header block (RFC 5322 2.2). `length`: how many of the bytes belong to it; the rest, from the first line
 * that can be no field, is body. A leading mbox line is skipped.
 */
export function parseFields(block: Buffer): { fields: HeaderField[]; length: number } {
  const fields: HeaderField[] = [];
  let at = 0;
  let lines: { start: number; end: number } | undefined;
  const finish = () => {
    if (!lines) return;
    const text = guessText(block.subarray(lines.start, lines.end)).replace(/\r?\n$/, '');
    lines = undefined;
    const colon = text.indexOf(':');
    const name = text.slice(0, colon).trimEnd();
    const raw = text.slice(colon + 1).replace(/^ /, '');
    if (fields.length < formatLimits.headerFields) {
      fields.push({ name, key: name.toLowerCase(), value: raw.replace(/\r?\n[ \t]?/g, ' ').trim(), raw });
    }
  };
  while (at < block.length) {
    const newline = block.indexOf(10, at);
    const end = newline < 0 ? block.length : newline + 1;
    const first = block[at]!;
    if (first === 0x20 || first === 0x09) {
      // A fold of blanks alone, or before any field, says nothing.
      if (lines) lines.end = end;
    } else {
      finish();
      const start = block.toString('latin1', at, Math.min(end, at + 1000));
      if (fieldName.test(start)) lines = { start: at, end };
      else if (!(fields.length === 0 && /^>?From /.test(start))) return { fields, length: at };
    }
    at = end;
  }
  finish();
  return { fields, length: block.length };
}

/** Value of the first field of this (lower-case) name. */
export const fieldValue = (fields: readonly HeaderField[], key: string): string | undefined =>
  fields.find((field) => field.key === key)?.value;

const bounded = (value: string): string =>
  value.length > formatLimits.headerValue ? value.slice(0, formatLimits.headerValue) : value;

/** Text of a header value: encoded words decoded (RFC 2047), control characters gone. */
export function decodeHeaderText(value: string): string {
  const text = value.includes('=?') ? libmime.decodeWords(bounded(value)) : value;
  return withoutControls(text).trim();
}

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
