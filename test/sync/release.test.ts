import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import {
  getString,
  isLargeValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type StoredValue,
} from '../../src/mapi/index.ts';
import type { AttachmentContent, Mailbox, Message } from '../../src/store/index.ts';
import { recipient } from './recipient.ts';
import { client, inboxId, mail, messagesOf, setUp } from './synced-mailbox.ts';

/** The store keeps an index and no copy: what the backend has is given up here, and nobody notices. */

const namedTag = 0x8123001f;
const attachRendering = 0x37090102;
const html = (text: string) => Buffer.from(`<html><body><p>${text}</p></body></html>`, 'utf8');
const noise = (seed: string, size: number): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(size / 32) }, (_, n) => createHash('sha256').update(`${seed} ${n}`).digest()),
  ).subarray(0, size);
const bag = (...entries: [PropertyTag, StoredValue][]): PropertyBag => new Map(entries);

/** As Outlook writes one, with properties that no mail has. */
const file = (
  number: number,
  name: string,
  data: Buffer,
  ...more: [PropertyTag, StoredValue][]
): AttachmentContent => ({
  number,
  properties: bag(
    [PidTag.AttachMethod, 1],
    [PidTag.AttachLongFilename, name],
    [PidTag.AttachFilename, 'SHORT~1.BIN'],
    [PidTag.AttachMimeTag, 'application/octet-stream'],
    [PidTag.AttachDataBinary, data],
    [PidTag.RenderingPosition, 77],
    [attachRendering, noise('icon', 900)],
    ...more,
  ),
});

const picture = file(
  3,
  'picture.png',
  noise('picture', 20_000),
  [PidTag.AttachContentId, 'picture@oxbow'],
  [PidTag.AttachFlags, 4],
);

const forwarded: AttachmentContent = {
  number: 7,
  properties: bag([PidTag.AttachMethod, 5], [PidTag.DisplayName, 'forwarded']),
  embedded: {
    properties: bag(
      [PidTag.MessageClass, 'IPM.Note'],
      [PidTag.Subject, 'forwarded'],
      [PidTag.Body, 'forwarded\r\n'.repeat(1000)],
      [namedTag, 'inside'],
    ),
    recipients: [recipient('carla@oxbow.test')],
    attachments: [file(2, 'inner.bin', noise('inner', 30_000))],
  },
};

/** A rich message: HTML and text, a picture in it, a file, a message. */
const rich = {
  set: () =>
    mail('rich')
      .set(PidTag.Body, 'some text\r\n'.repeat(600))
      .set(PidTag.Html, html(`${'long '.repeat(4000)}<img src="cid:picture@oxbow">`))
      .set(PidTag.InternetCodepage, 65001)
      .set(namedTag, 'ours'),
  recipients: [recipient('ben@oxbow.test')],
  putAttachments: [file(1, 'report.bin', noise('report', 100_000)), picture, forwarded],
};

/** All of a content with digests for what is long, and whether a value is a large one. */
async function dump(content: MessageContent): Promise<unknown> {
  const ofBag = async (properties: PropertyBag) => {
    const entries: [string, unknown][] = [];
    for (const [tag, value] of properties) {
      const plain = isLargeValue(value)
        ? [
            'large',
            createHash('sha256')
              .update(await whole(value))
              .digest('hex'),
          ]
        : value instanceof Uint8Array
          ? Buffer.from(value).toString('hex')
          : value;
      entries.push([tag.toString(16), plain]);
    }
    return Object.fromEntries(entries.sort());
  };
  const ofContent = async (one: MessageContent): Promise<unknown> => ({
    properties: await ofBag(one.properties),
    recipients: await Promise.all(one.recipients.map(ofBag)),
    attachments: await Promise.all(
      one.attachments.map(async ({ number, properties, embedded }) => ({
        number,
        properties: await ofBag(properties),
        embedded: embedded && (await ofContent(embedded)),
      })),
    ),
  });
  return ofContent(content);
}

