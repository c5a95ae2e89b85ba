import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ec } from '../../src/mapi/index.ts';
import { client, failure, setUp, subject } from './support.ts';

test('inside a transaction its own changes are seen, outside only what is committed', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  let release!: () => void;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let id = 0;
  const running = mailbox.transaction(async () => {
    id = (await mailbox.saveMessage({ folderId: inbox }, client)).id;
    assert.ok(await mailbox.message(id));
    assert.equal((await mailbox.folder(inbox))!.contentCount, 1);
    await gate;
  });
  while (id === 0) await wait(1);
  assert.equal(await mailbox.message(id), undefined);
  assert.equal((await mailbox.folder(inbox))!.contentCount, 0);
  release();
  await running;
  assert.ok(await mailbox.message(id));
});

test('a failed transaction leaves nothing and tells nobody', async (t) => {
  const { mailbox, inbox, events } = await setUp(t);
  await assert.rejects(
    mailbox.transaction(async () => {
      await mailbox.saveMessage({ folderId: inbox }, client);
      await mailbox.propertyIds([{ guid: '11111111-2222-3333-4444-555555555555', name: 'undone' }], true);
      throw new Error('no');
    }),
    /no/,
  );
  assert.deepEqual(await mailbox.messageIds(inbox), []);
  assert.deepEqual(events, []);
  assert.equal(await mailbox.sync.outboxCount(), 0);
  assert.deepEqual(
    await mailbox.propertyIds([{ guid: '11111111-2222-3333-4444-555555555555', name: 'undone' }], false),
    [0],
  );
});

test('a part that fails inside a transaction is undone alone', async (t) => {
  const { mailbox, inbox, events } = await setUp(t);
  await mailbox.transaction(async () => {
    const saved = await mailbox.saveMessage({ folderId: inbox, set: subject('kept') }, client);
    const stale = { id: saved.id, folderId: inbox, baseChangeNumber: 1, set: subject('lost') };
    assert.equal(await failure(mailbox.saveMessage(stale, client)), ec.objectModified);
    await assert.rejects(
      mailbox.transaction(async () => {
        await mailbox.saveMessage({ folderId: inbox, set: subject('lost too') }, client);
        throw new Error('part');
      }),
    );
  });
  assert.equal((await mailbox.messageIds(inbox)).length, 1);
  assert.equal((await mailbox.folder(inbox))!.contentCount, 1);
  assert.deepEqual(
    events.map((event) => event.kind),
    ['created', 'modified'],
  );
});

test('parts started together take turns', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  await mailbox.transaction(async () => {
    const all = Array.from({ length: 10 }, (_, i) => mailbox.saveMessage({ folderId: i === 5 ? 4711 : inbox }, client));
    const results = await Promise.allSettled(all);
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 9);
  });
  assert.equal((await mailbox.messageIds(inbox)).length, 9);
});

test('work left running after its transaction is outside of it', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  let late!: Promise<unknown>;
  await mailbox.transaction(async () => {
    late = wait(20).then(() => mailbox.saveMessage({ folderId: inbox }, client));
  });
  await late;
  assert.equal((await mailbox.messageIds(inbox)).length, 1);
});

test('one event an object: what came and went in one transaction is not told', async (t) => {
  const { mailbox, inbox, drafts, events } = await setUp(t);
  await mailbox.transaction(async () => {
    const gone = await mailbox.saveMessage({ folderId: inbox }, client);
    const kept = await mailbox.saveMessage({ folderId: inbox }, client);
    await mailbox.saveMessage({ id: kept.id, folderId: inbox, set: subject('a') }, client);
    await mailbox.moveMessages(inbox, [kept.id], drafts, client);
    await mailbox.deleteMessages(inbox, [gone.id], {}, client);
  });
  assert.deepEqual(
    events.map((event) => `${event.object} ${event.kind} ${event.folderId}`),
    [`message created ${drafts}`, `folder modified ${inbox}`, `folder modified ${drafts}`],
  );
});

test('events come in the order of the commits, with the counts of their time', async (t) => {
  const { mailbox, inbox, events } = await setUp(t);
  await Promise.all(Array.from({ length: 30 }, () => mailbox.saveMessage({ folderId: inbox }, client)));
  const counts = events.flatMap((event) => (event.object === 'folder' ? [event.contentCount] : []));
  assert.deepEqual(
    counts,
    Array.from({ length: 30 }, (_, i) => i + 1),
  );
  const ids = events.flatMap((event) => (event.object === 'message' ? [event.messageId] : []));
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
});

test('the sync engine is told of the outbox after the commit', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  let told = 0;
  mailbox.sync.onOutbox(() => told++);
  await mailbox.transaction(async () => {
    await mailbox.saveMessage({ folderId: inbox }, client);
    await wait(5);
    assert.equal(told, 0);
  });
  await wait(5);
  assert.equal(told, 1);
});
