import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Contact, readVcards } from '../../../src/formats/index.ts';

const cards = (text: string) => readVcards(Buffer.from(text.replaceAll('\n', '\r\n'), 'utf8'));
function contactOf(lines: string, version = '3.0'): Contact {
  const [card] = cards(`BEGIN:VCARD\nVERSION:${version}\n${lines}\nEND:VCARD\n`);
  assert.ok(card?.kind === 'contact');
  return card.contact;
}
const notCarried = (lines: string) => cards(`BEGIN:VCARD\n${lines}\nEND:VCARD\n`)[0]?.notCarried;

test('vCard 2.1: bare types, quoted-printable in its charset over several lines, commas in names', () => {
  const contact = contactOf(
    [
      'N;LANGUAGE=de:Meier;Eva;Maria,Anna;Dr.',
      'NOTE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Gr=FC=DFe=0D=0A=',
      'zweite Zeile',
      'TEL;WORK;VOICE:1',
      'TEL;WORK;FAX:2',
      'TEL;CELL:3',
      'X-MS-TEL;VOICE;CALLBACK:4',
      'EMAIL;PREF;INTERNET:eva@e.example',
      'ADR;WORK;PREF:;;Weg 1;Ulm;;89073;Germany',
      'LABEL;WORK;ENCODING=QUOTED-PRINTABLE:c/o X=0D=0AWeg 1',
      'BDAY:19800229',
      'X-MS-ANNIVERSARY:20010203',
      'X-MS-OL-DEFAULT-POSTAL-ADDRESS:2',
    ].join('\n'),
    '2.1',
  );
  assert.deepEqual(contact, {
    surname: 'Meier',
    givenName: 'Eva',
    middleName: 'Maria,Anna',
    prefix: 'Dr.',
    note: { text: 'Grüße\nzweite Zeile' },
    businessPhone: '1',
    businessFax: '2',
    mobilePhone: '3',
    callbackPhone: '4',
    email1: { address: 'eva@e.example' },
    businessAddress: { street: 'Weg 1', city: 'Ulm', postalCode: '89073', country: 'Germany', text: 'c/o X\nWeg 1' },
    birthday: '1980-02-29',
    anniversary: '2001-02-03',
    mailingAddress: 'business',
  });
});

test('MS-OXVCARD 2.1.3.9: properties of Outlook', () => {
  assert.deepEqual(
    contactOf(
      [
        'X-MS-TEXT:one',
        'X-MS-TEXT:two',
        'X-MS-TEL;TTYTDD:1',
        'X-MS-TEL;VOICE;ASSISTANT:2',
        'X-MS-TEL;COMPANY:3',
        'X-MS-IMADDRESS:eva',
        'X-MS-MANAGER:Mia',
        'X-MS-ASSISTANT:Ann',
        'X-MS-SPOUSE:Sam',
        'X-MS-CHILD:Kim',
        'X-MS-CHILD:Lou',
        'X-MS-INTERESTS:chess',
      ].join('\n'),
    ),
    {
      userField1: 'one',
      userField2: 'two',
      textPhone: '1',
      assistantPhone: '2',
      companyPhone: '3',
      instantMessenger: 'eva',
      manager: 'Mia',
      assistant: 'Ann',
      spouse: 'Sam',
      children: ['Kim', 'Lou'],
      hobbies: 'chess',
    },
  );
});

test('the most wanted of several takes the first place', () => {
  const contact = contactOf(
    'TEL;TYPE=WORK:1\nTEL;TYPE=WORK,PREF:2\nEMAIL;TYPE=WORK:a@a.example\nEMAIL;TYPE=WORK;TYPE=pref:b@a.example',
  );
  assert.equal(contact.businessPhone, '2');
  assert.equal(contact.businessPhone2, '1');
  assert.deepEqual([contact.email1?.address, contact.email2?.address], ['b@a.example', 'a@a.example']);
});

test('RFC 6350: parameters with quotes and carets, labels, days without a year, URIs for telephones', () => {
  const contact = contactOf(
    'FN:x\nADR;TYPE=home;CC=DE;LABEL="Weg 1^nUlm":;;Weg 1;Ulm;;;\nBDAY:--0412\nTEL;VALUE=uri;TYPE="home,voice";PREF=1:tel:+49-1\nGENDER:F',
    '4.0',
  );
  assert.deepEqual(contact, {
    displayName: 'x',
    homeAddress: { street: 'Weg 1', city: 'Ulm', countryCode: 'DE' },
    birthday: '1604-04-12',
    homePhone: '+49-1',
    gender: 'female',
  });
});

