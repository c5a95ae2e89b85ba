import {
  decodeCodePage,
  fixedSizes,
  guidFromBytes,
  isKnownCodePage,
  multiValue,
  type PropertyName,
  type PropertyTag,
  type PropertyType,
  type PropertyValue,
  Ptyp,
  readValue,
  restriction,
  tagOf,
} from '../../mapi/index.ts';
import { decode, Reader, WireError } from '../../wire/index.ts';
import { fastTransferLimits as limits } from './limits.ts';
import { isMarker, type Marker, metaTag } from './markers.ts';
import { codePageType } from './text.ts';

/** A property in a stream: its tag with text as PtypString, and the name of a named one, whose id means nothing. */
export interface StreamProperty {
  readonly tag: PropertyTag;
  readonly name: PropertyName | undefined;
}

/**
 * What a stream consists of. A value above the inline limit comes as `begin`, parts in order and `finish`; `size` is
 * that of all parts, text being UTF-16 without terminator.
 */
export type StreamElement =
  | { readonly kind: 'marker'; readonly marker: Marker }
  | { readonly kind: 'property'; readonly property: StreamProperty; readonly value: PropertyValue }
  | { readonly kind: 'begin'; readonly property: StreamProperty; readonly size: number }
  | { readonly kind: 'part'; readonly bytes: Uint8Array }
  | { readonly kind: 'finish' };

export interface StreamReader {
  /**
   * Takes the next bytes of the stream and gives, one by one as they are asked for, the elements that are whole with
   * them; elements left over come first the next time. Throws WireError, after the elements before, for what is no
   * stream; it is of no use then.
   */
  push(bytes: Uint8Array): Generator<StreamElement, void, undefined>;
  /** Throws WireError when the stream ended inside an element. */
  end(): void;
}

/** More bytes are needed before an element is whole: those up to `end` at least. */
class Incomplete extends Error {
  readonly end: number;

  constructor(end: number) {
    super('the element is not whole');
    this.end = end;
  }
}

/** Bytes of a value in a stream, where a boolean takes two. */
const sizes: Readonly<Record<PropertyType, number>> = { ...fixedSizes, [Ptyp.ErrorCode]: 4, [Ptyp.Boolean]: 2 };
const variable: ReadonlySet<PropertyType> = new Set([
  Ptyp.String,
  Ptyp.String8,
  Ptyp.Binary,
  Ptyp.Object,
  Ptyp.ServerId,
  Ptyp.RuleAction,
  Ptyp.Restriction,
]);
const byPart: ReadonlySet<PropertyType> = new Set([Ptyp.String, Ptyp.Binary, Ptyp.Object]);
const restrictions = restriction('rop');

/** The type a value has, and how its text is encoded: code page, or 1200 for UTF-16. */
function textCoding(type: PropertyType, codePage: number): { type: PropertyType; codePage: number } {
  if ((type & codePageType) !== 0) return { type: Ptyp.String, codePage: type & ~codePageType };
  const single = type & ~multiValue;
  if (single === Ptyp.String8) return { type: Ptyp.String | (type & multiValue), codePage };
  return { type, codePage: 1200 };
}

/**
 * Reads a FastTransfer stream in whatever portions it comes (MS-OXCFXICS 2.2.4.1), however they cut its elements.
 * `codePage` is that of PtypString8.
 */
