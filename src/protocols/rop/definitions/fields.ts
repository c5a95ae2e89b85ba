import type { Restriction } from '../../../mapi/index.ts';
import { ec, type PropertyTag, propertyRow, propertyTagArray, restriction, taggedValue } from '../../../mapi/index.ts';
import {
  array,
  bool8,
  type Scope,
  string8,
  string16,
  struct,
  u16,
  u32,
  u64,
  type WireType,
} from '../../../wire/index.ts';

/** Layouts that several operations share. */

export const tags = propertyTagArray;
export const objectIds: WireType<bigint[]> = array(u16, u64, 8);
export const values = array(u16, taggedValue(), 5);

export const partialCompletion = struct({ partialCompletion: bool8 });
export const noPartialCompletion = () => ({ partialCompletion: false });

/** Only the DestHandleIndex, and only when the destination was the problem (MS-OXCROPS 2.2.8.11.3). */
export const noDestination: WireType<{ readonly destHandleIndex?: number | undefined }> = {
  read: (r, scope) => ({ destHandleIndex: scope?.returnValue === ec.dstNullObject ? r.u32() : undefined }),
  write: (w, value, scope) => {
    if (scope?.returnValue === ec.dstNullObject) w.u32(value.destHandleIndex ?? 0);
  },
};

/** PartialCompletion, and before it the DestHandleIndex when the destination was the problem (MS-OXCROPS 2.2.4.6.3). */
export interface DestinationFailure {
  readonly destHandleIndex?: number | undefined;
  readonly partialCompletion: boolean;
}
export const partialOrNoDestination: WireType<DestinationFailure> = {
  read: (r, scope) => ({ ...noDestination.read(r, scope), ...partialCompletion.read(r) }),
  write: (w, value, scope) => {
    noDestination.write(w, value, scope);
    partialCompletion.write(w, value);
  },
};

/** RestrictionDataSize and RestrictionData; size 0 is no restriction. */
export const sizedRestriction: WireType<Restriction | undefined> = {
  read: (r) => {
    const size = r.u16();
    if (size === 0) return undefined;
    const part = r.slice(size);
    const value = restriction().read(part);
    part.done();
    return value;
  },
  write: (w, value) => {
    const at = w.length;
    w.u16(0);
    if (value === undefined) return;
    restriction().write(w, value);
    w.patchU16(at, w.length - at - 2);
  },
};

/** Text that is UTF-16 when the given field of the structure says so, else 8-bit. */
export function textBy(flag: string): WireType<string> {
  const type = (scope: Scope | undefined) => (scope?.[flag] ? string16 : string8);
  return {
    read: (r, scope) => type(scope).read(r),
    write: (w, value, scope) => type(scope).write(w, value),
  };
}

/** Servers of a ghosted public folder (MS-OXCROPS 2.2.4.1.2); never ghosted in a private mailbox. */
export interface Ghosting {
  readonly isGhosted: boolean;
  readonly servers?: readonly string[] | undefined;
  readonly cheapServerCount?: number | undefined;
}
export const ghosting: WireType<Ghosting> = {
  read: (r) => {
    if (!bool8.read(r)) return { isGhosted: false };
    const count = r.u16();
    const cheapServerCount = r.u16();
    const servers: string[] = [];
    for (let left = r.count(count, 1); left > 0; left--) servers.push(r.string8());
    return { isGhosted: true, servers, cheapServerCount };
  },
  write: (w, value) => {
    bool8.write(w, value.isGhosted);
    if (!value.isGhosted) return;
    const servers = value.servers ?? [];
    w.u16(servers.length);
    w.u16(value.cheapServerCount ?? 0);
    for (const server of servers) w.string8(server);
  },
};

/** The columns that a reader of rows has to be told, by its scope. */
function columnsOf(scope: Scope | undefined): readonly PropertyTag[] {
  return (scope?.columns as readonly PropertyTag[] | undefined) ?? [];
}

/** A row as its bytes: what is in it only who knows the columns can tell. Read with the scope `{ columns }`. */
export const rowBytes: WireType<Uint8Array> = {
  read: (r, scope) => {
    const from = r.position;
    propertyRow(columnsOf(scope)).read(r);
    return r.buffer.subarray(from, r.position);
  },
  write: (w, value) => w.bytes(value),
};

/** Rows after their count, each as its bytes. Read with the scope `{ columns }`. */
export const rowsBytes: WireType<Uint8Array[]> = {
  read: (r, scope) => {
    const rows: Uint8Array[] = [];
    for (let left = r.u16(); left > 0; left--) rows.push(rowBytes.read(r, scope));
    return rows;
  },
  write: (w, rows) => {
    w.u16(rows.length);
    for (const row of rows) w.bytes(row);
  },
};

/** PropertyProblem structures (MS-OXCDATA 2.7). */
export const propertyProblems = struct({
  propertyProblems: array(u16, struct({ index: u16, propertyTag: u32, errorCode: u32 }), 10),
});
/** Room for a problem with each of `count` properties. */
export const problemRoom = (count: number): number => 2 + 10 * count;

/** A struct whose outer scope reaches its fields too. */
export function scoped<T extends Record<string, unknown>>(
  fields: { readonly [K in keyof T]: WireType<T[K]> },
): WireType<T> {
  const entries = Object.entries(fields) as [string, WireType<unknown>][];
  return {
    read: (r, scope) => {
      const value: Record<string, unknown> = {};
      for (const [name, type] of entries) value[name] = type.read(r, { ...scope, ...value });
      return value as T;
    },
    write: (w, value, scope) => {
      for (const [name, type] of entries) type.write(w, value[name], { ...scope, ...value });
    },
  };
}
