import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ec,
  makeId,
  PidTag,
  type PropertyTag,
  Ptyp,
  type Restriction,
  relop,
  type StoredValue,
  withType,
} from '../../../src/mapi/index.ts';
import { createListTable } from '../../../src/store/tables/index.ts';
import type { Table } from '../../../src/store/types.ts';
import { instanceOf } from './model.ts';

interface Item {
  key: number;
  values: Record<number, StoredValue>;
}
const tableOf = (items: Item[]): Table =>
  createListTable<Item>({
    rows: () => items,
    property: (item, tag) => item.values[tag] ?? (tag === PidTag.Mid ? makeId(1, item.key) : undefined),
    key: (item) => item.key,
    allColumns: () => [PidTag.Subject, PidTag.Importance],
  });
const item = (key: number, subject: string, importance = 1, more: Record<number, StoredValue> = {}): Item => ({
  key,
  values: { [PidTag.Subject]: subject, [PidTag.Importance]: importance, ...more },
});
const subjects = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row[0]);
const isSubject = (subject: string): Restriction => ({
  kind: 'property',
  relop: relop.eq,
  tag: PidTag.Subject,
  value: { tag: PidTag.Subject, value: subject },
});
const abc = () => tableOf([item(1, 'c'), item(2, 'a'), item(3, 'b')]);
const ascending = (tag: PropertyTag) => ({ orders: [{ tag, direction: 0 }], categoryCount: 0, expandedCount: 0 });

describe('columns', () => {
  it('are needed before rows are asked for (MS-OXCTABL_R428)', async () => {
    const table = abc();
    await assert.rejects(table.peek(5), { code: ec.nullObject });
    await assert.rejects(table.findRow(isSubject('a'), 'beginning', false), { code: ec.nullObject });
    table.setColumns([PidTag.Subject]);
    assert.equal((await table.peek(5)).length, 3);
    table.reset();
    await assert.rejects(table.peek(5), { code: ec.nullObject });
  });

  it('of no or an impossible type are refused (MS-OXCTABL_R435)', () => {
    const table = abc();
    for (const type of [Ptyp.Unspecified, Ptyp.ErrorCode, Ptyp.ServerId, 0x0999, 0x201f]) {
      assert.throws(() => table.setColumns([withType(PidTag.Subject, type)]), { code: ec.invalidParam });
    }
    assert.throws(() => table.setColumns([]), { code: ec.invalidParam });
    assert.equal(table.columns(), undefined);
  });

  it('give what is there and notFound for the rest, in their order (MS-OXCTABL_R116)', async () => {
    const table = abc();
    table.setColumns([PidTag.Importance, PidTag.Body, PidTag.Subject]);
    assert.deepEqual((await table.peek(1))[0], [1, { errorCode: ec.notFound }, 'c']);
  });

  it('never hold more than 510 bytes (MS-OXCTABL_R122)', async () => {
    const large = (text: string) => {
      const bytes = Buffer.from(text, 'utf16le');
      return { size: bytes.length, read: async (at: number, n: number) => bytes.subarray(at, at + n) };
    };
    const table = tableOf([
      item(1, 'x'.repeat(300), 1, {
        [PidTag.Body]: large('ö'.repeat(20_000)),
        [PidTag.SearchKey]: Buffer.alloc(600, 7),
      }),
      item(2, `${'y'.repeat(254)}😀`),
    ]);
    table.setColumns([PidTag.Subject, PidTag.Body, PidTag.SearchKey]);
    const [first, second] = await table.peek(2);
    assert.deepEqual(first, ['x'.repeat(255), 'ö'.repeat(255), Buffer.alloc(510, 7)]);
    assert.equal(second![0], 'y'.repeat(254), 'a character is not cut in two');
  });
});

