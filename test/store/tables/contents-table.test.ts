import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  counterOf,
  ec,
  makeId,
  PidTag,
  type PropertyTag,
  type Restriction,
  relop,
  type SortOrderSet,
  type StoredValue,
} from '../../../src/mapi/index.ts';
import { messageProperty } from '../../../src/store/computed.ts';
import { messageColumns } from '../../../src/store/internal.ts';
import { matches } from '../../../src/store/tables/index.ts';
import { restrictionSql } from '../../../src/store/tables/restriction-sql.ts';
import { isInstanceTag } from '../../../src/store/tables/sort-plan.ts';
import type { Table, TableEvent } from '../../../src/store/types.ts';
import { type Fixture, openFixture, root, settled, type TestMessage } from './fixture.ts';
import { applyEvents, instanceOf, naiveRows, property, rowName } from './model.ts';

const keywords = 0x8001101f;
const message: fc.Arbitrary<TestMessage> = fc.record({
  read: fc.boolean(),
  values: fc.record(
    {
      [PidTag.NormalizedSubject]: fc.constantFrom('a', 'A', 'b', 'ä', 'Zz'),
      [PidTag.SentRepresentingName]: fc.constantFrom('Anna', 'ben', 'Carla'),
      [PidTag.Importance]: fc.integer({ min: 0, max: 2 }),
      [PidTag.FlagStatus]: fc.integer({ min: 1, max: 2 }),
      [PidTag.MessageClass]: fc.constantFrom('IPM.Note', 'IPM.Appointment', 'ipm.note.x'),
      [PidTag.IconIndex]: fc.integer({ min: -1, max: 2 }),
      [keywords]: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ) as unknown as fc.Arbitrary<Record<number, StoredValue>>,
});
const times = { min: 130_000_000_000_000_000n, max: 130_000_000_000_000_005n };
const delivered = fc
  .tuple(message, fc.bigInt(times), fc.option(fc.bigInt(times)))
  .map(([one, time, submitted]): TestMessage => {
    const sent: TestMessage['values'] = submitted === null ? {} : { [PidTag.ClientSubmitTime]: submitted };
    return { ...one, values: { ...one.values, ...sent, [PidTag.MessageDeliveryTime]: time } };
  });

const sortTags: PropertyTag[] = [
  PidTag.MessageDeliveryTime,
  PidTag.NormalizedSubject,
  PidTag.SentRepresentingName,
  PidTag.Importance,
  PidTag.IconIndex,
  PidTag.MessageClass,
  instanceOf(keywords),
];
const indexed: fc.Arbitrary<SortOrderSet | undefined> = fc.constantFrom(
  undefined,
  { orders: [{ tag: PidTag.MessageDeliveryTime, direction: 0 }], categoryCount: 0, expandedCount: 0 },
  { orders: [{ tag: PidTag.MessageDeliveryTime, direction: 1 }], categoryCount: 0, expandedCount: 0 },
);
const anyOrder: fc.Arbitrary<SortOrderSet | undefined> = fc.oneof(
  indexed,
  fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...sortTags), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 }),
      fc.nat(2),
      fc.nat(2),
    )
    .map(([tags, directions, categories, expanded]) => {
      const categoryCount = Math.min(categories, tags.length);
      return {
        orders: tags.map((tag, i) => ({ tag, direction: directions[i]! })),
        categoryCount,
        expandedCount: Math.min(expanded, categoryCount),
      };
    }),
);

