import { isUtf8 } from 'node:buffer';
import { decodeText } from '../charset.ts';
import { formatLimits } from '../limits.ts';
import type { VcardProperty } from './property.ts';

/** The properties of one card, in order, without BEGIN and END; and the beginnings of lines that are none. */
export interface VcardLines {
  readonly properties: VcardProperty[];
  readonly malformed: string[];
}

const head = /^(?:([A-Za-z0-9_.-]+)\.)?([A-Za-z0-9_-]+)(?=[;:])/;
/** Words that vCard 2.1 has for ENCODING without saying so. */
const encodings = new Set(['QUOTED-PRINTABLE', 'BASE64', 'B', '7BIT', '8BIT']);

/**
 * The cards of a file (RFC 6350 3.2, RFC 2425 5.8.1, vCard 2.1), leniently: bare parameters, quoted-printable, charsets, lines
 * that are not folded as they should be, cards that do not end. What stands outside of cards is left out.
 */
export function readVcardLines(bytes: Uint8Array): VcardLines[] {
  const text = asUtf8(bytes);
  // One character a byte, so that each property can be decoded in its own charset.
  const lines = text.toString('latin1').split(/\r\n|\n|\r/);
  const charset = isUtf8(text) ? 'utf-8' : 'windows-1252';
  const cards: VcardLines[] = [];
  let card: VcardLines | undefined;
  for (let at = 0; at < lines.length; ) {
    const { line, next } = unfolded(lines, at);
    at = next;
    if (/^BEGIN[ \t]*:[ \t]*VCARD/i.test(line)) {
      if (cards.length >= formatLimits.vcards) break;
      card = { properties: [], malformed: [] };
      cards.push(card);
    } else if (/^END[ \t]*:[ \t]*VCARD/i.test(line)) card = undefined;
    else if (card && line.trim() !== '' && card.properties.length < formatLimits.vcardProperties) {
      const property = parseLine(line, charset);
      if (!property) card.malformed.push(decodeText(Buffer.from(line.slice(0, 40), 'latin1'), charset));
      else if (property.name === 'AGENT' && isBeginning(property.value)) {
        // A card inside the card: its lines are the value.
        const inner = nested(lines, at, /BEGIN/i.test(property.value) ? 1 : 0);
        card.properties.push({ ...property, value: decodeText(Buffer.from(inner.text, 'latin1'), charset) });
        at = inner.next;
      } else card.properties.push(property);
    }
  }
  return cards;
}

/** Whether a card follows as the value. */
const isBeginning = (value: string): boolean => /^(?:BEGIN:VCARD)?$/i.test(value.trim());

/** UTF-16 with a mark as UTF-8, a mark of UTF-8 gone. */
function asUtf8(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return Buffer.from(decodeText(buffer, 'utf-16le'), 'utf8');
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return Buffer.from(decodeText(buffer, 'utf-16be'), 'utf8');
  if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) return buffer.subarray(3);
  return buffer;
}

function unfolded(lines: readonly string[], at: number): { line: string; next: number } {
  const pieces = [lines[at]!];
  let next = at + 1;
  let length = pieces[0]!.length;
  const colon = pieces[0]!.indexOf(':');
  const parameters = colon < 0 ? '' : pieces[0]!.slice(0, colon);
  const quotedPrintable = /;(?:ENCODING=)?QUOTED-PRINTABLE/i.test(parameters);
  const base64 = /;(?:ENCODING=)?(?:BASE64|B)(?:;|$)/i.test(parameters);
  while (next < lines.length && length < formatLimits.vcardLine) {
    const line = lines[next]!;
    if (quotedPrintable && /=$/.test(pieces.at(-1)!)) {
      pieces[pieces.length - 1] = pieces.at(-1)!.slice(0, -1);
      pieces.push(line);
    } else if (/^[ \t]/.test(line)) pieces.push(line.slice(1));
    // Base64 whose lines are not indented.
    else if (base64 && /^[A-Za-z0-9+/=]{20,}\s*$/.test(line)) pieces.push(line);
    else break;
    length += line.length;
    next += 1;
  }
  return { line: pieces.join(''), next };
}

