import { WireError } from '../../wire/index.ts';

/*
 * Plain LZ77 with DIRECT2 encoding: MS-XCA 2.3 and 2.4, MS-OXCRPC 3.1.4.1.1.2. Indicator words of 32 bits, the highest
 * bit first: 0 a literal byte, 1 a match of (offset - 1) << 3 | (length - 3), the length extended by nibbles shared
 * between two matches, a byte, and 16 bits.
 */

const window = 8192;
const minMatch = 3;
/** Longest length that 16 bits hold. */
const maxMatch = 0xffff + minMatch;
const maxInput = 0x10000;
/** Candidates tried at each position: more gains little on mail text. */
const chainDepth = 12;

const hashBits = 13;
const heads = new Int32Array(1 << hashBits);
const previous = new Int32Array(maxInput);

/**
 * Compresses at most 64 KiB. Undefined when the outcome would not be smaller than the input, or the input is too large
 * to try.
 */
export function compress(input: Uint8Array): Buffer | undefined {
  const length = input.length;
  if (length > maxInput || length < 8) return undefined;
  const out = Buffer.allocUnsafe(length + 8);
  const limit = length - 1;
  heads.fill(-1);
  let at = 0;
  let to = 4;
  let flagsAt = 0;
  let flags = 0;
  let flagCount = 0;
  let nibbleAt = -1;

  while (at < length) {
    // A match takes up to 6 bytes, and an indicator word may follow.
    if (to + 10 > limit) return undefined;
    let best = 0;
    let bestOffset = 0;
    if (at + minMatch <= length) {
      const hash = hashOf(input, at);
      let candidate = heads[hash]!;
      const longest = Math.min(length - at, maxMatch);
      for (let depth = 0; candidate >= 0 && at - candidate <= window && depth < chainDepth; depth++) {
        if (input[candidate + best] === input[at + best]) {
          let n = 0;
          while (n < longest && input[candidate + n] === input[at + n]) n++;
          if (n > best) {
            best = n;
            bestOffset = at - candidate;
            if (n === longest) break;
          }
        }
        candidate = previous[candidate]!;
      }
      previous[at] = heads[hash]!;
      heads[hash] = at;
    }
    if (best < minMatch) {
      out[to++] = input[at++]!;
      flags = flags << 1;
    } else {
      flags = (flags << 1) | 1;
      const code = best - minMatch;
      const word = ((bestOffset - 1) << 3) | Math.min(code, 7);
      out[to++] = word & 0xff;
      out[to++] = word >> 8;
      if (code >= 7) {
        const nibble = Math.min(code - 7, 15);
        if (nibbleAt < 0) {
          nibbleAt = to;
          out[to++] = nibble;
        } else {
          out[nibbleAt] = out[nibbleAt]! | (nibble << 4);
          nibbleAt = -1;
        }
        if (nibble === 15) {
          const more = code - 22;
          if (more < 255) out[to++] = more;
          else {
            out[to++] = 255;
            out[to++] = code & 0xff;
            out[to++] = code >> 8;
          }
        }
      }
      const end = at + best;
      // Positions inside of a long match are rarely worth finding again.
      const hashed = Math.min(end, at + 32, length - minMatch + 1);
      for (at += 1; at < hashed; at++) {
        const hash = hashOf(input, at);
        previous[at] = heads[hash]!;
        heads[hash] = at;
      }
      at = end;
    }
    if (++flagCount === 32) {
      out.writeUInt32LE(flags >>> 0, flagsAt);
      flagsAt = to;
      to += 4;
      flags = 0;
      flagCount = 0;
    }
  }
  // The bit after the last element is 1, even if that takes a word of its own; so are those behind it.
  const free = 32 - flagCount;
  out.writeUInt32LE(free === 32 ? 0xffffffff : ((flags << free) | ((1 << free) - 1)) >>> 0, flagsAt);
  return to < length ? out.subarray(0, to) : undefined;
}

function hashOf(input: Uint8Array, at: number): number {
  const three = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16);
  return Math.imul(three, 0x9e3779b1) >>> (32 - hashBits);
}

/** Exactly `size` bytes from compressed ones. Throws WireError for anything else. */
export function decompress(input: Uint8Array, size: number): Buffer {
  const out = Buffer.allocUnsafe(size);
  const end = input.length;
  let from = 0;
  let to = 0;
  let flags = 0;
  let flagCount = 0;
  let nibbleAt = -1;

  const byte = (): number => {
    if (from >= end) throw new WireError('compressed data ends early', from);
    return input[from++]!;
  };

  while (to < size) {
    if (flagCount === 0) {
      flags = byte() | (byte() << 8) | (byte() << 16) | (byte() << 24);
      flagCount = 32;
    }
    flagCount -= 1;
    if (((flags >>> flagCount) & 1) === 0) {
      out[to++] = byte();
      continue;
    }
    const word = byte() | (byte() << 8);
    const offset = (word >> 3) + 1;
    let length = word & 7;
    if (length === 7) {
      let nibble: number;
      if (nibbleAt < 0) {
        nibbleAt = from;
        nibble = byte() & 15;
      } else {
        nibble = input[nibbleAt]! >> 4;
        nibbleAt = -1;
      }
      length += nibble;
      if (nibble === 15) {
        const more = byte();
        length += more;
        if (more === 255) {
          length = byte() | (byte() << 8);
          // MS-XCA 2.4.4: zero announces 32 bits.
          if (length === 0) length = (byte() | (byte() << 8) | (byte() << 16) | (byte() << 24)) >>> 0;
          if (length < 22) throw new WireError('compressed match length', from);
        }
      }
    }
    length += minMatch;
    if (offset > to) throw new WireError('compressed match before the start', from);
    if (length > size - to) throw new WireError('compressed data is longer than announced', from);
    if (offset >= length) {
      out.copyWithin(to, to - offset, to - offset + length);
      to += length;
    } else {
      for (const stop = to + length; to < stop; to++) out[to] = out[to - offset]!;
    }
  }
  return out;
}
