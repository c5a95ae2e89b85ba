import { bareCrc32 } from '../crc.ts';
import { formatLimits } from '../limits.ts';

/** What the dictionary begins with, MS-OXRTFCP 2.1.2.1. */
const initialText =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const initial = Buffer.from(initialText, 'latin1');
const dictionarySize = 4096;
const compressed = 0x75465a4c;
const uncompressed = 0x414c454d;
const headerSize = 16;
/** References hold lengths from 2 to 17. */
const longestMatch = 17;

/** Malformed compressed RTF. */
export class RtfError extends Error {
  override readonly name = 'RtfError';
}

/**
 * The RTF in PidTagRtfCompressed (MS-OXRTFCP 2.2.3). Throws RtfError when the header, the checksum or the size is
 * wrong. Bytes after the announced end are ignored, as clients pad the value.
 */
export function decompressRtf(bytes: Uint8Array): Buffer {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (input.length < headerSize) throw new RtfError('compressed RTF without its header');
  const end = input.readUInt32LE(0) + 4;
  const rawSize = input.readUInt32LE(4);
  const type = input.readUInt32LE(8);
  if (rawSize > formatLimits.rtf) throw new RtfError(`RTF of ${rawSize} bytes`);
  if (end < headerSize || end > input.length) throw new RtfError('compressed RTF is cut off');
  const contents = input.subarray(headerSize, end);
  if (type === uncompressed) return Buffer.from(contents.subarray(0, rawSize));
  if (type !== compressed) throw new RtfError('neither compressed nor uncompressed RTF');
  if (bareCrc32(contents) !== input.readUInt32LE(12)) throw new RtfError('checksum of compressed RTF does not match');
  return expand(contents, rawSize);
}

function expand(contents: Buffer, rawSize: number): Buffer {
  const dictionary = Buffer.alloc(dictionarySize);
  initial.copy(dictionary);
  let write = initial.length;
  const out = Buffer.alloc(rawSize);
  let length = 0;
  const emit = (byte: number) => {
    if (length < rawSize) out[length] = byte;
    length += 1;
    dictionary[write] = byte;
    write = (write + 1) % dictionarySize;
  };
  for (let at = 0; at < contents.length; ) {
    const control = contents[at]!;
    at += 1;
    for (let bit = 0; bit < 8; bit += 1) {
      if ((control & (1 << bit)) === 0) {
        if (at >= contents.length) return finish(out, length, rawSize);
        emit(contents[at]!);
        at += 1;
        continue;
      }
      if (at + 2 > contents.length) return finish(out, length, rawSize);
      const reference = contents.readUInt16BE(at);
      at += 2;
      const offset = reference >> 4;
      // A reference to the place that is written next ends the data.
      if (offset === write) return finish(out, length, rawSize);
      for (let index = 0; index < (reference & 0xf) + 2; index += 1)
        emit(dictionary[(offset + index) % dictionarySize]!);
      if (length > rawSize + longestMatch) throw new RtfError('RTF is longer than announced');
    }
  }
  return finish(out, length, rawSize);
}

/** Some writers count wrongly by a few bytes; what is there is given. */
const finish = (out: Buffer, length: number, rawSize: number): Buffer => out.subarray(0, Math.min(length, rawSize));

/** Compresses RTF for PidTagRtfCompressed (MS-OXRTFCP 2.2.2), byte for byte as the specification does. */
export function compressRtf(rtf: Uint8Array): Buffer {
  const dictionary = Buffer.alloc(dictionarySize);
  initial.copy(dictionary);
  let write = initial.length;
  let filled = initial.length;
  const out: number[] = [];
  let controlAt = 0;
  let bit = 8;
  const token = (isReference: boolean) => {
    if (bit === 8) {
      controlAt = out.push(0) - 1;
      bit = 0;
    }
    if (isReference) out[controlAt]! |= 1 << bit;
    bit += 1;
  };
  const remember = (byte: number) => {
    dictionary[write] = byte;
    write = (write + 1) % dictionarySize;
    if (filled < dictionarySize) filled += 1;
  };

  for (let at = 0; at < rtf.length; ) {
    // Longest match, the first one of that length; it may run into what it writes itself (MS-OXRTFCP 2.2.2.1).
    let best = 0;
    let bestOffset = 0;
    const start = filled < dictionarySize ? 0 : (write + 1) % dictionarySize;
    const places = filled < dictionarySize ? filled : dictionarySize - 1;
    for (let step = 0; step < places && best < longestMatch; step += 1) {
      const offset = (start + step) % dictionarySize;
      if (dictionary[offset] !== rtf[at]) {
        const found = dictionary.indexOf(rtf[at]!, offset);
        // On to the next place that begins alike, or to where the dictionary wraps.
        step += (found < 0 ? dictionarySize : found) - offset - 1;
        continue;
      }
      const length = matchLength(dictionary, write, offset, rtf, at);
      if (length > best) {
        best = length;
        bestOffset = offset;
      }
    }
    if (best < 2) {
      token(false);
      out.push(rtf[at]!);
      remember(rtf[at]!);
      at += 1;
      continue;
    }
    token(true);
    const reference = (bestOffset << 4) | (best - 2);
    out.push(reference >> 8, reference & 0xff);
    for (let index = 0; index < best; index += 1) remember(rtf[at + index]!);
    at += best;
  }
  token(true);
  out.push((write << 4) >> 8, (write << 4) & 0xff);

  const contents = Buffer.from(out);
  const header = Buffer.alloc(headerSize);
  header.writeUInt32LE(contents.length + 12, 0);
  header.writeUInt32LE(rtf.length, 4);
  header.writeUInt32LE(compressed, 8);
  header.writeUInt32LE(bareCrc32(contents), 12);
  return Buffer.concat([header, contents]);
}

/** How many bytes from `at` stand at `offset` of the dictionary, counting those that the match itself would write. */
function matchLength(dictionary: Buffer, write: number, offset: number, rtf: Uint8Array, at: number): number {
  let length = 0;
  for (; length < longestMatch && at + length < rtf.length; length += 1) {
    const place = (offset + length) % dictionarySize;
    const distance = (place - write + dictionarySize) % dictionarySize;
    const known = distance < length ? rtf[at + distance]! : dictionary[place]!;
    if (known !== rtf[at + length]) break;
  }
  return length;
}
