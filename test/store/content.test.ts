import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  getProperty,
  getString,
  isLargeValue,
  PidName,
  PidTag,
  Ptyp,
  type StoredValue,
  tagOf,
  withType,
} from '../../src/mapi/index.ts';
import { openContentCache } from '../../src/store/content-cache.ts';
import { ContentUnavailable, type Message } from '../../src/store/index.ts';
import { type Bench, backend, bag, client, once, recipient, setUp, subject } from './support.ts';

const raw = [
  'From: Ben <ben@oxbow.test>',
  'To: Anna <anna@oxbow.test>',
  'Subject: on the backend',
  'Message-ID: <1@oxbow.test>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'the body',
  '--b',
  'Content-Type: application/octet-stream; name=a.bin',
  'Content-Disposition: attachment; filename=a.bin',
  '',
  'attached',
  '--b--',
  '',
].join('\r\n');

/** A mail on the backend, as the sync engine writes it, and how often it was fetched. */
async function remote(bench: Bench, text: string | Buffer = raw): Promise<{ message: Message; fetched: () => number }> {
  let fetched = 0;
  bench.store.setContentSource({
    fetch: async () => {
      fetched++;
      return once(text);
    },
  });
  const message = await bench.mailbox.saveMessage(
    {
      folderId: bench.inbox,
      set: bag([PidTag.Subject, 'on the backend'], [PidTag.InternetMessageId, '<1@oxbow.test>']),
      recipients: [recipient('Anna')],
      read: false,
      remoteContent: { size: 1234, hasAttachments: true },
    },
    backend,
  );
  return { message, fetched: () => fetched };
}

const bodyOf = async (value: StoredValue | undefined): Promise<string> =>
  isLargeValue(value) ? Buffer.from(await value.read(0, value.size)).toString('utf16le') : String(value);

describe('remote content', () => {
  test('is fetched when asked for, once, and laid under what is stored', async (t) => {
    const bench = await setUp(t);
    const { message, fetched } = await remote(bench);
    assert.equal(message.contentState, 'remote');
    assert.equal(message.size, 1234);
    assert.ok(message.hasAttachments);
    assert.equal(fetched(), 0);
    const [a, b] = await Promise.all([bench.mailbox.content(message), bench.mailbox.content(message)]);
    assert.equal(fetched(), 1);
    assert.match(await bodyOf(getProperty(a.properties, PidTag.Body)), /^the body/);
    assert.equal(a.attachments.length, 1);
    a.properties.clear();
    a.recipients[0]!.clear();
    assert.ok(b.properties.size > 5 && b.recipients[0]!.size > 1);
  });

  test('survives a restart in the cache', async (t) => {
    const bench = await setUp(t);
    const { message, fetched } = await remote(bench);
    await bench.mailbox.content(message);
    await bench.reopen();
    const again = await bench.mailbox.content(message);
    assert.equal(fetched(), 1);
    assert.equal(again.attachments.length, 1);
  });

  test('that cannot be fetched is ContentUnavailable, and can be later', async (t) => {
    const bench = await setUp(t);
    const { message } = await remote(bench);
    bench.store.setContentSource({ fetch: () => Promise.reject(new Error('down')) });
    await assert.rejects(bench.mailbox.content(message), ContentUnavailable);
    bench.store.setContentSource({ fetch: async () => once(raw) });
    assert.ok(await bench.mailbox.content(message));
  });

  test('stays remote when only what is beside it changes', async (t) => {
    const bench = await setUp(t);
    const { mailbox, inbox } = bench;
    const { message, fetched } = await remote(bench);
    const [id] = await mailbox.propertyIds([PidName.Keywords], true);
    const keywords = withType(tagOf(id!, Ptyp.String), Ptyp.String | 0x1000);
    const set = bag([PidTag.FlagStatus, 2], [keywords, ['red']], [PidTag.Subject, 'on the backend']);
    const changed = await mailbox.saveMessage({ id: message.id, folderId: inbox, set, read: true }, client);
    assert.equal(changed.contentState, 'remote');
    assert.equal(fetched(), 0);
    assert.deepEqual(getProperty((await mailbox.content(changed)).properties, keywords), ['red']);
    assert.equal(await mailbox.sync.isPending(message.key), true);
  });

  test('comes here whole when a client changes it', async (t) => {
    const bench = await setUp(t);
    const { mailbox, inbox } = bench;
    const { message } = await remote(bench);
    const changed = await mailbox.saveMessage({ id: message.id, folderId: inbox, set: subject('edited') }, client);
    assert.equal(changed.contentState, 'local');
    bench.store.setContentSource({ fetch: () => Promise.reject(new Error('down')) });
    const content = await mailbox.content(changed);
    assert.equal(getString(content.properties, PidTag.Subject), 'edited');
    assert.match(await bodyOf(getProperty(content.properties, PidTag.Body)), /^the body/);
    const data = getProperty(content.attachments[0]!.properties, PidTag.AttachDataBinary) as Uint8Array;
    assert.equal(Buffer.from(data).toString(), 'attached');
    assert.equal(changed.hasAttachments, true);
  });

  test('that cannot be fetched refuses a change of it, and nothing changes', async (t) => {
    const bench = await setUp(t);
    const { message } = await remote(bench);
    bench.store.setContentSource({ fetch: () => Promise.reject(new Error('down')) });
    await assert.rejects(
      bench.mailbox.saveMessage({ id: message.id, folderId: bench.inbox, set: subject('edited') }, client),
      ContentUnavailable,
    );
    assert.equal((await bench.mailbox.message(message.id))!.changeNumber, message.changeNumber);
  });

  test('a removed property does not come back from the source', async (t) => {
    const bench = await setUp(t);
    const { message } = await remote(bench, raw.replace('Subject:', 'X-Priority: 1\r\nSubject:'));
    const tag = PidTag.Priority;
    const before = await bench.mailbox.content(message);
    assert.notEqual(getProperty(before.properties, tag), undefined);
    const changed = await bench.mailbox.saveMessage({ id: message.id, folderId: bench.inbox, remove: [tag] }, client);
    assert.equal(changed.contentState, 'remote');
    assert.equal(getProperty((await bench.mailbox.content(changed)).properties, tag), undefined);
  });

  test('copies hold their content themselves; what cannot be fetched is left out', async (t) => {
    const bench = await setUp(t);
    const { mailbox, inbox, drafts } = bench;
    const { message } = await remote(bench);
    const { ids } = await mailbox.copyMessages(inbox, [message.id], drafts, client);
    const copy = (await mailbox.message(ids.get(message.id)!))!;
    assert.equal(copy.contentState, 'local');
    assert.equal(copy.read, false);
    assert.equal((await mailbox.content(copy)).attachments.length, 1);
    const other = await remote(bench);
    bench.store.setContentSource({ fetch: () => Promise.reject(new Error('down')) });
    const failed = await mailbox.copyMessages(inbox, [other.message.id], drafts, client);
    assert.deepEqual([failed.partial, failed.ids.size], [true, 0]);
  });
});

