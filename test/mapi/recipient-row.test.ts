import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PidTag, type RecipientRow, recipientRow } from '../../src/mapi/index.ts';
import { decode, encode, WireError } from '../../src/wire/index.ts';
import { bytes, record, text, text8 } from './arbitraries.ts';

const columns = [PidTag.ObjectType, PidTag.DisplayType, PidTag.SmtpAddress];
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const anyRow: fc.Arbitrary<RecipientRow> = fc
  .tuple(fc.integer({ min: 0, max: 7 }), fc.boolean())
  .chain(([type, unicode]) => {
    const name = unicode ? text : text8;
    const own = {
      ...(type === 1 && { addressPrefixUsed: fc.nat(255), displayType: fc.nat(6), x500Dn: text8 }),
      ...(type > 5 && { entryId: bytes, searchKey: bytes }),
      ...(type === 0 && { addressTypeName: text8 }),
    };
    return record({
      addressType: fc.constant(type),
      responsible: fc.boolean(),
      nonRich: fc.boolean(),
      unicode: fc.constant(unicode),
      transmittableSame: fc.boolean(),
      ...own,
      emailAddress: maybe(name),
      displayName: maybe(name),
      simpleDisplayName: maybe(name),
      transmittableDisplayName: maybe(name),
      properties: fc.constantFrom([], [6], [6, { errorCode: 0x8004010f }], [6, 0, 'a@example.com']),
    }) as unknown as fc.Arbitrary<RecipientRow>;
  });

describe('a recipient row', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const codec = recipientRow(columns);
        assert.deepEqual(decode(codec, encode(codec, row)), row);
      }),
    );
  });

  it('of somebody in the address book carries the DN', () => {
    const row: RecipientRow = {
      addressType: 1,
      responsible: false,
      nonRich: false,
      unicode: true,
      transmittableSame: true,
      displayType: 0,
      x500Dn: '/o=A/cn=b',
      displayName: 'B',
      simpleDisplayName: 'B',
      properties: [],
    };
    assert.equal(
      encode(recipientRow([]), row).toString('hex'),
      `51060000${Buffer.from('/o=A/cn=b\0').toString('hex')}4200000042000000000000`,
    );
  });

  it('with more values than columns is refused', () => {
    assert.throws(() => decode(recipientRow([]), Buffer.from('000001000000000000', 'hex')), WireError);
  });
});
