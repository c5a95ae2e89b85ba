import { ec, MapiError } from '../../mapi/index.ts';
import type { Block } from './writer.ts';

/** A stream cut into buffers as they are asked for; nothing of it is made before. */
export interface BufferSource {
  /**
   * The next at most `size` bytes; `done` with the last. Errors: ecBufferTooSmall when not one atom fits, and whatever
   * makes the stream fail — the same at each further call (MS-OXCFXICS 3.2.5.8.1.5).
   */
  next(size: number): Promise<{ data: Uint8Array; done: boolean }>;
  /** Ends the work on what is left. */
  close(): void;
}

/** Cuts between atoms, or inside long variable-length values (MS-OXCFXICS 2.2.4.1). */
export function cutIntoBuffers(stream: AsyncGenerator<Block>): BufferSource {
  let block: Block | undefined;
  /** Where the block was cut: bytes, and index of the piece there. */
  let position = 0;
  let piece = 0;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;

  async function advance(): Promise<boolean> {
    while (!ended && (block === undefined || position >= block.bytes.length)) {
      const { value, done } = await stream.next();
      position = 0;
      piece = 0;
      ended = done === true;
      block = ended ? undefined : (value as Block);
    }
    return !ended;
  }

  /** Takes what fits of the current block. */
  function take(room: number): Uint8Array {
    const { bytes, pieces } = block as Block;
    const limit = position + room;
    let end = position;
    while (piece < pieces.length && pieces[piece]!.end <= limit) {
      end = pieces[piece]!.end;
      piece += 1;
    }
    const next = pieces[piece];
    if (next !== undefined && next.unit > 0 && limit > end) {
      end += Math.floor((limit - end) / next.unit) * next.unit;
    }
    const part = bytes.subarray(position, end);
    position = end;
    return part;
  }

  async function fill(size: number): Promise<{ data: Uint8Array; done: boolean }> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (await advance()) {
      const part = take(size - length);
      if (part.length === 0) break;
      parts.push(part);
      length += part.length;
    }
    if (length === 0 && !ended) throw new MapiError(ec.bufferTooSmall, `nothing fits into ${size} bytes`);
    return { data: parts.length === 1 ? parts[0]! : Buffer.concat(parts, length), done: ended };
  }

  return {
    async next(size) {
      if (failure !== undefined) throw failure.error;
      try {
        return await fill(size);
      } catch (error) {
        failure = { error };
        throw error;
      }
    },
    close() {
      ended = true;
      block = undefined;
      void stream.return(undefined).catch(() => {});
    },
  };
}