export function createStreamReader(codePage = 1252): StreamReader {
  /** What came and was not read yet: `at` to `end`. Never written over, because parts are views on it. */
  let pending = Buffer.alloc(0);
  let at = 0;
  let end = 0;
  /** Bytes that the next element has at least. */
  let least = 0;
  /** A value that comes in parts: bytes to pass on, and those of its terminator to drop. */
  let large: { left: number; terminator: number } | undefined;

  function append(bytes: Uint8Array): void {
    if (end + bytes.length > pending.length) {
      // Twice what is needed, so that a value that comes in small portions is not copied with each of them.
      const grown = Buffer.allocUnsafe(2 * (end - at + bytes.length));
      pending.copy(grown, 0, at, end);
      pending = grown;
      end -= at;
      at = 0;
    }
    pending.set(bytes, end);
    end += bytes.length;
  }

  /** The next part of the large value, or its end; undefined when that has not come yet. */
  function part(value: { left: number; terminator: number }): StreamElement | undefined {
    const length = Math.min(value.left, end - at);
    if (length > 0) {
      const bytes = pending.subarray(at, at + length);
      value.left -= length;
      at += length;
      return { kind: 'part', bytes };
    }
    if (value.left > 0) return undefined;
    const dropped = Math.min(value.terminator, end - at);
    value.terminator -= dropped;
    at += dropped;
    if (value.terminator > 0) return undefined;
    large = undefined;
    return { kind: 'finish' };
  }

  function next(): StreamElement | undefined {
    if (large !== undefined) return part(large);
    if (end - at < Math.max(least, 1)) return undefined;
    const reader = new Reader(pending, at, end);
    try {
      const found = element(reader);
      at = reader.position;
      least = 0;
      return found;
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error;
      least = error.end - at;
      return undefined;
    }
  }

  function* elements(): Generator<StreamElement, void, undefined> {
    for (let found = next(); found !== undefined; found = next()) yield found;
  }

  function element(r: Reader): StreamElement {
    need(r, 4);
    const given = r.u32();
    if (isMarker(given)) return { kind: 'marker', marker: given };
    const id = given >>> 16;
    const name = id >= 0x8000 ? propertyName(r) : undefined;
    const coding = textCoding(given === metaTag.idsetGiven ? Ptyp.Binary : given & 0xffff, codePage);
    const tag = given === metaTag.idsetGiven ? given : tagOf(id, coding.type);
    const property: StreamProperty = { tag, name };
    const { type } = coding;
    if ((type & multiValue) !== 0) return { kind: 'property', property, value: multiple(r, type, coding.codePage) };
    if (!variable.has(type)) return { kind: 'property', property, value: fixed(r, type) };
    need(r, 4);
    const size = r.u32();
    if (size > limits.value) r.fail(`value of ${size} bytes`);
    if (size > limits.inlineValue && byPart.has(type) && (type !== Ptyp.String || coding.codePage === 1200)) {
      const terminator = type === Ptyp.String ? 2 : 0;
      if (type === Ptyp.String && size % 2 !== 0) r.fail('UTF-16 text of an odd number of bytes');
      large = { left: size - terminator, terminator };
      return { kind: 'begin', property, size: size - terminator };
    }
    if (size > (type === Ptyp.String ? limits.text8 : limits.inlineValue)) r.fail(`value of ${size} bytes`);
    need(r, size);
    return { kind: 'property', property, value: variableValue(r.bytes(size), type, coding.codePage) };
  }

  return {
    push(bytes) {
      append(bytes);
      return elements();
    },
    end() {
      if (end > at || large !== undefined) {
        throw new WireError('the stream ends inside an element');
      }
    },
  };
}

/**
 * Errors: Incomplete unless there are `count` bytes. To go on, those `following` are needed as well at least: without
 * them a value that comes in small portions would be read again with each.
 */
function need(r: Reader, count: number, following = 0): void {
  if (r.remaining < count) throw new Incomplete(r.position + count + following);
}

function propertyName(r: Reader): PropertyName {
  need(r, 17);
  const guid = guidFromBytes(r.bytes(16));
  const kind = r.u8();
  if (kind === 0) {
    need(r, 4);
    return { guid, lid: r.u32() };
  }
  if (kind !== 1) r.fail(`property name of kind ${kind}`);
  for (let at = r.position; ; at += 2) {
    if (at - r.position > 2 * limits.name) r.fail('property name too long');
    if (at + 1 >= r.end) throw new Incomplete(at + 2);
    if (r.buffer.readUInt16LE(at) === 0) return { guid, name: r.string16() };
  }
}

function fixed(r: Reader, type: PropertyType): PropertyValue {
  const size = sizes[type];
  if (size === undefined) return r.fail(`value of type 0x${type.toString(16)}`);
  need(r, size);
  return type === Ptyp.Boolean ? r.u16() !== 0 : readValue(r, type);
}

function multiple(r: Reader, type: PropertyType, codePage: number): PropertyValue {
  const single = type & ~multiValue;
  const isVariable = single === Ptyp.String || single === Ptyp.Binary;
  const least = isVariable ? 4 : fixedSizes[single];
  if (least === undefined) return r.fail(`multiple value of type 0x${type.toString(16)}`);
  need(r, 4);
  const start = r.position;
  const count = r.u32();
  if (count * least > limits.multipleValue) r.fail(`${count} values`);
  const values: PropertyValue[] = [];
  for (let left = count - 1; left >= 0; left--) {
    if (!isVariable) {
      need(r, least, left * least);
      values.push(fixed(r, single));
      continue;
    }
    need(r, 4, left * least);
    const size = r.u32();
    if (size > limits.multipleValue || r.position - start > limits.multipleValue) r.fail(`value of ${size} bytes`);
    need(r, size, left * least);
    values.push(variableValue(r.bytes(size), single, codePage));
  }
  return values as PropertyValue;
}

/** A value of variable length from its bytes; text ends at its first NUL and may lack it. */
function variableValue(bytes: Buffer, type: PropertyType, codePage: number): PropertyValue {
  if (type === Ptyp.Restriction) return decode(restrictions, bytes);
  if (type !== Ptyp.String) return Buffer.from(bytes);
  if (codePage === 1200) {
    if (bytes.length % 2 !== 0) throw new WireError('UTF-16 text of an odd number of bytes');
    const text = bytes.toString('utf16le');
    const nul = text.indexOf('\0');
    return nul < 0 ? text : text.slice(0, nul);
  }
  if (!isKnownCodePage(codePage)) throw new WireError(`text in code page ${codePage}`);
  const nul = bytes.indexOf(0);
  return decodeCodePage(codePage)(nul < 0 ? bytes : bytes.subarray(0, nul));
}
