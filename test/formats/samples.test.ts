import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesValue, parseMime, readAll, writeMime } from '../../src/formats/index.ts';
import { PidTag } from '../../src/mapi/index.ts';
import { asciiOnly, differencesOf, undecoded } from './comparison.ts';
import { known } from './known-differences.ts';
import { layoutFree, parsed, type ReadAttachment, type Reading, readingOf, sha256 } from './reading.ts';
import { byMailparser, byPostalMime } from './reference.ts';

const folder = join(import.meta.dirname, '../../../shared/samples/eml');
const files = existsSync(folder) ? globSync('**/*.{eml,mbox}', { cwd: folder }).sort() : [];

test('every sample mail reads as two independent readers read it', {
  skip: files.length === 0 && 'no samples here',
}, async () => {
  const failures: string[] = [];
  for (const file of files) {
    const raw = readFileSync(join(folder, file));
    const content = await parsed(raw);
    const given = {
      raw,
      ours: await readingOf(content),
      others: [await byPostalMime(raw), await byMailparser(raw)],
    };
    for (const { aspect, shown } of differencesOf(given, content.properties.get(PidTag.MessageClass)))
      if (known[`${aspect} ${file}`] === undefined) failures.push(`${aspect} ${file}\n  ${shown}`);
  }
  assert.deepEqual(failures, [], failures.join('\n'));
});

test('attachment names of the samples are those that an independent reader finds', {
  skip: files.length === 0 && 'no samples here',
}, async () => {
  const failures: string[] = [];
  for (const file of files) {
    const raw = readFileSync(join(folder, file));
    const { attachments } = await readingOf(await parsed(raw));
    const others = [await byPostalMime(raw), await byMailparser(raw)];
    for (const one of attachments) {
      if (one.name === undefined || !one.content) continue;
      const same = others.flatMap((other) => other.attachments.filter((found) => found.content?.equals(one.content!)));
      // A path is no part of a name, and undecoded letters tell nothing.
      const matches = ({ name }: ReadAttachment) => {
        const bare = layoutFree(name ?? '').replace(/^.*[/\\]/, '');
        return (
          bare === one.name || name === undefined || (undecoded.test(bare) && asciiOnly(bare) === asciiOnly(one.name!))
        );
      };
      if (same.length > 0 && !same.some(matches))
        failures.push(`${file}: ${one.name} / ${same.map(({ name }) => name).join(' / ')}`);
    }
  }
  assert.deepEqual(failures, [], failures.join('\n'));
});

test('every sample mail written and read again is the same', {
  skip: files.length === 0 && 'no samples here',
}, async () => {
  const failures: string[] = [];
  for (const file of files) {
    const content = await parseMime(bytesValue(readFileSync(join(folder, file))));
    const written = await readAll(writeMime(content, { bcc: true, boundary: 'again' }));
    const again = await parseMime(bytesValue(written));
    const [before, after] = [await readingOf(content), await readingOf(again)];
    for (const aspect of ['subject', 'from', 'to', 'cc', 'bcc', 'date', 'messageId', 'text', 'html'] as const) {
      // A mail without a date gets the one of its arrival.
      const given = aspect === 'date' && before.date === '' ? after.date : before[aspect];
      // An address that is no address (a group cut in pieces) does not come through.
      if (aspect === 'to' && /:@/.test(before.to)) continue;
      if (given !== after[aspect])
        failures.push(`${aspect} ${file}\n  ${before[aspect].slice(0, 300)}\n  ${after[aspect].slice(0, 300)}`);
    }
    const list = (reading: Reading) =>
      reading.attachments.map(({ name, type, content: bytes }) => `${name} ${type} ${bytes && sha256(bytes)}`).sort();
    try {
      assert.deepEqual(list(after), list(before));
    } catch (error) {
      failures.push(`attachments ${file} ${(error as Error).message}`);
    }
  }
  assert.deepEqual(failures, [], failures.join('\n'));
});
