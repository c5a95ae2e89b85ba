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
  /** The elements that are whole with these bytes. Throws WireError for what is no stream; it is of no use then. */
  push(bytes: Uint8Array): StreamElement[];
  /** Throws WireError when the stream ended inside an element. */
  end(): void;
}

/** More bytes are needed before an element is whole. */
class Incomplete extends Error {}

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
  let pending = Buffer.alloc(0);
  /** A value that comes in parts: bytes to pass on, and those of its terminator to drop. */
  let large: { left: number; terminator: number } | undefined;

  function parts(at: number, elements: StreamElement[]): number {
    const value = large as { left: number; terminator: number };
    let position = at;
    const length = Math.min(value.left, pending.length - position);
    if (length > 0) {
      elements.push({ kind: 'part', bytes: pending.subarray(position, position + length) });
      value.left -= length;
      position += length;
    }
    if (value.left > 0) return position;
    const dropped = Math.min(value.terminator, pending.length - position);
    value.terminator -= dropped;
    position += dropped;
    if (value.terminator === 0) {
      large = undefined;
      elements.push({ kind: 'finish' });
    }
    return position;
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
      const elements: StreamElement[] = [];
      pending = pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([pending, bytes]);
      let at = 0;
      for (;;) {
        if (large !== undefined) {
          const before = at;
          at = parts(at, elements);
          if (large !== undefined && (at === pending.length || at === before)) break;
          continue;
        }
        if (at >= pending.length) break;
        const reader = new Reader(pending, at);
        try {
          elements.push(element(reader));
        } catch (error) {
          if (error instanceof Incomplete) break;
          throw error;
        }
        at = reader.position;
      }
      pending = at === pending.length ? Buffer.alloc(0) : pending.subarray(at);
      return elements;
    },
    end() {
      if (pending.length > 0 || large !== undefined) throw new WireError('the stream ends inside an element');
    },
  };
}

function need(r: Reader, count: number): void {
  if (r.remaining < count) throw new Incomplete();
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
    if (at + 1 >= r.end) throw new Incomplete();
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
  for (let i = 0; i < count; i++) {
    if (!isVariable) {
      values.push(fixed(r, single));
      continue;
    }
    need(r, 4);
    const size = r.u32();
    if (size > limits.multipleValue || r.position - start > limits.multipleValue) r.fail(`value of ${size} bytes`);
    need(r, size);
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
