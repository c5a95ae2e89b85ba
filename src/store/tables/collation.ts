import { type PropertyType, type PropertyValue, Ptyp } from '../../mapi/index.ts';

/**
 * A text whose code-point order is the order of `text` in a table: case does not count, letters with marks stand right
 * after those without, and no language is preferred. Equal keys mean equal text apart from case. The database's text
 * indexes hold these keys, so its order and the one in memory are the same.
 */
export function collationKey(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  const folded = text.normalize('NFKC').toLowerCase();
  const base = folded.normalize('NFD').replace(marks, '').replaceAll('ß', 'ss').replaceAll('\0', '');
  return base === folded ? base : `${base}\x01${folded.replaceAll('\0', '')}`;
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: every ASCII character but the terminator
const plain = /^[\x01-\x7f]*$/;
const marks = /\p{M}/gu;

/** Order of two texts by code points, as a database has it with a binary collation. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}
// Surrogates stand for code points above all others.
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** What a value is compared by: numbers signed by their type, text as {@link collationKey}. */
export type Comparable = number | bigint | string | Uint8Array;

/** Undefined for values that have no order (restrictions, actions, arrays). */
export function comparable(value: PropertyValue | undefined, type: PropertyType): Comparable | undefined {
  switch (typeof value) {
    case 'string':
      return type === Ptyp.Guid ? value : collationKey(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return BigInt.asIntN(64, value);
    case 'number':
      if (type === Ptyp.Integer32 || type === Ptyp.ErrorCode) return value | 0;
      if (type === Ptyp.Integer16) return (value << 16) >> 16;
      return value;
    default:
      return value instanceof Uint8Array ? value : undefined;
  }
}

/**
 * Negative, 0 or positive. A missing value is before every other. Values that cannot be compared with each other are
 * ordered by kind.
 */
export function compare(a: Comparable | undefined, b: Comparable | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  return kind(a) - kind(b);
}
/** Whether both are of a kind that {@link compare} tells more about than their kind. */
export const sameKind = (a: Comparable, b: Comparable): boolean => kind(a) === kind(b);
const isNumber = (value: Comparable): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';
const kind = (value: Comparable): number => (isNumber(value) ? 0 : typeof value === 'string' ? 1 : 2);
