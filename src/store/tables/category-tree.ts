import { createHash } from 'node:crypto';
import { ec, MapiError } from '../../mapi/index.ts';
import { compare, compareCodePoints } from './collation.ts';
import { limits } from './limits.ts';
import type { SortPlan } from './sort-plan.ts';
import { type Category, firstCategoryId, type SortKey, type ViewRow } from './view.ts';

interface Node extends Category {
  readonly parent: Node | undefined;
  readonly chain: readonly Node[];
  readonly children: Map<string, Node>;
  /** Children in order; undefined when that is to be found out. */
  ordered: Node[] | undefined;
  /** Rows of an innermost category; `sorted` false: in any order. */
  leaves: ViewRow[];
  sorted: boolean;
}

/** The categories of a view with their rows (MS-OXCTABL 2.2.2.3.1). */
export function categoryTree(plan: SortPlan, compareLeaves: (a: ViewRow, b: ViewRow) => number) {
  const { categoryCount, expandedCount, maximumOf, directions } = plan;
  const known = new Map<string, Node>();
  const byId = new Map<number, Node>();
  let top = new Map<string, Node>();
  let topOrdered: Node[] | undefined;
  let nextId = firstCategoryId;
  /** Hashes of the paths of categories, there or not, that are not as they started. */
  let flipped = new Set<string>();
  const startsExpanded = (path: string, level: number) => level < expandedCount !== flipped.has(pathHash(path));
  /** Each leaf with its category: the row itself only knows its keys. */
  const placed = new Map<ViewRow, ViewRow>();

  const node = (parent: Node | undefined, key: SortKey, level: number, sample: ViewRow): Node => {
    const siblings = parent ? parent.children : top;
    const name = keyText(key);
    let found = siblings.get(name);
    if (found) return found;
    const path = `${parent ? parent.path : ''}${name.length}:${name}`;
    found = known.get(path);
    if (!found) {
      const chain: Node[] = parent ? [...parent.chain] : [];
      found = {
        id: nextId++,
        level,
        path,
        key,
        expanded: startsExpanded(path, level),
        count: 0,
        unread: 0,
        maximum: undefined,
        sample,
        parent,
        chain,
        children: new Map(),
        ordered: undefined,
        leaves: [],
        sorted: true,
      };
      chain.push(found);
      known.set(path, found);
      byId.set(found.id, found);
    }
    siblings.set(name, found);
    if (parent) parent.ordered = undefined;
    else topOrdered = undefined;
    return found;
  };

  const compareNodes = (a: Category, b: Category): number => {
    const direction = directions[a.level]!;
    if (maximumOf !== undefined && a.level === categoryCount - 1) {
      const difference = compare(a.maximum, b.maximum);
      if (difference !== 0) return difference * direction;
    }
    return compare(a.key, b.key) * direction || compareCodePoints(a.path, b.path);
  };

  const reorder = (inner: Node) => {
    if (inner.parent) inner.parent.ordered = undefined;
    else topOrdered = undefined;
  };

  const add = (row: ViewRow): void => {
    let current: Node | undefined;
    for (let level = 0; level < categoryCount; level++) {
      current = node(current, row.keys[level], level, row);
      if (current.count === 0) current.sample = row;
      current.count++;
      if (row.unread) current.unread++;
    }
    const inner = current!;
    const leaf: ViewRow = { ...row, chain: inner.chain };
    placed.set(row, leaf);
    inner.leaves.push(leaf);
    inner.sorted = false;
    if (maximumOf !== undefined && (inner.count === 1 || compare(row.keys[maximumOf], inner.maximum) > 0)) {
      inner.maximum = row.keys[maximumOf];
      reorder(inner);
    }
  };

  const remove = (row: ViewRow): void => {
    const leaf = placed.get(row);
    if (!leaf) return;
    placed.delete(row);
    const inner = leaf.chain.at(-1) as Node;
    inner.leaves.splice(inner.leaves.indexOf(leaf), 1);
    for (const category of inner.chain.toReversed()) {
      category.count--;
      if (row.unread) category.unread--;
      if (category.count === 0) {
        (category.parent ? category.parent.children : top).delete(keyText(category.key));
        reorder(category);
      } else if (category.sample.id === row.id) {
        category.sample = anyLeaf(category);
      }
    }
    if (maximumOf !== undefined && inner.count > 0 && compare(row.keys[maximumOf], inner.maximum) === 0) {
      inner.maximum = undefined;
      for (const other of inner.leaves) {
        if (compare(other.keys[maximumOf], inner.maximum) > 0) inner.maximum = other.keys[maximumOf];
      }
      reorder(inner);
    }
  };
  const anyLeaf = (category: Node): ViewRow =>
    category.leaves[0] ?? anyLeaf(category.children.values().next().value as Node);

  const headerOf = (category: Node): ViewRow => ({
    id: category.id,
    instance: 0,
    folderId: category.sample.folderId,
    unread: false,
    keys: category.sample.keys,
    chain: category.chain,
    header: { count: category.count, unread: category.unread, expanded: category.expanded },
  });

  const sortLeavesOf = (category: Node): void => {
    if (category.sorted) return;
    category.leaves.sort(compareLeaves);
    category.sorted = true;
  };

  const visit = (category: Node, out: ViewRow[]): void => {
    out.push(headerOf(category));
    if (!category.expanded) return;
    if (category.level < categoryCount - 1) {
      category.ordered ??= [...category.children.values()].sort(compareNodes);
      for (const child of category.ordered) visit(child, out);
      return;
    }
    sortLeavesOf(category);
    for (const leaf of category.leaves) out.push(leaf);
  };

  const rows = (): ViewRow[] => {
    topOrdered ??= [...top.values()].sort(compareNodes);
    const out: ViewRow[] = [];
    for (const category of topOrdered) visit(category, out);
    return out;
  };

  const compareRows = (a: ViewRow, b: ViewRow): number => {
    const x = placed.get(a) ?? a;
    const y = placed.get(b) ?? b;
    for (let level = 0; ; level++) {
      const p = x.chain[level];
      const q = y.chain[level];
      if (p && q) {
        if (p === q) continue;
        return compareNodes(p, q);
      }
      if (p || q) return p ? 1 : -1;
      if (x.header || y.header) return x.header && y.header ? 0 : x.header ? -1 : 1;
      return compareLeaves(x, y);
    }
  };

  return {
    add,
    remove,
    rows,
    /** Sorts one category after the other, so that rows() need not do all at once. */
    *sortLeaves(): Generator<void> {
      for (const category of known.values()) {
        sortLeavesOf(category);
        yield;
      }
    },
    compare: compareRows,
    header: (id: number): ViewRow | undefined => {
      const category = byId.get(id);
      return category && category.count > 0 ? headerOf(category) : undefined;
    },
    clear: () => {
      for (const category of known.values()) {
        Object.assign(category, {
          count: 0,
          unread: 0,
          maximum: undefined,
          leaves: [],
          sorted: true,
          ordered: undefined,
        });
        category.children.clear();
      }
      placed.clear();
      top = new Map();
      topOrdered = undefined;
    },
    setExpanded: (id: number, expanded: boolean): void => {
      const category = byId.get(id);
      if (!category || category.count === 0) throw new MapiError(ec.notFound, 'no such category');
      if (category.expanded === expanded) throw new MapiError(expanded ? ec.notCollapsed : ec.notExpanded);
      category.expanded = expanded;
      if (expanded === category.level < expandedCount) flipped.delete(pathHash(category.path));
      else flipped.add(pathHash(category.path));
    },
    categories: {
      saveState: (): Buffer => Buffer.from([...flipped].slice(0, limits.collapsedCategories).join(''), 'hex'),
      restoreState: (state: Uint8Array): void => {
        flipped = new Set(Buffer.from(state).toString('hex').match(/.{16}/g) ?? []);
        for (const category of known.values()) category.expanded = startsExpanded(category.path, category.level);
      },
    },
  };
}

/** 8 bytes as hexadecimal text. */
const pathHash = (path: string): string => createHash('sha1').update(path).digest('hex').slice(0, 16);

function keyText(key: SortKey): string {
  if (key === undefined) return '-';
  if (typeof key === 'string') return `s${key}`;
  if (key instanceof Uint8Array) return `b${Buffer.from(key).toString('hex')}`;
  return `n${key}`;
}
