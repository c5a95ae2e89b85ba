import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRemoteName, remoteName } from '../../../src/backends/items.ts';
import { contactFields, photoIn, photoRow, withDisplayName } from '../../../src/backends/ox/contact-fields.ts';
import {
  columnsOf,
  completeOx,
  type OxFields,
  type OxRow,
  oxChanges,
  readOx,
  writeOx,
} from '../../../src/backends/ox/item-fields.ts';
import { isList, listFields } from '../../../src/backends/ox/list-fields.ts';
import type { Contact, DistributionList } from '../../../src/formats/index.ts';
import { contact as anyContact } from '../../formats/contact/arbitrary.ts';
import { list as anyList } from '../../formats/distribution-list/arbitrary.ts';

/** What the wire makes of it. */
const sent = (row: OxRow): OxRow => JSON.parse(JSON.stringify(row));
const there = <Item extends object>(fields: OxFields<Item>, item: Item): Item =>
  readOx(fields, sent(writeOx(fields, item)));

test('a contact that went to Open-Xchange and back has lost nothing once completed by ours', () => {
  fc.assert(
    fc.property(anyContact, (contact) => {
      const row = withDisplayName(writeOx(contactFields, contact), contact);
      assert.deepEqual(completeOx(contactFields, readOx(contactFields, sent(row)), contact), contact);
    }),
    { numRuns: 300 },
  );
});

test('of a contact, Open-Xchange alone says every field that the table does not except', () => {
  fc.assert(
    fc.property(anyContact, (contact) => {
      const theirs = there(contactFields, contact);
      for (const name of Object.keys(contactFields) as (keyof Contact)[]) {
        const field = contactFields[name];
        if ('kept' in field) assert.equal(theirs[name], undefined, name);
        else if (field.partly === undefined) assert.deepEqual(theirs[name], contact[name], name);
      }
    }),
    { numRuns: 200 },
  );
});

test('every exception of the table has a reason, and what is lost in part can be completed', () => {
  for (const [name, field] of [...Object.entries(contactFields), ...Object.entries(listFields)]) {
    if ('kept' in field) assert.ok(field.kept.length > 10, name);
    else if (field.partly !== undefined) assert.ok(field.complete, name);
  }
});

test('what Open-Xchange said is what it reads when it is sent back', () => {
  fc.assert(
    fc.property(anyContact, (contact) => {
      const row = sent(writeOx(contactFields, contact));
      const again = sent(writeOx(contactFields, readOx(contactFields, row)));
      // The usual text to sort by counts as none.
      if (again.file_as === undefined) delete row.file_as;
      assert.deepEqual(again, row);
    }),
    { numRuns: 100 },
  );
});

test('an update sends the columns that changed, and null for what is gone', () => {
  const before: Contact = {
    givenName: 'Eva',
    surname: 'Meier',
    birthday: '1980-01-01',
    email1: { address: 'e@e.example' },
  };
  const after: Contact = { givenName: 'Eva', surname: 'Schulz', email1: { address: 'e@e.example', displayName: 'E' } };
  assert.deepEqual(oxChanges(writeOx(contactFields, before), writeOx(contactFields, after)), {
    last_name: 'Schulz',
    birthday: null,
  });
  assert.deepEqual(oxChanges(writeOx(contactFields, { sensitivity: 'private' }), {}), { private_flag: false });
});

test('a contact is written in the columns of Open-Xchange', () => {
  assert.deepEqual(
    writeOx(contactFields, {
      displayName: 'Meier, Eva',
      prefix: 'Dr.',
      givenName: 'Eva',
      surname: 'Meier',
      jobTitle: 'CTO',
      office: '4.11',
      otherFax: '1',
      mobilePhone2: '2',
      userField7: 'seven',
      businessAddress: { street: 'Weg 1', city: 'Ulm', postOfficeBox: '9' },
      email1: { address: 'eva@example.net', displayName: 'E.' },
      birthday: '1980-01-01',
      categories: ['Customer', 'VIP, gold'],
      sensitivity: 'private',
      note: { text: 'a\nb', html: '<b>a</b>' },
    }),
    {
      display_name: 'Meier, Eva',
      title: 'Dr.',
      first_name: 'Eva',
      last_name: 'Meier',
      position: 'CTO',
      room_number: '4.11',
      fax_other: '1',
      cellular_telephone2: '2',
      userfield07: 'seven',
      street_business: 'Weg 1',
      city_business: 'Ulm',
      email1: 'eva@example.net',
      birthday: 315532800000,
      categories: 'Customer,VIP\u201a gold',
      private_flag: true,
      note: 'a\nb',
    },
  );
});

