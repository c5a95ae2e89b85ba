import type { Bytes } from '../large-value.ts';

/** Bytes of one base64 line of 76 characters. */
const lineBytes = 57;
const crlf = '\r\n';

/** Base64 in lines of 76 characters, each ended (RFC 2045 6.8), in pieces. */
export async function* encodeBase64(source: Bytes): Bytes {
  let carry: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const input = carry.length > 0 ? Buffer.concat([carry, chunk]) : Buffer.from(chunk);
    const whole = input.length - (input.length % lineBytes);
    if (whole > 0) yield base64Lines(input.subarray(0, whole));
    // Copied, as the source may use its chunk again.
    carry = Buffer.from(input.subarray(whole));
  }
  if (carry.length > 0) yield base64Lines(carry);
}

function base64Lines(bytes: Buffer): Buffer {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += lineBytes) lines.push(bytes.toString('base64', at, at + lineBytes));
  return Buffer.from(lines.join(crlf) + crlf, 'latin1');
}

/**
 * Quoted-printable (RFC 2045 6.7); CR LF are line ends, any other CR or LF is data. `closed`: a last line without its
 * end is followed by a soft one, so that the next line break adds nothing.
 */
export function encodeQuotedPrintable(bytes: Buffer, closed: boolean): Buffer {
  const out: string[] = [];
  let line = '';
  const add = (token: string, last: boolean) => {
    if (line.length + token.length > (last ? 76 : 75)) {
      out.push(line, '=\r\n');
      line = '';
    }
    line += token;
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    const lineEnds = (bytes[at + 1] === 13 && bytes[at + 2] === 10) || at + 1 === bytes.length;
    if (byte === 13 && bytes[at + 1] === 10) {
      out.push(line, crlf);
      line = '';
      at += 1;
    } else if (isLiteral(byte, line, lineEnds)) add(String.fromCharCode(byte), lineEnds);
    else add(`=${byte.toString(16).toUpperCase().padStart(2, '0')}`, lineEnds);
  }
  out.push(line);
  if (closed && line.length > 0) out.push('=\r\n');
  return Buffer.from(out.join(''), 'latin1');
}

function isLiteral(byte: number, line: string, lineEnds: boolean): boolean {
  if (byte === 0x20 || byte === 0x09) return !lineEnds;
  if (byte < 0x21 || byte > 0x7e || byte === 0x3d) return false;
  // A dot alone and "From " at the start of a line are changed by careless transports.
  return line !== '' || (byte !== 0x2e && byte !== 0x46);
}

/** The transfer encoding that suits this text best; `closed` as above. */
export function textEncoding(bytes: Buffer, closed: boolean): '7bit' | 'quoted-printable' | 'base64' {
  let high = 0;
  let lineLength = 0;
  let plain = !closed || bytes.length === 0 || (bytes.at(-1) === 10 && bytes.at(-2) === 13);
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === 10 || byte === 13) {
      const pair = byte === 13 ? bytes[at + 1] === 10 : bytes[at - 1] === 13;
      const before = bytes[byte === 13 ? at - 1 : at - 2];
      if (!pair || before === 0x20 || before === 0x09) plain = false;
      lineLength = 0;
      continue;
    }
    lineLength += 1;
    if (byte > 0x7e) high += 1;
    if (byte > 0x7e || (byte < 0x20 && byte !== 9) || lineLength > 76) plain = false;
    if (lineLength === 1 && (byte === 0x2e || byte === 0x46)) plain = false;
  }
  const last = bytes.at(-1);
  if (last === 0x20 || last === 0x09) plain = false;
  if (plain) return '7bit';
  return high * 4 > bytes.length ? 'base64' : 'quoted-printable';
}