async function whole(value: StoredValue | undefined): Promise<Buffer> {
  if (value === undefined || !isLargeValue(value)) return Buffer.from(value as Uint8Array);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < value.size; at += parts.at(-1)!.length) parts.push(await value.read(at, 10_000));
  return Buffer.concat(parts);
}

/** What a client sees without opening a message. */
async function row(mailbox: Mailbox, message: Message) {
  const table = await mailbox.contentsTable(message.folderId, {});
  table.setColumns([
    PidTag.Subject,
    PidTag.Body,
    PidTag.Html,
    PidTag.MessageSize,
    PidTag.HasAttachments,
    PidTag.NativeBody,
    PidTag.RtfInSync,
    PidTag.DisplayTo,
    PidTag.ChangeNumber,
    PidTag.ChangeKey,
    PidTag.LastModificationTime,
    PidTag.MessageFlags,
  ]);
  await table.sort(undefined);
  const rows = await table.peek(10);
  const tags = (await table.allColumns()).sort();
  table.close();
  return { rows, tags };
}

const envelope = ({ contentState: _, properties: __, ...rest }: Message) => rest;

const kilobytesHere = (database: string): number => {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const { bytes } = db.prepare('select coalesce(sum(length(bytes)), 0) as bytes from large_value').get()!;
    return Math.round(Number(bytes) / 1024);
  } finally {
    db.close();
  }
};

async function stored(t: TestContext, change: Partial<typeof rich> & { flags?: number } = {}) {
  const world = await setUp(t);
  const { mailbox, inbox } = world;
  const { key } = await mailbox.saveMessage(
    { folderId: inbox, ...rich, read: true, ...change, set: (change.set ?? rich.set)() },
    client,
  );
  await world.pass(1000);
  const message = async () => (await mailbox.messageByKey(key))!;
  assert.equal((await message()).contentState, 'local');
  return { ...world, key, message };
}

