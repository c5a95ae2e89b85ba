import { batches } from '../batches.ts';
import { categoryTree } from './category-tree.ts';
import { compare } from './collation.ts';
import { limits } from './limits.ts';
import { pacer, sortInSlices } from './pacer.ts';
import { diffRows } from './row-diff.ts';
import type { SortPlan } from './sort-plan.ts';
import {
  type Categories,
  firstCategoryId,
  type Mark,
  type RowChange,
  sameRow,
  type View,
  type ViewRow,
} from './view.ts';

/** Where the rows of a list view come from; only those that meet its restriction. */
export interface RowSource {
  /** All rows, in slices. */
  load(): AsyncIterable<readonly ViewRow[]>;
  /** The rows of these ids as they are now; none for an id that is not in the table. */
  fetch(ids: readonly number[]): Promise<readonly ViewRow[]>;
  /** Calls back with the id of each object that may have changed, or nothing when anything may have. */
  subscribe?(touched: (id: number | undefined) => void): () => void;
}

/** A count restriction: only the first rows (MS-OXCDATA 2.12.12). Which these are can change with any row. */
export function firstRows(source: RowSource, count: number): RowSource {
  return {
    async *load() {
      let left = count;
      for await (const slice of source.load()) {
        yield slice.slice(0, left);
        left -= slice.length;
        if (left <= 0) return;
      }
    },
    fetch: async () => [],
    ...(source.subscribe && {
      subscribe: (touched: (id: number | undefined) => void) =>
        source.subscribe!((id) => {
          if (id !== undefined) touched(id);
          touched(undefined);
        }),
    }),
  };
}

