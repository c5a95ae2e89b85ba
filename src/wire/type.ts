import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/**
 * A binary structure described once: how to read it and how to write it. `scope` is the structure being read or
 * written around this one, for fields whose presence or size depends on an earlier field.
 */
export interface WireType<T> {
  read(reader: Reader, scope?: Scope): T;
  write(writer: Writer, value: T, scope?: Scope): void;
}

/** The fields of the enclosing structure that are known so far. */
export type Scope = Readonly<Record<string, unknown>>;

/** The value that a WireType stands for. */
export type ValueOf<W> = W extends WireType<infer T> ? T : never;

type Fields = Readonly<Record<string, WireType<unknown>>>;
/** What a struct of these fields reads as: one member a field. */
export type StructValue<F> = { -readonly [K in keyof F]: ValueOf<F[K]> };

export const u8: WireType<number> = { read: (r) => r.u8(), write: (w, v) => w.u8(v) };
export const u16: WireType<number> = { read: (r) => r.u16(), write: (w, v) => w.u16(v) };
export const u32: WireType<number> = { read: (r) => r.u32(), write: (w, v) => w.u32(v) };
export const u64: WireType<bigint> = { read: (r) => r.u64(), write: (w, v) => w.u64(v) };
export const i16: WireType<number> = { read: (r) => r.i16(), write: (w, v) => w.i16(v) };
export const i32: WireType<number> = { read: (r) => r.i32(), write: (w, v) => w.i32(v) };
export const i64: WireType<bigint> = { read: (r) => r.i64(), write: (w, v) => w.i64(v) };
export const f32: WireType<number> = { read: (r) => r.f32(), write: (w, v) => w.f32(v) };
export const f64: WireType<number> = { read: (r) => r.f64(), write: (w, v) => w.f64(v) };
/** One byte, zero or not; written as 0 or 1. */
export const bool8: WireType<boolean> = { read: (r) => r.u8() !== 0, write: (w, v) => w.u8(v ? 1 : 0) };
/** NUL-terminated text in the reader's 8-bit code page. */
export const string8: WireType<string> = { read: (r) => r.string8(), write: (w, v) => w.string8(v) };
/** NUL-terminated UTF-16LE text. */
export const string16: WireType<string> = { read: (r) => r.string16(), write: (w, v) => w.string16(v) };
/** All bytes up to the end. */
export const rest: WireType<Uint8Array> = { read: (r) => r.rest(), write: (w, v) => w.bytes(v) };

/** `length` bytes; when writing, the value has to have that length. */
export function bytes(length: number): WireType<Uint8Array> {
  return {
    read: (r) => r.bytes(length),
    write: (w, v) => {
      if (v.length !== length) throw new RangeError(`${v.length} bytes where ${length} belong`);
      w.bytes(v);
    },
  };
}

/** Bytes after a length of the given type. */
export function sizedBytes(length: WireType<number>): WireType<Uint8Array> {
  return {
    read: (r) => r.bytes(length.read(r)),
    write: (w, v) => {
      length.write(w, v.length);
      w.bytes(v);
    },
  };
}

/** A structure inside a length of the given type in bytes; what it leaves unread is an error. */
export function sized<T>(length: WireType<number>, inner: WireType<T>): WireType<T> {
  return {
    read: (r, scope) => {
      const part = r.slice(length.read(r));
      const value = inner.read(part, scope);
      part.done();
      return value;
    },
    write: (w, v, scope) => {
      const part = new Writer();
      part.encode8 = w.encode8;
      inner.write(part, v, scope);
      length.write(w, part.length);
      w.bytes(part.view());
    },
  };
}

/** Elements after a count of the given type. `bytesEach` is the least size of one, to refuse impossible counts. */
export function array<T>(count: WireType<number>, element: WireType<T>, bytesEach = 1): WireType<T[]> {
  return {
    read: (r, scope) => {
      const n = r.count(count.read(r), bytesEach);
      const values: T[] = [];
      for (let i = 0; i < n; i++) values.push(element.read(r, scope));
      return values;
    },
    write: (w, values, scope) => {
      count.write(w, values.length);
      for (const value of values) element.write(w, value, scope);
    },
  };
}

/** Elements up to the end of the bytes. */
export function untilEnd<T>(element: WireType<T>): WireType<T[]> {
  return {
    read: (r, scope) => {
      const values: T[] = [];
      while (r.remaining > 0) values.push(element.read(r, scope));
      return values;
    },
    write: (w, values, scope) => {
      for (const value of values) element.write(w, value, scope);
    },
  };
}

/** A structure of named fields in the order given. */
export function struct<F extends Fields>(fields: F): WireType<StructValue<F>> {
  const entries = Object.entries(fields);
  return {
    read: (r) => {
      const value: Record<string, unknown> = {};
      for (const [name, type] of entries) value[name] = type.read(r, value);
      return value as StructValue<F>;
    },
    write: (w, value) => {
      const source = value as Record<string, unknown>;
      for (const [name, type] of entries) type.write(w, source[name], source);
    },
  };
}

/** A field that is there only when the fields before it say so; undefined otherwise. */
export function when<T>(present: (scope: Scope) => boolean, type: WireType<T>): WireType<T | undefined> {
  return {
    read: (r, scope) => (present(scope ?? {}) ? type.read(r, scope) : undefined),
    write: (w, value, scope) => {
      if (present(scope ?? {})) type.write(w, value as T, scope);
    },
  };
}

/** A presence flag of one byte (0x00 absent) and then, if set, the value. Written as `flag` (default 0x01). */
export function optional<T>(type: WireType<T>, flag = 1): WireType<T | undefined> {
  return {
    read: (r, scope) => (r.u8() !== 0 ? type.read(r, scope) : undefined),
    write: (w, value, scope) => {
      w.u8(value === undefined ? 0 : flag);
      if (value !== undefined) type.write(w, value, scope);
    },
  };
}

/** The same bytes under another value: `decode` after reading, `encode` before writing. */
export function mapped<A, B>(type: WireType<A>, decode: (value: A) => B, encode: (value: B) => A): WireType<B> {
  return {
    read: (r, scope) => decode(type.read(r, scope)),
    write: (w, value, scope) => type.write(w, encode(value), scope),
  };
}

/** A type that may refer to itself. */
export function lazy<T>(type: () => WireType<T>): WireType<T> {
  return {
    read: (r, scope) => r.nested(() => type().read(r, scope)),
    write: (w, value, scope) => type().write(w, value, scope),
  };
}

/** Reads exactly one value from bytes; throws WireError when they are too few or too many. */
export function decode<T>(type: WireType<T>, data: Uint8Array): T {
  const reader = new Reader(data);
  const value = type.read(reader);
  reader.done();
  return value;
}

/** The bytes of one value. */
export function encode<T>(type: WireType<T>, value: T): Buffer {
  const writer = new Writer();
  type.write(writer, value);
  return writer.finish();
}
