import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PidTag } from '../../src/mapi/index.ts';
import { backend, bag, client, setUp, subject } from './support.ts';

test('an object has one outbox row however often it changes; a change during the push keeps it', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { sync } = mailbox;
  const saved = await mailbox.saveMessage({ folderId: inbox }, client);
  await mailbox.setReadState(inbox, [saved.id], false, client);
  const [row, ...others] = await sync.dueOutbox(Date.now(), 10);
  assert.equal(others.length, 0);
  assert.deepEqual([row!.kind, row!.objectKey], ['message', saved.key]);
  await mailbox.saveMessage({ id: saved.id, folderId: inbox, set: subject('again') }, client);
  await sync.finishOutbox(row!);
  const [later] = await sync.dueOutbox(Date.now(), 10);
  assert.ok(later!.sequence > row!.sequence);
  await sync.finishOutbox(later!);
  assert.equal(await sync.outboxCount(), 0);
  assert.equal(await sync.nextDue(), undefined);
});

test('changes from the backend do not go back to it', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  const saved = await mailbox.saveMessage({ folderId: inbox }, backend);
  const { ids } = await mailbox.moveMessages(inbox, [saved.id], drafts, backend);
  await mailbox.setReadState(drafts, 'all', true, backend);
  await mailbox.deleteMessages(drafts, [...ids.values()], {}, backend);
  await mailbox.createFolder({ parentId: inbox, displayName: 'x' }, backend);
  assert.equal(await mailbox.sync.outboxCount(), 0);
});

test('rows come oldest first, submissions before all, postponed ones when they are due; notes stay', async (t) => {
  const now = 1_000_000;
  const { mailbox, inbox } = await setUp(t, { clock: () => now });
  const { sync } = mailbox;
  const keys: number[] = [];
  const ids: number[] = [];
  for (let i = 0; i < 3; i++) {
    const saved = await mailbox.saveMessage({ folderId: inbox }, client);
    keys.push(saved.key);
    ids.push(saved.id);
  }
  await mailbox.saveMessage({ id: ids[0]!, folderId: inbox, set: subject('x') }, client);
  await mailbox.submitMessage(ids[2]!, { sentFolderId: inbox }, client);
  const due = await sync.dueOutbox(now, 10);
  assert.deepEqual(
    due.map((row) => [row.kind, row.objectKey]),
    [
      ['submit', keys[2]],
      ['message', keys[0]],
      ['message', keys[1]],
      ['message', keys[2]],
    ],
  );
  await sync.noteOutbox(due[1]!, 'half way');
  await sync.postponeOutbox(due[1]!, now + 50, 'no answer');
  assert.equal((await sync.dueOutbox(now, 10)).length, 3);
  assert.equal((await sync.dueOutbox(now, 2)).length, 2);
  const later = (await sync.dueOutbox(now + 50, 10)).find((row) => row.objectKey === keys[0])!;
  assert.deepEqual([later.attempts, later.note, later.error, later.dueAt], [1, 'half way', 'no answer', now + 50]);
  assert.equal(await sync.nextDue(), now);
});

test('links are found from both sides and outlive their message', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { sync } = mailbox;
  const saved = await mailbox.saveMessage({ folderId: inbox }, backend);
  const link = { key: saved.key, remoteFolder: 'INBOX', remoteId: '17', base: '{}' };
  await sync.setLink(link);
  await sync.setLink({ ...link, base: '{"a":1}' });
  await mailbox.deleteMessages(inbox, [saved.id], { hard: true }, client);
  assert.equal((await sync.link(saved.key))!.base, '{"a":1}');
  assert.equal((await sync.linkByRemoteId('INBOX', '17'))!.key, saved.key);
  await sync.setFolderLink({ folderId: inbox, remoteId: 'INBOX', base: '{}' });
  await sync.setCursor('INBOX', 'c');
  await sync.renameRemoteFolder('INBOX', 'Inbox2');
  assert.equal((await sync.links('Inbox2')).length, 1);
  assert.equal(await sync.cursor('Inbox2'), 'c');
  assert.equal((await sync.folderLink(inbox))!.remoteId, 'Inbox2');
  await sync.removeLink(saved.key);
  await sync.removeFolderLink(inbox);
  await sync.setCursor('Inbox2', undefined);
  assert.deepEqual(
    [await sync.link(saved.key), await sync.folderLinks(), await sync.cursor('Inbox2')],
    [undefined, [], undefined],
  );
});

test('a remote mail stands for one local message only', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const a = await mailbox.saveMessage({ folderId: inbox }, backend);
  const b = await mailbox.saveMessage({ folderId: inbox }, backend);
  await mailbox.sync.setLink({ key: a.key, remoteFolder: 'INBOX', remoteId: '1', base: '' });
  await assert.rejects(mailbox.sync.setLink({ key: b.key, remoteFolder: 'INBOX', remoteId: '1', base: '' }));
});

test('messages without link are found by their Message-ID', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const set = bag([PidTag.InternetMessageId, '<x@y>']);
  const linked = await mailbox.saveMessage({ folderId: inbox, set }, client);
  const free = await mailbox.saveMessage({ folderId: inbox, set }, client);
  await mailbox.sync.setLink({ key: linked.key, remoteFolder: 'INBOX', remoteId: '1', base: '' });
  assert.deepEqual(
    (await mailbox.sync.unlinkedByMessageId(inbox, '<x@y>')).map((message) => message.key),
    [free.key],
  );
});

test('each remote folder that links name is told once, whether or not a folder link stands for it', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { sync } = mailbox;
  assert.deepEqual(await sync.linkedFolders(), []);
  for (const [number, remoteFolder] of ['b', 'a', 'b', 'B', 'ä', 'a/b'].entries()) {
    const { key } = await mailbox.saveMessage({ folderId: inbox }, backend);
    await sync.setLink({ key, remoteFolder, remoteId: String(number), base: '{}' });
  }
  await sync.setFolderLink({ folderId: inbox, remoteId: 'b', base: '{}' });
  assert.deepEqual(await sync.linkedFolders(), ['B', 'a', 'a/b', 'b', 'ä']);
});
