import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  changeKey,
  ec,
  getProperty,
  getString,
  isLargeValue,
  PidTag,
  Ptyp,
  parsePredecessorChangeList,
  sourceKey,
  tagOf,
} from '../../src/mapi/index.ts';
import { messageFlags, messageProperty } from '../../src/store/index.ts';
import { backend, bag, client, failure, recipient, setUp, subject } from './support.ts';

const mfRead = 1;
const mfUnmodified = 2;
const mfSubmitted = 4;
const mfUnsent = 8;
const mfHasAttach = 0x10;

describe('saving', () => {
  test('a blank message has what every message has', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: drafts }, client);
    const value = (tag: number) => messageProperty(mailbox, saved, tag);
    assert.equal(value(PidTag.MessageClass), 'IPM.Note');
    assert.equal(value(PidTag.Importance), 1);
    assert.equal(value(PidTag.Sensitivity), 0);
    assert.equal(value(PidTag.Subject), '');
    assert.equal(value(PidTag.DisplayTo), '');
    assert.equal((value(PidTag.SearchKey) as Uint8Array).length, 16);
    assert.equal(value(PidTag.CreationTime), saved.created);
    assert.equal(value(PidTag.MessageFlags), mfRead | mfUnmodified | mfUnsent | 0x400);
    assert.equal(value(PidTag.HasAttachments), false);
    assert.equal(value(PidTag.RtfInSync), false);
    assert.equal(value(PidTag.ObjectType), 5);
    assert.deepEqual(value(PidTag.SourceKey), sourceKey(mailbox.replicaGuid, saved.id));
    assert.deepEqual(Buffer.from(saved.changeKey), changeKey(mailbox.replicaGuid, saved.changeNumber));
    assert.ok((value(PidTag.MessageSize) as number) > 0);
  });

  test('a subject that is given twice, the second time as a number, is no text any more', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const twice = bag([PidTag.Subject, 'x'], [tagOf(0x0037, Ptyp.Floating64), 1.5]);
    const saved = await mailbox.saveMessage({ folderId: drafts, set: twice }, client);
    assert.equal(saved.properties.get(tagOf(0x0037, Ptyp.Floating64)), 1.5);
  });

  test('the subject and its two parts always agree (MS-OXCMSG_R1239)', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: drafts, set: subject('Re: hello') }, client);
    const parts = (message: typeof saved) =>
      [PidTag.Subject, PidTag.SubjectPrefix, PidTag.NormalizedSubject].map((tag) =>
        messageProperty(mailbox, message, tag),
      );
    assert.deepEqual(parts(saved), ['Re: hello', 'Re: ', 'hello']);
    const change = async (set: ReturnType<typeof bag>) =>
      parts(await mailbox.saveMessage({ id: saved.id, folderId: drafts, set }, client));
    assert.deepEqual(await change(bag([PidTag.NormalizedSubject, 'bye'])), ['Re: bye', 'Re: ', 'bye']);
    assert.deepEqual(await change(bag([PidTag.Subject, 'Project: x'])), ['Project: x', '', 'Project: x']);
    assert.deepEqual(await change(bag([PidTag.Subject, 'Antwort: x'], [PidTag.SubjectPrefix, 'Antwort: '])), [
      'Antwort: x',
      'Antwort: ',
      'x',
    ]);
    const gone = await mailbox.saveMessage({ id: saved.id, folderId: drafts, remove: [PidTag.Subject] }, client);
    assert.deepEqual(parts(gone), ['', '', '']);
  });

  test('recipients give the display names', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const saved = await mailbox.saveMessage(
      {
        folderId: drafts,
        recipients: [recipient('ben'), recipient('carla', 2), recipient('dora'), recipient('eve', 3)],
      },
      client,
    );
    assert.equal(getString(saved.properties, PidTag.DisplayTo), 'ben; dora');
    assert.equal(getString(saved.properties, PidTag.DisplayCc), 'carla');
    assert.equal(getString(saved.properties, PidTag.DisplayBcc), 'eve');
    const { recipients } = await mailbox.content(saved);
    assert.deepEqual(
      recipients.map((one) => getProperty(one, PidTag.Rowid)),
      [0, 1, 2, 3],
    );
  });

  test('attachments come, go and are replaced by number; embedded messages come back whole', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const deep = {
      properties: subject('inner'),
      recipients: [recipient('ben')],
      attachments: [{ number: 0, properties: bag([PidTag.AttachDataBinary, Buffer.alloc(100_000, 1)]) }],
    };
    const saved = await mailbox.saveMessage(
      {
        folderId: drafts,
        putAttachments: [
          {
            number: 0,
            properties: bag([PidTag.AttachLongFilename, 'a.txt'], [PidTag.AttachDataBinary, Buffer.from('a')]),
          },
          { number: 1, properties: bag([PidTag.AttachMethod, 5]), embedded: deep },
        ],
      },
      client,
    );
    assert.ok(saved.hasAttachments);
    assert.ok(messageFlags(saved) & mfHasAttach);
    assert.ok(saved.size > 100_000);
    const { attachments } = await mailbox.content(saved);
    assert.deepEqual(
      attachments.map((one) => one.number),
      [0, 1],
    );
    const inner = attachments[1]!.embedded!;
    assert.equal(getString(inner.properties, PidTag.Subject), 'inner');
    assert.equal(inner.recipients.length, 1);
    const data = getProperty(inner.attachments[0]!.properties, PidTag.AttachDataBinary)!;
    assert.ok(isLargeValue(data) && data.size === 100_000);

    // The embedded message's large value is the source of its own successor.
    const changed = await mailbox.saveMessage(
      {
        id: saved.id,
        folderId: drafts,
        removeAttachments: [0],
        putAttachments: [{ number: 1, properties: bag([PidTag.AttachDataBinary, data]) }],
      },
      client,
    );
    const after = (await mailbox.content(changed)).attachments;
    assert.deepEqual(
      after.map((one) => one.number),
      [1],
    );
    const again = getProperty(after[0]!.properties, PidTag.AttachDataBinary)!;
    assert.ok(isLargeValue(again) && (await again.read(99_990, 100)).every((byte) => byte === 1));
    const none = await mailbox.saveMessage({ id: saved.id, folderId: drafts, removeAttachments: [1] }, client);
    assert.equal(none.hasAttachments, false);
    assert.ok(none.size < 1000);
  });

  test('hidden attachments do not show as attachments', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const hidden = { number: 0, properties: bag([PidTag.AttachmentHidden, true]) };
    assert.equal(
      (await mailbox.saveMessage({ folderId: drafts, putAttachments: [hidden] }, client)).hasAttachments,
      false,
    );
  });

  test('messages nested without end are refused, and nothing is left of them', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    let content = {
      properties: subject('x'),
      recipients: [],
      attachments: [] as { number: number; properties: ReturnType<typeof bag>; embedded: unknown }[],
    };
    for (let i = 0; i < 30; i++) {
      content = {
        properties: subject('x'),
        recipients: [],
        attachments: [{ number: 0, properties: bag(), embedded: content }],
      };
    }
    const putAttachments = [{ number: 0, properties: bag(), embedded: content as never }];
    assert.equal(await failure(mailbox.saveMessage({ folderId: drafts, putAttachments }, client)), ec.tooBig);
    assert.equal((await mailbox.folder(drafts))!.contentCount, 0);
  });

  test('a change based on an older version fails with ecObjectModified', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const first = await mailbox.saveMessage({ folderId: drafts }, client);
    const change = { id: first.id, folderId: drafts, baseChangeNumber: first.changeNumber, set: subject('a') };
    const second = await mailbox.saveMessage(change, client);
    assert.ok(second.changeNumber > first.changeNumber);
    assert.equal(second.unmodified, false);
    assert.equal(await failure(mailbox.saveMessage(change, client)), ec.objectModified);
    assert.equal(await failure(mailbox.saveMessage({ ...change, id: 4711 }, client)), ec.notFound);
    assert.equal(await failure(mailbox.saveMessage({ folderId: 4711 }, client)), ec.notFound);
    const search = mailbox.specialFolder('spoolerQueue');
    assert.equal(await failure(mailbox.saveMessage({ folderId: search }, client)), ec.notSupported);
  });

  test('identity that a cached client brings is kept', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const newId = await mailbox.allocateIds(1);
    const theirs = Buffer.concat([Buffer.alloc(16, 9), Buffer.from([0, 0, 1, 2])]);
    const key = sourceKey('11111111-2222-3333-4444-555555555555', 5);
    const pcl = Buffer.concat([Buffer.from([20]), theirs]);
    const saved = await mailbox.saveMessage(
      { folderId: drafts, newId, sourceKey: key, changeKey: theirs, predecessorChangeList: pcl, lastModified: 12345n },
      client,
    );
    assert.equal(saved.id, newId);
    assert.deepEqual(Buffer.from(saved.changeKey), theirs);
    assert.deepEqual(Buffer.from(saved.predecessorChangeList), pcl);
    assert.equal(saved.lastModified, 12345n);
    assert.deepEqual(await mailbox.findBySourceKey(key), { kind: 'message', id: newId, deleted: false });
    const own = await mailbox.saveMessage({ id: newId, folderId: drafts, set: subject('x') }, client);
    assert.equal(parsePredecessorChangeList(own.predecessorChangeList).length, 2);
    assert.equal(await failure(mailbox.saveMessage({ folderId: drafts, newId }, client)), ec.invalidParam);
    assert.equal(await failure(mailbox.saveMessage({ folderId: drafts, newId: newId + 1e6 }, client)), ec.invalidParam);
    for (const bad of [
      { sourceKey: Buffer.alloc(5) },
      { changeKey: Buffer.alloc(3) },
      { predecessorChangeList: Buffer.alloc(3, 9) },
    ]) {
      assert.equal(await failure(mailbox.saveMessage({ folderId: drafts, ...bad }, client)), ec.invalidParam);
    }
  });

  test('computed properties are not kept from what a client sets', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const set = bag([PidTag.EntryId, Buffer.alloc(70)], [PidTag.MessageSize, 1], [PidTag.ChangeKey, Buffer.alloc(22)]);
    const saved = await mailbox.saveMessage({ folderId: drafts, set }, client);
    for (const tag of set.keys()) assert.equal(saved.properties.has(tag), false);
  });

  test('an arriving mail is announced as new', async (t) => {
    const { mailbox, inbox, events } = await setUp(t);
    await mailbox.saveMessage({ folderId: inbox, set: subject('hi'), read: false, newMail: true }, backend);
    assert.deepEqual(
      events.map((event) => `${event.object} ${event.kind}`),
      ['message created', 'message newMail', 'folder modified'],
    );
    assert.deepEqual(
      [(events[2] as { unreadCount?: number }).unreadCount, (events[1] as { messageFlags?: number }).messageFlags],
      [1, mfUnmodified],
    );
    assert.equal(await mailbox.sync.outboxCount(), 0);
  });
});

