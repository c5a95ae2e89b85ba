import type { PropertyName } from '../../../mapi/index.ts';
import { WireError, type WireType } from '../../../wire/index.ts';
import { guid } from './fields.ts';

const kind = { lid: 0x00, name: 0x01, none: 0xff } as const;

/** PropertyName, MS-OXCDATA 2.6.1; undefined is a property without name (kind 0xFF). */
export const propertyName: WireType<PropertyName | undefined> = {
  read: (r) => {
    const type = r.u8();
    const set = guid.read(r);
    if (type === kind.none) return undefined;
    if (type === kind.lid) return { guid: set, lid: r.u32() };
    if (type !== kind.name) return r.fail(`PropertyName of kind ${type}`);
    // NameSize counts the terminator, which some clients leave out.
    const text = Buffer.from(r.bytes(r.u8())).toString('utf16le');
    const nul = text.indexOf('\0');
    return { guid: set, name: nul < 0 ? text : text.slice(0, nul) };
  },
  write: (w, value) => {
    if (value === undefined) {
      w.u8(kind.none);
      w.zeros(16);
    } else if (value.name === undefined) {
      w.u8(kind.lid);
      guid.write(w, value.guid);
      w.u32(value.lid);
    } else {
      w.u8(kind.name);
      guid.write(w, value.guid);
      const bytes = Buffer.from(`${value.name}\0`, 'utf16le');
      if (bytes.length > 0xff) throw new WireError(`name of ${bytes.length} bytes`);
      w.u8(bytes.length);
      w.bytes(bytes);
    }
  },
};