describe('the cursor', () => {
  it('moves, and is clamped at both ends (MS-OXCTABL_R497)', async () => {
    const table = abc();
    table.setColumns([PidTag.Subject]);
    assert.ok(await table.atBeginning());
    assert.equal(await table.seek('beginning', 2), 2);
    assert.deepEqual(await table.position(), { numerator: 2, denominator: 3 });
    assert.equal(await table.seek('current', 5), 1);
    assert.ok(await table.atEnd());
    assert.equal(await table.seek('end', -2), -2);
    assert.deepEqual(subjects(await table.peek(9)), ['a', 'b']);
    assert.equal(await table.seek('current', -9), -1);
    assert.equal(await table.move(3), 3);
  });

  it('reads backwards from where it stands (MS-OXCTABL_R469)', async () => {
    const table = abc();
    table.setColumns([PidTag.Subject]);
    await table.seek('end', 0);
    assert.deepEqual(subjects(await table.peek(2, true)), ['b', 'a']);
    await table.seek('beginning', 0);
    assert.deepEqual(await table.peek(2, true), []);
  });

  it('goes to fractions of the table (MS-OXCTABL_R514, R515)', async () => {
    const table = tableOf(Array.from({ length: 10 }, (_, i) => item(i + 1, `${i}`)));
    for (const [numerator, denominator, position] of [
      [0, 7, 0],
      [1, 2, 5],
      [7, 7, 10],
      [9, 7, 10],
    ] as const) {
      await table.seekFractional(numerator, denominator);
      assert.equal((await table.position()).numerator, position);
    }
    await assert.rejects(table.seekFractional(1, 0), { code: ec.invalidParam });
  });

  it('starts anew after sorting and restricting (MS-OXCTABL_R439, R453)', async () => {
    const table = abc();
    table.setColumns([PidTag.Subject]);
    await table.seek('end', 0);
    await table.sort(ascending(PidTag.Subject));
    assert.deepEqual(subjects(await table.peek(9)), ['a', 'b', 'c']);
    await table.seek('end', 0);
    await table.restrict(isSubject('b'));
    assert.deepEqual(subjects(await table.peek(9)), ['b']);
    assert.equal(await table.rowCount(), 3, 'which counts all rows');
    await table.restrict(undefined);
    assert.equal((await table.peek(9)).length, 3);
  });

  it('follows what FindRow finds (MS-OXCTABL_R534)', async () => {
    const table = abc();
    table.setColumns([PidTag.Subject]);
    assert.deepEqual(await table.findRow(isSubject('b'), 'beginning', false), ['b']);
    assert.equal((await table.position()).numerator, 2);
    assert.deepEqual(await table.findRow(isSubject('b'), 'current', false), ['b'], 'the current row is looked at');
    assert.equal(await table.findRow(isSubject('b'), 'current', true), undefined, 'but not backwards (R241)');
    assert.equal((await table.position()).numerator, 2);
    assert.deepEqual(await table.findRow(isSubject('c'), 'end', true), ['c']);
  });
});

describe('bookmarks', () => {
  it('stay on their row', async () => {
    const items = [item(1, 'a'), item(2, 'b'), item(3, 'c')];
    let changed: (key: number | undefined) => void = () => {};
    const table = createListTable<Item>({
      rows: () => items,
      property: (one, tag) => one.values[tag],
      key: (one) => one.key,
      allColumns: () => [],
      subscribe: (listener) => {
        changed = listener;
        return () => {};
      },
    });
    table.setColumns([PidTag.Subject]);
    await table.seek('beginning', 1);
    const bookmark = await table.createBookmark();
    items.unshift(item(4, '0'));
    changed(undefined);
    assert.deepEqual(await table.seekBookmark(bookmark, 0), { moved: 0, rowGone: false });
    assert.equal((await table.position()).numerator, 2);
    items.splice(2, 1);
    changed(undefined);
    assert.deepEqual(await table.seekBookmark(bookmark, 0), { moved: 0, rowGone: true });
    assert.deepEqual(subjects(await table.peek(1)), ['c'], 'the next row (MS-OXCTABL_R506)');
  });

  it('end with sorting, restricting, resetting and freeing (MS-OXCTABL_R505, R870, R871, R2481)', async () => {
    const table = abc();
    const invalid = { code: ec.invalidBookmark };
    for (const end of [() => table.sort(undefined), () => table.restrict(undefined), async () => table.reset()]) {
      table.setColumns([PidTag.Subject]);
      const bookmark = await table.createBookmark();
      await end();
      await assert.rejects(table.seekBookmark(bookmark, 0), invalid);
    }
    const bookmark = await table.createBookmark();
    table.freeBookmark(bookmark);
    assert.throws(() => table.freeBookmark(bookmark), invalid);
    await assert.rejects(table.seekBookmark(Buffer.from('nonsense'), 0), invalid);
  });
});

