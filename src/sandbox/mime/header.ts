import libmime from 'libmime';
import addressparser from 'nodemailer/lib/addressparser';
import { limits } from '../limits.ts';

/** Name as written and unfolded raw value, in order. */
export type HeaderField = readonly [name: string, value: string];

/** Where the header ends (start of the body) and its bytes. */
export function splitHeader(raw: Buffer): { header: Buffer; bodyStart: number } {
  if (raw[0] === 0x0a) return { header: raw.subarray(0, 0), bodyStart: 1 };
  if (raw[0] === 0x0d && raw[1] === 0x0a) return { header: raw.subarray(0, 0), bodyStart: 2 };
  for (let at = raw.indexOf(0x0a); at >= 0; at = raw.indexOf(0x0a, at + 1)) {
    if (raw[at + 1] === 0x0a) return { header: raw.subarray(0, at + 1), bodyStart: at + 2 };
    if (raw[at + 1] === 0x0d && raw[at + 2] === 0x0a) return { header: raw.subarray(0, at + 1), bodyStart: at + 3 };
  }
  return { header: raw, bodyStart: raw.length };
}

/** The header fields of a mail or part. */
export function headerOf(raw: Buffer): HeaderField[] {
  return parseHeader(splitHeader(raw).header.subarray(0, limits.headerBytes));
}

/** Fields of a header block. Lines that are none are passed over. */
export function parseHeader(block: Buffer): HeaderField[] {
  const text = decodeRaw(block).replace(/\r?\n[ \t]+/g, ' ');
  const fields: HeaderField[] = [];
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !/[\s\0]/.test(line.slice(0, colon).trimEnd()))
      fields.push([line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim()]);
  }
  return fields;
}

function decodeRaw(block: Buffer): string {
  const utf8 = block.toString('utf8');
  return utf8.includes('\ufffd') ? block.toString('latin1') : utf8;
}

export function firstValue(fields: readonly HeaderField[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return fields.find(([field]) => field.toLowerCase() === wanted)?.[1];
}

/** Encoded words (RFC 2047) made readable. */
export function decodeText(value: string): string {
  if (!value.includes('=?')) return value;
  try {
    return libmime.decodeWords(value);
  } catch {
    return value;
  }
}

/** As in mail columns: name or null, and address. */
export type MailAddress = readonly [string | null, string];

/** Addresses of all fields of that name; groups are opened. */
export function addressesOf(fields: readonly HeaderField[], name: string): MailAddress[] {
  const wanted = name.toLowerCase();
  const found: MailAddress[] = [];
  for (const [field, value] of fields)
    if (field.toLowerCase() === wanted) for (const entry of addressparser(value, { flatten: true })) add(entry);
  return found;

  function add(entry: { name?: string; address?: string }): void {
    if (!entry.address && !entry.name) return;
    const display = entry.name ? decodeText(entry.name) : '';
    found.push([display === '' ? null : display, entry.address ?? '']);
  }
}

/** ms since 1970; undefined when it cannot be read. */
export function dateOf(fields: readonly HeaderField[]): number | undefined {
  const value = firstValue(fields, 'date');
  if (value === undefined) return undefined;
  const ms = Date.parse(value.replace(/\([^)]*\)/g, '').trim());
  return Number.isNaN(ms) ? undefined : ms;
}
