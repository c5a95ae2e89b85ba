import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  fileAsOf,
  readContact,
  readVcards,
  writeContact,
  writeVcard,
  writeVcardList,
} from '../../../src/formats/index.ts';
import { freshNamedTags } from '../../../src/mapi/index.ts';

const folder = join(import.meta.dirname, '../../../../shared/samples/vcard');
const skip = !existsSync(folder) && 'no samples here';
const files = skip ? [] : globSync('**/*.vcf', { cwd: folder }).sort();
const read = (file: string) => readVcards(readFileSync(join(folder, file)));

test('every sample is read, and each property is in a field or told by name and kept', { skip }, () => {
  let contacts = 0;
  let lists = 0;
  for (const file of files) {
    for (const card of read(file)) {
      if (card.kind === 'contact') contacts += 1;
      else lists += 1;
      const item = card.kind === 'contact' ? card.contact : card.list;
      const kept = new Set((item.extra ?? []).map((line) => /^(?:[\w.-]+\.)?([\w-]+)[;:]/.exec(line)?.[1]));
      for (const name of kept) assert.ok(card.notCarried.includes(name!), `${file}: ${name}`);
    }
  }
  assert.ok(contacts > 200 && lists > 20, `${contacts} contacts, ${lists} lists`);
});

test('every sample survives Outlook’s properties and both versions of vCard', { skip }, () => {
  const context = { tags: freshNamedTags(), timeZone: 'Europe/Berlin' };
  for (const file of files) {
    for (const card of read(file)) {
      if (card.kind === 'list') {
        const [again] = readVcards(Buffer.from(writeVcardList(card.list, { version: '4.0' }).text));
        assert.deepEqual(again?.kind === 'list' && again.list, card.list, file);
        continue;
      }
      const bag = new Map();
      writeContact(bag, card.contact, context);
      assert.deepEqual(readContact(bag, context), card.contact, file);
      const expected = structuredClone(card.contact);
      const fileAs = fileAsOf(expected.fileAs?.text, expected);
      if (fileAs) expected.fileAs = fileAs;
      for (const version of ['3.0', '4.0'] as const) {
        const [again] = readVcards(Buffer.from(writeVcard(card.contact, { version, photo: card.photo }).text));
        assert.deepEqual(again?.kind === 'contact' && again.contact, expected, `${file} ${version}`);
      }
    }
  }
});
