import { chunksOf, readAll } from '../../../formats/index.ts';
import {
  ec,
  idOf,
  isLargeValue,
  isPropertyError,
  type LargeValue,
  multiValue,
  multiValueInstance,
  type PropertyBag,
  type PropertyError,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  type ReadonlyPropertyBag,
  type StoredValue,
  typeOf,
} from '../../../mapi/index.ts';

const unstorable = new Set<number>([Ptyp.Unspecified, Ptyp.Null, Ptyp.ErrorCode]);

/** Whether a client can set a property of this tag: it has an id, and a type that values are of. */
export const isSettable = (tag: PropertyTag): boolean =>
  idOf(tag) !== 0 && !unstorable.has(typeOf(tag)) && (typeOf(tag) & multiValueInstance) === 0;

/** A value of a request to be kept: its bytes are views on the request's buffer, which does not outlive it. */
export function lasting(value: PropertyValue): PropertyValue {
  const copy = (item: PropertyValue): PropertyValue => (item instanceof Uint8Array ? Buffer.from(item) : item);
  return Array.isArray(value) ? (value.map(copy) as PropertyValue) : copy(value);
}

/** Values from here on are not given inline but opened as a stream. */
const inlineLimit = 0x8000;

/** All bytes of a large value; throws RangeError when they are more than `limit`. */
export async function readWhole(value: LargeValue, limit: number): Promise<Buffer> {
  if (value.size > limit) throw new RangeError(`${value.size} bytes are too many`);
  return readAll(chunksOf(value));
}

const isText = (tag: PropertyTag): boolean => typeOf(tag) === Ptyp.String || typeOf(tag) === Ptyp.String8;

/** The value itself where it is small enough for a row, else the error that says "open a stream". */
export async function inlineValue(
  tag: PropertyTag,
  value: StoredValue | PropertyError,
): Promise<PropertyValue | PropertyError> {
  if (!isLargeValue(value)) return valueSize(tag, value) >= inlineLimit ? { errorCode: ec.notEnoughMemory } : value;
  if (value.size >= inlineLimit) return { errorCode: ec.notEnoughMemory };
  const bytes = await readWhole(value, inlineLimit);
  return isText(tag) ? bytes.toString('utf16le') : bytes;
}

/** Bytes that a value takes in a row, without those of counts; text as Unicode. */
export function valueSize(tag: PropertyTag, value: StoredValue | PropertyError): number {
  if (isPropertyError(value)) return 4;
  if (isLargeValue(value)) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return typeOf(tag) === Ptyp.Guid ? 16 : value.length * 2;
  if (Array.isArray(value)) {
    const type = typeOf(tag) & ~multiValue;
    let size = 0;
    for (const item of value) size += valueSize(type, item as StoredValue);
    return size;
  }
  return 8;
}

/** About what the properties take in the store, in bytes. */
export function bagSize(bag: ReadonlyPropertyBag | PropertyBag): number {
  let size = 0;
  for (const [tag, value] of bag) size += 8 + valueSize(tag, value);
  return size;
}

/** 32-bit form of a size (PidTagMessageSize): clamped, as the Extended form has the rest. */
export const clampSize = (size: number): number => Math.min(size, 0x7fffffff);
