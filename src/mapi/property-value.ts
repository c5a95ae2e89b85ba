import { array, type Reader, u16, u32, type WireType, type Writer } from '../wire/index.ts';
import { guidFromBytes, guidToBytes } from './guid.ts';
import type { PropertyValue } from './property-bag.ts';
import { multiValue, multiValueInstance, type PropertyTag, type PropertyType, Ptyp, typeOf } from './property-type.ts';
import type { Restriction, TaggedValue } from './restriction.ts';
import { readRestriction, writeRestriction } from './restriction-codec.ts';

/**
 * How values are laid out where (MS-OXCDATA 2.11.1.1 on COUNT):
 * - `rop`: ROP buffers; counts of bytes are 16 bits.
 * - `extended`: extended rules; those counts are 32 bits.
 * - `addressBook`: MS-OXCMAPIHTTP 2.2.1.1; 32 bits, and a HasValue byte before strings, binaries and multiple values.
 *   Each string and binary inside a multiple value has one, too: real clients and servers do that although the
 *   section does not spell it out. Reading takes arrays without them as well.
 */
export type ValueEncoding = 'rop' | 'addressBook' | 'extended';

/** The type of the value in a column: a multiple-value instance column (MS-OXCTABL 2.2.1.11) carries single ones. */
export const valueType = (type: PropertyType): PropertyType =>
  (type & multiValueInstance) !== 0 ? type & ~(multiValue | multiValueInstance) : type;

const hasValue = 0xff;
const noBytes = new Uint8Array(0);

/** Bytes of each value, for the types of one size that also come as multiple values. */
export const fixedSizes: Readonly<Record<PropertyType, number>> = {
  [Ptyp.Integer16]: 2,
  [Ptyp.Integer32]: 4,
  [Ptyp.Floating32]: 4,
  [Ptyp.Floating64]: 8,
  [Ptyp.Currency]: 8,
  [Ptyp.FloatingTime]: 8,
  [Ptyp.Integer64]: 8,
  [Ptyp.Time]: 8,
  [Ptyp.Guid]: 16,
};

/** The least bytes that an element of a multiple value takes, to refuse impossible counts. */
export const leastSizes: Readonly<Record<PropertyType, number>> = {
  ...fixedSizes,
  [Ptyp.String8]: 1,
  [Ptyp.String]: 2,
  [Ptyp.Binary]: 2,
};

/** Whether the address book puts a HasValue byte before values of a type (MS-OXCMAPIHTTP 2.2.1.1). */
export const takesHasValue = (type: PropertyType): boolean =>
  type === Ptyp.String || type === Ptyp.String8 || type === Ptyp.Binary || (type & multiValue) !== 0;

/**
 * Reads a value of the given type. Integer32 comes signed, ErrorCode unsigned; Integer64 comes unsigned, because most
 * of them are ids. A HasValue of FALSE reads as the empty value of the type.
 */
export function readValue(r: Reader, type: PropertyType, encoding: ValueEncoding = 'rop'): PropertyValue {
  if (encoding === 'addressBook') {
    if (type === Ptyp.Object) return noBytes;
    if (takesHasValue(type)) {
      if (r.u8() === 0) return emptyValue(type);
      return (type & multiValue) !== 0 ? readMultiple(r, type & ~multiValue, encoding) : readPlain(r, type, encoding);
    }
  } else if ((type & multiValue) !== 0) {
    return readMultiple(r, type & ~multiValue, encoding);
  }
  return readPlain(r, type, encoding);
}

function emptyValue(type: PropertyType): PropertyValue {
  if ((type & multiValue) !== 0) return [];
  return type === Ptyp.Binary ? noBytes : '';
}