test('an address that Open-Xchange refuses is not sent, and stays with us', () => {
  const contact: Contact = { email1: { address: '/o=A/cn=b', addressType: 'EX' }, email2: { address: 'no address' } };
  assert.deepEqual(writeOx(contactFields, contact), {});
  assert.deepEqual(completeOx(contactFields, {}, contact), contact);
  assert.deepEqual(completeOx(contactFields, { email2: { address: 'a@b.example' } }, contact).email2, {
    address: 'a@b.example',
  });
});

test('an edit on Open-Xchange wins over what it replaces', () => {
  const ours: Contact = {
    note: { text: 'old', html: '<b>old</b>' },
    sensitivity: 'private',
    email1: { address: 'a@a.example', displayName: 'A' },
    homeAddress: { city: 'Ulm', country: 'Germany', countryCode: 'DE', postOfficeBox: '1' },
    fileAs: { text: 'x', form: 'free' },
    hobbies: 'chess',
  };
  const theirs: Contact = {
    note: { text: 'new' },
    email1: { address: 'b@a.example' },
    homeAddress: { country: 'Austria' },
  };
  assert.deepEqual(completeOx(contactFields, theirs, ours), {
    note: { text: 'new' },
    email1: { address: 'b@a.example' },
    homeAddress: { country: 'Austria', postOfficeBox: '1' },
    hobbies: 'chess',
  });
});

test('empty texts, nulls and what is of another type count as absent', () => {
  assert.deepEqual(
    readOx(contactFields, {
      first_name: '',
      last_name: null,
      birthday: 'x',
      categories: ' , ',
      color_label: 0,
      note: 5,
    }),
    { note: { text: '5' } },
  );
});

test('a photo goes as base64 and comes back', () => {
  const photo = { mediaType: 'image/jpeg', data: Buffer.from('\xff\xd8\xff1', 'latin1') };
  assert.deepEqual(photoIn(sent(photoRow(photo))), photo);
  assert.deepEqual(photoRow(undefined), { image1: null });
  assert.equal(photoIn({}), undefined);
});

test('a list that went to Open-Xchange and back has lost nothing once completed by ours', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      assert.deepEqual(completeOx(listFields, there(listFields, list), list), list);
    }),
    { numRuns: 200 },
  );
});

test('members are contacts of Open-Xchange or independent', () => {
  const list: DistributionList = {
    displayName: 'Team',
    members: [
      { name: 'Kim', address: 'kim@partner.example' },
      { address: 'eva@e.example', source: { kind: 'contact', id: remoteName('con://0/31', '512'), address: 'email2' } },
      { name: 'Inner', source: { kind: 'list', id: '00' } },
    ],
  };
  const row = writeOx(listFields, list);
  assert.deepEqual(row, {
    display_name: 'Team',
    distribution_list: [
      { display_name: 'Kim', mail: 'kim@partner.example', mail_field: 0 },
      { display_name: 'eva@e.example', mail: 'eva@e.example', mail_field: 2, id: '512', folder_id: 'con://0/31' },
    ],
  });
  assert.deepEqual(readOx(listFields, row).members, list.members!.slice(0, 2));
  assert.deepEqual(parseRemoteName(remoteName('con://0/31', '5')), { folder: 'con://0/31', id: '5' });
  assert.equal(isList({ mark_as_distributionlist: true }), true);
});

const table = join(import.meta.dirname, '../../../../shared/reference/ox-columns.json');
test('every column is one of the contacts module', { skip: !existsSync(table) && 'no tables here' }, () => {
  const { modules } = JSON.parse(readFileSync(table, 'utf8'));
  const known = new Set([...modules.common, ...modules.contacts].map(({ field }: { field: string }) => field));
  for (const column of [...columnsOf(contactFields), ...columnsOf(listFields)]) assert.ok(known.has(column), column);
});