describe('many at once', () => {
  test('moved messages get new ids and versions and keep their key', async (t) => {
    const { mailbox, inbox, drafts, events } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: inbox, set: subject('a'), read: false }, backend);
    events.length = 0;
    const { ids, partial } = await mailbox.moveMessages(inbox, [saved.id, 4711], drafts, client);
    assert.equal(partial, true);
    const moved = (await mailbox.message(ids.get(saved.id)!))!;
    assert.notEqual(moved.id, saved.id);
    assert.equal(moved.key, saved.key);
    assert.ok(moved.changeNumber > saved.changeNumber);
    assert.equal(await mailbox.message(saved.id), undefined);
    assert.deepEqual(
      events.map((event) => event.kind),
      ['moved', 'modified', 'modified'],
    );
    assert.equal((await mailbox.folder(drafts))!.unreadCount, 1);
    assert.equal((await mailbox.folder(inbox))!.unreadCount, 0);
  });

  test('copies share nothing with what they were made from', async (t) => {
    const { mailbox, inbox, drafts } = await setUp(t);
    const data = Buffer.alloc(200_000, 3);
    const saved = await mailbox.saveMessage(
      {
        folderId: inbox,
        set: bag([PidTag.Body, 'x'.repeat(9000)]),
        recipients: [recipient('ben')],
        putAttachments: [{ number: 0, properties: bag([PidTag.AttachDataBinary, data]) }],
      },
      client,
    );
    const { ids } = await mailbox.copyMessages(inbox, [saved.id], drafts, client);
    const copy = (await mailbox.message(ids.get(saved.id)!))!;
    assert.notEqual(copy.key, saved.key);
    assert.equal(copy.size, saved.size);
    await mailbox.deleteMessages(inbox, [saved.id], { hard: true }, client);
    const content = await mailbox.content(copy);
    const body = getProperty(content.properties, PidTag.Body)!;
    assert.ok(isLargeValue(body) && Buffer.from(await body.read(0, 4)).toString('utf16le') === 'xx');
    const kept = getProperty(content.attachments[0]!.properties, PidTag.AttachDataBinary)!;
    assert.ok(isLargeValue(kept) && (await kept.read(0, 10)).length === 10);
    assert.equal(content.recipients.length, 1);
  });

  test('soft-deleted messages are out of sight, counted apart, and come back by being moved', async (t) => {
    const { mailbox, inbox } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: inbox, set: subject('a') }, client);
    await mailbox.deleteMessages(inbox, [saved.id], {}, client);
    assert.equal(await mailbox.message(saved.id), undefined);
    assert.ok((await mailbox.message(saved.id, { softDeleted: true }))!.deleted);
    assert.deepEqual(await mailbox.messageIds(inbox), []);
    let folder = (await mailbox.folder(inbox))!;
    assert.deepEqual([folder.contentCount, folder.deletedCount, folder.deletedTotal, folder.size], [0, 1, 1, 0]);
    const { ids } = await mailbox.moveMessages(inbox, [saved.id], inbox, client);
    assert.ok(await mailbox.message(ids.get(saved.id)!));
    folder = (await mailbox.folder(inbox))!;
    assert.deepEqual([folder.contentCount, folder.deletedCount], [1, 0]);
  });

  test('read state changes only the read change number, once, and tells which changed', async (t) => {
    const { mailbox, inbox, events } = await setUp(t);
    const ids: number[] = [];
    for (let i = 0; i < 250; i++) {
      ids.push((await mailbox.saveMessage({ folderId: inbox, read: i % 2 === 0 }, backend)).id);
    }
    events.length = 0;
    const before = (await mailbox.message(ids[1]!))!;
    const changed = await mailbox.setReadState(inbox, ids, true, client);
    assert.equal(changed.length, 125);
    const after = (await mailbox.message(ids[1]!))!;
    assert.equal(after.changeNumber, before.changeNumber);
    assert.ok(after.readChangeNumber > before.readChangeNumber);
    assert.ok(
      events
        .filter((event) => event.object === 'message')
        .every((event) => 'readStateOnly' in event && event.readStateOnly),
    );
    assert.equal((await mailbox.setReadState(inbox, 'all', false, client)).length, 250);
    assert.equal((await mailbox.folder(inbox))!.unreadCount, 250);
    assert.deepEqual(await mailbox.setReadState(inbox, 'all', false, client), []);
  });

  test('status bits change under their mask and the status before is told', async (t) => {
    const { mailbox, inbox } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: inbox }, backend);
    assert.equal(await mailbox.setMessageStatus(saved.id, 0xff, 0x0f, client), 0);
    assert.equal(await mailbox.setMessageStatus(saved.id, 0x03, 0, client), 0x0f);
    assert.equal((await mailbox.message(saved.id))!.status, 0x0c);
  });

  test('the newest message comes first', async (t) => {
    const { mailbox, inbox } = await setUp(t);
    const at = async (time: bigint) =>
      (await mailbox.saveMessage({ folderId: inbox, set: bag([PidTag.MessageDeliveryTime, time]) }, backend)).id;
    const [b, c, a] = [await at(200n), await at(300n), await at(100n)];
    assert.deepEqual(await mailbox.messageIds(inbox), [c, b, a]);
  });
});

