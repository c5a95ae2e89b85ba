import { isLargeValue, type StoredValue } from '../../mapi/index.ts';

/** Whether both are there and have the same bytes. */
export const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

/** Whether two values of a property are the same. */
export function isEqual(a: StoredValue | undefined, b: StoredValue | undefined): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && same(a, b);
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => isEqual(value as StoredValue, b[i] as StoredValue));
  }
  if (a !== undefined && b !== undefined && (isLargeValue(a) || isLargeValue(b))) return false;
  return a === b;
}
