import type { WireType } from '../../../wire/index.ts';

/** Text, or undefined where there is none. */
export type TypedString = string | undefined;

const kind = { none: 0, empty: 1, string8: 2, reducedUnicode: 3, unicode: 4 } as const;

/**
 * TypedString, MS-OXCDATA 2.11.7: read in each form, written as Unicode, or reduced to its low bytes when nothing is
 * lost by it.
 */
export const typedString: WireType<TypedString> = {
  read: (r) => {
    const type = r.u8();
    if (type === kind.none) return undefined;
    if (type === kind.empty) return '';
    if (type === kind.string8) return r.string8();
    if (type === kind.unicode) return r.string16();
    if (type !== kind.reducedUnicode) return r.fail(`TypedString of kind ${type}`);
    const nul = r.buffer.indexOf(0, r.position);
    if (nul < 0 || nul >= r.end) return r.fail('TypedString without terminator');
    const text = r.buffer.toString('latin1', r.position, nul);
    r.position = nul + 1;
    return text;
  },
  write: (w, value) => {
    if (value === undefined) return w.u8(kind.none);
    const nul = value.indexOf('\0');
    const text = nul < 0 ? value : value.slice(0, nul);
    if (text === '') return w.u8(kind.empty);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of one byte
    if (/^[\x01-\xff]*$/.test(text)) {
      w.u8(kind.reducedUnicode);
      w.bytes(Buffer.from(text, 'latin1'));
      return w.u8(0);
    }
    w.u8(kind.unicode);
    w.string16(text);
  },
};
