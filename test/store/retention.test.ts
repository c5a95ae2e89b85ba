import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend, client, setUp, subject } from './support.ts';

test('what was deleted long ago goes for good, the rest stays recoverable', async (t) => {
  let now = 1_800_000_000_000;
  const { store, mailbox, inbox } = await setUp(t, { clock: () => now });
  const save = (text: string) => mailbox.saveMessage({ folderId: inbox, set: subject(text) }, backend);
  const old = await save('old');
  const recent = await save('recent');
  const kept = await save('kept');
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'Folder' }, backend);
  await mailbox.saveMessage({ folderId: folder.id, set: subject('inside') }, backend);
  await mailbox.deleteMessages(inbox, [old.id], {}, backend);
  await mailbox.deleteFolder(folder.id, { messages: true, folders: true }, backend);
  now += 1_000_000;
  const before = now;
  now += 1_000_000;
  await mailbox.deleteMessages(inbox, [recent.id], {}, backend);

  assert.equal(await store.purgeDeleted(before), 2);
  assert.equal(await mailbox.messageByKey(old.key, { softDeleted: true }), undefined);
  assert.ok(await mailbox.messageByKey(recent.key, { softDeleted: true }));
  assert.ok(await mailbox.message(kept.id));
  assert.equal((await mailbox.folder(inbox))?.deletedCount, 1);
  assert.deepEqual(await mailbox.childFolders(inbox, { softDeleted: true }), []);
  assert.equal(await store.purgeDeleted(before), 0);
});

test('what the backend has not been told of stays', async (t) => {
  let now = 1_800_000_000_000;
  const { store, mailbox, inbox } = await setUp(t, { clock: () => now });
  const message = await mailbox.saveMessage({ folderId: inbox, set: subject('pending') }, backend);
  await mailbox.deleteMessages(inbox, [message.id], {}, client);
  now += 1_000_000;
  assert.equal(await store.purgeDeleted(now), 0);
  const [row] = await mailbox.sync.dueOutbox(now, 10);
  await mailbox.sync.finishOutbox(row!);
  assert.equal(await store.purgeDeleted(now), 1);
});
