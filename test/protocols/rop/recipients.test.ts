import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addressBookEntryId,
  exSearchKey,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  parseEntryId,
  type RecipientRow,
  recipientObjectType,
  recipientRow,
  smtpSearchKey,
  withType,
} from '../../../src/mapi/index.ts';
import { recipientOfRow, rowOfRecipient } from '../../../src/protocols/rop/recipients.ts';
import { decode, encode } from '../../../src/wire/index.ts';

const common = { responsible: false, nonRich: false, unicode: true, transmittableSame: false, properties: [] };
const dn = '/o=a/cn=team';
const objectType = (row: RecipientRow, columns: readonly PropertyTag[] = []) =>
  recipientOfRow(row, columns, 0, 1).get(PidTag.ObjectType);

describe('a recipient on the wire', () => {
  test('of an internet address has the layout of MS-OXCDATA 2.8.3.2', () => {
    const recipient = new Map<number, string | number>([
      [PidTag.AddressType, 'SMTP'],
      [PidTag.EmailAddress, 'x@y'],
      [PidTag.DisplayName, 'X'],
      [PidTag.ObjectType, 6],
    ]);
    const columns = [PidTag.ObjectType];
    assert.equal(
      encode(recipientRow(columns), rowOfRecipient(recipient, columns)).toString('hex'),
      '1b02' + '7800400079000000' + '58000000' + '0100' + '00' + '06000000',
    );
  });

  test('has an entry id and a search key even when the row has none', () => {
    const row = { ...common, addressType: 3, nonRich: true, transmittableSame: true, emailAddress: 'x@y' };
    const smtp = recipientOfRow({ ...row, displayName: 'X' }, [], 0, 1);
    assert.deepEqual(parseEntryId(smtp.get(PidTag.EntryId) as Uint8Array), {
      kind: 'oneOff',
      displayName: 'X',
      addressType: 'SMTP',
      address: 'x@y',
      nonRich: true,
      noLookup: true,
    });
    assert.deepEqual(smtp.get(PidTag.SearchKey), smtpSearchKey('x@y'));
    assert.equal(smtp.get(PidTag.TransmittableDisplayName), 'X');
    const ex = recipientOfRow({ ...common, addressType: 1, displayType: 1, x500Dn: dn }, [], 0, 1);
    assert.deepEqual(ex.get(PidTag.EntryId), addressBookEntryId(dn, 1));
    assert.deepEqual(ex.get(PidTag.SearchKey), exSearchKey(dn.toUpperCase()));
  });

  test('is a list by its address type, or by its display type in field or column (MS-OXOABK 2.2.3.11)', () => {
    const { mailUser, distributionList } = recipientObjectType;
    const ofDisplayType = (displayType: number) => objectType({ ...common, addressType: 1, displayType, x500Dn: dn });
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(ofDisplayType), [
      mailUser,
      distributionList,
      mailUser,
      mailUser,
      mailUser,
      distributionList,
      mailUser,
    ]);
    assert.equal(objectType({ ...common, addressType: 6, entryId: Buffer.of(1), searchKey: Buffer.of(2) }), 8);
    const smtp = { ...common, addressType: 3, emailAddress: 'team@y', properties: [1] };
    assert.equal(objectType(smtp, [PidTag.DisplayType]), distributionList);
  });

  test('keeps what a column of no type gives with a type of its own', () => {
    const columns = [withType(PidTag.SmtpAddress, Ptyp.Unspecified)];
    const row = { ...common, addressType: 3, properties: [{ type: Ptyp.String, value: 'x@y' }] };
    const read = decode(recipientRow(columns), encode(recipientRow(columns), row));
    assert.equal(recipientOfRow(read, columns, 0, 1).get(PidTag.SmtpAddress), 'x@y');
  });

  test('goes into a row and comes back', () => {
    const bag: PropertyBag = new Map<number, string | number | boolean | Uint8Array>([
      [PidTag.AddressType, 'FAX'],
      [PidTag.EmailAddress, '+49 1'],
      [PidTag.DisplayName, 'F'],
      [PidTag.TransmittableDisplayName, "'F'"],
      [PidTag.SendRichInfo, false],
      [PidTag.Responsibility, true],
      [PidTag.SmtpAddress, 'f@example.com'],
    ]);
    const columns = [PidTag.ObjectType, PidTag.DisplayType, PidTag.SmtpAddress];
    const codec = recipientRow(columns);
    const back = recipientOfRow(decode(codec, encode(codec, rowOfRecipient(bag, columns))), columns, 0, 1);
    for (const [tag, value] of bag) assert.deepEqual(back.get(tag), value);
  });
});
