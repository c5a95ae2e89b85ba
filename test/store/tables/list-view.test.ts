import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PidTag, type PropertyTag, type SortOrderSet, type StoredValue } from '../../../src/mapi/index.ts';
import { listView, type RowSource } from '../../../src/store/tables/list-view.ts';
import { isInstanceTag, sortPlan } from '../../../src/store/tables/sort-plan.ts';
import type { Mark, View, ViewRow } from '../../../src/store/tables/view.ts';
import { viewRows } from '../../../src/store/tables/view-rows.ts';
import { applyChanges, instanceOf, type ModelObject, naiveRows, shown } from './model.ts';

const keywords = 0x8001101f;
const keywordInstance = instanceOf(keywords);

interface Thing {
  unread: boolean;
  values: Record<number, StoredValue>;
}

const thing: fc.Arbitrary<Thing> = fc.record({
  unread: fc.boolean(),
  values: fc.record(
    {
      [PidTag.Subject]: fc.constantFrom('a', 'A', 'b', 'ä', ''),
      [PidTag.Importance]: fc.integer({ min: 0, max: 2 }),
      [PidTag.MessageDeliveryTime]: fc.bigInt({ min: 0n, max: 9n }),
      [keywords]: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ) as unknown as fc.Arbitrary<Record<number, StoredValue>>,
});

const tags: PropertyTag[] = [PidTag.Subject, PidTag.Importance, PidTag.MessageDeliveryTime, keywordInstance];
const order: fc.Arbitrary<SortOrderSet> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 4 }),
    fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 4, maxLength: 4 }),
    fc.nat(3),
    fc.nat(3),
    fc.boolean(),
  )
  .map(([chosen, directions, categories, expanded, maximum]) => {
    const categoryCount = Math.min(categories, chosen.length);
    const orders = chosen.map((tag, i) => ({ tag, direction: directions[i]! }));
    const modified = orders[categoryCount];
    if (maximum && categoryCount > 0 && modified && !isInstanceTag(modified.tag))
      orders[categoryCount] = { ...modified, direction: 4 };
    return { orders, categoryCount, expandedCount: Math.min(expanded, categoryCount) };
  });

/** Objects that change under an open view. */
function world(initial: Thing[], set: SortOrderSet) {
  const plan = sortPlan(set);
  const instanceTag = plan.tags.find(isInstanceTag);
  const objects = new Map<number, Thing>(initial.map((one, index) => [index + 1, one]));
  let touched: (id: number | undefined) => void = () => {};
  const rowsOf = (id: number): ViewRow[] => {
    const one = objects.get(id);
    return one ? viewRows({ id, folderId: 1, unread: one.unread }, (tag) => one.values[tag], plan, instanceTag) : [];
  };
  const source: RowSource = {
    async *load() {
      yield [...objects.keys()].flatMap(rowsOf);
    },
    fetch: async (ids) => ids.flatMap(rowsOf),
    subscribe: (listener) => {
      touched = listener;
      return () => {};
    },
  };
  return {
    source,
    plan,
    set: (id: number, one: Thing | undefined) => {
      if (one) objects.set(id, one);
      else objects.delete(id);
      touched(id);
    },
    touchAll: () => touched(undefined),
    expected: () => {
      const model: ModelObject[] = [...objects].map(([id, one]) => ({
        id,
        unread: one.unread,
        lookup: (tag) => one.values[tag],
      }));
      return naiveRows(model, set, instanceTag);
    },
  };
}

const all = async (view: View): Promise<ViewRow[]> => [...(await view.read('beginning', 1e9, false)).rows];

describe('a view in memory', () => {
  it('shows rows sorted, grouped and by instances as a plain computation does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(thing, { maxLength: 25 }), order, async (things, set) => {
        const { source, plan, expected } = world(things, set);
        const view = await listView(plan, source);
        assert.deepEqual((await all(view)).map(shown), expected());
      }),
      { numRuns: 300 },
    );
  });

  it('tells changes that turn a copy of the rows into what a fresh view shows', async () => {
    const changes = fc.array(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.option(thing, { nil: undefined })), {
        minLength: 1,
        maxLength: 5,
      }),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(thing, { maxLength: 15 }),
        order,
        changes,
        fc.boolean(),
        async (things, set, batches, reload) => {
          const here = world(things, set);
          const view = await listView(here.plan, here.source);
          const copy = await all(view);
          for (const batch of batches) {
            for (const [id, one] of batch) here.set(id, one);
            if (reload) here.touchAll();
            applyChanges(copy, await view.flush(true));
            assert.deepEqual(copy.map(shown), here.expected());
            assert.deepEqual((await all(view)).map(shown), here.expected());
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes in many changes at once in the same way', async () => {
    const set: SortOrderSet = {
      orders: [{ tag: PidTag.Importance, direction: 1 }],
      categoryCount: 0,
      expandedCount: 0,
    };
    const make = (i: number): Thing => ({ unread: false, values: { [PidTag.Importance]: (i * 7919) % 13 } });
    const here = world(
      Array.from({ length: 500 }, (_, i) => make(i)),
      set,
    );
    const view = await listView(here.plan, here.source);
    const copy = await all(view);
    for (let i = 1; i <= 300; i++) here.set(i * 2, i % 3 === 0 ? undefined : make(i * 5));
    for (let i = 501; i <= 600; i++) here.set(i, make(i));
    applyChanges(copy, await view.flush(true));
    assert.deepEqual(copy.map(shown), here.expected());
  });

  it('keeps a mark on its row while others come and go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(thing, { minLength: 3, maxLength: 15 }),
        order,
        fc.nat(),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.option(thing, { nil: undefined })), { maxLength: 8 }),
        async (things, set, pick, batch) => {
          const here = world(things, set);
          const view = await listView(here.plan, here.source);
          const rows = await all(view);
          const row = rows[pick % rows.length]!;
          const mark: Mark = { row };
          for (const [id, one] of batch) here.set(id, one);
          await view.flush(false);
          const now = (await all(view)).findIndex((other) => other.id === row.id && other.instance === row.instance);
          assert.equal(await view.gone(mark), now < 0);
          if (now >= 0) assert.equal(await view.position(mark), now);
          assert.deepEqual(
            (await view.read(mark, 2, false)).rows.length,
            Math.min(2, (await view.count()) - (await view.position(mark))),
          );
        },
      ),
    );
  });
});
