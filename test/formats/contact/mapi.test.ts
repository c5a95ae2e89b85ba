import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressText,
  type Contact,
  contactNames,
  photoAttachment,
  readContact,
  readPhoto,
  writeContact,
} from '../../../src/formats/index.ts';
import {
  addressBookEntryId,
  fileTimeFromMs,
  freshNamedTags,
  getProperty,
  type NamedProperty,
  oneOffEntryId,
  PidLid,
  PidTag,
  type PropertyBag,
  parseEntryId,
  setProperty,
} from '../../../src/mapi/index.ts';
import { contact as anyContact } from './arbitrary.ts';

const tags = freshNamedTags();
const context = { tags, timeZone: 'Europe/Berlin' };
const tagOf = (property: number | NamedProperty) => (typeof property === 'number' ? property : tags.tagOf(property));
const get = (bag: PropertyBag, property: number | NamedProperty) => getProperty(bag, tagOf(property));
const set = (bag: PropertyBag, property: number | NamedProperty, value: Parameters<typeof setProperty>[2]) =>
  setProperty(bag, tagOf(property), value);

function written(contact: Contact, bag: PropertyBag = new Map()): PropertyBag {
  writeContact(bag, contact, context);
  return bag;
}

test('every contact comes back from its properties', () => {
  fc.assert(
    fc.property(anyContact, (contact) => assert.deepEqual(readContact(written(contact), context), contact)),
    {
      numRuns: 300,
    },
  );
});

test('a contact that became another one reads as that one', () => {
  fc.assert(
    fc.property(anyContact, anyContact, (before, after) => {
      const read = readContact(written(after, written(before)), context);
      // A text that stayed although what it was made from changed follows the change.
      for (const kind of ['businessAddress', 'homeAddress', 'otherAddress'] as const)
        if (after[kind]?.text !== undefined && after[kind]?.text === before[kind]?.text) return;
      if (after.fileAs !== undefined && after.fileAs.text === before.fileAs?.text) return;
      assert.deepEqual(read, after);
    }),
    { numRuns: 200 },
  );
});

test('writing what is there changes no property', () => {
  fc.assert(
    fc.property(anyContact, (contact) => {
      const bag = written(contact);
      const before = new Map(bag);
      writeContact(bag, readContact(bag, context), context);
      assert.deepEqual(bag, before);
    }),
    { numRuns: 100 },
  );
});

test('all named properties of a contact are among those to ask for', () => {
  const known = new Set(contactNames.map((name) => tags.tagOf(name)));
  fc.assert(
    fc.property(anyContact, (contact) =>
      [...written(contact).keys()].every((tag) => tag < 0x80000000 || known.has(tag)),
    ),
    { numRuns: 100 },
  );
});

/** What Outlook 2016 wrote for a contact (apache-poi, msgClassContact.msg, of the samples). */
test('MS-OXOCNTC 2.2.1.2: addresses, faxes and their lists are written as Outlook writes them', () => {
  const bag = written({
    prefix: 'Dr',
    givenName: 'Quick',
    middleName: 'Brown',
    surname: 'Fox',
    suffix: 'Jr',
    displayName: 'Dr Quick Brown Fox Jr',
    businessFax: '(345) 678-9012',
    email1: { address: 'quickbrown@gmail.com' },
    webPage: 'www.quickfox.com',
  });
  assert.equal(get(bag, PidTag.MessageClass), 'IPM.Contact');
  assert.equal(get(bag, PidTag.IconIndex), 0x200);
  assert.equal(get(bag, PidLid.SideEffects), 0x51);
  assert.equal(get(bag, PidTag.Subject), 'Quick Brown Fox Jr');
  assert.equal(get(bag, PidTag.DisplayName), 'Dr Quick Brown Fox Jr');
  assert.equal(get(bag, PidLid.FileUnder), 'Fox, Quick Brown');
  assert.equal(get(bag, PidLid.FileUnderId), 0x8017);
  assert.equal(get(bag, PidLid.Email1DisplayName), 'Quick Brown Fox Jr (quickbrown@gmail.com)');
  assert.equal(get(bag, PidLid.Email1AddressType), 'SMTP');
  assert.equal(get(bag, PidLid.Email1EmailAddress), 'quickbrown@gmail.com');
  assert.equal(get(bag, PidLid.Email1OriginalDisplayName), 'quickbrown@gmail.com');
  const entryId = Buffer.from(get(bag, PidLid.Email1OriginalEntryId) as Uint8Array);
  assert.equal(entryId.toString('hex', 0, 28), '00000000812b1fa4bea310199d6e00dd010f54020000018051007500');
  assert.deepEqual(get(bag, PidLid.AddressBookProviderEmailList), [0, 3]);
  assert.equal(get(bag, PidLid.AddressBookProviderArrayType), 9);
  assert.equal(get(bag, PidLid.Fax2AddressType), 'FAX');
  assert.equal(get(bag, PidLid.Fax2EmailAddress), 'Quick Brown Fox Jr@(345) 678-9012');
  assert.equal(get(bag, PidLid.Fax2OriginalDisplayName), 'Quick Brown Fox Jr');
  const fax = Buffer.from(get(bag, PidLid.Fax2OriginalEntryId) as Uint8Array);
  assert.equal(fax.toString('hex', 20, 24), '00000080');
  assert.equal(get(bag, PidLid.Html), 'www.quickfox.com');
  assert.equal(get(bag, PidTag.BusinessHomePage), 'www.quickfox.com');
});

