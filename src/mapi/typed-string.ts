import type { WireType } from '../wire/index.ts';

const kind = { none: 0, empty: 1, string8: 2, reducedUnicode: 3, unicode: 4 } as const;

/** TypedString, MS-OXCDATA 2.11.7: undefined when no string is there. Written as Unicode. */
export const typedString: WireType<string | undefined> = {
  read: (r) => {
    const type = r.u8();
    if (type === kind.none) return undefined;
    if (type === kind.empty) return '';
    if (type === kind.string8) return r.string8();
    if (type === kind.unicode) return r.string16();
    if (type !== kind.reducedUnicode) return r.fail(`typed string of kind ${type}`);
    // UTF-16 whose high bytes are all zero and left out: that is Latin-1, whatever the session's code page.
    const decode8 = r.decode8;
    r.decode8 = (bytes) => bytes.toString('latin1');
    try {
      return r.string8();
    } finally {
      r.decode8 = decode8;
    }
  },
  write: (w, v) => {
    if (v === undefined) w.u8(kind.none);
    else if (v === '') w.u8(kind.empty);
    else {
      w.u8(kind.unicode);
      w.string16(v);
    }
  },
};
