import { decode, encode, WireError } from '../wire/index.ts';
import { isLargeValue, type PropertyBag, type PropertyValue, type ReadonlyPropertyBag } from './property-bag.ts';
import type { Restriction } from './restriction.ts';
import { restriction } from './restriction-codec.ts';

/**
 * A bag as bytes for the store: a version byte, then for each property its tag and its value, which says itself of
 * what kind it is, so that each reads back exactly as it was. Numbers are variable-length where they are mostly small.
 * Bytes once written stay readable: a new layout takes a new version.
 */
const version = 1;

const kind = {
  integer: 0,
  double: 1,
  signed64: 2,
  unsigned64: 3,
  false: 4,
  true: 5,
  latin1: 6,
  utf16: 7,
  bytes: 8,
  array: 9,
  restriction: 10,
} as const;

class Output {
  buffer = Buffer.allocUnsafe(1024);
  length = 0;

  /** Makes room; take it before `buffer`, which it may replace. */
  reserve(count: number): number {
    const at = this.length;
    if (at + count > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(at + count, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    this.length = at + count;
    return at;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
  }

  /** An unsigned integer below 2^53: seven bits a byte, the lowest first. */
  varint(value: number): void {
    this.reserve(8);
    let at = this.length - 8;
    let left = value;
    while (left >= 0x80) {
      this.buffer[at++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.buffer[at++] = left;
    this.length = at;
  }
}

/** Throws TypeError for a LargeValue: those are kept elsewhere. */
export function encodeBag(bag: ReadonlyPropertyBag): Buffer {
  const out = new Output();
  out.u8(version);
  out.varint(bag.size);
  for (const [tag, value] of bag) {
    if (isLargeValue(value)) throw new TypeError(`property 0x${tag.toString(16)} is too large for a bag's bytes`);
    const at = out.reserve(4);
    out.buffer.writeUInt32LE(tag, at);
    writeValue(out, value);
  }
  return Buffer.from(out.buffer.subarray(0, out.length));
}

function writeValue(out: Output, value: PropertyValue): void {
  if (typeof value === 'string') {
    writeString(out, value);
    return;
  }
  if (typeof value === 'number') {
    writeNumber(out, value);
    return;
  }
  if (typeof value === 'boolean') {
    out.u8(value ? kind.true : kind.false);
    return;
  }
  if (typeof value === 'bigint') {
    const at = out.reserve(9);
    const unsigned = value >= 1n << 63n;
    out.buffer[at] = unsigned ? kind.unsigned64 : kind.signed64;
    if (unsigned) out.buffer.writeBigUInt64LE(value, at + 1);
    else out.buffer.writeBigInt64LE(value, at + 1);
    return;
  }
  if (value instanceof Uint8Array) {
    writeBytes(out, kind.bytes, value);
    return;
  }
  if (Array.isArray(value)) {
    out.u8(kind.array);
    out.varint(value.length);
    for (const element of value) writeValue(out, element);
    return;
  }
  writeBytes(out, kind.restriction, encode(restriction('extended'), value as Restriction));
}

function writeNumber(out: Output, value: number): void {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 40 && !Object.is(value, -0)) {
    out.u8(kind.integer);
    // The sign goes into the lowest bit, so that small negative numbers stay short.
    out.varint(value < 0 ? -value * 2 - 1 : value * 2);
    return;
  }
  const at = out.reserve(9);
  out.buffer[at] = kind.double;
  out.buffer.writeDoubleLE(value, at + 1);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of Latin-1, NUL included
const onlyLatin1 = /^[\u0000-\u00ff]*$/;

function writeString(out: Output, value: string): void {
  const narrow = onlyLatin1.test(value);
  out.u8(narrow ? kind.latin1 : kind.utf16);
  const size = narrow ? value.length : value.length * 2;
  out.varint(size);
  const at = out.reserve(size);
  if (narrow) out.buffer.write(value, at, size, 'latin1');
  else out.buffer.write(value, at, size, 'utf16le');
}

function writeBytes(out: Output, as: number, value: Uint8Array): void {
  out.u8(as);
  out.varint(value.length);
  const at = out.reserve(value.length);
  out.buffer.set(value, at);
}

/** Reverse of {@link encodeBag}. Byte values are views on `bytes`. Throws WireError for bytes that are no bag. */
export function decodeBag(bytes: Uint8Array): PropertyBag {
  const input = new Input(bytes);
  const read = input.u8();
  if (read !== version) throw new WireError(`property bag of version ${read}`);
  const bag: PropertyBag = new Map();
  for (let left = input.varint(); left > 0; left--) {
    const tag = input.buffer.readUInt32LE(input.take(4));
    bag.set(tag, readValue(input));
  }
  if (input.position !== bytes.length) throw new WireError('bytes after a property bag', input.position);
  return bag;
}

class Input {
  readonly buffer: Buffer;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(count: number): number {
    const at = this.position;
    if (count > this.buffer.length - at) throw new WireError('property bag cut off', at);
    this.position = at + count;
    return at;
  }

  u8(): number {
    return this.buffer[this.take(1)]!;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new WireError('number too long in a property bag', this.position);
  }

  bytes(): Buffer {
    const size = this.varint();
    const at = this.take(size);
    return this.buffer.subarray(at, at + size);
  }
}

function readValue(input: Input): PropertyValue {
  const as = input.u8();
  if (as === kind.array) {
    const values: (number | bigint | string | Uint8Array)[] = [];
    for (let left = input.varint(); left > 0; left--) values.push(readSingle(input, input.u8()) as string);
    return values;
  }
  return readSingle(input, as);
}

function readSingle(input: Input, as: number): Exclude<PropertyValue, readonly unknown[]> {
  switch (as) {
    case kind.latin1: {
      const size = input.varint();
      const at = input.take(size);
      return input.buffer.toString('latin1', at, at + size);
    }
    case kind.utf16: {
      const size = input.varint();
      const at = input.take(size);
      return input.buffer.toString('utf16le', at, at + size);
    }
    case kind.integer: {
      const value = input.varint();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    case kind.signed64:
      return input.buffer.readBigInt64LE(input.take(8));
    case kind.unsigned64:
      return input.buffer.readBigUInt64LE(input.take(8));
    case kind.true:
      return true;
    case kind.false:
      return false;
    case kind.bytes:
      return input.bytes();
    case kind.double:
      return input.buffer.readDoubleLE(input.take(8));
    case kind.restriction:
      return decode(restriction('extended'), input.bytes());
    default:
      throw new WireError(`value of kind ${as} in a property bag`, input.position);
  }
}
