import { type Reader, WireError, type WireType, type Writer } from '../wire/index.ts';
import { ec } from './error-code.ts';
import { isPropertyError, type PropertyError, type PropertyValue } from './property-bag.ts';
import { type PropertyTag, type PropertyType, Ptyp, typeOf } from './property-type.ts';
import { readValue, type ValueEncoding, valueType, writeValue } from './property-value.ts';

/** A value with the type it has: what a column of PtypUnspecified carries in a row. */
export interface TypedValue {
  readonly type: PropertyType;
  readonly value: PropertyValue;
}

/** One place of a row: a value (typed where the column says PtypUnspecified), or why there is none. */
export type Cell = PropertyValue | PropertyError | TypedValue;

export const isTypedValue = (cell: Cell): cell is TypedValue =>
  typeof cell === 'object' && 'type' in cell && 'value' in cell && !('kind' in cell);

const allPresent = 0x00;
const flagged = 0x01;
const present = 0x00;
const absent = 0x01;
const failed = 0x0a;

/**
 * StandardPropertyRow or FlaggedPropertyRow (MS-OXCDATA 2.8.1), AddressBookPropertyRow (MS-OXCMAPIHTTP 2.2.1.7): one
 * {@link Cell} for each of `tags`. An absent value reads as ecNotFound; errors are written as PtypErrorCode, which is
 * what Exchange answers with. Writing throws TypeError for values of another kind than their column, and WireError
 * when there are more or fewer cells than columns.
 */
export function propertyRow(tags: readonly PropertyTag[], encoding: ValueEncoding = 'rop'): WireType<Cell[]> {
  const types = tags.map((tag) => valueType(typeOf(tag)));
  return {
    read: (r) => readRow(r, types, encoding),
    write: (w, cells) => writeRow(w, types, cells, encoding),
  };
}

function readRow(r: Reader, types: readonly PropertyType[], encoding: ValueEncoding): Cell[] {
  const flags = r.u8();
  if (flags !== allPresent && flags !== flagged) r.fail(`row flag ${flags}`);
  const cells: Cell[] = [];
  for (const column of types) {
    const type = column === Ptyp.Unspecified ? r.u16() : column;
    const state = flags === flagged ? r.u8() : present;
    if (state === failed) cells.push({ errorCode: r.u32() });
    else if (state === absent) cells.push({ errorCode: ec.notFound });
    else if (state !== present) r.fail(`value flag ${state}`);
    else {
      const value = readValue(r, type, encoding);
      cells.push(column === Ptyp.Unspecified ? { type, value } : value);
    }
  }
  return cells;
}

function writeRow(w: Writer, types: readonly PropertyType[], cells: readonly Cell[], encoding: ValueEncoding): void {
  if (cells.length !== types.length) throw new WireError(`${cells.length} values for ${types.length} columns`);
  const withErrors = cells.some(isPropertyError);
  w.u8(withErrors ? flagged : allPresent);
  for (let i = 0; i < types.length; i++) {
    const cell = cells[i]!;
    const column = types[i]!;
    if (isPropertyError(cell)) {
      if (column === Ptyp.Unspecified) w.u16(Ptyp.ErrorCode);
      w.u8(failed);
      w.u32(cell.errorCode);
      continue;
    }
    if (column === Ptyp.Unspecified) {
      if (!isTypedValue(cell)) throw new TypeError('a column of PtypUnspecified needs a value with its type');
      w.u16(cell.type);
      if (withErrors) w.u8(present);
      writeValue(w, cell.type, cell.value, encoding);
    } else {
      if (withErrors) w.u8(present);
      writeValue(w, column, isTypedValue(cell) ? cell.value : cell, encoding);
    }
  }
}