describe('content that a client stored', () => {
  test('is given up once the backend has it, and nobody sees a difference', async (t) => {
    const { mailbox, backend, pass, message, file: database } = await stored(t);
    const before = await message();
    const seen = [await dump(await mailbox.content(before)), envelope(before), await row(mailbox, before)];
    assert.ok(kilobytesHere(database) > 150);
    const events: unknown[] = [];
    mailbox.subscribe((event) => events.push(event));
    await pass();
    const after = await message();
    assert.equal(after.contentState, 'remote');
    assert.equal(kilobytesHere(database), 0);
    assert.deepEqual(events, []);
    assert.deepEqual([await dump(await mailbox.content(after)), envelope(after), await row(mailbox, after)], seen);
    assert.equal(backend.folder(inboxId).mails.size, 1);
  });

  test('stays for some minutes, as drafts change again', async (t) => {
    const { pass, message } = await stored(t);
    await pass(200_000);
    assert.equal((await message()).contentState, 'local');
    await pass(200_000);
    assert.equal((await message()).contentState, 'remote');
  });

  test('stays as far as the mail does not have it', async (t) => {
    const ole = noise('ole', 50_000);
    const compressed = noise('rtf', 20_000);
    const {
      mailbox,
      pass,
      message,
      file: database,
    } = await stored(t, {
      set: () => mail('rich').set(PidTag.RtfCompressed, compressed).set(PidTag.Body, 'text\r\n'.repeat(2000)),
      putAttachments: [
        file(0, 'report.bin', noise('report', 100_000)),
        { number: 1, properties: bag([PidTag.AttachMethod, 6], [PidTag.AttachDataObject, ole]) },
      ],
    });
    const seen = await dump(await mailbox.content(await message()));
    await pass();
    assert.equal((await message()).contentState, 'remote');
    assert.equal(kilobytesHere(database), Math.round((ole.length + compressed.length) / 1024));
    assert.deepEqual(await dump(await mailbox.content(await message())), seen);
  });

  test('stays whole when the backend changed the mail on its way', async (t) => {
    const { mailbox, inbox, backend, pass } = await setUp(t);
    const set = mail('altered').set(PidTag.Body, 'some text\r\n'.repeat(600));
    const { key } = await mailbox.saveMessage({ folderId: inbox, set }, client);
    backend.interlude = async (name, when) => {
      if (name !== 'append' || when !== 'after') return;
      for (const one of backend.folder(inboxId).mails.values())
        one.raw = Buffer.from(`${one.raw.toString('latin1')}\r\n-- \r\nscanned for your safety\r\n`, 'latin1');
    };
    await pass(1000);
    await pass();
    const message = (await mailbox.messageByKey(key))!;
    assert.equal(message.contentState, 'local');
    assert.equal((await whole((await mailbox.content(message)).properties.get(PidTag.Body))).length, 600 * 22);
  });

  test('stays while a client changes it, also in the moment in which the mail is read', async (t) => {
    const { mailbox, backend, pass, message } = await stored(t);
    backend.interlude = async (name) => {
      if (name !== 'fetch') return;
      backend.interlude = undefined;
      const { id, folderId } = await message();
      await mailbox.saveMessage({ id, folderId, set: mail('rich edited') }, client);
    };
    await pass();
    const changed = await message();
    assert.equal(changed.contentState, 'local');
    assert.equal(getString((await mailbox.content(changed)).properties, PidTag.Subject), 'rich edited');
    await pass();
    await pass();
    assert.equal((await message()).contentState, 'remote');
    assert.deepEqual(backend.subjects(inboxId), ['rich edited']);
  });

  test('is read on by whoever has it open', async (t) => {
    const { mailbox, pass, message } = await stored(t);
    const before = await mailbox.content(await message());
    const value = before.attachments[0]!.properties.get(PidTag.AttachDataBinary)!;
    const inner = before.attachments[2]!.embedded!.attachments[0]!.properties.get(PidTag.AttachDataBinary)!;
    const body = (await message()).properties.get(PidTag.Html)!;
    assert.ok(isLargeValue(value) && isLargeValue(inner) && isLargeValue(body));
    const first = await value.read(0, 70_000);
    await pass();
    assert.equal((await message()).contentState, 'remote');
    assert.deepEqual(Buffer.concat([first, await value.read(70_000, 30_000)]), noise('report', 100_000));
    assert.deepEqual(await whole(inner), noise('inner', 30_000));
    assert.match((await whole(body)).toString(), /^<html>.*<\/html>$/);
  });

  test('can be written to another message, or back to its own, by whoever has it open', async (t) => {
    const { mailbox, inbox, pass, message } = await stored(t);
    const open = await mailbox.content(await message());
    await pass();
    const { id, folderId } = await message();
    const copy = await mailbox.saveMessage(
      { folderId: inbox, set: open.properties, putAttachments: open.attachments },
      client,
    );
    await mailbox.saveMessage({ id, folderId, putAttachments: [open.attachments[0]!] }, client);
    assert.equal((await message()).contentState, 'local');
    for (const one of [copy, await message()]) {
      const { attachments } = await mailbox.content(one);
      assert.deepEqual(
        attachments.map(({ number }) => number),
        [1, 3, 7],
      );
      assert.deepEqual(await whole(attachments[0]!.properties.get(PidTag.AttachDataBinary)), noise('report', 100_000));
    }
  });

  test('comes back with a change of it, is stored anew, and goes again', async (t) => {
    const { mailbox, backend, pass, message, file: database } = await stored(t);
    await pass();
    const seen = (await dump(await mailbox.content(await message()))) as { attachments: unknown };
    const { id, folderId } = await message();
    await mailbox.saveMessage({ id, folderId, set: bag([PidTag.Subject, 'edited']) }, client);
    assert.equal((await message()).contentState, 'local');
    assert.ok(kilobytesHere(database) > 150);
    await pass(1000);
    assert.deepEqual(backend.subjects(inboxId), ['edited']);
    await pass();
    assert.equal((await message()).contentState, 'remote');
    assert.equal(kilobytesHere(database), 0);
    const now = (await dump(await mailbox.content(await message()))) as { attachments: unknown };
    assert.deepEqual(now.attachments, seen.attachments);
  });

  test('that was given up is not fetched for a flag, a category or a move', async (t) => {
    const { mailbox, backend, pass, message } = await stored(t);
    await pass();
    backend.calls.length = 0;
    const { id, folderId } = await message();
    await mailbox.saveMessage({ id, folderId, set: bag([PidTag.FlagStatus, 2], [namedTag, 'other']) }, client);
    await mailbox.setReadState(folderId, [id], false, client);
    await mailbox.moveMessages(folderId, [id], mailbox.specialFolder('drafts'), client);
    await pass(1000);
    assert.deepEqual(
      backend.calls.filter((name) => ['fetch', 'append', 'remove'].includes(name)),
      [],
    );
    assert.equal((await message()).contentState, 'remote');
    const { properties, attachments } = await mailbox.content(await message());
    assert.equal(getString(properties, namedTag), 'other');
    assert.deepEqual(await whole(attachments[0]!.properties.get(PidTag.AttachDataBinary)), noise('report', 100_000));
  });

  test('is whole in a copy', async (t) => {
    const { mailbox, pass, message } = await stored(t);
    await pass();
    const { id, folderId } = await message();
    const before = (await dump(await mailbox.content(await message()))) as { attachments: unknown };
    const { ids } = await mailbox.copyMessages(folderId, [id], mailbox.specialFolder('drafts'), client);
    const copy = (await mailbox.message(ids.get(id)!))!;
    assert.equal(copy.contentState, 'local');
    const after = (await dump(await mailbox.content(copy))) as { attachments: unknown };
    assert.deepEqual(after.attachments, before.attachments);
  });

  for (const storesSent of [true, false])
    test(`of a draft is sent whole and kept, with the backend's copy being ${storesSent}`, async (t) => {
      const { mailbox, backend, pass, message, key } = await stored(t, {
        set: () => {
          const set = rich.set();
          set.delete(PidTag.InternetMessageId);
          return set;
        },
        flags: 8,
      });
      Object.assign(backend.mail, { storesSent });
      await pass();
      assert.equal((await message()).contentState, 'remote');
      await mailbox.submitMessage((await message()).id, { sentFolderId: mailbox.specialFolder('sentItems') }, client);
      await pass(1000);
      await pass();
      await pass();
      assert.equal(backend.outgoing.length, 1);
      const sent = await messagesOf(mailbox, mailbox.specialFolder('sentItems'));
      const own = sent.find((one) => one.key === key)!;
      assert.equal(own.contentState, 'remote');
      const { attachments } = await mailbox.content(own);
      assert.deepEqual(await whole(attachments[0]!.properties.get(PidTag.AttachDataBinary)), noise('report', 100_000));
      assert.deepEqual(backend.subjects(inboxId), []);
    });

  test('is looked at again when the engine was killed in between, or the backend did not answer', async (t) => {
    const { mailbox, backend, pass, message, file: database } = await stored(t);
    backend.fault = (name) => (name === 'fetch' ? 'before' : undefined);
    await pass();
    assert.equal((await message()).contentState, 'local');
    assert.equal((await mailbox.unreadableMessages()).length, 0);
    backend.fault = () => undefined;
    await pass();
    assert.equal((await message()).contentState, 'remote');
    assert.equal(kilobytesHere(database), 0);
  });

  test('that was given up goes with the mail when that is deleted elsewhere', async (t) => {
    const { mailbox, backend, inbox, pass } = await stored(t);
    await pass();
    backend.folder(inboxId).mails.clear();
    for (let i = 0; i < 3; i += 1) await pass();
    assert.deepEqual(await messagesOf(mailbox, inbox), []);
  });
});