describe('sort orders', () => {
  it('that make no sense are refused and change nothing', async () => {
    const table = abc();
    table.setColumns([PidTag.Subject]);
    await table.sort(ascending(PidTag.Subject));
    const one = (direction: number, tag: PropertyTag = PidTag.Subject) => [{ tag, direction }];
    for (const set of [
      { orders: one(0), categoryCount: 2, expandedCount: 0 },
      { orders: one(0), categoryCount: 0, expandedCount: 2 },
      { orders: one(3), categoryCount: 0, expandedCount: 0 },
      { orders: one(4), categoryCount: 0, expandedCount: 0 },
      { orders: one(0, withType(PidTag.Subject, 0)), categoryCount: 0, expandedCount: 0 },
    ]) {
      await assert.rejects(table.sort(set), { code: ec.invalidParam });
    }
    assert.deepEqual(subjects(await table.peek(9)), ['a', 'b', 'c']);
  });

  it('accept grouping and sorting by the same column', async () => {
    const table = abc();
    table.setColumns([PidTag.Subject, PidTag.RowType]);
    const orders = [
      { tag: PidTag.Subject, direction: 0 },
      { tag: PidTag.Subject, direction: 1 },
    ];
    await table.sort({ orders, categoryCount: 1, expandedCount: 1 });
    assert.equal((await table.peek(9)).length, 6);
  });
});

