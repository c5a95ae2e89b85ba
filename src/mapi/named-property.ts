import type { WireType } from '../wire/index.ts';
import { type Guid, guidFromBytes, guidToBytes, nilGuid } from './guid.ts';
import type { PropertyType } from './property-type.ts';

/** The name of a named property, MS-OXCDATA 2.6.1: a property set and a LID or a string. */
export type PropertyName =
  | { readonly guid: Guid; readonly lid: number; readonly name?: undefined }
  | { readonly guid: Guid; readonly name: string; readonly lid?: undefined };

/** A named property of the specifications: its name and the type of its values. */
export type NamedProperty = PropertyName & { readonly type: PropertyType };

/** A text unique for each name; string names compare without regard to case. */
export const propertyNameKey = (name: PropertyName): string =>
  name.name === undefined ? `${name.guid}:#${name.lid}` : `${name.guid}:${name.name.toLowerCase()}`;

const byLid = 0;
const byName = 1;
const noName = 0xff;

/**
 * PropertyName on the wire (MS-OXCDATA 2.6.1); undefined stands for "has no name" (kind 0xFF). Writing throws
 * RangeError for a name over 126 characters, which the size field cannot tell.
 */
export const propertyName: WireType<PropertyName | undefined> = {
  read: (r) => {
    const kind = r.u8();
    const guid = guidFromBytes(r.bytes(16));
    if (kind === byLid) return { guid, lid: r.u32() };
    if (kind === noName) return undefined;
    if (kind !== byName) return r.fail(`property name of kind ${kind}`);
    const text = r.bytes(r.u8()).toString('utf16le');
    const nul = text.indexOf('\0');
    return { guid, name: nul < 0 ? text : text.slice(0, nul) };
  },
  write: (w, v) => {
    if (v === undefined) {
      w.u8(noName);
      w.bytes(guidToBytes(nilGuid));
    } else if (v.name === undefined) {
      w.u8(byLid);
      w.bytes(guidToBytes(v.guid));
      w.u32(v.lid);
    } else {
      const size = v.name.length * 2 + 2;
      if (size > 0xff) throw new RangeError(`property name of ${v.name.length} characters`);
      w.u8(byName);
      w.bytes(guidToBytes(v.guid));
      w.u8(size);
      w.string16(v.name);
    }
  },
};
