import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeBag, encodeBag, PidTag, type PropertyBag, tagOf } from '../../src/mapi/index.ts';
import { WireError } from '../../src/wire/index.ts';
import { anyValue } from './arbitraries.ts';

const id = fc.integer({ min: 1, max: 0xfffe });
const bag = fc
  .array(fc.tuple(id, anyValue), { maxLength: 30 })
  .map((list): PropertyBag => new Map(list.map(([number, [type, value]]) => [tagOf(number, type), value])));

describe('the bytes of a property bag', () => {
  it('read back as exactly the same values, of every type and in the same order', () => {
    fc.assert(
      fc.property(bag, (properties) => {
        const back = decodeBag(encodeBag(properties));
        assert.deepEqual([...back], [...properties]);
      }),
      { numRuns: 300 },
    );
  });

  it('keep the edges of numbers and text', () => {
    const edges: PropertyBag = new Map();
    const values = [
      0,
      -0,
      -1,
      4_294_967_295,
      -(2 ** 31),
      0.1,
      Number.NaN,
      Infinity,
      2n ** 64n - 1n,
      -(2n ** 63n),
      2n ** 63n,
    ];
    const texts = ['', '\0', 'ÿ', 'Ā', '\ud800', '😀', 'x'.repeat(5000), 'ж'.repeat(5000)];
    for (const [i, value] of [...values, ...texts].entries()) edges.set(i + 1, value);
    edges.set(0xffffffff, Buffer.alloc(70_000, 7));
    assert.deepEqual([...decodeBag(encodeBag(edges))], [...edges]);
  });

  it('survive any growth of the buffer', () => {
    for (let size = 900; size < 1100; size++) {
      const properties: PropertyBag = new Map<number, string | number | bigint | boolean>([
        [PidTag.Subject, 'x'.repeat(size)],
        [PidTag.Importance, 5],
        [PidTag.Read, true],
        [PidTag.CreationTime, 7n],
      ]);
      assert.deepEqual([...decodeBag(encodeBag(properties))], [...properties]);
    }
  });

  it('have no room for a large value', () => {
    const large = { size: 5, read: () => Promise.resolve(new Uint8Array(0)) };
    assert.throws(() => encodeBag(new Map([[PidTag.Body, large]])), TypeError);
  });

  it('that are cut off, too many or of another version are refused', () => {
    const bytes = encodeBag(
      new Map<number, string | readonly string[]>([
        [PidTag.Subject, 'abc'],
        [0x8001101f, ['a', 'ж']],
      ]),
    );
    for (let size = 0; size < bytes.length; size++) assert.throws(() => decodeBag(bytes.subarray(0, size)), WireError);
    assert.throws(() => decodeBag(Buffer.concat([bytes, Buffer.from([0])])), WireError);
    assert.throws(() => decodeBag(Buffer.from([2, 0])), /version 2/);
  });
});
