import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  largePropertyTagArray,
  multiValue,
  PidTag,
  Ptyp,
  propertyTagArray,
  propertyValue,
  taggedValue,
  type ValueEncoding,
} from '../../src/mapi/index.ts';
import { decode, encode, WireError } from '../../src/wire/index.ts';
import { anyValue } from './arbitraries.ts';

const hex = (type: number, value: Parameters<ReturnType<typeof propertyValue>['write']>[1], encoding?: ValueEncoding) =>
  encode(propertyValue(type, encoding), value).toString('hex');

describe('a property value', () => {
  for (const encoding of ['rop', 'addressBook', 'extended'] as const) {
    it(`reads back as it was written (${encoding})`, () => {
      fc.assert(
        fc.property(anyValue, ([type, value]) => {
          const codec = propertyValue(type, encoding);
          assert.deepEqual(decode(codec, encode(codec, value)), value);
        }),
      );
    });
  }

  it('has the layout of ROP buffers (MS-OXCDATA 2.11.1)', () => {
    assert.equal(hex(Ptyp.Integer16, -2), 'feff');
    assert.equal(hex(Ptyp.Integer32, 0x80000001), '01000080');
    assert.equal(hex(Ptyp.Integer64, 0x0d00000000000001n), '010000000000000d');
    assert.equal(hex(Ptyp.Floating64, 1.5), '000000000000f83f');
    assert.equal(hex(Ptyp.Boolean, true), '01');
    assert.equal(hex(Ptyp.Currency, -10_000n), 'f0d8ffffffffffff');
    assert.equal(hex(Ptyp.String, 'aü'), '6100fc000000');
    assert.equal(hex(Ptyp.String8, 'aü'), '61fc00');
    assert.equal(hex(Ptyp.Binary, Buffer.from('abc')), '0300616263');
    assert.equal(hex(Ptyp.ServerId, Buffer.from([1])), '010001');
    assert.equal(hex(Ptyp.Guid, '00062008-0000-0000-c000-000000000046'), '0820060000000000c000000000000046');
    assert.equal(hex(Ptyp.Integer32 | multiValue, [1, 2]), '020000000100000002000000');
    assert.equal(hex(Ptyp.Binary | multiValue, [Buffer.from('a'), Buffer.from('bc')]), '020000000100610200' + '6263');
  });

  it('has 32-bit byte counts in extended rules (MS-OXCDATA 2.11.1.1)', () => {
    assert.equal(hex(Ptyp.Binary, Buffer.from('abc'), 'extended'), '03000000616263');
    assert.equal(hex(Ptyp.ServerId, Buffer.from([1]), 'extended'), '010001');
  });

  it('is marked by HasValue in the address book (MS-OXCMAPIHTTP_R2001, R2005)', () => {
    assert.equal(hex(Ptyp.String, 'a', 'addressBook'), 'ff61000000');
    assert.equal(hex(Ptyp.Binary, Buffer.from('abc'), 'addressBook'), 'ff03000000616263');
    assert.equal(hex(Ptyp.Integer32, 5, 'addressBook'), '05000000');
    assert.equal(hex(Ptyp.Integer32 | multiValue, [5], 'addressBook'), 'ff0100000005000000');
    assert.equal(hex(Ptyp.String | multiValue, ['a'], 'addressBook'), 'ff01000000ff61000000');
    assert.equal(hex(Ptyp.Object, Buffer.from('x'), 'addressBook'), '');
  });

  it('is empty when HasValue is FALSE (MS-OXCMAPIHTTP_R2007)', () => {
    const read = (type: number) => decode(propertyValue(type, 'addressBook'), Buffer.from([0]));
    assert.equal(read(Ptyp.String), '');
    assert.deepEqual(read(Ptyp.Binary), new Uint8Array(0));
    assert.deepEqual(read(Ptyp.String | multiValue), []);
  });

  it('may lack HasValue within the arrays of an address-book value', () => {
    const bare = Buffer.from('ff020000006100000062000000', 'hex');
    assert.deepEqual(decode(propertyValue(Ptyp.String | multiValue, 'addressBook'), bare), ['a', 'b']);
  });

  it('of PtypRuleAction is kept as its bytes', () => {
    const actions = Buffer.from('0200' + '0300aabbcc' + '0000', 'hex');
    assert.deepEqual(decode(propertyValue(Ptyp.RuleAction), actions), actions);
    assert.equal(hex(Ptyp.RuleAction, actions), actions.toString('hex'));
  });

  it('of another kind than its type is refused when written', () => {
    assert.throws(() => encode(propertyValue(Ptyp.String), 5), TypeError);
    assert.throws(() => encode(propertyValue(Ptyp.Integer32), 'x'), TypeError);
    assert.throws(() => encode(propertyValue(Ptyp.Time), 5), TypeError);
    assert.throws(() => encode(propertyValue(Ptyp.Binary | multiValue), Buffer.from('x')), TypeError);
    assert.throws(() => encode(propertyValue(Ptyp.Binary), Buffer.alloc(65_536)), RangeError);
  });

  it('announcing more elements than bytes allocates nothing', () => {
    const claims = Buffer.from('ffffffff', 'hex');
    assert.throws(() => decode(propertyValue(Ptyp.Guid | multiValue), claims), WireError);
    assert.throws(() => decode(largePropertyTagArray, claims), WireError);
  });
});

describe('structures of tags', () => {
  it('put the type before the id (MS-OXCDATA 2.9)', () => {
    assert.equal(encode(propertyTagArray, [PidTag.Subject]).toString('hex'), '01001f003700');
    assert.equal(encode(largePropertyTagArray, [PidTag.Subject]).toString('hex'), '010000001f003700');
    assert.equal(encode(taggedValue(), { tag: PidTag.Importance, value: 2 }).toString('hex'), '0300170002000000');
  });
});
