import { idOf, multiValue, type PropertyTag, Ptyp, typeOf, withType } from './property-type.ts';
import type { Restriction } from './restriction.ts';

/**
 * A property value in memory, by type: Integer16/32, Floating32/64, FloatingTime and ErrorCode a number (Integer32 and
 * ErrorCode unsigned or signed as given; off the wire Integer32 signed, ErrorCode unsigned); Integer64, Currency and Time
 * (FILETIME, 100 ns since 1601 UTC) a bigint, Integer64 off the wire unsigned as ids are;
 * Boolean a boolean; String and String8 a string; Guid a lower-case string; Binary, ServerId, RuleAction and Object
 * bytes; Restriction its tree; a multiple-value type an array of these.
 */
export type SingleValue = number | bigint | boolean | string | Uint8Array | Restriction;
export type PropertyValue = SingleValue | readonly (number | bigint | string | Uint8Array)[];

/** What stands in a row or answer in place of a value that cannot be given (PtypErrorCode). */
export interface PropertyError {
  readonly errorCode: number;
}

/** A value too large to be held in memory: bytes (strings as UTF-16LE without terminator) read piece by piece. */
export interface LargeValue {
  /** In bytes. */
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export type StoredValue = PropertyValue | LargeValue;

/**
 * The properties of one object. Keys are tags in canonical form: text always PtypString or PtypMultipleString (never
 * String8), one tag an id. Use {@link setProperty} and {@link getProperty}, which hold that.
 */
export type PropertyBag = Map<PropertyTag, StoredValue>;
export type ReadonlyPropertyBag = ReadonlyMap<PropertyTag, StoredValue>;

export const isLargeValue = (value: StoredValue | PropertyError | undefined): value is LargeValue =>
  typeof value === 'object' && value !== null && 'read' in value;

export const isPropertyError = (value: unknown): value is PropertyError =>
  typeof value === 'object' && value !== null && 'errorCode' in value;

/** The tag under which a bag holds this property: 8-bit text as Unicode. */
export function canonicalTag(tag: PropertyTag): PropertyTag {
  const type = typeOf(tag);
  if (type === Ptyp.String8) return withType(tag, Ptyp.String);
  if (type === (Ptyp.String8 | multiValue)) return withType(tag, Ptyp.String | multiValue);
  return tag;
}

/** Sets a property; one of the same id with another type is replaced. */
export function setProperty(bag: PropertyBag, tag: PropertyTag, value: StoredValue): void {
  const key = canonicalTag(tag);
  if (!bag.has(key)) removeProperty(bag, key);
  bag.set(key, value);
}

/** Removes the property of this id whatever its type. Returns whether it was there. */
export function removeProperty(bag: PropertyBag, tag: PropertyTag): boolean {
  const found = storedTag(bag, tag);
  return found !== undefined && bag.delete(found);
}

/** The tag under which the bag holds the property of this id, whatever its type. */
export function storedTag(bag: ReadonlyPropertyBag, tag: PropertyTag): PropertyTag | undefined {
  const key = canonicalTag(tag);
  if (bag.has(key)) return key;
  const id = idOf(tag);
  for (const candidate of bag.keys()) if (idOf(candidate) === id) return candidate;
  return undefined;
}

/** The value of exactly this tag (8-bit and Unicode text are the same); undefined when absent or of another type. */
export function getProperty(bag: ReadonlyPropertyBag, tag: PropertyTag): StoredValue | undefined {
  return bag.get(canonicalTag(tag));
}

/** Typed access for the common cases: undefined when absent or not of that kind. */
export function getString(bag: ReadonlyPropertyBag, tag: PropertyTag): string | undefined {
  const value = getProperty(bag, tag);
  return typeof value === 'string' ? value : undefined;
}
export function getNumber(bag: ReadonlyPropertyBag, tag: PropertyTag): number | undefined {
  const value = getProperty(bag, tag);
  return typeof value === 'number' ? value : undefined;
}
export function getBoolean(bag: ReadonlyPropertyBag, tag: PropertyTag): boolean | undefined {
  const value = getProperty(bag, tag);
  return typeof value === 'boolean' ? value : undefined;
}
export function getBigint(bag: ReadonlyPropertyBag, tag: PropertyTag): bigint | undefined {
  const value = getProperty(bag, tag);
  return typeof value === 'bigint' ? value : undefined;
}
export function getBinary(bag: ReadonlyPropertyBag, tag: PropertyTag): Uint8Array | undefined {
  const value = getProperty(bag, tag);
  return value instanceof Uint8Array ? value : undefined;
}
