import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decodeReplGuidIdSet,
  decodeReplIdIdSet,
  encodeReplGuidIdSet,
  encodeReplIdIdSet,
  globset,
  IdSet,
} from '../../src/mapi/index.ts';
import { decode, encode, WireError } from '../../src/wire/index.ts';
import { counter, guid } from './arbitraries.ts';

const read = (hex: string) => [...decode(globset, Buffer.from(hex.replaceAll(' ', ''), 'hex'))];
const write = (...counters: number[]) => encode(globset, IdSet.of(counters)).toString('hex');

/** Counters in heaps, as mailboxes have them: near each other, with gaps. */
const heap = fc
  .tuple(counter, fc.array(fc.nat(600), { minLength: 1, maxLength: 60 }))
  .map(([start, offsets]) => offsets.map((offset) => Math.min(start + offset, 2 ** 48 - 1)));
const counters = fc.array(heap, { maxLength: 4 }).map((heaps) => heaps.flat());

describe('a GLOBSET', () => {
  it('reads back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(counters, (values) => {
        const set = IdSet.of(values);
        const back = decode(globset, encode(globset, set));
        assert.ok(back.equals(set));
        assert.deepEqual(
          [...back],
          [...new Set(values)].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('of one value pushes its six bytes (MS-OXCFXICS 3.1.5.4.3.1)', () => {
    assert.equal(write(0x0102030405), '06' + '000102030405' + '00');
  });

  it('of one range is a range command', () => {
    assert.equal(write(1, 2, 3), '52' + '000000000001' + '000000000003' + '00');
  });

  it('of neighbours pushes what they share, and packs the last bytes into a bitmask', () => {
    assert.equal(write(0x100, 0x102, 0x108), '05' + '0000000001' + '42' + '00' + '82' + '50' + '00');
    assert.equal(write(0x100, 0x1f0), '05' + '0000000001' + '0100' + '01f0' + '50' + '00');
  });

  it('may use every command on any stack', () => {
    assert.deepEqual(read('52 000000000001 000000000003 00'), [1, 2, 3]);
    assert.deepEqual(read('03 000000 03 000001 02 0000 01 09 50 50 00'), [1, 9]);
    assert.deepEqual(read('05 0000000001 42 10 81 50 00'), [0x110, 0x111, 0x118]);
    assert.deepEqual(read('06 000000000005 06 000000000001 00'), [1, 5]);
    assert.deepEqual(read('00'), []);
  });

  it('that breaks a rule is refused (MS-OXCFXICS 3.1.5.4.3.2)', () => {
    const broken = {
      'no end': '06 000000000001',
      'pop without a push': '50 00',
      'seven bytes': '05 0000000001 02 0000 00',
      'bitmask on a short stack': '04 00000000 42 10 81 50 00',
      'bitmask beyond the byte': '05 0000000001 42 f8 80 50 00',
      'range downwards': '52 000000000003 000000000001 00',
      'bytes left on the stack': '05 0000000001 00',
      'unknown command': '07 00',
    };
    for (const [name, hex] of Object.entries(broken)) assert.throws(() => read(hex), WireError, name);
  });

  it('of 100,000 scattered values is written and read in well under a second, in three bytes each', () => {
    const set = new IdSet();
    for (let i = 0; i < 100_000; i++) set.add(1 + ((i * 7919) % 1_000_003));
    const start = performance.now();
    const bytes = encode(globset, set);
    assert.ok(decode(globset, bytes).equals(set));
    assert.ok(performance.now() - start < 1000);
    assert.ok(bytes.length < 300_000, `${bytes.length} bytes`);
  });
});

describe('an IDSET', () => {
  it('of replica GUIDs reads back, sorted by the bytes of the GUID', () => {
    fc.assert(
      fc.property(fc.dictionary(guid, counters, { maxKeys: 4 }), (sets) => {
        const map = new Map(Object.entries(sets).map(([key, values]) => [key, IdSet.of(values)]));
        const bytes = encodeReplGuidIdSet(map);
        const back = decodeReplGuidIdSet(bytes);
        for (const [key, set] of map) assert.ok(set.isEmpty ? !back.has(key) : back.get(key)?.equals(set));
        assert.deepEqual(encodeReplGuidIdSet(back), bytes);
      }),
    );
  });

  it('without members takes no bytes at all', () => {
    assert.equal(encodeReplGuidIdSet(new Map([['00062008-0000-0000-c000-000000000046', new IdSet()]])).length, 0);
    assert.equal(decodeReplGuidIdSet(Buffer.alloc(0)).size, 0);
  });

  it('of replids is sorted by them', () => {
    const sets = new Map([
      [5, IdSet.of([1])],
      [1, IdSet.of([2])],
    ]);
    const bytes = encodeReplIdIdSet(sets);
    assert.equal(bytes.toString('hex'), '0100' + '06000000000002' + '00' + '0500' + '06000000000001' + '00');
    assert.ok(decodeReplIdIdSet(bytes).get(5)?.has(1));
  });
});
