import { decode, encode, Reader, WireError, Writer } from '../wire/index.ts';
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

/** An unsigned integer below 2^53: seven bits a byte, the lowest first. */
function writeVarint(w: Writer, value: number): void {
  let left = value;
  while (left >= 0x80) {
    w.u8((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  w.u8(left);
}

function readVarint(r: Reader): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 53; scale *= 0x80) {
    const byte = r.u8();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  return r.fail('number too long in a property bag');
}

/** Throws TypeError for a LargeValue: those are kept elsewhere. */
export function encodeBag(bag: ReadonlyPropertyBag): Buffer {
  const out = new Writer(1024);
  out.u8(version);
  writeVarint(out, bag.size);
  for (const [tag, value] of bag) {
    if (isLargeValue(value)) throw new TypeError(`property 0x${tag.toString(16)} is too large for a bag's bytes`);
    if (tag >>> 0 !== tag) throw new RangeError(`${tag} is no property tag`);
    out.u32(tag);
    writeValue(out, value);
  }
  return out.finish();
}

function writeValue(out: Writer, value: PropertyValue): void {
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
    const unsigned = value >= 1n << 63n;
    const kept = unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
    if (kept !== value) throw new RangeError(`${value} has more than 64 bits`);
    out.u8(unsigned ? kind.unsigned64 : kind.signed64);
    out.u64(value);
    return;
  }
  if (value instanceof Uint8Array) {
    writeBytes(out, kind.bytes, value);
    return;
  }
  if (Array.isArray(value)) {
    out.u8(kind.array);
    writeVarint(out, value.length);
    for (const element of value) writeValue(out, element);
    return;
  }
  writeBytes(out, kind.restriction, encode(restriction('extended'), value as Restriction));
}

function writeNumber(out: Writer, value: number): void {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 40 && !Object.is(value, -0)) {
    out.u8(kind.integer);
    // The sign goes into the lowest bit, so that small negative numbers stay short.
    writeVarint(out, value < 0 ? -value * 2 - 1 : value * 2);
    return;
  }
  out.u8(kind.double);
  out.f64(value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of Latin-1, NUL included
const onlyLatin1 = /^[\u0000-\u00ff]*$/;

function writeString(out: Writer, value: string): void {
  const narrow = onlyLatin1.test(value);
  writeBytes(out, narrow ? kind.latin1 : kind.utf16, Buffer.from(value, narrow ? 'latin1' : 'utf16le'));
}

function writeBytes(out: Writer, as: number, value: Uint8Array): void {
  out.u8(as);
  writeVarint(out, value.length);
  out.bytes(value);
}

/** Reverse of {@link encodeBag}. Byte values are views on `bytes`. Throws WireError for bytes that are no bag. */
export function decodeBag(bytes: Uint8Array): PropertyBag {
  const input = new Reader(bytes);
  const read = input.u8();
  if (read !== version) throw new WireError(`property bag of version ${read}`);
  const bag: PropertyBag = new Map();
  for (let left = readVarint(input); left > 0; left--) {
    const tag = input.u32();
    bag.set(tag, readValue(input));
  }
  input.done();
  return bag;
}

const readBytes = (input: Reader): Buffer => input.bytes(readVarint(input));

function readValue(input: Reader): PropertyValue {
  const as = input.u8();
  if (as === kind.array) {
    const values: (number | bigint | string | Uint8Array)[] = [];
    for (let left = readVarint(input); left > 0; left--) values.push(readSingle(input, input.u8()) as string);
    return values;
  }
  return readSingle(input, as);
}

function readSingle(input: Reader, as: number): Exclude<PropertyValue, readonly unknown[]> {
  switch (as) {
    case kind.latin1:
      return readBytes(input).toString('latin1');
    case kind.utf16:
      return readBytes(input).toString('utf16le');
    case kind.integer: {
      const value = readVarint(input);
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    case kind.signed64:
      return input.i64();
    case kind.unsigned64:
      return input.u64();
    case kind.true:
      return true;
    case kind.false:
      return false;
    case kind.bytes:
      return readBytes(input);
    case kind.double:
      return input.f64();
    case kind.restriction:
      return decode(restriction('extended'), readBytes(input));
    default:
      return input.fail(`value of kind ${as} in a property bag`);
  }
}
