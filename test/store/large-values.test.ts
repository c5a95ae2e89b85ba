import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { getProperty, isLargeValue, PidTag } from '../../src/mapi/index.ts';
import { bag, byteAt, client, failure, madeUp, setUp } from './support.ts';

test('a value of 40 MiB goes in and out in small pieces', async (t) => {
  const { mailbox, drafts } = await setUp(t);
  const size = 40 * 1024 * 1024;
  let largest = 0;
  const data = madeUp(size, (length) => {
    largest = Math.max(largest, length);
  });
  const saved = await mailbox.saveMessage(
    { folderId: drafts, putAttachments: [{ number: 0, properties: bag([PidTag.AttachDataBinary, data]) }] },
    client,
  );
  assert.ok(largest <= 64 * 1024);
  assert.ok(saved.size >= size);
  const { attachments } = await mailbox.content(saved);
  const stored = getProperty(attachments[0]!.properties, PidTag.AttachDataBinary)!;
  assert.ok(isLargeValue(stored));
  assert.equal(stored.size, size);
  assert.equal((await stored.read(0, size)).length, 1024 * 1024);
  for (const offset of [0, 65_535, 65_536, 12_345_678, size - 1])
    assert.equal((await stored.read(offset, 1))[0], byteAt(offset));
  assert.equal((await stored.read(size, 10)).length, 0);
});

test('any part of a large value reads as it was written', async (t) => {
  const { mailbox, drafts } = await setUp(t);
  const size = 300_000;
  const saved = await mailbox.saveMessage({ folderId: drafts, set: bag([PidTag.Html, madeUp(size)]) }, client);
  const stored = getProperty(saved.properties, PidTag.Html)!;
  assert.ok(isLargeValue(stored));
  await fc.assert(
    fc.asyncProperty(fc.nat(size + 10), fc.nat(200_000), async (offset, length) => {
      const bytes = await stored.read(offset, length);
      assert.equal(bytes.length, Math.max(0, Math.min(length, size - offset)));
      if (bytes.length > 0)
        assert.deepEqual([bytes[0], bytes.at(-1)], [byteAt(offset), byteAt(offset + bytes.length - 1)]);
    }),
    { numRuns: 60 },
  );
});

test('an unchanged large value is not written again; a replaced one is gone', async (t) => {
  const { mailbox, drafts } = await setUp(t);
  const saved = await mailbox.saveMessage({ folderId: drafts, set: bag([PidTag.Html, madeUp(100_000)]) }, client);
  const stored = getProperty(saved.properties, PidTag.Html) as {
    valueId?: number;
    read(o: number, l: number): Promise<Uint8Array>;
  };
  const kept = await mailbox.saveMessage({ id: saved.id, folderId: drafts, set: bag([PidTag.Comment, 'x']) }, client);
  assert.equal((getProperty(kept.properties, PidTag.Html) as typeof stored).valueId, stored.valueId);
  await mailbox.saveMessage({ id: saved.id, folderId: drafts, set: bag([PidTag.Html, madeUp(90_000)]) }, client);
  assert.ok(await failure(stored.read(0, 10)));
});

test('a value that ends too early undoes the save', async (t) => {
  const { mailbox, drafts } = await setUp(t);
  const broken = {
    size: 200_000,
    read: async (offset: number, length: number) => madeUp(100_000).read(offset, length),
  };
  assert.ok(await failure(mailbox.saveMessage({ folderId: drafts, set: bag([PidTag.Html, broken]) }, client)));
  assert.deepEqual(await mailbox.messageIds(drafts), []);
});

test('long text comes back as UTF-16LE, short text as text', async (t) => {
  const { mailbox, drafts } = await setUp(t);
  const text = 'Grüße \u{1f600} '.repeat(2000);
  const saved = await mailbox.saveMessage(
    { folderId: drafts, set: bag([PidTag.Body, text], [PidTag.Comment, 'short']) },
    client,
  );
  const stored = getProperty(saved.properties, PidTag.Body)!;
  assert.ok(isLargeValue(stored));
  assert.equal(Buffer.from(await stored.read(0, stored.size)).toString('utf16le'), text);
  assert.equal(getProperty(saved.properties, PidTag.Comment), 'short');
});
