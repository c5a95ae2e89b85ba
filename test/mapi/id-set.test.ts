import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IdSet } from '../../src/mapi/index.ts';

const small = fc.integer({ min: 1, max: 60 });

describe('a set of counters', () => {
  it('holds what was added and not removed, in any order', () => {
    const step = fc.record({ kind: fc.constantFrom('add', 'range', 'remove', 'look'), low: small, length: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const set = new IdSet();
        const model = new Set<number>();
        for (const { kind, low, length } of steps) {
          if (kind === 'add') {
            set.add(low);
            model.add(low);
          } else if (kind === 'range') {
            set.addRange(low, low + length);
            for (let i = low; i <= low + length; i++) model.add(i);
          } else if (kind === 'remove') assert.equal(set.remove(low), model.delete(low));
          else assert.equal(set.has(low), model.has(low));
        }
        const expected = [...model].sort((a, b) => a - b);
        assert.deepEqual([...set], expected);
        assert.equal(set.size, expected.length);
        assert.equal(set.isEmpty, expected.length === 0);
        for (const [i, range] of set.ranges().entries()) assert.ok(range.low > (set.ranges()[i - 1]?.high ?? -1) + 1);
      }),
    );
  });

  it('includes another when all of that is in it', () => {
    const set = IdSet.of([1, 2, 3, 7]);
    assert.ok(set.includes(IdSet.of([2, 3])));
    assert.ok(set.includes(new IdSet()));
    assert.ok(!set.includes(IdSet.of([3, 4])));
    assert.ok(
      set
        .clone()
        .addAll(IdSet.of([4]))
        .includes(IdSet.of([3, 4])),
    );
    assert.ok(!set.has(4));
  });

  it('refuses what is no counter', () => {
    for (const bad of [-1, 2 ** 48, Number.NaN]) assert.throws(() => new IdSet().add(bad), RangeError);
    assert.throws(() => new IdSet().addRange(2, 1), RangeError);
  });

  it('takes 100,000 counters in random order in well under a second', () => {
    const start = performance.now();
    const set = new IdSet();
    for (let i = 0; i < 100_000; i++) set.add((i * 48_271) % 1_000_003);
    assert.equal(set.size, 100_000);
    assert.ok(performance.now() - start < 1000);
  });
});
