import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Reader, WireError, Writer, wireLimits } from '../../src/wire/index.ts';

const reader = (hex: string) => new Reader(Buffer.from(hex, 'hex'));

describe('a reader', () => {
  it('gives back every number that a writer wrote', () => {
    const numbers = {
      u8: fc.integer({ min: 0, max: 0xff }),
      u16: fc.integer({ min: 0, max: 0xffff }),
      u32: fc.integer({ min: 0, max: 0xffffffff }),
      i16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
      i32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      f32: fc.float(),
      f64: fc.double(),
    };
    for (const kind of Object.keys(numbers) as (keyof typeof numbers)[]) {
      fc.assert(
        fc.property(numbers[kind] as fc.Arbitrary<never>, (value) => {
          const writer = new Writer(1);
          writer[kind](value);
          const back = new Reader(writer.finish());
          assert.ok(Object.is(back[kind](), value));
          back.done();
        }),
      );
    }
  });

  it('refuses to read beyond its end, and does not move then', () => {
    const inner = new Reader(Buffer.alloc(10), 2, 4);
    for (const read of ['u32', 'u64', 'f64', 'i32'] as const) assert.throws(() => inner[read](), WireError);
    assert.throws(() => inner.bytes(-1), WireError);
    assert.equal(inner.u16(), 0);
    assert.throws(() => inner.u8(), WireError);
  });

  it('refuses strings whose terminator is missing or beyond its end', () => {
    assert.throws(() => new Reader(Buffer.from('ab\0'), 0, 2).string8(), WireError);
    assert.throws(() => new Reader(Buffer.from('a\0b\0\0\0'), 0, 4).string16(), WireError);
    assert.throws(() => reader('6100620000').string16(), WireError);
    assert.equal(reader('0061000000').string16(), '\u6100');
  });

  it('keeps its place in a slice and tells what is left over', () => {
    const outer = reader('0102030405');
    const inner = outer.slice(2);
    assert.equal(inner.u8(), 1);
    assert.throws(() => inner.done(), /1 bytes too many/);
    assert.equal(outer.u8(), 3);
    assert.throws(() => outer.slice(3), WireError);
  });

  it('counts depth across slices', () => {
    const deep = (r: Reader): never => r.nested(() => deep(r.slice(r.remaining)));
    assert.throws(() => deep(reader('00')), /nested too deep/);
  });

  it('refuses counts that the bytes cannot hold', () => {
    const r = reader('00000000');
    assert.equal(r.count(2, 2), 2);
    assert.throws(() => r.count(3, 2), WireError);
    assert.throws(() => r.count(wireLimits.arrayCount + 1, 0), WireError);
  });
});

describe('a writer', () => {
  it('cuts text at an embedded NUL, which no reader could find', () => {
    const writer = new Writer();
    writer.string8('a\0b');
    writer.string16('a\0b');
    assert.equal(writer.finish().toString('hex'), '6100' + '61000000');
  });

  it('puts sizes in that are known only afterwards', () => {
    const writer = new Writer();
    writer.u16(0);
    writer.zeros(3);
    writer.patchU16(0, 3);
    writer.truncate(4);
    assert.equal(writer.finish().toString('hex'), '03000000');
    assert.throws(() => writer.patchU16(0, 0x10000), WireError);
  });
});