test('MS-OXOCNTC 2.2.1.1.12: what a contact is sorted by follows its name by its form', () => {
  const name = { givenName: 'Ben', middleName: 'M.', surname: 'Smith', suffix: 'III', company: 'Contoso' };
  const expected = {
    companyThenSurnameCommaGiven: ['Contoso\r\nSmith, Ben M.', 0x8018],
    surnameCommaGivenThenCompany: ['Smith, Ben M.\r\nContoso', 0x8019],
    surnameGivenJoined: ['SmithBen M.', 0x8030],
    surnameGiven: ['Smith Ben M.', 0x8031],
    companyThenSurnameGivenJoined: ['Contoso\r\nSmithBen M.', 0x8032],
    companyThenSurnameGiven: ['Contoso\r\nSmith Ben M.', 0x8033],
    surnameGivenJoinedThenCompany: ['SmithBen M.\r\nContoso', 0x8034],
    surnameGivenThenCompany: ['Smith Ben M.\r\nContoso', 0x8035],
    surnameGivenSuffix: ['Smith Ben M. III', 0x8036],
    givenSurnameSuffix: ['Ben M. Smith III', 0x8037],
    surnameGivenJoinedSuffix: ['SmithBen M. III', 0x8038],
    company: ['Contoso', 0x3a16],
    free: ['Smithy', 0xffffffff],
  } as const;
  for (const [form, [text, id]] of Object.entries(expected)) {
    const fileAs = { text: text.replace('\r\n', '\n'), form: form as keyof typeof expected };
    const bag = written({ ...name, fileAs });
    assert.equal(get(bag, PidLid.FileUnder), text);
    assert.equal(get(bag, PidLid.FileUnderId), id);
    written({ ...name, surname: 'Miller', fileAs }, bag);
    const renamed = form === 'free' || form === 'company' ? text : text.replace('Smith', 'Miller');
    assert.equal(get(bag, PidLid.FileUnder), renamed, form);
  }
});

test('an edit elsewhere leaves the entry id of the address book and its label alone; a new address gets its own', () => {
  const bag = written({ displayName: 'Anna', email1: { address: 'anna@a.example' } });
  set(bag, PidLid.Email1AddressType, 'EX');
  set(bag, PidLid.Email1EmailAddress, '/o=A/cn=anna');
  set(bag, PidLid.Email1DisplayName, 'Anna A.');
  set(bag, PidLid.Email1OriginalEntryId, addressBookEntryId('/o=A/cn=anna'));
  const contact = readContact(bag, context);
  assert.deepEqual(contact.email1, { address: 'anna@a.example', displayName: 'Anna A.' });
  written({ ...contact, displayName: 'Anne' }, bag);
  assert.equal(get(bag, PidLid.Email1EmailAddress), '/o=A/cn=anna');
  written({ ...contact, email1: { address: 'b@b.example' } }, bag);
  const entryId = parseEntryId(get(bag, PidLid.Email1OriginalEntryId) as Uint8Array);
  assert.equal(entryId.kind === 'oneOff' && entryId.address, 'b@b.example');
});

test('labels that were made from the name follow it, with their entry ids and faxes', () => {
  const before: Contact = { displayName: 'Eva Meier', homeFax: '1', email2: { address: 'eva@e.example' } };
  const bag = written({ ...before, displayName: 'Eva Schulz' }, written(before));
  assert.equal(get(bag, PidLid.Email2DisplayName), 'Eva Schulz (eva@e.example)');
  assert.deepEqual(
    get(bag, PidLid.Email2OriginalEntryId),
    oneOffEntryId({
      displayName: 'Eva Schulz (eva@e.example)',
      addressType: 'SMTP',
      address: 'eva@e.example',
      noLookup: false,
    }),
  );
  assert.equal(get(bag, PidLid.Fax3EmailAddress), 'Eva Schulz@1');
});

