import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContact, readTask, writeContact, writeTask } from '../../../src/formats/index.ts';
import {
  fileTimeFromMs,
  freshNamedTags,
  type NamedProperty,
  PidLid,
  PidTag,
  type PropertyBag,
  type StoredValue,
  setProperty,
} from '../../../src/mapi/index.ts';

const tags = freshNamedTags();
const utc = (text: string) => fileTimeFromMs(Date.parse(text));

function bagOf(values: readonly (readonly [number | NamedProperty, StoredValue])[]): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const [property, value] of values)
    setProperty(bag, typeof property === 'number' ? property : tags.tagOf(property), value);
  return bag;
}

/** Saved by Outlook 2013 in Japan (hiraokahypertools, contactUnicode.msg, of the samples). */
const japanese = bagOf([
  [PidTag.MessageClass, 'IPM.Contact'],
  [PidTag.Subject, 'コム ドット イグザンプル 殿'],
  [PidTag.NormalizedSubject, 'コム ドット イグザンプル 殿'],
  [PidTag.DisplayName, 'Mr. イグザンプル ドット コム 殿'],
  [PidTag.Body, '\r\n'],
  [PidTag.Sensitivity, 0],
  [PidLid.Private, false],
  [PidTag.Account, ''],
  [PidTag.Initials, ''],
  [PidTag.DisplayNamePrefix, 'Mr.'],
  [PidTag.GivenName, 'コム'],
  [PidTag.MiddleName, 'ドット'],
  [PidTag.Surname, 'イグザンプル'],
  [PidTag.Generation, '殿'],
  [PidTag.CompanyName, 'My work company'],
  [PidTag.BusinessFaxNumber, '06-0001-0003'],
  [PidTag.Birthday, BigInt('0x01bf539fb5859800')],
  [PidLid.BirthdayLocal, BigInt('0x01bf53eb256d4000')],
  [PidLid.FileUnder, 'イグザンプル, コム ドット'],
  [PidLid.FileUnderId, 0x8017],
  [PidLid.Email1DisplayName, 'コム ドット イグザンプル 殿 (test@example.com)'],
  [PidLid.Email1AddressType, 'SMTP'],
  [PidLid.Email1EmailAddress, 'test@example.com'],
  [PidLid.Email1OriginalDisplayName, 'test@example.com'],
  [PidLid.InstantMessagingAddress, ''],
  [PidLid.PostalAddressId, 2],
  [PidLid.WorkAddressStreet, 'Somewhere'],
  [PidLid.WorkAddressCity, 'Osaka'],
  [PidLid.WorkAddressState, 'Osaka'],
  [PidLid.WorkAddressPostalCode, '544-0001'],
  [PidLid.WorkAddressCountry, '日本'],
  [PidLid.WorkAddressCountryCode, 'JP'],
  [PidLid.WorkAddress, '544-0001\r\nOsaka\r\nOsaka\r\nSomewhere'],
  [PidLid.Html, 'https://example.com'],
  [PidTag.BusinessHomePage, 'https://example.com'],
]);

test('a contact that Outlook saved says what Outlook shows', () => {
  const context = { tags, timeZone: 'Asia/Tokyo' };
  const contact = readContact(japanese, context);
  assert.deepEqual(contact, {
    displayName: 'Mr. イグザンプル ドット コム 殿',
    prefix: 'Mr.',
    givenName: 'コム',
    middleName: 'ドット',
    surname: 'イグザンプル',
    suffix: '殿',
    company: 'My work company',
    businessFax: '06-0001-0003',
    birthday: '2000-01-01',
    email1: { address: 'test@example.com' },
    mailingAddress: 'business',
    businessAddress: {
      street: 'Somewhere',
      city: 'Osaka',
      state: 'Osaka',
      postalCode: '544-0001',
      country: '日本',
      countryCode: 'JP',
      text: '544-0001\nOsaka\nOsaka\nSomewhere',
    },
    webPage: 'https://example.com',
  });
  const before = new Map(japanese);
  writeContact(japanese, contact, context);
  assert.deepEqual(japanese, before);
  // Older clients write the user's midnight alone.
  japanese.delete(tags.tagOf(PidLid.BirthdayLocal));
  assert.equal(readContact(japanese, context).birthday, '2000-01-01');
});

/** Saved by Outlook 2016 in New York (apache-poi, msgClassTask.msg, of the samples). */
test('a task that Outlook saved says what Outlook shows', () => {
  const bag = bagOf([
    [PidTag.MessageClass, 'IPM.Task'],
    [PidTag.Subject, 'Must jump over the lazy dog'],
    [PidTag.Body, 'Quick brown fox must do what he must\r\n'],
    [PidTag.Importance, 1],
    [PidLid.TaskStartDate, utc('2017-02-18T00:00Z')],
    [PidLid.CommonStart, utc('2017-02-18T05:00Z')],
    [PidLid.TaskDueDate, utc('2017-03-20T00:00Z')],
    [PidLid.CommonEnd, utc('2017-03-20T04:00Z')],
    [PidLid.TaskStatus, 1],
    [PidLid.PercentComplete, 0],
    [PidLid.TaskComplete, false],
    [PidLid.ReminderSet, false],
    [PidLid.TaskOwner, 'Allison, Timothy B.'],
    [PidLid.TaskActualEffort, 0],
    [PidLid.TaskEstimatedEffort, 0],
    [PidLid.TaskFRecurring, false],
    [PidLid.TaskRole, ''],
    [PidLid.TaskVersion, 2],
  ]);
  const context = { tags, timeZone: 'America/New_York' };
  const task = readTask(bag, context);
  assert.deepEqual(task, {
    subject: 'Must jump over the lazy dog',
    note: { text: 'Quick brown fox must do what he must' },
    start: { day: '2017-02-18' },
    due: { day: '2017-03-20' },
    status: 'inProgress',
    owner: 'Allison, Timothy B.',
    actualEffort: 0,
    estimatedEffort: 0,
  });
  const before = new Map(bag);
  writeTask(bag, task, context);
  assert.deepEqual(bag, before);
});
