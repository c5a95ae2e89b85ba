import { WireError } from './error.ts';
import { wireLimits } from './limits.ts';

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

/**
 * A cursor over bytes; little-endian throughout, as all of MAPI is. Every read checks its bounds and throws
 * {@link WireError}. Byte values returned are views on the given buffer: copy them to keep them.
 */
export class Reader {
  readonly buffer: Buffer;
  /** Index of the next byte. */
  position: number;
  readonly end: number;
  /** Decodes 8-bit strings (PtypString8); Latin-1 unless the session's code page says otherwise. */
  decode8: (bytes: Buffer) => string = latin1;
  private depth = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  fail(message: string): never {
    throw new WireError(message, this.position);
  }

  private advance(length: number): number {
    const at = this.position;
    if (length < 0 || length > this.end - at) this.fail(`${length} bytes wanted, ${this.end - at} left`);
    this.position = at + length;
    return at;
  }

  u8(): number {
    return this.buffer.readUInt8(this.advance(1));
  }
  u16(): number {
    return this.buffer.readUInt16LE(this.advance(2));
  }
  u32(): number {
    return this.buffer.readUInt32LE(this.advance(4));
  }
  u64(): bigint {
    return this.buffer.readBigUInt64LE(this.advance(8));
  }
  i16(): number {
    return this.buffer.readInt16LE(this.advance(2));
  }
  i32(): number {
    return this.buffer.readInt32LE(this.advance(4));
  }
  i64(): bigint {
    return this.buffer.readBigInt64LE(this.advance(8));
  }
  f32(): number {
    return this.buffer.readFloatLE(this.advance(4));
  }
  f64(): number {
    return this.buffer.readDoubleLE(this.advance(8));
  }
  /** A view of the next `length` bytes. */
  bytes(length: number): Buffer {
    const at = this.advance(length);
    return this.buffer.subarray(at, at + length);
  }
  /** A view of all bytes that are left. */
  rest(): Buffer {
    return this.bytes(this.remaining);
  }

  /** An 8-bit string up to its NUL, decoded by {@link decode8}. */
  string8(): string {
    const nul = this.buffer.indexOf(0, this.position);
    if (nul < 0 || nul >= this.end) this.fail('8-bit string without terminator');
    const text = this.decode8(this.bytes(nul - this.position));
    this.position += 1;
    return text;
  }

  /** A UTF-16LE string up to its two NULs. */
  string16(): string {
    for (let at = this.position; at + 1 < this.end; at += 2) {
      if (this.buffer[at] === 0 && this.buffer[at + 1] === 0) {
        const text = this.buffer.toString('utf16le', this.position, at);
        this.position = at + 2;
        return text;
      }
    }
    return this.fail('UTF-16 string without terminator');
  }

  /** Checks a count read from the wire against the bytes left, so that a hostile one allocates nothing. */
  count(value: number, bytesEach: number): number {
    if (value > wireLimits.arrayCount || value * bytesEach > this.remaining) this.fail(`count of ${value}`);
    return value;
  }

  /** Runs `read` one level deeper; throws when structures nest beyond {@link wireLimits.depth}. */
  nested<T>(read: () => T): T {
    if (this.depth >= wireLimits.depth) this.fail('nested too deep');
    this.depth += 1;
    try {
      return read();
    } finally {
      this.depth -= 1;
    }
  }

  /** A reader of the next `length` bytes alone, with the same decoder; this one moves past them. */
  slice(length: number): Reader {
    const at = this.advance(length);
    const inner = new Reader(this.buffer, at, at + length);
    inner.decode8 = this.decode8;
    inner.depth = this.depth;
    return inner;
  }

  /** Throws when bytes are left over. */
  done(): void {
    if (this.remaining > 0) this.fail(`${this.remaining} bytes too many`);
  }
}
