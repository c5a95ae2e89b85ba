import type { PropertyTag, StoredValue } from '../../mapi/index.ts';
import type { FolderId, RowKey, Table } from '../types.ts';
import { limits } from './limits.ts';
import { listView, type RowSource } from './list-view.ts';
import type { Lookup } from './matches.ts';
import { pacer } from './pacer.ts';
import type { SortPlan } from './sort-plan.ts';
import { createTable } from './table.ts';
import type { ViewRow, ViewSpec } from './view.ts';
import { viewRows } from './view-rows.ts';

export interface ListTableOptions<T> {
  /** The rows in their own order; asked when the table is opened, sorted or restricted, and after changes. */
  rows(): Promise<readonly T[]> | readonly T[];
  property(row: T, tag: PropertyTag): StoredValue | undefined;
  /** Tells a row from all others: a whole number below 2^47. */
  key(row: T): number;
  allColumns(): readonly PropertyTag[] | Promise<readonly PropertyTag[]>;
  /** How events name a row; `{ folderId: key, instance }` when absent. */
  rowKey?(key: number, instance: number): RowKey;
  /** Calls back when rows changed: with the key of one, or nothing when any may have come, gone or moved. */
  subscribe?(changed: (key: number | undefined) => void): () => void;
  /** A row as it is now, its place being the same; undefined: all are to be asked for again. */
  refresh?(known: T): Promise<T | undefined>;
  /** The rows have a PidTagDepth of their own. */
  ownDepth?: boolean;
  /** Throws when the table's object is gone. */
  check?(): void;
}

/** Any list as a table: hierarchies, attachments, permissions, rules. */
export function createListTable<T>(options: ListTableOptions<T>): Table {
  let current = new Map<number, { row: T; place: number }>();
  const loaded = async (): Promise<readonly T[]> => {
    const rows = await options.rows();
    current = new Map(rows.map((row, place) => [options.key(row), { row, place }]));
    return rows;
  };
  const lookupOf =
    (row: T): Lookup =>
    (tag) =>
      options.property(row, tag);

  const sourceOf = (spec: ViewSpec, plan: SortPlan): RowSource => {
    let anyChanged: () => void = () => {};
    const rowsOf = (row: T, place: number): ViewRow[] => {
      const lookup = lookupOf(row);
      if (spec.matcher && !spec.matcher(lookup)) return [];
      const id = options.key(row);
      return viewRows({ id, folderId: id as FolderId, unread: false }, lookup, plan, spec.instanceTag, place);
    };
    return {
      async *load() {
        const rows = await loaded();
        const pace = pacer();
        for (let at = 0; at < rows.length; at += limits.page) {
          yield rows.slice(at, at + limits.page).flatMap((row, index) => rowsOf(row, at + index));
          await pace();
        }
      },
      fetch: async (keys) => {
        const found: ViewRow[] = [];
        for (const key of keys) {
          const known = current.get(key);
          if (!known) continue;
          const row = await options.refresh?.(known.row);
          if (row === undefined) anyChanged();
          else known.row = row;
          found.push(...rowsOf(known.row, known.place));
        }
        return found;
      },
      ...(options.subscribe && {
        subscribe: (touched: (id: number | undefined) => void) => {
          anyChanged = () => touched(undefined);
          return options.subscribe!(touched);
        },
      }),
    };
  };

  return createTable({
    rowCount: async () => (await options.rows()).length,
    // The list's own order is the last key.
    view: (spec, plan) =>
      listView({ ...plan, directions: [...plan.directions, plan.tieDirection] }, sourceOf(spec, plan)),
    objects: async (rows) =>
      rows.map((row) => {
        const known = current.get(row.id);
        return known && { lookup: lookupOf(known.row) };
      }),
    rowKey: (row) => options.rowKey?.(row.id, row.instance) ?? { folderId: row.id, instance: row.instance },
    idOf: (key) => key.messageId ?? key.folderId,
    allColumns: async () => [...(await options.allColumns())],
    ...(options.ownDepth !== undefined && { ownDepth: options.ownDepth }),
    ...(options.check && { check: options.check }),
  });
}
