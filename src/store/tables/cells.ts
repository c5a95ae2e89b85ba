import {
  ec,
  isLargeValue,
  type LargeValue,
  MapiError,
  multiValue,
  multiValueInstance,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  type StoredValue,
  typeOf,
} from '../../mapi/index.ts';
import type { CellValue, Row } from '../types.ts';
import { limits } from './limits.ts';
import type { Lookup } from './matches.ts';
import { isInstanceTag } from './sort-plan.ts';

const missing = { errorCode: ec.notFound } as const;

/** The cells of a row, as a client may get them (MS-OXCTABL 2.2.2.5.2). */
export function rowOf(columns: readonly PropertyTag[], lookup: Lookup): Row | Promise<Row> {
  let waiting = false;
  const cells = columns.map((tag) => {
    const cell = cellOf(lookup(tag), tag);
    if (cell instanceof Promise) waiting = true;
    return cell;
  });
  return waiting ? Promise.all(cells) : (cells as CellValue[]);
}

function cellOf(value: StoredValue | undefined, tag: PropertyTag): CellValue | Promise<CellValue> {
  if (value === undefined) return missing;
  if (isLargeValue(value)) return beginning(value, typeOf(tag));
  return cut(value);
}

function cut(value: PropertyValue): PropertyValue {
  if (typeof value === 'string') return value.length > limits.cellCharacters ? cutText(value) : value;
  if (value instanceof Uint8Array) return value.length > limits.cellBytes ? value.subarray(0, limits.cellBytes) : value;
  if (Array.isArray(value)) return value.map((one) => cut(one)) as PropertyValue;
  return value;
}

function cutText(text: string): string {
  const last = text.charCodeAt(limits.cellCharacters - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limits.cellCharacters - 1 : limits.cellCharacters);
}

async function beginning(value: LargeValue, type: number): Promise<CellValue> {
  const bytes = Buffer.from(await value.read(0, Math.min(value.size, limits.cellBytes)));
  if (type === Ptyp.String || type === Ptyp.String8) return cutText(bytes.toString('utf16le'));
  return type === Ptyp.Binary ? bytes : missing;
}

const columnTypes: ReadonlySet<number> = new Set(
  [...Object.values(Ptyp)].filter(
    (type) => ![Ptyp.Unspecified, Ptyp.Null, Ptyp.ErrorCode, Ptyp.ServerId].some((other) => other === type),
  ),
);

/**
 * Errors: ecInvalidParam for no columns, too many, types that no row can have, and more than one column that asks for
 * a row for each of its values (MS-OXCTABL 3.2.5.2).
 */
export function checkColumns(tags: readonly PropertyTag[]): void {
  const valid =
    tags.length > 0 &&
    tags.length <= limits.columns &&
    tags.every((tag) => {
      const type = typeOf(tag);
      if (type & multiValueInstance && !isInstanceTag(tag)) return false;
      return columnTypes.has(type & ~(multiValue | multiValueInstance));
    }) &&
    new Set(tags.filter(isInstanceTag)).size <= 1;
  if (!valid) throw new MapiError(ec.invalidParam, 'columns');
}