function nested(lines: readonly string[], start: number, open: number): { text: string; next: number } {
  const found: string[] = open > 0 ? ['BEGIN:VCARD'] : [];
  let depth = open;
  let at = start;
  for (; at < lines.length; at += 1) {
    const line = lines[at]!;
    if (/^BEGIN:VCARD/i.test(line)) depth += 1;
    else if (depth === 0) break;
    found.push(line);
    if (/^END:VCARD/i.test(line)) {
      depth -= 1;
      if (depth === 0) {
        at += 1;
        break;
      }
    }
  }
  return { text: found.join('\n'), next: at };
}

function parseLine(line: string, fileCharset: string): VcardProperty | undefined {
  const start = head.exec(line);
  if (!start) return undefined;
  const parameters = new Map<string, string[]>();
  const add = (name: string, value: string) => {
    const known = parameters.get(name);
    if (known) known.push(value);
    else parameters.set(name, [value]);
  };
  const decoded = (text: string) => decodeText(Buffer.from(text, 'latin1'), fileCharset);
  let at = start[0].length;
  while (line[at] === ';') {
    // A name with values, or the bare value of vCard 2.1.
    const name = /^;\s*([A-Za-z0-9_-]*)\s*(=?)/.exec(line.slice(at, at + 200))!;
    at += name[0].length;
    const isBare = name[2] === '';
    if (isBare && line[at] !== ';' && line[at] !== ':' && line[at] !== ',') return undefined;
    const values: string[] = isBare ? [name[1]!] : [];
    if (!isBare || line[at] === ',') {
      for (;;) {
        if (isBare) at += 1;
        const value = parameterValue(line, at);
        values.push(decoded(value.text));
        at = value.next;
        if (line[at] !== ',') break;
        if (!isBare) at += 1;
      }
    }
    const upper = name[1]!.toUpperCase();
    for (const value of values) {
      if (!isBare) add(upper, value);
      else if (encodings.has(value.toUpperCase())) add('ENCODING', value);
      else if (value !== '') add('TYPE', value);
    }
  }
  if (line[at] !== ':') return undefined;
  const raw = line.slice(at + 1);
  const charset = parameters.get('CHARSET')?.[0] ?? fileCharset;
  parameters.delete('CHARSET');
  const encoding = parameters.get('ENCODING')?.[0]?.toUpperCase();
  const isQuoted = encoding === 'QUOTED-PRINTABLE';
  if (isQuoted || encoding === '7BIT' || encoding === '8BIT') parameters.delete('ENCODING');
  const bytes = isQuoted ? quotedPrintable(raw) : Buffer.from(raw, 'latin1');
  const value = decodeText(bytes, charset).replaceAll('\0', '');
  return {
    group: start[1],
    name: start[2]!.toUpperCase(),
    parameters,
    // Line ends that were encoded are escaped like others.
    value: isQuoted ? value.replace(/\r\n|\r|\n/g, '\\n') : value,
  };
}

/** One value of a parameter, quoted or not, with the escapes of RFC 6868 undone. */
function parameterValue(line: string, at: number): { text: string; next: number } {
  const quoted = line[at] === '"' ? line.indexOf('"', at + 1) : -1;
  if (quoted >= 0) return { text: uncaret(line.slice(at + 1, quoted)), next: quoted + 1 };
  let next = at;
  while (next < line.length && !/[,;:]/.test(line[next]!)) next += line[next] === '\\' ? 2 : 1;
  next = Math.min(next, line.length);
  return { text: uncaret(line.slice(at, next)).trim(), next };
}

const uncaret = (text: string): string =>
  text.replace(/\^([n'^])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === "'" ? '"' : '^'));

const quotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
