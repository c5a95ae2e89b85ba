import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  array,
  bool8,
  bytes,
  decode,
  encode,
  lazy,
  mapped,
  optional,
  rest,
  sized,
  sizedBytes,
  string8,
  string16,
  struct,
  u8,
  u16,
  u32,
  untilEnd,
  WireError,
  type WireType,
  when,
} from '../../src/wire/index.ts';

const both = <T>(type: WireType<T>, value: T, hex: string) => {
  assert.equal(encode(type, value).toString('hex'), hex);
  assert.deepEqual(decode(type, Buffer.from(hex, 'hex')), value);
};

describe('a description of a structure', () => {
  it('reads and writes its fields in order', () => {
    both(
      struct({ a: u8, b: u16, c: string8, d: string16, e: bool8 }),
      { a: 1, b: 2, c: 'x', d: 'y', e: true },
      '010200' + '7800' + '79000000' + '01',
    );
  });

  it('has fields that depend on earlier ones', () => {
    const type = struct({ flags: u8, extra: when((scope) => scope.flags === 1, u16) });
    both(type, { flags: 1, extra: 5 }, '010500');
    both(type, { flags: 0, extra: undefined }, '00');
  });

  it('has counted, sized and optional parts', () => {
    both(array(u16, u8), [1, 2], '02000102');
    both(sized(u16, untilEnd(u16)), [1, 2], '040001000200');
    both(sizedBytes(u8) as WireType<Uint8Array>, Buffer.from([7]), '0107');
    both(optional(u16, 0xff), 3, 'ff0300');
    both(optional(u16), undefined, '00');
    both(mapped(u8, String, Number), '7', '07');
    both(struct({ a: u8, more: rest }), { a: 1, more: Buffer.from([2, 3]) }, '010203');
  });

  it('may contain itself, within a limit', () => {
    const chain: WireType<{ next: unknown }> = lazy(() => struct({ next: optional(chain) as WireType<unknown> }));
    both(chain, { next: { next: { next: undefined } } }, '010100');
    assert.throws(() => decode(chain, Buffer.alloc(1000, 1)), /nested too deep/);
  });

  it('is refused when bytes are left over, missing or of another size', () => {
    assert.throws(() => decode(u8, Buffer.from([1, 2])), WireError);
    assert.throws(() => decode(u32, Buffer.from([1, 2])), WireError);
    assert.throws(() => decode(sized(u8, u8), Buffer.from([2, 1, 1])), WireError);
    assert.throws(() => decode(array(u32, u8), Buffer.from('ffffffff01', 'hex')), WireError);
    assert.throws(() => encode(bytes(4), Buffer.alloc(3)), RangeError);
  });
});
