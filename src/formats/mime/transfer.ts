import type { Bytes } from '../large-value.ts';

const base64Values = new Uint8Array(256).fill(255);
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').forEach((letter, value) => {
  base64Values[letter.charCodeAt(0)] = value;
});

/** Base64 in pieces (RFC 2045 6.8); foreign characters are skipped, padding may stand between segments. */
async function* decodeBase64(source: Bytes): Bytes {
  let bits = 0;
  let count = 0;
  for await (const chunk of source) {
    const out = Buffer.allocUnsafe(Math.ceil((chunk.length * 3) / 4) + 3);
    let at = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index]!;
      const value = base64Values[byte]!;
      if (value < 64) {
        bits = (bits << 6) | value;
        count += 1;
        if (count === 4) {
          out[at] = bits >>> 16;
          out[at + 1] = bits >>> 8;
          out[at + 2] = bits;
          at += 3;
          bits = 0;
          count = 0;
        }
      } else if (byte === 0x3d) {
        at += flush(out, at);
      }
    }
    if (at > 0) yield out.subarray(0, at);
  }
  const rest = Buffer.allocUnsafe(2);
  const length = flush(rest, 0);
  if (length > 0) yield rest.subarray(0, length);

  function flush(out: Buffer, at: number): number {
    const held = count;
    if (held === 2) out[at] = bits >>> 4;
    if (held === 3) {
      out[at] = bits >>> 10;
      out[at + 1] = bits >>> 2;
    }
    bits = 0;
    count = 0;
    return held < 2 ? 0 : held - 1;
  }
}

const hexValue = (byte: number | undefined): number => {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte & 0xdf;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
};

/** A run of blanks before a line end is kept back at most this long; longer ones are content. */
const blanksHeld = 4096;

/** Quoted-printable in pieces (RFC 2045 6.7); what is not an escape stays as it is. */
async function* decodeQuotedPrintable(source: Bytes): Bytes {
  let carry: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const input = carry.length > 0 ? Buffer.concat([carry, chunk]) : Buffer.from(chunk);
    const { bytes, used } = decodeQuoted(input, false);
    carry = input.subarray(used);
    if (bytes.length > 0) yield bytes;
  }
  const { bytes } = decodeQuoted(carry, true);
  if (bytes.length > 0) yield bytes;
}

/** `used`: how much of the input is decided; the rest depends on what follows. */
function decodeQuoted(input: Buffer, last: boolean): { bytes: Buffer; used: number } {
  const out = Buffer.allocUnsafe(input.length);
  let at = 0;
  let index = 0;
  while (index < input.length) {
    const byte = input[index]!;
    if (byte === 0x20 || byte === 0x09) {
      let end = index + 1;
      while (end < input.length && (input[end] === 0x20 || input[end] === 0x09)) end += 1;
      if (end === input.length && !last && end - index < blanksHeld) return { bytes: out.subarray(0, at), used: index };
      const lineEnd =
        end === input.length ? last : input[end] === 0x0a || (input[end] === 0x0d && input[end + 1] === 0x0a);
      if (!lineEnd) at += input.copy(out, at, index, end);
      index = end;
      continue;
    }
    if (byte !== 0x3d) {
      out[at] = byte;
      at += 1;
      index += 1;
      continue;
    }
    const high = hexValue(input[index + 1]);
    const low = hexValue(input[index + 2]);
    if (high >= 0 && low >= 0) {
      out[at] = high * 16 + low;
      at += 1;
      index += 3;
      continue;
    }
    let end = index + 1;
    while (end < input.length && (input[end] === 0x20 || input[end] === 0x09)) end += 1;
    if (!last && end - index < blanksHeld && (end >= input.length - 1 || index + 2 >= input.length)) {
      return { bytes: out.subarray(0, at), used: index };
    }
    if (end >= input.length) {
      index = end;
    } else if (input[end] === 0x0a) {
      index = end + 1;
    } else if (input[end] === 0x0d) {
      index = input[end + 1] === 0x0a ? end + 2 : end + 1;
    } else {
      out[at] = byte;
      at += 1;
      index += 1;
    }
  }
  return { bytes: out.subarray(0, at), used: index };
}

/** Uuencoded data in pieces, from its `begin` line (or at once) to its `end`. */
async function* decodeUuencode(source: Bytes): Bytes {
  let carry: Buffer = Buffer.alloc(0);
  let ended = false;
  for await (const chunk of source) {
    let input = carry.length > 0 ? Buffer.concat([carry, chunk]) : Buffer.from(chunk);
    for (let newline = input.indexOf(10); newline >= 0 && !ended; newline = input.indexOf(10)) {
      const line = input.toString('latin1', 0, newline).replace(/\r$/, '');
      input = input.subarray(newline + 1);
      if (/^end\s*$/.test(line)) ended = true;
      else if (!/^begin \d+ /.test(line)) yield decodeUuLine(line);
    }
    if (ended) return;
    carry = input.length > 4096 ? input.subarray(input.length - 4096) : input;
  }
  if (carry.length > 0) yield decodeUuLine(carry.toString('latin1'));
}

function decodeUuLine(line: string): Buffer {
  const length = (line.charCodeAt(0) - 32) & 63;
  if (line.length < 2 || length === 0) return Buffer.alloc(0);
  const out = Buffer.alloc(Math.ceil(length / 3) * 3);
  for (let group = 0; group * 3 < length; group += 1) {
    let bits = 0;
    for (let place = 0; place < 4; place += 1) {
      const code = line.charCodeAt(1 + group * 4 + place);
      bits = (bits << 6) | (Number.isNaN(code) ? 0 : (code - 32) & 63);
    }
    out.writeUIntBE(bits & 0xffffff, group * 3, 3);
  }
  return out.subarray(0, length);
}

const decoders: ReadonlyMap<string, (source: Bytes) => Bytes> = new Map([
  ['base64', decodeBase64],
  ['quoted-printable', decodeQuotedPrintable],
  ['x-uuencode', decodeUuencode],
  ['x-uue', decodeUuencode],
  ['uuencode', decodeUuencode],
]);

/** Decodes by the value of Content-Transfer-Encoding; unknown ones leave the bytes as they are. */
export const decodeTransfer = (source: Bytes, encoding: string): Bytes => decoders.get(encoding)?.(source) ?? source;

/** Whether this encoding changes bytes. */
export const isEncoded = (encoding: string): boolean => decoders.has(encoding);