function readPlain(r: Reader, type: PropertyType, encoding: ValueEncoding): PropertyValue {
  switch (type) {
    case Ptyp.String:
      return r.string16();
    case Ptyp.Integer32:
      return r.i32();
    case Ptyp.Binary:
    case Ptyp.Object:
      return r.bytes(encoding === 'rop' ? r.u16() : r.u32());
    case Ptyp.Time:
    case Ptyp.Integer64:
      return r.u64();
    case Ptyp.Boolean:
      return r.u8() !== 0;
    case Ptyp.String8:
      return r.string8();
    case Ptyp.Integer16:
      return r.i16();
    case Ptyp.Floating32:
      return r.f32();
    case Ptyp.Floating64:
    case Ptyp.FloatingTime:
      return r.f64();
    case Ptyp.Currency:
      return r.i64();
    case Ptyp.ErrorCode:
      return r.u32();
    case Ptyp.Guid:
      return guidFromBytes(r.bytes(16));
    case Ptyp.ServerId:
      return r.bytes(r.u16());
    case Ptyp.Restriction:
      return readRestriction(r, encoding);
    case Ptyp.RuleAction:
      return readRuleActions(r, encoding);
    case Ptyp.Null:
      return noBytes;
    default:
      return r.fail(`value of type 0x${type.toString(16)}`);
  }
}

function readMultiple(r: Reader, type: PropertyType, encoding: ValueEncoding): PropertyValue {
  const least = leastSizes[type] ?? r.fail(`multiple value of type 0x${type.toString(16)}`);
  const count = r.count(r.u32(), least);
  const marked = encoding === 'addressBook' && takesHasValue(type) && count > 0 && hasMarks(r);
  const values: (number | bigint | string | Uint8Array)[] = [];
  for (let i = 0; i < count; i++) {
    if (marked && r.u8() === 0) values.push(emptyValue(type) as string | Uint8Array);
    else values.push(readPlain(r, type, encoding) as number | bigint | string | Uint8Array);
  }
  return values;
}

/** Whether the elements ahead carry HasValue bytes: text and sizes practically never begin with 0xFF. */
function hasMarks(r: Reader): boolean {
  const first = r.buffer[r.position];
  return first === hasValue;
}

/** RuleAction (MS-OXORULE 2.2.5) as the bytes it has on this wire: a count of blocks, each after its length. */
function readRuleActions(r: Reader, encoding: ValueEncoding): Uint8Array {
  const start = r.position;
  const size = encoding === 'rop' ? () => r.u16() : () => r.u32();
  const count = r.count(size(), encoding === 'rop' ? 2 : 4);
  for (let i = 0; i < count; i++) r.bytes(size());
  return r.buffer.subarray(start, r.position);
}

/** Writes a value of the given type. Throws TypeError when it is of another kind than the type asks for. */
export function writeValue(w: Writer, type: PropertyType, value: PropertyValue, encoding: ValueEncoding = 'rop'): void {
  const multiple = (type & multiValue) !== 0;
  if (encoding === 'addressBook') {
    if (type === Ptyp.Object) return;
    if (takesHasValue(type)) w.u8(hasValue);
  }
  if (multiple) writeMultiple(w, type & ~multiValue, value, encoding);
  else writePlain(w, type, value, encoding);
}

function writeMultiple(w: Writer, type: PropertyType, value: PropertyValue, encoding: ValueEncoding): void {
  if (!Array.isArray(value)) throw mismatch(type | multiValue, value);
  if (leastSizes[type] === undefined) throw mismatch(type | multiValue, value);
  const marked = encoding === 'addressBook' && takesHasValue(type);
  w.u32(value.length);
  for (const element of value) {
    if (marked) w.u8(hasValue);
    writePlain(w, type, element, encoding);
  }
}

