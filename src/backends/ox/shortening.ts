import { isDeepStrictEqual } from 'node:util';
import type { ItemFields } from '../items.ts';
import { BackendError } from '../types.ts';
import { TooLong } from './errors.ts';
import type { ColumnNumbers } from './item-columns.ts';
import type { OxRow } from './item-fields.ts';

/** Codes for characters that an older database cannot store (ox-http-api 16.28). */
const badCharacters = new Set(['CON-0262', 'TSK-0058']);

/**
 * What a server turned out not to take: texts over the lengths of its columns, characters beyond the BMP. It tells when it
 * refuses an item; from then on such texts go there shorter, and stay whole with our side.
 */
export interface Shortening {
  /** The columns as the server takes them. */
  shorten(row: OxRow): OxRow;
  /** Learns from a refusal; false when there was nothing to learn. */
  learn(error: unknown): boolean;
}

export function createShortening(numbers: ColumnNumbers): Shortening {
  const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
  const lengths = new Map<string, number>();
  let isBmpOnly = false;
  const shortText = (name: string, text: string): string => {
    const shown = isBmpOnly ? text.replace(/[\u{10000}-\u{10ffff}]/gu, '\ufffd') : text;
    const most = lengths.get(name) ?? shown.length;
    // Not in the middle of a pair.
    return shown.slice(0, /[\ud800-\udbff]/.test(shown.charAt(most - 1)) ? most - 1 : most);
  };
  return {
    shorten: (row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? shortText(name, value) : value]),
      ),
    learn(error) {
      if (error instanceof TooLong) {
        let isNew = false;
        for (const [column, most] of error.columns) {
          const name = names.get(column);
          if (name === undefined || !(most > 0) || (lengths.get(name) ?? Number.POSITIVE_INFINITY) <= most) continue;
          lengths.set(name, most);
          isNew = true;
        }
        return isNew;
      }
      if (isBmpOnly || !(error instanceof BackendError) || !badCharacters.has(error.code ?? '')) return false;
      isBmpOnly = true;
      return true;
    },
  };
}

/** `fields`, with ours where theirs is what was left of it: `ours` as it is, and `sent` as the server takes it. */
export function keepWhole(
  fields: ItemFields,
  theirs: ItemFields,
  ours: ItemFields,
  whole: ItemFields,
  sent: ItemFields,
) {
  const kept: Record<string, unknown> = { ...fields };
  for (const name of Object.keys(sent))
    if (!isDeepStrictEqual(whole[name], sent[name]) && isDeepStrictEqual(theirs[name], sent[name]))
      kept[name] = ours[name];
  return kept;
}