describe('categories', () => {
  const byImportance = {
    orders: [
      { tag: PidTag.Importance, direction: 0 },
      { tag: PidTag.Subject, direction: 0 },
    ],
    categoryCount: 1,
    expandedCount: 1,
  };
  const columns = [
    PidTag.RowType,
    PidTag.Depth,
    PidTag.ContentCount,
    PidTag.ContentUnreadCount,
    PidTag.Importance,
    PidTag.Subject,
  ];
  const none = { errorCode: ec.notFound };
  const grouped = async (expandedCount = 1) => {
    const table = tableOf([item(1, 'c', 2), item(2, 'a', 0), item(3, 'b', 2)]);
    table.setColumns(columns);
    await table.sort({ ...byImportance, expandedCount });
    return table;
  };

  it('have header rows with counts, which leaves have not (MS-OXCTABL_R15, R17, R20, R621)', async () => {
    const table = await grouped();
    assert.deepEqual(await table.peek(9), [
      [3, 0, 1, 0, 0, none],
      [1, 1, none, none, 0, 'a'],
      [3, 0, 2, 0, 2, none],
      [1, 1, none, none, 2, 'b'],
      [1, 1, none, none, 2, 'c'],
    ]);
  });

  it('are collapsed and expanded (MS-OXCTABL_R18, R21, R571, R577, R570)', async () => {
    const table = await grouped();
    table.setColumns([PidTag.InstID, ...columns]);
    const id = (await table.peek(9))[2]![0] as bigint;
    assert.equal(await table.collapseRow(id), 2);
    await assert.rejects(table.collapseRow(id), { code: ec.notExpanded });
    assert.deepEqual(
      (await table.peek(9)).map((row) => row[1]),
      [3, 1, 4],
    );
    assert.equal(await table.expandRow(id), 2);
    await assert.rejects(table.expandRow(id), { code: ec.notCollapsed });
    await assert.rejects(table.expandRow(makeId(1, 77)), { code: ec.notFound });
  });

  it('start as ExpandedCount says (MS-OXCTABL_R66)', async () => {
    assert.deepEqual(
      (await (await grouped(0)).peek(9)).map((row) => row[0]),
      [4, 4],
    );
  });

  it('keep their state in a collapse state, for another table too (MS-OXCTABL_R585, R587, R307)', async () => {
    const table = await grouped();
    table.setColumns([PidTag.InstID, PidTag.Subject]);
    const rows = await table.peek(9);
    await table.collapseRow(rows[0]![0] as bigint);
    await table.seek('beginning', 2);
    const state = await table.collapseState(rows[2]![0] as bigint, 0);
    await table.expandRow(rows[0]![0] as bigint);
    const bookmark = await table.setCollapseState(state);
    assert.equal((await table.peek(9)).length, 3, 'from the row of the state on');
    assert.deepEqual(await table.seekBookmark(bookmark, 1), { moved: 1, rowGone: false });
    assert.equal((await table.position()).denominator, 4);

    const other = await grouped();
    await other.setCollapseState(state);
    await other.seek('beginning', 0);
    assert.deepEqual(
      (await other.peek(9)).map((row) => row[0]),
      [4, 3, 1, 1],
    );
    const unlike = await grouped(0);
    await assert.rejects(unlike.setCollapseState(state), { code: ec.invalidParam });
    await assert.rejects(unlike.setCollapseState(Buffer.alloc(3)), { code: ec.corruptData });
  });

  it('can be of the values of a multiple-value property (MS-OXCTABL_R433, R448, R12)', async () => {
    const keywords = 0x8001101f;
    const instance = instanceOf(keywords);
    const table = tableOf([
      item(1, 'one', 1, { [keywords]: ['red', 'blue'] }),
      item(2, 'two', 1, { [keywords]: ['red'] }),
      item(3, 'none'),
    ]);
    table.setColumns([PidTag.Subject, instance, PidTag.InstanceNum]);
    assert.equal((await table.peek(9)).length, 4);
    await table.sort({ orders: [{ tag: instance, direction: 0 }], categoryCount: 1, expandedCount: 1 });
    assert.deepEqual(await table.peek(9), [
      [none, none, 0],
      ['none', none, 0],
      [none, 'blue', 0],
      ['one', 'blue', 2],
      [none, 'red', 0],
      ['one', 'red', 1],
      ['two', 'red', 1],
    ]);
  });
});

describe('any sequence of movements', () => {
  it('ends where a plain list would', async () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('move' as const), fc.integer({ min: -5, max: 5 })),
      fc.tuple(fc.constant('beginning' as const), fc.integer({ min: -2, max: 8 })),
      fc.tuple(fc.constant('end' as const), fc.integer({ min: -8, max: 2 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(10), fc.array(step, { maxLength: 12 }), async (size, steps) => {
        const table = tableOf(Array.from({ length: size }, (_, i) => item(i + 1, `${i}`)));
        table.setColumns([PidTag.Subject]);
        let at = 0;
        for (const [kind, rows] of steps) {
          const from = kind === 'move' ? at : kind === 'end' ? size : 0;
          const to = Math.max(0, Math.min(size, from + rows));
          const moved = kind === 'move' ? await table.move(rows) : await table.seek(kind, rows);
          assert.equal(moved, to - from);
          at = to;
          assert.deepEqual(await table.position(), { numerator: at, denominator: size });
          assert.deepEqual(
            subjects(await table.peek(3)),
            Array.from({ length: size }, (_, i) => `${i}`).slice(at, at + 3),
          );
        }
      }),
    );
  });
});