describe('the cache', () => {
  const all = async (cache: Awaited<ReturnType<typeof openContentCache>>, name: string, text: string) => {
    let fetched = false;
    const value = await cache.get(name, async () => {
      fetched = true;
      return once(text);
    });
    return { fetched, text: Buffer.from(await value.read(0, value.size)).toString(), value };
  };

  test('stays within its bound, the least recently used going first', async (t) => {
    const { directory } = await setUp(t);
    const cache = await openContentCache(join(directory, 'c'), 100);
    for (const name of ['a', 'b', 'c']) await all(cache, `box/${name}`, name.repeat(30));
    assert.equal((await all(cache, 'box/a', '')).fetched, false);
    await all(cache, 'box/d', 'd'.repeat(30));
    assert.ok(cache.size() <= 100);
    assert.equal((await all(cache, 'box/a', '')).fetched, false);
    assert.equal((await all(cache, 'box/b', 'b'.repeat(30))).fetched, true);
  });

  test('a file that was pushed out while in use is fetched again', async (t) => {
    const { directory } = await setUp(t);
    const cache = await openContentCache(join(directory, 'c'), 40);
    const { value } = await all(cache, 'box/a', 'a'.repeat(30));
    await all(cache, 'box/b', 'b'.repeat(30));
    value.letGo();
    assert.equal(Buffer.from(await value.read(28, 10)).toString(), 'aa');
  });

  test('a small mail that passes through is no file, a large one is', async (t) => {
    const { directory } = await setUp(t);
    const path = join(directory, 'c');
    const cache = await openContentCache(path, 10_000_000);
    const passing = await cache.get('box/a', async () => once('passing'), true);
    passing.letGo();
    assert.equal(Buffer.from(await passing.read(0, 7)).toString(), 'passing');
    assert.deepEqual([cache.size(), readdirSync(path)], [0, []]);
    const large = Buffer.alloc(300_000, 'x');
    const filed = await cache.get('box/b', async () => once(large), true);
    assert.equal(cache.size(), large.length);
    assert.deepEqual(Buffer.from(await filed.read(0, large.length)), large);
  });

  test('what is not whole is swept at the start, the rest is found', async (t) => {
    const { directory } = await setUp(t);
    const path = join(directory, 'c');
    await all(await openContentCache(path, 1000), 'box/a', 'whole');
    writeFileSync(join(path, 'box', 'b-99.eml'), 'cut off');
    writeFileSync(join(path, 'x.tmp'), 'half');
    const cache = await openContentCache(path, 1000);
    assert.equal((await all(cache, 'box/a', '')).text, 'whole');
    assert.equal(cache.size(), 5);
    assert.deepEqual(readdirSync(path, { recursive: true }).toSorted(), ['box', 'box/a-5.eml']);
  });

  test('a fetch that breaks off leaves nothing', async (t) => {
    const { directory } = await setUp(t);
    const path = join(directory, 'c');
    const cache = await openContentCache(path, 1000);
    const breaking = async function* () {
      yield Buffer.from('half');
      throw new Error('gone');
    };
    await assert.rejects(
      cache.get('box/a', async () => breaking()),
      /gone/,
    );
    assert.deepEqual(readdirSync(path), []);
    assert.equal((await all(cache, 'box/a', 'whole')).text, 'whole');
  });
});
