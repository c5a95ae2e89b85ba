import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  PidTag,
  type Restriction,
  relop,
  restriction,
  sortOrderSet,
  type ValueEncoding,
} from '../../src/mapi/index.ts';
import { decode, encode, WireError, wireLimits } from '../../src/wire/index.ts';
import * as arbitrary from './arbitraries.ts';

const read = (hex: string, encoding?: ValueEncoding) => decode(restriction(encoding), Buffer.from(hex, 'hex'));
const write = (value: Restriction, encoding?: ValueEncoding) => encode(restriction(encoding), value).toString('hex');

const important: Restriction = {
  kind: 'property',
  relop: relop.ge,
  tag: PidTag.Importance,
  value: { tag: PidTag.Importance, value: 1 },
};
const named: Restriction = {
  kind: 'property',
  relop: relop.eq,
  tag: PidTag.DisplayName,
  value: { tag: PidTag.DisplayName, value: 'a' },
};

describe('a restriction', () => {
  for (const encoding of ['rop', 'addressBook', 'extended'] as const) {
    it(`reads back as it was written (${encoding})`, () => {
      fc.assert(
        fc.property(arbitrary.restriction, (value) => {
          assert.deepEqual(decode(restriction(encoding), encode(restriction(encoding), value)), value);
        }),
      );
    });
  }

  it('has the layout of MS-OXCDATA 2.12', () => {
    assert.equal(write({ kind: 'exist', tag: PidTag.Subject }), '081f003700');
    assert.equal(write(important), '0403030017000300170001000000');
    assert.equal(
      write({
        kind: 'content',
        fuzzyLevelLow: 1,
        fuzzyLevelHigh: 1,
        tag: PidTag.Subject,
        value: { tag: PidTag.Subject, value: 'a' },
      }),
      '0301000100' + '1f003700' + '1f003700' + '61000000',
    );
    assert.equal(write({ kind: 'and', restrictions: [important] }), `000100${write(important)}`);
    assert.equal(write({ kind: 'and', restrictions: [important] }, 'extended'), `0001000000${write(important)}`);
    assert.equal(write({ kind: 'not', restriction: important }), `02${write(important)}`);
    assert.equal(
      write({ kind: 'bitmask', notEqualZero: true, tag: PidTag.MessageFlags, mask: 1 }),
      '06' + '01' + '0300070e' + '01000000',
    );
    assert.equal(
      write({ kind: 'size', relop: relop.gt, tag: PidTag.MessageSize, size: 9 }),
      '07' + '02' + '0300080e' + '09000000',
    );
    assert.equal(
      write({ kind: 'compare', relop: relop.ne, tag1: PidTag.Subject, tag2: PidTag.NormalizedSubject }),
      '05' + '05' + '1f003700' + '1f001d0e',
    );
    assert.equal(
      write({ kind: 'subobject', tag: PidTag.MessageRecipients, restriction: important }),
      `090d00120e${write(important)}`,
    );
    assert.equal(write({ kind: 'comment', values: [], restriction: important }), `0a0001${write(important)}`);
    assert.equal(write({ kind: 'count', count: 5, restriction: important }), `0b05000000${write(important)}`);
  });

  it('of kind annotation is read as a comment', () => {
    assert.deepEqual(read('0c0000'), { kind: 'comment', values: [], restriction: undefined });
  });

  it('from an address-book client may be laid out as in ROPs', () => {
    const both: Restriction = { kind: 'and', restrictions: [named, important] };
    assert.deepEqual(read(write(both), 'addressBook'), both);
    assert.deepEqual(read(write(both, 'addressBook'), 'addressBook'), both);
    assert.equal(write(named, 'addressBook'), '0404' + '1f000130' + '1f000130' + 'ff61000000');
  });

  it('nested beyond the limit is refused, read and written', () => {
    assert.throws(() => read(`${'02'.repeat(wireLimits.depth + 1)}081f003700`), WireError);
    let deep: Restriction = { kind: 'exist', tag: PidTag.Subject };
    for (let i = 0; i < wireLimits.depth; i++) deep = { kind: 'not', restriction: deep };
    assert.throws(() => write(deep), WireError);
  });

  it('of too many conditions is refused', () => {
    const many = `00ff7f${'0800000000'.repeat(0x7fff)}`;
    assert.throws(() => read(many), /too many/);
  });

  it('of an unknown kind or cut off is refused', () => {
    for (const bad of ['', '0d', 'ff', '000200081f003700', '04', '0a05'])
      assert.throws(() => read(bad), WireError, bad);
  });
});

describe('a sort order set', () => {
  const byClassThenTime = {
    categoryCount: 1,
    expandedCount: 0,
    orders: [
      { tag: PidTag.MessageClass, direction: 0 },
      { tag: PidTag.MessageDeliveryTime, direction: 4 },
    ],
  };

  it('has the layout of MS-OXCDATA 2.13', () => {
    const bytes = encode(sortOrderSet, byClassThenTime);
    assert.equal(bytes.toString('hex'), '020001000000' + '1f001a0000' + '4000060e04');
    assert.deepEqual(decode(sortOrderSet, bytes), byClassThenTime);
  });

  it('with more categories than columns is refused', () => {
    for (const counts of ['010002000000', '020001000200', 'ffff00000000']) {
      assert.throws(() => decode(sortOrderSet, Buffer.from(`${counts}1f001a00001f001a0000`, 'hex')), WireError);
    }
  });
});
