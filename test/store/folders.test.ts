import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ec, getString, PidTag, parsePredecessorChangeList, sourceKey } from '../../src/mapi/index.ts';
import { folderProperty } from '../../src/store/index.ts';
import { largeValueOf } from '../../src/store/large-value.ts';
import { backend, bag, client, failure, setUp, subject } from './support.ts';

test('a new folder is counted, announced, queued for the backend and found by name', async (t) => {
  const { mailbox, inbox, events } = await setUp(t);
  const { folder, existed } = await mailbox.createFolder(
    { parentId: inbox, displayName: 'Projects', comment: 'c', properties: bag([PidTag.ContainerClass, 'IPF.Note']) },
    client,
  );
  assert.equal(existed, false);
  assert.equal(getString(folder.properties, PidTag.Comment), 'c');
  assert.equal((await mailbox.folder(inbox))!.childCount, 1);
  assert.deepEqual(
    events.map((event) => `${event.object} ${event.kind} ${event.folderId}`),
    [`folder created ${folder.id}`, `folder modified ${inbox}`],
  );
  assert.deepEqual(
    (await mailbox.sync.dueOutbox(Date.now(), 10)).map(({ kind, objectKey }) => [kind, objectKey]),
    [['folder', folder.id]],
  );
});

test('two siblings never have the same name, case aside', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'Projects' }, client);
  const again = { parentId: inbox, displayName: 'PROJECTS' };
  assert.equal(await failure(mailbox.createFolder(again, client)), ec.duplicateName);
  assert.deepEqual(await mailbox.createFolder({ ...again, openExisting: true }, client), {
    folder: await mailbox.folder(folder.id),
    existed: true,
  });
  const other = await mailbox.createFolder({ parentId: inbox, displayName: 'Other' }, client);
  const rename = { set: bag([PidTag.DisplayName, 'projects']) };
  assert.equal(await failure(mailbox.updateFolder(other.folder.id, rename, client)), ec.duplicateName);
  assert.equal((await mailbox.updateFolder(folder.id, rename, client)).displayName, 'projects');
  const twin = await mailbox.createFolder({ parentId: drafts, displayName: 'Projects' }, client);
  assert.equal(await failure(mailbox.moveFolder(twin.folder.id, inbox, 'Projects', client)), ec.duplicateName);
});

test('names that are empty, too long or hold NUL are refused', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  for (const displayName of ['', 'x'.repeat(256), 'a\0b']) {
    assert.equal(await failure(mailbox.createFolder({ parentId: inbox, displayName }, client)), ec.invalidParam);
  }
  assert.equal(await failure(mailbox.createFolder({ parentId: 99_999, displayName: 'x' }, client)), ec.notFound);
});

test('a moved folder keeps its id and what is below; counts of both parents follow', async (t) => {
  const { mailbox, inbox, drafts, events } = await setUp(t);
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
  const { folder: child } = await mailbox.createFolder({ parentId: folder.id, displayName: 'b' }, client);
  events.length = 0;
  const moved = await mailbox.moveFolder(folder.id, drafts, 'renamed', client);
  assert.deepEqual([moved.id, moved.parentId, moved.displayName], [folder.id, drafts, 'renamed']);
  assert.ok(moved.changeNumber > folder.changeNumber);
  assert.equal((await mailbox.folder(inbox))!.childCount, 0);
  assert.equal((await mailbox.folder(drafts))!.childCount, 1);
  assert.equal(events[0]!.kind, 'moved');
  assert.equal(await failure(mailbox.moveFolder(folder.id, child.id, 'x', client)), ec.folderCycle);
  assert.equal(await failure(mailbox.moveFolder(inbox, drafts, 'x', client)), ec.accessDenied);
});

test('a change of a folder counts up its version and keeps those of others in its list', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
  const theirs = Buffer.concat([Buffer.alloc(16, 7), Buffer.from([0, 0, 0, 9])]);
  const changed = await mailbox.updateFolder(folder.id, { set: bag([PidTag.Comment, 'x']), changeKey: theirs }, client);
  assert.deepEqual(Buffer.from(changed.changeKey), theirs);
  assert.equal(parsePredecessorChangeList(changed.predecessorChangeList).length, 2);
});

test('a folder from a foreign replica keeps its source key and is found by it', async (t) => {
  const bench = await setUp(t);
  const key = sourceKey('11111111-2222-3333-4444-555555555555', 77);
  const { folder } = await bench.mailbox.createFolder(
    { parentId: bench.inbox, displayName: 'a', sourceKey: key },
    client,
  );
  assert.deepEqual(await bench.mailbox.findBySourceKey(key), { kind: 'folder', id: folder.id, deleted: false });
  await bench.reopen();
  assert.deepEqual(Buffer.from(bench.mailbox.folderSourceKey(folder.id)), key);
  const child = await bench.mailbox.createFolder({ parentId: folder.id, displayName: 'b' }, client);
  assert.deepEqual(Buffer.from(folderProperty(bench.mailbox, child.folder, PidTag.ParentSourceKey) as Uint8Array), key);
});