const operator = fc.constantFrom(relop.lt, relop.le, relop.gt, relop.ge, relop.eq, relop.ne);
const { restriction } = fc.letrec<{ restriction: Restriction }>((tie) => ({
  restriction: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(operator, fc.integer({ min: -1, max: 2 })).map(([o, value]) => property(o, PidTag.Importance, value)),
    fc.tuple(operator, fc.integer({ min: -1, max: 2 })).map(([o, value]) => property(o, PidTag.FlagStatus, value)),
    fc.tuple(operator, fc.integer({ min: -1, max: 2 })).map(([o, value]) => property(o, PidTag.IconIndex, value)),
    fc.tuple(operator, fc.boolean()).map(([o, value]) => property(o, PidTag.Read, value)),
    fc
      .tuple(operator, fc.constantFrom(PidTag.MessageDeliveryTime, PidTag.ClientSubmitTime), fc.bigInt(times))
      .map(([o, tag, value]) => property(o, tag, value)),
    fc
      .tuple(
        fc.constantFrom(1, 4, 0x10, 0x11, 0x400),
        fc.boolean(),
        fc.constantFrom(PidTag.MessageFlags, PidTag.Importance, PidTag.FlagStatus),
      )
      .map(([mask, notEqualZero, tag]): Restriction => ({ kind: 'bitmask', mask, notEqualZero, tag })),
    fc
      .tuple(fc.constantFrom('IPM', 'note', 'ipm.note', 'IPM_Note'), fc.constantFrom(0, 1, 2), fc.constantFrom(0, 1))
      .map(
        ([value, low, high]): Restriction => ({
          kind: 'content',
          fuzzyLevelLow: low,
          fuzzyLevelHigh: high,
          tag: PidTag.MessageClass,
          value: { tag: PidTag.MessageClass, value },
        }),
      ),
    fc.constantFrom<Restriction>(
      { kind: 'exist', tag: PidTag.IconIndex },
      { kind: 'exist', tag: PidTag.Importance },
      { kind: 'exist', tag: PidTag.ClientSubmitTime },
      { kind: 'exist', tag: PidTag.MessageDeliveryTime },
    ),
    fc.array(tie('restriction'), { maxLength: 3 }).map((restrictions): Restriction => ({ kind: 'and', restrictions })),
    fc.array(tie('restriction'), { maxLength: 3 }).map((restrictions): Restriction => ({ kind: 'or', restrictions })),
    tie('restriction').map((one): Restriction => ({ kind: 'not', restriction: one })),
  ),
}));

const columns = [
  PidTag.InstID,
  PidTag.InstanceNum,
  PidTag.RowType,
  PidTag.Depth,
  PidTag.ContentCount,
  PidTag.ContentUnreadCount,
];
const show = (row: readonly unknown[]): string =>
  row[2] === 1
    ? `${counterOf(row[0] as bigint)}:${row[1]}`
    : `${row[3]}/${row[4]}/${row[5]}/${row[2] === 3 ? 'open' : 'shut'}`;
const rowsOf = async (table: Table): Promise<string[]> => {
  await table.seek('beginning', 0);
  const rows: string[] = [];
  for (;;) {
    const some = await table.peek(7);
    if (some.length === 0) return rows;
    rows.push(...some.map(show));
    await table.move(some.length);
  }
};

let box: Fixture;
let nextFolder = 100;
const newFolder = async () => {
  const id = nextFolder++;
  await box.addFolder(id, root, `folder ${id}`);
  return id;
};
before(async () => {
  box = await openFixture();
});
after(() => box.close());

/** What a table over a folder is to show, computed plainly. */
async function expected(
  folderId: number,
  order: SortOrderSet | undefined,
  wanted?: Restriction,
  instanceTag = order?.orders.map((one) => one.tag).find(isInstanceTag),
) {
  const rows = await box.context
    .db()
    .selectFrom('message')
    .select(messageColumns)
    .where('folder_id', '=', folderId)
    .where('deleted', '=', 0)
    .execute();
  const objects = rows.map((row) => {
    const one = box.context.messageFromRow(row);
    return { id: one.id, unread: !one.read, lookup: (tag: PropertyTag) => messageProperty(box.mailbox, one, tag) };
  });
  return naiveRows(
    objects.filter((one) => !wanted || matches(wanted, one.lookup)),
    order,
    instanceTag,
  );
}

