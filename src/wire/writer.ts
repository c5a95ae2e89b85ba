import { WireError } from './error.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Grows a buffer by little-endian values: the mirror image of Reader. */
export class Writer {
  private buffer: Buffer;
  /** Number of bytes written so far. */
  length = 0;
  /** Encodes 8-bit strings (PtypString8); Latin-1 unless the session's code page says otherwise. */
  encode8: (text: string) => Uint8Array = latin1;

  constructor(capacity = 256) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  private reserve(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    this.length = needed;
    return at;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.buffer.writeUInt8(value, at);
  }
  u16(value: number): void {
    const at = this.reserve(2);
    this.buffer.writeUInt16LE(value, at);
  }
  u32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeUInt32LE(value >>> 0, at);
  }
  u64(value: bigint): void {
    const at = this.reserve(8);
    this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  }
  i16(value: number): void {
    const at = this.reserve(2);
    this.buffer.writeInt16LE(value, at);
  }
  i32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeInt32LE(value | 0, at);
  }
  i64(value: bigint): void {
    const at = this.reserve(8);
    this.buffer.writeBigInt64LE(BigInt.asIntN(64, value), at);
  }
  f32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeFloatLE(value, at);
  }
  f64(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(value, at);
  }
  bytes(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.buffer.set(value, at);
  }
  zeros(count: number): void {
    const at = this.reserve(count);
    this.buffer.fill(0, at, at + count);
  }
  /** An 8-bit string with its NUL. Text after an embedded NUL is cut: a reader could not find it. */
  string8(value: string): void {
    const bytes = this.encode8(value);
    const nul = bytes.indexOf(0);
    this.bytes(nul < 0 ? bytes : bytes.subarray(0, nul));
    this.u8(0);
  }
  /** A UTF-16LE string with its terminator; cut at an embedded NUL like {@link string8}. */
  string16(value: string): void {
    const nul = value.indexOf('\0');
    const text = nul < 0 ? value : value.slice(0, nul);
    const at = this.reserve(text.length * 2 + 2);
    this.buffer.write(text, at, 'utf16le');
    this.buffer.writeUInt16LE(0, at + text.length * 2);
  }

  /** Overwrites a u16 written earlier, for sizes known only afterwards. */
  patchU16(at: number, value: number): void {
    if (value > 0xffff) throw new WireError(`size ${value} does not fit 16 bits`, at);
    this.buffer.writeUInt16LE(value, at);
  }
  patchU32(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }
  patchU8(at: number, value: number): void {
    this.buffer.writeUInt8(value, at);
  }
  /** Drops everything written after `length` bytes. */
  truncate(length: number): void {
    this.length = length;
  }

  /** A view of what was written. */
  view(start = 0): Buffer {
    return this.buffer.subarray(start, this.length);
  }
  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.view());
  }
}