test('a reserved id can be brought along once; any other id is refused', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const first = await mailbox.allocateIds(10);
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'a', id: first + 3 }, client);
  assert.equal(folder.id, first + 3);
  for (const id of [first + 3, first + 10_000_000, 0]) {
    assert.equal(
      await failure(mailbox.createFolder({ parentId: inbox, displayName: 'b', id }, client)),
      ec.invalidParam,
    );
  }
});

test('a folder that holds something is left when that is not to go too', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
  await mailbox.saveMessage({ folderId: folder.id, set: subject('m') }, client);
  const no = { messages: false, folders: false };
  assert.deepEqual(await mailbox.deleteFolder(folder.id, { ...no, folders: true }, client), { partial: true });
  await mailbox.createFolder({ parentId: folder.id, displayName: 'b' }, client);
  assert.deepEqual(await mailbox.deleteFolder(folder.id, { ...no, messages: true }, client), { partial: true });
  assert.ok(await mailbox.folder(folder.id));
  assert.equal(await failure(mailbox.deleteFolder(inbox, { messages: true, folders: true }, client)), ec.accessDenied);
});

for (const hard of [false, true]) {
  test(`a folder deleted ${hard ? 'for good' : 'softly'} takes along what is in and below it`, async (t) => {
    const { mailbox, inbox, events } = await setUp(t);
    const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
    const { folder: child } = await mailbox.createFolder({ parentId: folder.id, displayName: 'b' }, client);
    const saved = await mailbox.saveMessage({ folderId: child.id, set: subject('m') }, client);
    events.length = 0;
    assert.deepEqual(await mailbox.deleteFolder(folder.id, { hard, messages: true, folders: true }, client), {
      partial: false,
    });
    assert.equal(await mailbox.folder(folder.id), undefined);
    assert.equal(await mailbox.folder(child.id), undefined);
    assert.equal(await mailbox.message(saved.id), undefined);
    assert.equal((await mailbox.messageByKey(saved.key, { softDeleted: true })) !== undefined, !hard);
    assert.equal((await mailbox.childFolders(inbox, { softDeleted: true })).length, hard ? 0 : 1);
    assert.equal((await mailbox.folder(inbox))!.childCount, 0);
    assert.deepEqual(
      events.filter((event) => event.kind === 'deleted').map((event) => event.object),
      ['message', 'folder', 'folder'],
    );
    // The name is free again.
    await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
  });
}

test('emptying takes messages, associated ones and subfolders as asked', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  for (let i = 0; i < 450; i++) await mailbox.saveMessage({ folderId: inbox, set: subject(`${i}`) }, backend);
  await mailbox.saveMessage({ folderId: inbox, associated: true, set: subject('view') }, client);
  await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
  await mailbox.emptyFolder(inbox, { associated: false, folders: false }, client);
  let folder = (await mailbox.folder(inbox))!;
  assert.deepEqual(
    [folder.contentCount, folder.associatedCount, folder.childCount, folder.deletedCount],
    [0, 1, 1, 450],
  );
  await mailbox.emptyFolder(inbox, { associated: true, folders: true, hard: true }, client);
  folder = (await mailbox.folder(inbox))!;
  assert.deepEqual([folder.associatedCount, folder.childCount, folder.deletedCount, folder.size], [0, 0, 0, 0]);
  assert.deepEqual(
    await mailbox.emptyFolder(mailbox.specialFolder('syncIssues'), { associated: true, folders: true }, client),
    {
      partial: true,
    },
  );
});

test('a copied folder holds copies of everything in it', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  const { folder } = await mailbox.createFolder({ parentId: inbox, displayName: 'a' }, client);
  const { folder: below } = await mailbox.createFolder({ parentId: folder.id, displayName: 'b' }, client);
  for (const id of [folder.id, below.id]) await mailbox.saveMessage({ folderId: id, set: subject('m') }, client);
  const copy = await mailbox.copyFolder(folder.id, drafts, 'copy', true, client);
  assert.equal(copy.contentCount, 1);
  const [copyBelow] = await mailbox.childFolders(copy.id);
  assert.deepEqual([copyBelow!.displayName, copyBelow!.contentCount], ['b', 1]);
  assert.equal(await failure(mailbox.copyFolder(folder.id, below.id, 'x', true, client)), ec.folderCycle);
});

test('children come by name, parents before their children', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const make = async (parentId: number, displayName: string) =>
    (await mailbox.createFolder({ parentId, displayName }, client)).folder.id;
  const b = await make(inbox, 'b');
  await make(inbox, 'Ähre');
  await make(inbox, 'az');
  await make(b, 'under b');
  const names = (await mailbox.childFolders(inbox, { deep: true })).map((folder) => folder.displayName);
  assert.deepEqual(names, ['Ähre', 'az', 'b', 'under b']);
  assert.equal((await mailbox.childFolders(inbox)).length, 3);
});

test('a long comment that comes as a large value is text on folders and on the mailbox', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const comment = 'Ω'.repeat(20_000);
  const set = new Map([[PidTag.Comment, largeValueOf(Buffer.from(comment, 'utf16le'))]]);
  assert.equal(getString((await mailbox.updateFolder(inbox, { set }, client)).properties, PidTag.Comment), comment);
  await mailbox.setStoreProperties(set, []);
  assert.equal(getString(await mailbox.storeProperties(), PidTag.Comment), comment);
});