describe('a contents table', () => {
  it('shows messages sorted, restricted and grouped as a plain computation does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(delivered, { maxLength: 20 }),
        anyOrder,
        fc.option(restriction, { nil: undefined }),
        async (messages, order, wanted) => {
          const folderId = await newFolder();
          await box.addMany(folderId, messages);
          const table = await box.tables.contentsTable(folderId, {});
          table.setColumns(columns);
          await table.sort(order);
          await table.restrict(wanted);
          const rows = await expected(folderId, order, wanted);
          assert.deepEqual(await rowsOf(table), rows);
          assert.deepEqual(await table.position(), { numerator: rows.length, denominator: rows.length });
          assert.equal(await table.rowCount(), messages.length);
          table.close();
        },
      ),
      { numRuns: 120 },
    );
  });

  it('asks the database only what means the same there', async () => {
    const folderId = await newFolder();
    await fc.assert(
      fc.asyncProperty(fc.array(delivered, { minLength: 1, maxLength: 5 }), restriction, async (messages, wanted) => {
        const condition = restrictionSql(wanted);
        if (!condition) return;
        const ids = await box.addMany(folderId, messages);
        const rows = await box.context
          .db()
          .selectFrom('message')
          .select(messageColumns)
          .where('id', 'in', ids)
          .execute();
        const inMemory = rows
          .map((row) => box.context.messageFromRow(row))
          .filter((one) => matches(wanted, (tag) => messageProperty(box.mailbox, one, tag)))
          .map((one) => one.id);
        const found = await box.context
          .db()
          .selectFrom('message')
          .select('id')
          .where('id', 'in', ids)
          .where(condition)
          .execute();
        assert.deepEqual(found.map((row) => row.id).sort(), inMemory.sort());
      }),
      { numRuns: 200 },
    );
  });

  it('moves by the index as over a plain list', async () => {
    const folderId = await newFolder();
    const time = (i: number) => ({
      read: i % 3 === 0,
      values: { [PidTag.MessageDeliveryTime]: 130_000_000_000_000_000n + BigInt((i * 7) % 10) },
    });
    await box.addMany(
      folderId,
      Array.from({ length: 30 }, (_, i) => time(i)),
    );
    const step = fc.tuple(
      fc.constantFrom('current' as const, 'beginning' as const, 'end' as const),
      fc.integer({ min: -12, max: 12 }),
    );
    const unread = property(relop.eq, PidTag.Read, false);
    await fc.assert(
      fc.asyncProperty(indexed, fc.boolean(), fc.array(step, { maxLength: 10 }), async (order, restricted, steps) => {
        const table = await box.tables.contentsTable(folderId, {});
        table.setColumns(columns);
        await table.sort(order);
        await table.restrict(restricted ? unread : undefined);
        const rows = await expected(folderId, order, restricted ? unread : undefined);
        let at = 0;
        for (const [origin, by] of steps) {
          const from = origin === 'current' ? at : origin === 'end' ? rows.length : 0;
          const to = Math.max(0, Math.min(rows.length, from + by));
          assert.equal(await table.seek(origin, by), to - from);
          at = to;
          assert.deepEqual((await table.peek(4)).map(show), rows.slice(at, at + 4));
          assert.deepEqual((await table.peek(4, true)).map(show), rows.slice(Math.max(0, at - 4), at).reverse());
          assert.deepEqual(await table.position(), { numerator: at, denominator: rows.length });
          assert.equal(await table.atBeginning(), at === 0);
          assert.equal(await table.atEnd(), at === rows.length);
        }
        table.close();
      }),
      { numRuns: 60 },
    );
  });

  it('finds rows from the cursor on, by index or by looking', async () => {
    const folderId = await newFolder();
    const ids = await box.addMany(
      folderId,
      Array.from({ length: 10 }, (_, i) => ({ read: i % 2 === 0, values: { [PidTag.IconIndex]: i % 3 } })),
    );
    const table = await box.tables.contentsTable(folderId, {});
    table.setColumns([PidTag.Mid]);
    for (const [wanted, fits] of [
      [property(relop.eq, PidTag.Read, true), (i: number) => i % 2 === 0],
      [property(relop.eq, PidTag.IconIndex, 2), (i: number) => i % 3 === 2],
      [property(relop.eq, PidTag.Mid, makeId(1, ids[7]!)), (i: number) => i === 7],
    ] as const) {
      for (const start of [0, 3, 8]) {
        await table.seek('beginning', start);
        const forward = [...ids.keys()].find((i) => i >= start && fits(i));
        const row = await table.findRow(wanted, 'current', false);
        assert.equal(row && counterOf(row[0] as bigint), forward === undefined ? undefined : ids[forward]);
        if (forward !== undefined) assert.equal((await table.position()).numerator, forward);
        await table.seek('beginning', start);
        const back = [...ids.keys()].reverse().find((i) => i < start && fits(i));
        const earlier = await table.findRow(wanted, 'current', true);
        assert.equal(earlier && counterOf(earlier[0] as bigint), back === undefined ? undefined : ids[back]);
      }
    }
    table.close();
  });

  it('keeps bookmarks on their message while others come and go', async () => {
    for (const order of [
      undefined,
      { orders: [{ tag: PidTag.IconIndex, direction: 0 }], categoryCount: 0, expandedCount: 0 },
    ]) {
      const folderId = await newFolder();
      const ids = await box.addMany(
        folderId,
        [1, 2, 3].map((icon) => ({ read: true, values: { [PidTag.IconIndex]: icon } })),
      );
      const table = await box.tables.contentsTable(folderId, {});
      table.setColumns([PidTag.Mid]);
      await table.sort(order);
      await table.seek('beginning', 1);
      const bookmark = await table.createBookmark();
      await box.remove(ids[0]!);
      assert.deepEqual(await table.seekBookmark(bookmark, 0), { moved: 0, rowGone: false });
      assert.equal((await table.position()).numerator, 0);
      await box.remove(ids[1]!);
      assert.deepEqual(await table.seekBookmark(bookmark, 0), { moved: 0, rowGone: true });
      assert.equal(counterOf((await table.peek(1))[0]![0] as bigint), ids[2]);
      table.close();
    }
  });

  it('lists soft-deleted messages apart, and counts them exactly', async () => {
    const folderId = await newFolder();
    const ids = await box.addMany(
      folderId,
      [1, 2, 3].map(() => ({ read: true, values: {} })),
    );
    const table = await box.tables.contentsTable(folderId, { softDeleted: true });
    table.setColumns([PidTag.Mid]);
    assert.equal(await table.rowCount(), 0);
    await box.softDelete(ids[1]!);
    assert.equal(await table.rowCount(), 1);
    assert.deepEqual(await table.peek(9), [[makeId(1, ids[1]!)]]);
    table.close();
  });

  it('can be restricted to a number of rows', async () => {
    const folderId = await newFolder();
    const ids = await box.addMany(
      folderId,
      [1, 2, 1, 1].map((icon) => ({ read: true, values: { [PidTag.IconIndex]: icon } })),
    );
    const table = await box.tables.contentsTable(folderId, {});
    table.setColumns([PidTag.Mid]);
    await table.restrict({ kind: 'count', count: 2, restriction: property(relop.eq, PidTag.IconIndex, 1) });
    const found = async () => (await table.peek(9)).map((row) => counterOf(row[0] as bigint));
    assert.deepEqual(await found(), [ids[0], ids[2]]);
    await box.remove(ids[0]!);
    assert.deepEqual(await found(), [ids[2], ids[3]]);
    table.close();
  });

  it('can be restricted by recipients', async () => {
    const folderId = await newFolder();
    const to = (name: string) => [new Map<PropertyTag, StoredValue>([[PidTag.DisplayName, name]])];
    const ids = await box.addMany(folderId, [
      { read: true, values: {}, recipients: to('Ben') },
      { read: true, values: {}, recipients: to('Carla') },
      { read: true, values: {} },
    ]);
    const table = await box.tables.contentsTable(folderId, {});
    table.setColumns([PidTag.Mid]);
    const wanted: Restriction = {
      kind: 'subobject',
      tag: PidTag.MessageRecipients,
      restriction: property(relop.eq, PidTag.DisplayName, 'carla'),
    };
    await table.restrict(wanted);
    assert.deepEqual(await table.peek(9), [[makeId(1, ids[1]!)]]);
    await table.restrict(undefined);
    assert.deepEqual(await table.findRow(wanted, 'beginning', false), [makeId(1, ids[1]!)]);
    table.close();
  });

  it('of a deleted folder says so', async () => {
    const folderId = await newFolder();
    const table = await box.tables.contentsTable(folderId, {});
    table.setColumns([PidTag.Mid]);
    await box.deleteFolder(folderId);
    await assert.rejects(table.peek(1), { code: ec.objectDeleted });
    table.close();
  });

  it('gives the columns of its messages', async () => {
    const folderId = await newFolder();
    await box.add(folderId, { read: true, values: { [keywords]: ['x'] } });
    const table = await box.tables.contentsTable(folderId, {});
    const all = await table.allColumns();
    for (const tag of [PidTag.Mid, PidTag.Subject, PidTag.RowType, keywords]) assert.ok(all.includes(tag));
    table.close();
  });
});

