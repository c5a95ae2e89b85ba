import type { LargeValue } from '../mapi/index.ts';
import { formatLimits } from './limits.ts';

export type Bytes = AsyncIterable<Uint8Array>;

/** Bytes in memory as a source. */
export const bytesValue = (bytes: Uint8Array): LargeValue => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

/** The bytes of a source from `from` to before `to`, as a source of its own. */
export const rangeOf = (source: LargeValue, from: number, to: number): LargeValue => ({
  size: to - from,
  read: (offset, length) => source.read(from + offset, Math.max(0, Math.min(length, to - from - offset))),
});

/** All bytes of a source, in pieces. */
export async function* chunksOf(source: LargeValue): Bytes {
  for (let at = 0; at < source.size; ) {
    const chunk = await source.read(at, Math.min(formatLimits.chunk, source.size - at));
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}

/** Everything in one buffer; the caller knows that it is small. */
export async function readAll(bytes: Bytes): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

/** Number of bytes that an iteration gives. */
async function measure(bytes: Bytes): Promise<number> {
  let size = 0;
  for await (const part of bytes) size += part.length;
  return size;
}

interface Cursor {
  readonly iterator: AsyncIterator<Uint8Array>;
  /** Offset of the first byte of `pending`. */
  at: number;
  pending: Uint8Array;
}

const cursorsKept = 4;

/**
 * What can only be read from start to end (a decoded body), as a source with random access: reading on costs nothing
 * extra, reading back starts again. A few positions are kept, so that several readers do not disturb each other. It is
 * read once at the beginning, for its size.
 */
export async function replayed(open: () => Bytes): Promise<LargeValue> {
  const size = await measure(open());
  const idle: Cursor[] = [];
  const take = (offset: number): Cursor => {
    let best = -1;
    idle.forEach((cursor, index) => {
      if (cursor.at <= offset && (best < 0 || cursor.at > idle[best]!.at)) best = index;
    });
    if (best >= 0) return idle.splice(best, 1)[0]!;
    return { iterator: open()[Symbol.asyncIterator](), at: 0, pending: new Uint8Array(0) };
  };
  return {
    size,
    async read(offset, length) {
      const end = Math.min(offset + length, size);
      if (end <= offset) return new Uint8Array(0);
      const cursor = take(offset);
      const out = Buffer.alloc(end - offset);
      let filled = 0;
      while (filled < out.length) {
        const skip = offset + filled - cursor.at;
        if (skip < cursor.pending.length) {
          const piece = cursor.pending.subarray(skip, skip + out.length - filled);
          out.set(piece, filled);
          filled += piece.length;
          continue;
        }
        cursor.at += cursor.pending.length;
        const next = await cursor.iterator.next();
        if (next.done) return out.subarray(0, filled);
        cursor.pending = next.value;
      }
      idle.push(cursor);
      if (idle.length > cursorsKept) await idle.shift()!.iterator.return?.();
      return out;
    },
  };
}
