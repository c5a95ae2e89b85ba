import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import {
  type Contact,
  type DistributionList,
  fileAsOf,
  type Member,
  readVcards,
  vcardExceptions,
  writeVcard,
  writeVcardList,
} from '../../../src/formats/index.ts';
import { contact as anyContact } from '../contact/arbitrary.ts';
import { list as anyList } from '../distribution-list/arbitrary.ts';

const version = fc.constantFrom('3.0' as const, '4.0' as const);
const bytes = (text: string) => Buffer.from(text, 'utf8');

function read(text: string): Contact {
  const [card, ...more] = readVcards(bytes(text));
  assert.equal(more.length, 0);
  assert.ok(card?.kind === 'contact');
  return card.contact;
}

/** What is left of a contact when the exceptions that the table lists are applied. */
function carried(contact: Contact): Contact {
  const left = structuredClone(contact);
  for (const field of ['email1', 'email2', 'email3'] as const) delete left[field]?.displayName;
  const fileAs = fileAsOf(left.fileAs?.text, left);
  if (fileAs) left.fileAs = fileAs;
  else delete left.fileAs;
  left.children = left.children?.filter((name) => !/^\d+$/.test(name));
  if (!left.children?.length) delete left.children;
  return left;
}

test('every contact comes back from its vCard, but for what the table of exceptions lists', () => {
  fc.assert(
    fc.property(anyContact, version, (contact, v) => {
      const { text, notCarried } = writeVcard(contact, { version: v });
      assert.deepEqual(read(text), carried(contact));
      for (const field of notCarried) assert.ok(vcardExceptions[field], field);
    }),
    { numRuns: 300 },
  );
});

test('what is not in the card is told by its field', () => {
  const { notCarried } = writeVcard(
    {
      note: { text: 'a', html: '<b>a</b>' },
      email1: { address: 'a@a.example', displayName: 'A' },
      email2: { address: '/o=A/cn=b', addressType: 'EX' },
      children: ['7'],
    },
    { version: '4.0' },
  );
  assert.deepEqual([...notCarried].sort(), ['children', 'email1', 'email2', 'note']);
});

test('what we write is a vCard to ical.js, with the same texts', () => {
  fc.assert(
    fc.property(anyContact, version, (any, v) => {
      // Not with backslashes: ical.js takes the second of two for an escape.
      const contact: Contact = JSON.parse(JSON.stringify(any).replaceAll('\\\\', '/'));
      const parsed = ICAL.parse(writeVcard(contact, { version: v }).text) as [
        string,
        [string, object, string, ...unknown[]][],
      ];
      const values = (name: string) =>
        parsed[1].filter((property) => property[0] === name).map((property) => property[3]);
      // In version 3.0 ical.js leaves the escape of a semicolon, which RFC 2426 4 has.
      const bare = (texts: unknown[]) => texts.map((text) => String(text).replaceAll('\\', ''));
      assert.deepEqual(values('version'), [v]);
      if (contact.displayName) assert.deepEqual(bare(values('fn')), bare([contact.displayName]));
      assert.deepEqual(bare(values('note')), bare(contact.note ? [contact.note.text] : []));
      assert.deepEqual(bare(values('title')), bare(contact.jobTitle ? [contact.jobTitle] : []));
      const [name] = values('n') as string[][];
      if (name) assert.deepEqual(bare(name.slice(0, 2)), bare([contact.surname ?? '', contact.givenName ?? '']));
      if (contact.categories) {
        const property = parsed[1].find((candidate) => candidate[0] === 'categories')!;
        assert.deepEqual(bare(property.slice(3)), bare(contact.categories));
      }
    }),
    { numRuns: 100 },
  );
});

test('lines have at most 75 bytes, and no letter is cut', () => {
  fc.assert(
    fc.property(anyContact, version, (contact, v) => {
      const { text } = writeVcard({ ...contact, note: { text: '😀ä日'.repeat(40) } }, { version: v });
      assert.ok(text.endsWith('\r\n'));
      for (const line of text.split('\r\n')) {
        assert.ok(Buffer.byteLength(line) <= 75, line);
        assert.ok(!line.includes('\ufffd'));
      }
    }),
    { numRuns: 50 },
  );
});

test('a photo goes with the card in both versions', () => {
  const photo = { mediaType: 'image/png', data: Buffer.from('\x89PNG and some more bytes'.repeat(10), 'latin1') };
  for (const v of ['3.0', '4.0'] as const) {
    const [card] = readVcards(bytes(writeVcard({ displayName: 'x' }, { version: v, photo }).text));
    assert.ok(card?.kind === 'contact');
    assert.deepEqual(card.photo, photo);
  }
});

test('properties that no field stands for are written again as they were, in both versions', () => {
  const extra = [
    'X-FOO;TYPE=a,b:one\\,two\\;three',
    'item1.X-ABRELATEDNAMES:Ann',
    'KEY;ENCODING=b:AAAA',
    'item1.X-ABLABEL:_$!<Friend>!$_',
  ];
  for (const v of ['3.0', '4.0'] as const)
    assert.deepEqual(read(writeVcard({ displayName: 'x', extra }, { version: v }).text).extra, extra);
});

test('every list comes back as a group: internet addresses, and contacts by their UID', () => {
  fc.assert(
    fc.property(anyList, version, (list, v) => {
      const expected: DistributionList = structuredClone(list);
      expected.members = expected.members?.map(({ name, address, source }): Member => {
        if (source?.kind === 'contact' && source.address === 'email1') return { ...(name ? { name } : {}), source };
        return { ...(name ? { name } : {}), address: address! };
      });
      if (!expected.members?.length) delete expected.members;
      const { text, notCarried } = writeVcardList(list, { version: v });
      const [card] = readVcards(bytes(text));
      assert.ok(card?.kind === 'list');
      assert.deepEqual(card.list, expected);
      for (const field of notCarried) assert.ok(vcardExceptions[field], field);
    }),
    { numRuns: 200 },
  );
});