test('MS-OXOCNTC 2.2.1.3.9: the mailing address is a copy of the one chosen, and goes when none is', () => {
  const homeAddress = { street: 'Weg 1', city: 'Ulm', postalCode: '89073' };
  const bag = written({ homeAddress, mailingAddress: 'home' });
  assert.equal(get(bag, PidLid.PostalAddressId), 1);
  assert.equal(get(bag, PidTag.StreetAddress), 'Weg 1');
  assert.equal(get(bag, PidTag.PostalAddress), 'Weg 1\r\n89073 Ulm');
  assert.equal(get(bag, PidTag.Country), undefined);
  written({ homeAddress: { ...homeAddress, city: 'Bonn' }, mailingAddress: 'home' }, bag);
  assert.equal(get(bag, PidTag.Locality), 'Bonn');
  written({ homeAddress }, bag);
  assert.equal(get(bag, PidTag.Locality), undefined);
});

test('the text of an address that somebody wrote stays until its parts change', () => {
  const homeAddress = { street: 'Weg 1', city: 'Ulm', text: 'c/o Kim\nWeg 1\nUlm' };
  const bag = written({ homeAddress });
  assert.equal(get(bag, PidLid.HomeAddress), 'c/o Kim\r\nWeg 1\r\nUlm');
  const moved = { ...homeAddress, city: 'Bonn' };
  written({ homeAddress: moved }, bag);
  assert.equal(get(bag, PidLid.HomeAddress), 'Weg 1\r\nBonn');
  assert.equal(addressText(moved), 'Weg 1\nBonn');
});

test('MS-OXOCNTC 2.2.1.5: birthdays are read from midnights and from 11:59, and written as both', () => {
  const at = (text: string) => fileTimeFromMs(Date.parse(text));
  const bag = written({ birthday: '1980-02-29' });
  assert.equal(get(bag, PidLid.BirthdayLocal), at('1980-02-29T00:00Z'));
  assert.equal(get(bag, PidTag.Birthday), at('1980-02-29T11:59Z'));
  const birthdayOf = (tag: string, local?: string, timeZone = 'Europe/Berlin') => {
    const one: PropertyBag = new Map();
    set(one, PidTag.Birthday, at(tag));
    if (local) set(one, PidLid.BirthdayLocal, at(local));
    return readContact(one, { tags, timeZone }).birthday;
  };
  assert.equal(birthdayOf('1980-02-28T23:00Z'), '1980-02-29');
  assert.equal(birthdayOf('1980-02-29T08:00Z', undefined, 'America/Los_Angeles'), '1980-02-29');
  assert.equal(birthdayOf('1980-02-29T11:59Z', undefined, 'Pacific/Auckland'), '1980-02-29');
  assert.equal(birthdayOf('1980-02-28T15:00Z', '1980-02-29T00:00Z'), '1980-02-29');
});

test('a note without formatting leaves the RTF alone while its text is the same', () => {
  const bag = written({ note: { text: 'a b', html: '<html><body>a <b>b</b></body></html>' } });
  const rtf = get(bag, PidTag.RtfCompressed);
  assert.ok(rtf);
  assert.equal(readContact(bag, context).note?.html, '<html><body>a <b>b</b></body></html>');
  written({ note: { text: 'a b' }, nickname: 'x' }, bag);
  assert.equal(get(bag, PidTag.RtfCompressed), rtf);
  written({ note: { text: 'c' } }, bag);
  assert.equal(get(bag, PidTag.RtfCompressed), undefined);
  assert.equal(get(bag, PidTag.Body), 'c');
});

test('what no field stands for is left alone', () => {
  const bag = written({ displayName: 'x', birthday: '2000-01-01' });
  set(bag, PidLid.FlagRequest, 'Call');
  set(bag, PidLid.BusinessCardDisplayDefinition, Buffer.of(1, 2));
  written({}, bag);
  assert.equal(get(bag, PidLid.FlagRequest), 'Call');
  assert.deepEqual(get(bag, PidLid.BusinessCardDisplayDefinition), Buffer.of(1, 2));
  assert.deepEqual(readContact(bag, context), {});
});

test('MS-OXOCNTC 2.2.1.8: a photo is an attachment of its own kind', async () => {
  const png = { mediaType: 'image/png', data: Buffer.from('\x89PNG\r\n', 'latin1') };
  const attachment = photoAttachment(png, 0);
  assert.equal(get(attachment.properties, PidTag.AttachmentContactPhoto), true);
  assert.equal(get(attachment.properties, PidTag.AttachLongFilename), 'ContactPicture.jpg');
  assert.deepEqual(await readPhoto(attachment.properties), png);
});