describe('the events of a contents table', () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), message: delivered }),
    fc.record({ kind: fc.constant('change' as const), pick: fc.nat(), message: delivered }),
    fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('away' as const), pick: fc.nat(), message: delivered }),
    fc.record({ kind: fc.constant('pause' as const) }),
  );

  it('turn a copy of the rows into what a fresh load gives', async () => {
    const elsewhere = await newFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(delivered, { maxLength: 10 }),
        anyOrder,
        fc.option(restriction, { nil: undefined }),
        fc.array(change, { maxLength: 15 }),
        async (messages, order, wanted, changes) => {
          const folderId = await newFolder();
          const ids = await box.addMany(folderId, messages);
          const table = await box.tables.contentsTable(folderId, {});
          table.setColumns(columns);
          await table.sort(order);
          await table.restrict(wanted);
          const events: TableEvent[] = [];
          table.listen((event) => events.push(event));
          await table.seek('beginning', 0);
          const copy = (await table.peek(1000)).map(rowName);
          for (const one of changes) {
            const picked = 'pick' in one ? ids[one.pick % Math.max(ids.length, 1)] : undefined;
            if (one.kind === 'add') ids.push(await box.add(folderId, one.message));
            else if (one.kind === 'pause') await new Promise((resolve) => setImmediate(resolve));
            else if (picked === undefined) continue;
            else if (one.kind === 'change') await box.change(picked, one.message);
            else if (one.kind === 'remove') await box.remove(picked);
            else await box.move(picked, elsewhere, one.message);
            applyEvents(copy, events);
          }
          await table.seek('beginning', 0);
          applyEvents(copy, events);
          const fresh = await box.tables.contentsTable(folderId, {});
          fresh.setColumns(columns);
          await fresh.sort(order);
          await fresh.restrict(wanted);
          assert.deepEqual((await table.peek(1000)).map(show), (await fresh.peek(1000)).map(show));
          // Category ids are the table's own.
          assert.deepEqual(copy, (await table.peek(1000)).map(rowName));
          table.close();
          fresh.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('come by themselves, with the row that the new one stands after', async () => {
    const folderId = await newFolder();
    const at = (time: bigint): TestMessage => ({ read: false, values: { [PidTag.MessageDeliveryTime]: time } });
    const [old, newer] = await box.addMany(folderId, [at(1n), at(5n)]);
    const table = await box.tables.contentsTable(folderId, {});
    table.setColumns([PidTag.Mid, PidTag.MessageDeliveryTime]);
    await table.sort({
      orders: [{ tag: PidTag.MessageDeliveryTime, direction: 1 }],
      categoryCount: 0,
      expandedCount: 0,
    });
    const events: TableEvent[] = [];
    table.listen((event) => events.push(event));
    await table.peek(1);
    const id = await box.add(folderId, at(3n));
    await settled(() => events.length > 0, 'an event');
    const rowKey = (messageId: number) => ({ folderId, messageId, instance: 0 });
    assert.deepEqual(events, [{ kind: 'rowAdded', row: rowKey(id), after: rowKey(newer!) }]);
    assert.deepEqual(await table.rowOf(rowKey(id)), [makeId(1, id), 3n]);
    await box.remove(old!);
    await settled(() => events.length > 1, 'a second event');
    assert.deepEqual(events[1], { kind: 'rowDeleted', row: rowKey(old!) });
    assert.equal(await table.rowOf(rowKey(old!)), undefined);
    table.close();
    await box.remove(id);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(events.length, 2, 'and end with the table');
  });
});
