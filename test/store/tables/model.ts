import assert from 'node:assert/strict';
import {
  counterOf,
  multiValue,
  multiValueInstance,
  type PropertyTag,
  type PropertyValue,
  type Restriction,
  type SortOrderSet,
  sortDirection,
  typeOf,
  withType,
} from '../../../src/mapi/index.ts';
import { compare } from '../../../src/store/tables/collation.ts';
import type { Lookup } from '../../../src/store/tables/index.ts';
import { isInstanceTag, sortKey } from '../../../src/store/tables/sort-plan.ts';
import { type RowChange, sameRow, type ViewRow } from '../../../src/store/tables/view.ts';
import type { Row, TableEvent } from '../../../src/store/types.ts';

export interface ModelObject {
  readonly id: number;
  readonly unread: boolean;
  readonly lookup: Lookup;
}

/** What a view shows, as text: leaves `id:instance`, headers `depth/rows/unread/state`. */
export function naiveRows(
  objects: readonly ModelObject[],
  order: SortOrderSet | undefined,
  instanceTag?: PropertyTag,
): string[] {
  const orders = order?.orders ?? [];
  const categories = order?.categoryCount ?? 0;
  const maximum = orders.findIndex((one) => one.direction === sortDirection.maximumCategory);
  type Leaf = { id: number; instance: number; unread: boolean; keys: ReturnType<typeof sortKey>[] };
  const leaves = objects.flatMap((object): Leaf[] => {
    const plain = instanceTag && object.lookup(withType(instanceTag, typeOf(instanceTag) & ~multiValueInstance));
    const values = Array.isArray(plain) && plain.length > 0 ? plain : [undefined];
    return values.map((value, index) => ({
      id: object.id,
      instance: value === undefined ? 0 : index + 1,
      unread: object.unread,
      keys: orders.map(({ tag }) => sortKey(isInstanceTag(tag) ? value : object.lookup(tag), tag)),
    }));
  });
  const sign = (index: number) => (orders[index]?.direction === sortDirection.descending ? -1 : 1);
  const show = (rows: Leaf[], level: number): string[] => {
    if (level === categories) {
      const from = maximum >= 0 ? categories + 1 : categories;
      const tie = sign(orders.length - 1);
      return [...rows]
        .sort((a, b) => {
          for (let i = from; i < orders.length; i++) {
            const difference = compare(a.keys[i], b.keys[i]) * sign(i);
            if (difference) return difference;
          }
          return (a.id - b.id || a.instance - b.instance) * tie;
        })
        .map((leaf) => `${leaf.id}:${leaf.instance}`);
    }
    const groups: Leaf[][] = [];
    for (const row of rows) {
      const group = groups.find((one) => compare(one[0]!.keys[level], row.keys[level]) === 0);
      if (group) group.push(row);
      else groups.push([row]);
    }
    const max = (group: Leaf[]) =>
      group.map((leaf) => leaf.keys[maximum]).reduce((a, b) => (compare(a, b) > 0 ? a : b));
    groups.sort((a, b) => {
      const byMax = maximum >= 0 && level === categories - 1 ? compare(max(a), max(b)) * sign(level) : 0;
      return byMax || compare(a[0]!.keys[level], b[0]!.keys[level]) * sign(level);
    });
    return groups.flatMap((group) => {
      const expanded = level < (order?.expandedCount ?? 0);
      const head = `${level}/${group.length}/${group.filter((leaf) => leaf.unread).length}/${expanded ? 'open' : 'shut'}`;
      return [head, ...(expanded ? show(group, level + 1) : [])];
    });
  };
  return show(leaves, 0);
}

export const shown = (row: ViewRow): string =>
  row.header
    ? `${row.chain.length - 1}/${row.header.count}/${row.header.unread}/${row.header.expanded ? 'open' : 'shut'}`
    : `${row.id}:${row.instance}`;

/** Applies changes to a copy of the rows, as a client does. */
export function applyChanges(rows: ViewRow[], changes: readonly RowChange[]): void {
  for (const change of changes) {
    if (change.kind === 'changed') throw new Error('nothing said what changed');
    const at = rows.findIndex((row) => sameRow(row, change.row));
    if (at >= 0 !== (change.kind !== 'added'))
      throw new Error(`${change.kind} of a row that is ${at >= 0 ? 'there' : 'not there'}`);
    if (at >= 0) rows.splice(at, 1);
    if (change.kind === 'deleted') continue;
    const { after } = change;
    const before = after ? rows.findIndex((row) => sameRow(row, after)) : -1;
    if (after && before < 0) throw new Error('after a row that is not there');
    rows.splice(before + 1, 0, change.row);
  }
}

export const instanceOf = (tag: PropertyTag): PropertyTag =>
  withType(tag, typeOf(tag) | multiValue | multiValueInstance);

export const property = (operator: number, tag: PropertyTag, value: PropertyValue): Restriction => ({
  kind: 'property',
  relop: operator,
  tag,
  value: { tag, value },
});

/** A row whose first columns are PidTagInstID and PidTagInstanceNum, as `id:instance`. */
export const rowName = (row: Row): string => `${counterOf(row[0] as bigint)}:${row[1]}`;

/** Takes what a table told out of `events` and applies it to a copy of its rows ({@link rowName}), as a client does. */
export function applyEvents(copy: string[], events: TableEvent[]): void {
  for (const event of events.splice(0)) {
    assert.notEqual(event.kind, 'changed');
    if (event.kind === 'changed') continue;
    const name = `${event.row.messageId}:${event.row.instance}`;
    const at = copy.indexOf(name);
    assert.equal(at >= 0, event.kind !== 'rowAdded', `${event.kind} ${name} in ${copy}`);
    if (at >= 0) copy.splice(at, 1);
    if (event.kind === 'rowDeleted') continue;
    const previous = event.after && `${event.after.messageId}:${event.after.instance}`;
    const place = previous === undefined ? 0 : copy.indexOf(previous) + 1;
    assert.ok(previous === undefined || place > 0, `after ${previous} in ${copy}`);
    copy.splice(place, 0, name);
  }
}