function writePlain(w: Writer, type: PropertyType, value: PropertyValue, encoding: ValueEncoding): void {
  switch (type) {
    case Ptyp.String:
      if (typeof value !== 'string') throw mismatch(type, value);
      w.string16(value);
      return;
    case Ptyp.String8:
      if (typeof value !== 'string') throw mismatch(type, value);
      w.string8(value);
      return;
    case Ptyp.Integer32:
    case Ptyp.ErrorCode:
      if (typeof value !== 'number') throw mismatch(type, value);
      w.u32(value);
      return;
    case Ptyp.Binary:
    case Ptyp.Object:
      if (!(value instanceof Uint8Array)) throw mismatch(type, value);
      if (encoding === 'rop') writeSize16(w, value.length);
      else w.u32(value.length);
      w.bytes(value);
      return;
    case Ptyp.Time:
    case Ptyp.Integer64:
    case Ptyp.Currency:
      if (typeof value !== 'bigint') throw mismatch(type, value);
      w.u64(value);
      return;
    case Ptyp.Boolean:
      if (typeof value !== 'boolean') throw mismatch(type, value);
      w.u8(value ? 1 : 0);
      return;
    case Ptyp.Integer16:
      if (typeof value !== 'number') throw mismatch(type, value);
      w.u16(value & 0xffff);
      return;
    case Ptyp.Floating32:
      if (typeof value !== 'number') throw mismatch(type, value);
      w.f32(value);
      return;
    case Ptyp.Floating64:
    case Ptyp.FloatingTime:
      if (typeof value !== 'number') throw mismatch(type, value);
      w.f64(value);
      return;
    case Ptyp.Guid:
      if (typeof value !== 'string') throw mismatch(type, value);
      w.bytes(guidToBytes(value));
      return;
    case Ptyp.ServerId:
      if (!(value instanceof Uint8Array)) throw mismatch(type, value);
      writeSize16(w, value.length);
      w.bytes(value);
      return;
    case Ptyp.RuleAction:
      if (!(value instanceof Uint8Array)) throw mismatch(type, value);
      w.bytes(value);
      return;
    case Ptyp.Restriction:
      if (typeof value !== 'object' || !('kind' in value)) throw mismatch(type, value);
      writeRestriction(w, value as Restriction, encoding);
      return;
    case Ptyp.Null:
      return;
    default:
      throw mismatch(type, value);
  }
}

function writeSize16(w: Writer, size: number): void {
  if (size > 0xffff) throw new RangeError(`${size} bytes do not fit a ROP value`);
  w.u16(size);
}

function mismatch(type: PropertyType, value: unknown): TypeError {
  const kind = value instanceof Uint8Array ? 'bytes' : Array.isArray(value) ? 'array' : typeof value;
  return new TypeError(`a value of type 0x${type.toString(16)} cannot be of kind ${kind}`);
}

const cache = new Map<string, WireType<PropertyValue>>();

/** The value of one property of a known type, MS-OXCDATA 2.11.2.1 or MS-OXCMAPIHTTP 2.2.1.1. */
export function propertyValue(type: PropertyType, encoding: ValueEncoding = 'rop'): WireType<PropertyValue> {
  const key = `${type}${encoding}`;
  const known = cache.get(key);
  if (known) return known;
  const made: WireType<PropertyValue> = {
    read: (r) => readValue(r, type, encoding),
    write: (w, v) => writeValue(w, type, v, encoding),
  };
  // Types are 16 bits and may come off the wire: only what exists is kept.
  if (cache.size < 256) cache.set(key, made);
  return made;
}

const taggedValues: Readonly<Record<ValueEncoding, WireType<TaggedValue>>> = {
  rop: taggedValueOf('rop'),
  addressBook: taggedValueOf('addressBook'),
  extended: taggedValueOf('extended'),
};

function taggedValueOf(encoding: ValueEncoding): WireType<TaggedValue> {
  return {
    read: (r) => {
      const tag = r.u32();
      return { tag, value: readValue(r, valueType(typeOf(tag)), encoding) };
    },
    write: (w, v) => {
      w.u32(v.tag);
      writeValue(w, valueType(typeOf(v.tag)), v.value, encoding);
    },
  };
}

/** TaggedPropertyValue, MS-OXCDATA 2.11.4; AddressBookTaggedPropertyValue, MS-OXCMAPIHTTP 2.2.1.2. */
export const taggedValue = (encoding: ValueEncoding = 'rop'): WireType<TaggedValue> => taggedValues[encoding];

/** PropertyTagArray, MS-OXCDATA 2.10.2: a 16-bit count and tags. */
export const propertyTagArray: WireType<PropertyTag[]> = array(u16, u32, 4);

/** LargePropertyTagArray, MS-OXCMAPIHTTP 2.2.1.8: a 32-bit count and tags. */
export const largePropertyTagArray: WireType<PropertyTag[]> = array(u32, u32, 4);
