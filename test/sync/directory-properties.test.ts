import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PidTag } from '../../src/mapi/index.ts';
import { directoryProperties } from '../../src/sync/directory-properties.ts';

test('fields of a directory entry become the properties that Outlook shows of a person', () => {
  const properties = directoryProperties({
    assistant_name: 'Ida',
    manager_name: 'Otto',
    room_number: '1.14',
    yomiFirstName: 'ハナコ',
    yomiLastName: 'ヤマダ',
    certificate: Buffer.from([1, 2, 3]).toString('base64'),
    number_of_images: 1,
    unknown_field: 'x',
  });
  assert.deepEqual(
    [...properties],
    [
      [PidTag.Assistant, 'Ida'],
      [PidTag.ManagerName, 'Otto'],
      [PidTag.OfficeLocation, '1.14'],
      [PidTag.AddressBookPhoneticGivenName, 'ハナコ'],
      [PidTag.AddressBookPhoneticSurname, 'ヤマダ'],
      [PidTag.UserX509Certificate, [Buffer.from([1, 2, 3])]],
    ],
  );
});

test('empty fields are no properties', () => {
  assert.equal(directoryProperties({ certificate: '', first_name: '', last_name: null }).size, 0);
});