/** A view that keeps its rows in memory, as keys in order. */
export async function listView(plan: SortPlan, source: RowSource): Promise<View> {
  const compareLeaves = leafOrder(plan);
  let visible: ViewRow[] = [];
  let version = 0;
  const instances = new Map<number, ViewRow[]>();
  let touched = new Set<number>();
  let allTouched = false;
  let pendingListener: (() => void) | undefined;
  const tree = plan.categoryCount > 0 ? categoryTree(plan, compareLeaves) : undefined;
  const unsubscribe = source.subscribe?.((id) => {
    if (id === undefined) allTouched = true;
    else touched.add(id);
    pendingListener?.();
  });

  const load = async () => {
    instances.clear();
    const rows: ViewRow[] = [];
    for await (const slice of source.load()) {
      for (const row of slice) {
        remember(instances, row);
        rows.push(row);
      }
    }
    if (tree) {
      tree.clear();
      const pace = pacer();
      for (const [index, row] of rows.entries()) {
        tree.add(row);
        if ((index & 0xff) === 0) await pace();
      }
      for (const _ of tree.sortLeaves()) await pace();
      visible = tree.rows();
    } else {
      visible = await sortInSlices(rows, compareLeaves);
    }
    version++;
  };
  await load();

  const compareRows = tree ? tree.compare : compareLeaves;
  /** Index of the first row that is not before this one. */
  const indexOf = (row: ViewRow): number => {
    let low = 0;
    let high = visible.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareRows(visible[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const currentOf = (id: number, instance: number): ViewRow | undefined =>
    id >= firstCategoryId ? tree?.header(id) : instances.get(id)?.find((row) => row.instance === instance);
  const locate = (mark: Mark): number => {
    if (mark === 'beginning') return 0;
    if (mark === 'end') return visible.length;
    if (mark.version === version) return mark.position!;
    return indexOf(currentOf(mark.row.id, mark.row.instance) ?? mark.row);
  };
  const markAt = (index: number): Mark => {
    if (index <= 0) return 'beginning';
    const row = visible[index];
    return row ? { row, position: index, version } : 'end';
  };

  /** Takes the rows of these ids out and puts their present ones in. */
  const apply = async (ids: readonly number[], events: boolean): Promise<RowChange[]> => {
    const now: ViewRow[] = [];
    for (const batch of batches(ids, limits.page)) now.push(...(await source.fetch(batch)));
    const old = ids.flatMap((id) => instances.get(id) ?? []);
    for (const id of ids) instances.delete(id);
    for (const row of now) remember(instances, row);
    version++;
    if (tree) {
      const before = visible;
      for (const row of old) tree.remove(row);
      for (const row of now) tree.add(row);
      visible = tree.rows();
      if (!events) return [];
      const ofThese = new Set(ids);
      return diffRows(before, visible, (was, is) => (is.header ? !sameHeader(was, is) : ofThese.has(is.id)));
    }
    now.sort(compareLeaves);
    const changes: RowChange[] = [];
    const kept = new Set(now.map(identity));
    if (events) for (const row of old) if (!kept.has(identity(row))) changes.push({ kind: 'deleted', row });
    const known = new Set(old.map(identity));
    const tell = (row: ViewRow, after: ViewRow | undefined) => {
      if (events) changes.push({ kind: known.has(identity(row)) ? 'modified' : 'added', row, after });
    };
    if (old.length + now.length <= 64) {
      for (const row of old) {
        const index = indexOf(row);
        if (visible[index] === row) visible.splice(index, 1);
      }
      for (const row of now) {
        const index = indexOf(row);
        visible.splice(index, 0, row);
        tell(row, visible[index - 1]);
      }
    } else {
      const gone = new Set(old);
      const merged: ViewRow[] = [];
      let next = 0;
      const put = (row: ViewRow) => {
        tell(row, merged.at(-1));
        merged.push(row);
      };
      for (const row of visible) {
        if (gone.has(row)) continue;
        while (next < now.length && compareLeaves(now[next]!, row) < 0) put(now[next++]!);
        merged.push(row);
      }
      while (next < now.length) put(now[next++]!);
      visible = merged;
    }
    return changes;
  };

  return {
    count: async () => visible.length,
    read: async (from, count, backward) => {
      const start = locate(from);
      if (!backward)
        return { rows: visible.slice(start, start + count), next: markAt(Math.min(start + count, visible.length)) };
      const end = Math.max(0, start - count);
      return { rows: visible.slice(end, start).reverse(), next: markAt(end) };
    },
    move: async (from, rows) => {
      const start = locate(from);
      const end = Math.min(Math.max(start + rows, 0), visible.length);
      return { mark: markAt(end), moved: end - start };
    },
    position: async (mark) => locate(mark),
    gone: async (mark) => {
      if (typeof mark === 'string') return false;
      const row = visible[locate(mark)];
      return !row || !sameRow(row, mark.row);
    },
    rowOf: async (id, instance) => {
      const row = currentOf(id, instance);
      const found = row && visible[indexOf(row)];
      return found && sameRow(found, row) ? found : undefined;
    },
    flush: async (events) => {
      if (allTouched) {
        const before = visible;
        const ids = touched;
        allTouched = false;
        touched = new Set();
        try {
          await load();
        } catch (error) {
          allTouched = true;
          throw error;
        }
        return events
          ? diffRows(before, visible, (was, is) => (is.header ? !sameHeader(was, is) : ids.has(is.id)))
          : [];
      }
      if (touched.size === 0) return [];
      const ids = [...touched];
      touched = new Set();
      try {
        return await apply(ids, events);
      } catch (error) {
        allTouched = true;
        throw error;
      }
    },
    onPending: (listener) => {
      pendingListener = listener;
      if (allTouched || touched.size > 0) listener();
    },
    ...(tree && {
      categories: {
        ...tree.categories,
        expand: (id) => {
          const before = visible.length;
          tree.setExpanded(id, true);
          visible = tree.rows();
          version++;
          return visible.length - before;
        },
        collapse: (id) => {
          const before = visible.length;
          tree.setExpanded(id, false);
          visible = tree.rows();
          version++;
          return before - visible.length;
        },
        restoreState: (state) => {
          tree.categories.restoreState(state);
          visible = tree.rows();
          version++;
        },
      } satisfies Categories,
    }),
    close: () => unsubscribe?.(),
  };
}

const identity = (row: ViewRow) => `${row.id}:${row.instance}`;
const sameHeader = (a: ViewRow, b: ViewRow) =>
  a.header?.count === b.header?.count &&
  a.header?.unread === b.header?.unread &&
  a.header?.expanded === b.header?.expanded;

function remember(instances: Map<number, ViewRow[]>, row: ViewRow): void {
  const rows = instances.get(row.id);
  if (rows) rows.push(row);
  else instances.set(row.id, [row]);
}

/** Order of rows within their category. */
function leafOrder({ directions, leafFrom, tieDirection }: SortPlan): (a: ViewRow, b: ViewRow) => number {
  return (a, b) => {
    for (let i = leafFrom; i < directions.length; i++) {
      const difference = compare(a.keys[i], b.keys[i]);
      if (difference !== 0) return difference * directions[i]!;
    }
    return (a.id - b.id || a.instance - b.instance) * tieDirection;
  };
}
