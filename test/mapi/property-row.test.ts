import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Cell,
  multiValue,
  multiValueInstance,
  PidTag,
  Ptyp,
  propertyRow,
  tagOf,
  withType,
} from '../../src/mapi/index.ts';
import { decode, encode, WireError } from '../../src/wire/index.ts';
import { plainValue } from './arbitraries.ts';

const subject = PidTag.Subject;
const importance = PidTag.Importance;
const unspecified = withType(PidTag.Subject, Ptyp.Unspecified);
const write = (tags: number[], cells: Cell[]) => encode(propertyRow(tags), cells).toString('hex');

const cell = plainValue.chain(([type, value]) =>
  fc.oneof(
    fc.constant({ tag: tagOf(0x3001, type), cell: value as Cell }),
    fc.constant({ tag: tagOf(0x3001, Ptyp.Unspecified), cell: { type, value } as Cell }),
    fc
      .integer({ min: 0, max: 0xffffffff })
      .map((errorCode) => ({ tag: tagOf(0x3001, type), cell: { errorCode } as Cell })),
  ),
);

describe('a property row', () => {
  for (const encoding of ['rop', 'addressBook'] as const) {
    it(`reads back as it was written (${encoding})`, () => {
      fc.assert(
        fc.property(fc.array(cell, { maxLength: 8 }), (columns) => {
          const row = propertyRow(
            columns.map((c) => c.tag),
            encoding,
          );
          const cells = columns.map((c) => c.cell);
          assert.deepEqual(decode(row, encode(row, cells)), cells);
        }),
      );
    });
  }

  it('without errors is a StandardPropertyRow (MS-OXCDATA 2.8.1.1)', () => {
    assert.equal(write([subject, importance], ['a', 2]), '00' + '61000000' + '02000000');
    assert.equal(write([unspecified], [{ type: Ptyp.String, value: 'a' }]), '00' + '1f00' + '61000000');
  });

  it('with errors is a FlaggedPropertyRow (MS-OXCDATA 2.8.1.2)', () => {
    assert.equal(write([subject, importance], [{ errorCode: 0x8004010f }, 2]), '01' + '0a0f010480' + '00' + '02000000');
    assert.equal(write([unspecified], [{ errorCode: 0x8004010f }]), '01' + '0a00' + '0a' + '0f010480');
  });

  it('reads absent values as not found', () => {
    assert.deepEqual(decode(propertyRow([subject]), Buffer.from('0101', 'hex')), [{ errorCode: 0x8004010f }]);
  });

  it('of a multiple-value instance column carries single values (MS-OXCTABL 2.2.1.11)', () => {
    const tag = tagOf(0x8001, Ptyp.String | multiValue | multiValueInstance);
    assert.equal(write([tag], ['a']), '0061000000');
  });

  it('reads the rule of the example in MS-OXORULE 4.2.2', () => {
    const row = Buffer.from(
      '000100000001 3ff856 1000 01000000010000005555 5555d144e340 500072006f006a00650063007400200058000000'.replaceAll(
        ' ',
        '',
      ),
      'hex',
    );
    const columns = [PidTag.RuleId, PidTag.RuleProviderData, PidTag.RuleName];
    const [id, data, name] = decode(propertyRow(columns), row);
    assert.equal(id, 0x56f83f0100000001n);
    assert.equal((data as Uint8Array).length, 16);
    assert.equal(name, 'Project X');
    assert.deepEqual(encode(propertyRow(columns), [id!, data!, name!]), row);
  });

  it('with unknown flags or too few cells is refused', () => {
    assert.throws(() => decode(propertyRow([subject]), Buffer.from('0261000000', 'hex')), WireError);
    assert.throws(() => decode(propertyRow([subject]), Buffer.from('010561000000', 'hex')), WireError);
    assert.throws(() => write([subject], []), WireError);
    assert.throws(() => write([unspecified], ['a']), TypeError);
  });
});