test('Apple: labels of groups tell what a property is, the company name, related people', () => {
  const contact = contactOf(
    [
      'item1.ADR;type=HOME;type=pref:;;Weg 1;Ulm;;;',
      'item1.X-ABADR:de',
      'item2.X-ABDATE;type=pref:1999-05-06',
      'item2.X-ABLabel:_$!<Anniversary>!$_',
      'item3.X-ABRELATEDNAMES:Kim',
      'item3.X-ABLabel:_$!<Spouse>!$_',
      'item4.X-ABRELATEDNAMES:Lou',
      'item4.X-ABLabel:_$!<Friend>!$_',
    ].join('\n'),
  );
  assert.deepEqual(contact, {
    homeAddress: { street: 'Weg 1', city: 'Ulm', countryCode: 'DE' },
    mailingAddress: 'home',
    anniversary: '1999-05-06',
    spouse: 'Kim',
    extra: ['item4.X-ABRELATEDNAMES:Lou', 'item4.X-ABLABEL:_$!<Friend>!$_'],
  });
});

test('what has no place is told by name and kept', () => {
  const five = [1, 2, 3, 4, 5].map((n) => `EMAIL:${n}@a.example`).join('\n');
  assert.deepEqual(notCarried(five), ['EMAIL']);
  assert.deepEqual(contactOf(five).extra, ['EMAIL:4@a.example', 'EMAIL:5@a.example']);
  assert.deepEqual(notCarried('FN:x\nGEO:1;2\nTZ:+01\nBDAY:1999\nPHOTO;VALUE=uri:http://x.example/p\nno colon here'), [
    'malformed line',
    'GEO',
    'TZ',
    'BDAY',
    'PHOTO',
  ]);
  assert.deepEqual(notCarried('FN:x\nREV:2020\nNOTE:\nN:;;;;'), []);
});

test('groups of Apple, RFC 6350 and Evolution are lists', () => {
  const of = (lines: string) => {
    const [card] = cards(`BEGIN:VCARD\nVERSION:3.0\n${lines}\nEND:VCARD`);
    assert.ok(card?.kind === 'list');
    return card.list.members;
  };
  assert.deepEqual(of('X-ADDRESSBOOKSERVER-KIND:group\nFN:T\nN:T\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1-2'), [
    { source: { kind: 'contact', id: '1-2', address: 'email1' } },
  ]);
  assert.deepEqual(of('KIND:group\nFN:T\nMEMBER;X-OX-FN=Kim:mailto:k%2Bx@a.example'), [
    { name: 'Kim', address: 'k+x@a.example' },
  ]);
  assert.deepEqual(of('X-EVOLUTION-LIST:TRUE\nFN:T\nEMAIL;X-EVOLUTION-DEST-INDEX=1:Kim <k@a.example>'), [
    { name: 'Kim', address: 'k@a.example' },
  ]);
});

test('several cards, other charsets, marks and folding of all kinds', () => {
  assert.equal(cards('BEGIN:VCARD\nFN:a\nEND:VCARD\n\nrubbish\nbegin:vcard\nfn:b\nend:vcard').length, 2);
  const latin = readVcards(Buffer.from('BEGIN:VCARD\rFN:M\xfcller\rEND:VCARD', 'latin1'));
  assert.equal(latin[0]?.kind === 'contact' && latin[0].contact.displayName, 'Müller');
  const utf16 = readVcards(Buffer.from('\ufeffBEGIN:VCARD\r\nFN:Ж\r\nEND:VCARD', 'utf16le'));
  assert.equal(utf16[0]?.kind === 'contact' && utf16[0].contact.displayName, 'Ж');
  assert.equal(contactOf('NOTE:one\n  two\n\tthree').note?.text, 'one twothree');
  assert.equal(contactOf('FN;X="a;b:c":x').displayName, 'x');
});

test('a card inside a card is the value of its property', () => {
  const contact = contactOf('AGENT:\nBEGIN:VCARD\nFN:Inner\nEND:VCARD\nFN:Outer', '2.1');
  assert.equal(contact.displayName, 'Outer');
  assert.match(contact.extra![0]!, /^AGENT:BEGIN:VCARD\\nFN:Inner/);
});

test('hostile bytes end in cards', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'BEGIN:VCARD\n',
      'END:VCARD\n',
      'AGENT:\n',
      'TEL',
      ';',
      ':',
      '=',
      '"',
      ',',
      '\\',
      '\n',
      ' ',
      'ADR;PREF:',
      'ENCODING=b',
      'QUOTED-PRINTABLE',
      '=\n',
      'item1.',
      'x',
      'BDAY:',
      '9999',
      'data:;base64,',
      '\xff',
    ),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(pieces, (parts) => readVcards(Buffer.from(`BEGIN:VCARD\n${parts.join('')}`, 'latin1')).length > 0),
  );
  for (const part of ['BEGIN:VCARD\n', 'AGENT:\n', 'NOTE;QUOTED-PRINTABLE:=\n', 'TEL;', ' x\n', 'X:\\', 'A;B=","'])
    readVcards(Buffer.from(`BEGIN:VCARD\n${part.repeat(20_000)}`));
});