describe('submitting', () => {
  test('a submitted message waits in the outbox first of all, has an id of its own, and can be taken back', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: drafts, set: subject('a') }, client);
    await mailbox.submitMessage(saved.id, { sentFolderId: null }, client);
    const submitted = (await mailbox.message(saved.id))!;
    assert.ok(submitted.flags & mfSubmitted);
    assert.match(getString(submitted.properties, PidTag.InternetMessageId)!, /^<.+@oxbow\.test>$/);
    const [row] = await mailbox.sync.dueOutbox(Date.now(), 1);
    assert.deepEqual([row!.kind, row!.objectKey, row!.sentFolderId], ['submit', saved.key, null]);
    await mailbox.abortSubmit(saved.id);
    assert.equal((await mailbox.message(saved.id))!.flags & mfSubmitted, 0);
    assert.equal(await failure(mailbox.abortSubmit(saved.id)), ec.notFound);
  });

  test('what is on its way cannot be taken back', async (t) => {
    const { mailbox, drafts } = await setUp(t);
    const saved = await mailbox.saveMessage({ folderId: drafts }, client);
    await mailbox.submitMessage(saved.id, { sentFolderId: null, notBefore: 5 }, client);
    const [row] = await mailbox.sync.dueOutbox(5, 1);
    await mailbox.sync.noteOutbox(row!, 'sending');
    assert.equal(await failure(mailbox.abortSubmit(saved.id)), ec.unableToAbort);
  });
});
