import { isDeepStrictEqual } from 'node:util';
import { dayOfMs, plainLines, rowsOf } from '../../formats/index.ts';

/** Fields of an object of Open-Xchange by their names; null stands for "no longer there". */
export type OxRow = Record<string, unknown>;

/** How Open-Xchange holds one field of a neutral item. */
export interface OxField<Item, Value> {
  /** Names of its columns. */
  readonly columns: readonly string[];
  read(row: OxRow): Value | undefined;
  write(value: Value, item: Item): OxRow;
  /** The columns when there is no value, where that has to be said. */
  readonly empty?: OxRow;
  /** What is lost on the way there and back, for the documentation; such a field has to have `complete`. */
  readonly partly?: string;
  /** What they say, with what only we can say. */
  complete?(theirs: Value | undefined, ours: Value | undefined, item: Item): Value | undefined;
}

/** A field that Open-Xchange cannot hold, with the reason. */
export interface KeptField {
  readonly kept: string;
}

export type OxFields<Item> = {
  readonly [K in keyof Item]-?: OxField<Item, Exclude<Item[K], undefined>> | KeptField;
};

type AnyField<Item> = OxField<Item, unknown> | KeptField;

/** The item that a row makes, as far as Open-Xchange can say it. */
export function readOx<Item extends object>(fields: OxFields<Item>, row: OxRow): Item {
  const item: Record<string, unknown> = {};
  for (const [name, field] of rowsOf<AnyField<Item>>(fields)) {
    const value = 'kept' in field ? undefined : field.read(row);
    if (value !== undefined) item[name] = value;
  }
  return item as Item;
}

/** The columns that an item has on Open-Xchange; most of those without a value are absent. */
export function writeOx<Item extends object>(fields: OxFields<Item>, item: Item): OxRow {
  const row: OxRow = {};
  const values = item as Record<string, unknown>;
  for (const [name, field] of rowsOf<AnyField<Item>>(fields)) {
    if ('kept' in field) continue;
    Object.assign(row, values[name] === undefined ? field.empty : field.write(values[name], item));
  }
  return row;
}

/** The columns to send for an update: those that differ; null, or false, for those that are no longer there. */
export function oxChanges(before: OxRow, after: OxRow): OxRow {
  const changes: OxRow = {};
  for (const column of new Set([...Object.keys(before), ...Object.keys(after)]))
    if (!isDeepStrictEqual(before[column], after[column]))
      changes[column] = after[column] ?? (before[column] === true ? false : null);
  return changes;
}

/** An item as Open-Xchange has it, with all that it cannot hold taken from ours: nothing is lost on the way. */
export function completeOx<Item extends object>(fields: OxFields<Item>, theirs: Item, ours: Item): Item {
  const item: Record<string, unknown> = {};
  const [from, own] = [theirs as Record<string, unknown>, ours as Record<string, unknown>];
  for (const [name, field] of rowsOf<AnyField<Item>>(fields)) {
    const value =
      'kept' in field ? own[name] : field.complete ? field.complete(from[name], own[name], ours) : from[name];
    if (value !== undefined) item[name] = value;
  }
  return item as Item;
}

/** All columns of an item, each once. */
export const columnsOf = <Item>(fields: OxFields<Item>): string[] => [
  ...new Set(rowsOf<AnyField<Item>>(fields).flatMap(([, field]) => ('kept' in field ? [] : field.columns))),
];

/** Text of a column; undefined for none. Numbers come where older servers send them for text. */
export function oxText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? plainLines(value) || undefined : undefined;
}

export const oxNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Milliseconds since 1970 of a time that properties can hold, 1601 to 9999. */
export function oxTime(value: unknown): number | undefined {
  const ms = oxNumber(value);
  return ms === undefined || dayOfMs(ms) === undefined ? undefined : Math.trunc(ms);
}

/** A field that is one column of text. */
export const textColumn = (column: string): OxField<object, string> => ({
  columns: [column],
  read: (row) => oxText(row[column]),
  write: (value) => ({ [column]: value }),
});
