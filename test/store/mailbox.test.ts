import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getProperty, idOf, PidTag, parseEntryId } from '../../src/mapi/index.ts';
import { folderProperty, folderRoles } from '../../src/store/index.ts';
import { specialFolders } from '../../src/store/special-folders.ts';
import { anna, backend, bag, setUp } from './support.ts';

test('a mailbox has every special folder, in its place and of its class', async (t) => {
  const { mailbox } = await setUp(t);
  for (const role of folderRoles) {
    const folder = (await mailbox.folder(mailbox.specialFolder(role)))!;
    assert.equal(folder.role, role);
    const parent = specialFolders.find((special) => special.role === role)!.parent;
    assert.equal(folder.parentId, parent && mailbox.specialFolder(parent));
  }
  const calendar = (await mailbox.folder(mailbox.specialFolder('calendar')))!;
  assert.equal(folderProperty(mailbox, calendar, PidTag.ContainerClass), 'IPF.Appointment');
  assert.equal(folderProperty(mailbox, calendar, PidTag.DefaultPostMessageClass), 'IPM.Appointment');
  const root = (await mailbox.folder(mailbox.specialFolder('root')))!;
  assert.equal(root.type, 'root');
  assert.equal(root.displayName, 'Mailbox root');
  assert.equal((await mailbox.folder(mailbox.specialFolder('spoolerQueue')))!.type, 'search');
});

test('special folders are named in the language of the profile', async (t) => {
  const { store } = await setUp(t);
  for (const [locale, name] of [
    ['de_DE', 'Posteingang'],
    ['fr', 'Boîte de réception'],
    ['xx', 'Inbox'],
  ] as const) {
    const other = await store.ensureMailbox({ ...anna, address: `${locale}@oxbow.test`, locale });
    assert.equal((await other.folder(other.specialFolder('inbox')))!.displayName, name);
  }
});

test('every language has every name', () => {
  for (const { names, role } of specialFolders) assert.ok(names.length === 1 || names.length === 6, role);
});

test('Inbox and root tell where the special folders are (MS-OXOSFLD 2.2.2)', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  for (const id of [inbox, mailbox.specialFolder('root')]) {
    const folder = (await mailbox.folder(id))!;
    for (const [tag, role] of [
      [PidTag.IpmAppointmentEntryId, 'calendar'],
      [PidTag.IpmContactEntryId, 'contacts'],
      [PidTag.IpmJournalEntryId, 'journal'],
      [PidTag.IpmNoteEntryId, 'notes'],
      [PidTag.IpmTaskEntryId, 'tasks'],
      [PidTag.IpmDraftsEntryId, 'drafts'],
    ] as const) {
      const entry = parseEntryId(folderProperty(mailbox, folder, tag) as Uint8Array);
      assert.ok(entry.kind === 'folder' && entry.counter === mailbox.specialFolder(role), role);
      assert.equal(entry.mailboxGuid, mailbox.guid);
    }
    const ren = folderProperty(mailbox, folder, PidTag.AdditionalRenEntryIds) as Uint8Array[];
    const counters = ren.map((bytes) => parseEntryId(bytes)).map((entry) => entry.kind === 'folder' && entry.counter);
    assert.deepEqual(
      counters,
      (['conflicts', 'syncIssues', 'localFailures', 'serverFailures', 'junkEmail'] as const).map((role) =>
        mailbox.specialFolder(role),
      ),
    );
    const freebusy = (folderProperty(mailbox, folder, PidTag.FreeBusyEntryIds) as Uint8Array[]).map((b) =>
      parseEntryId(b),
    );
    assert.ok(freebusy[3]!.kind === 'folder' && freebusy[3]!.counter === mailbox.specialFolder('freebusyData'));
    assert.ok(freebusy[1]!.kind === 'message');
    const delegate = (await mailbox.message((freebusy[1] as { counter: number }).counter))!;
    assert.equal(getProperty(delegate.properties, PidTag.Subject), 'LocalFreebusy');
  }
  const drafts = (await mailbox.folder(mailbox.specialFolder('drafts')))!;
  assert.equal(folderProperty(mailbox, drafts, PidTag.IpmAppointmentEntryId), undefined);
});

test('what Outlook writes of special folders to Inbox is on the root too', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const value = Buffer.from('entry id of the reminders folder');
  await mailbox.updateFolder(inbox, { set: bag([PidTag.RemindersOnlineEntryId, value]) }, { kind: 'client' });
  const root = (await mailbox.folder(mailbox.specialFolder('root')))!;
  assert.deepEqual(folderProperty(mailbox, root, PidTag.RemindersOnlineEntryId), value);
});

test('making a mailbox can be repeated and keeps everything; name and DN are brought up to date', async (t) => {
  const bench = await setUp(t);
  const { mailbox } = bench;
  const [again, other] = await Promise.all([
    bench.store.ensureMailbox({ ...anna, address: 'anna@OXBOW.test', displayName: 'Anna B.' }),
    bench.store.ensureMailbox({ ...anna, address: 'ben@oxbow.test' }),
  ]);
  assert.equal(again, mailbox);
  assert.equal(mailbox.displayName, 'Anna B.');
  assert.notEqual(other!.guid, mailbox.guid);
  assert.equal((await bench.store.mailboxes()).length, 2);
  assert.equal(await bench.store.findMailbox('nobody@oxbow.test'), undefined);
  const folders = await mailbox.childFolders(mailbox.specialFolder('root'), { deep: true });
  assert.equal(folders.length, folderRoles.length - 1);
});

test('many logons at once make one mailbox', async (t) => {
  const { store } = await setUp(t);
  const all = await Promise.all(
    Array.from({ length: 8 }, () => store.ensureMailbox({ ...anna, address: 'carla@oxbow.test' })),
  );
  assert.equal(new Set(all).size, 1);
  assert.equal(
    (await all[0]!.childFolders(all[0]!.specialFolder('root'), { deep: true })).length,
    folderRoles.length - 1,
  );
});

test('opened again, the store has everything', async (t) => {
  const bench = await setUp(t);
  const saved = await bench.mailbox.saveMessage(
    { folderId: bench.inbox, set: bag([PidTag.Subject, 'kept'], [PidTag.Body, 'long '.repeat(10_000)]) },
    backend,
  );
  const { guid, replicaGuid, mappingSignature } = bench.mailbox;
  await bench.reopen();
  const { mailbox } = bench;
  assert.deepEqual(
    [mailbox.guid, mailbox.replicaGuid, mailbox.mappingSignature],
    [guid, replicaGuid, mappingSignature],
  );
  assert.equal(mailbox.specialFolder('inbox'), bench.inbox);
  const found = (await mailbox.message(saved.id))!;
  assert.equal(found.changeNumber, saved.changeNumber);
  const body = getProperty(found.properties, PidTag.Body) as {
    size: number;
    read(o: number, l: number): Promise<Uint8Array>;
  };
  assert.equal(Buffer.from(await body.read(0, 100)).toString('utf16le'), 'long '.repeat(10));
  const next = await mailbox.allocateIds(1);
  assert.ok(next > saved.id);
});

test('store properties are kept', async (t) => {
  const { mailbox } = await setUp(t);
  await mailbox.setStoreProperties(bag([PidTag.OutOfOfficeState, true], [PidTag.Comment, 'x']), []);
  await mailbox.setStoreProperties(new Map(), [PidTag.Comment]);
  assert.deepEqual([...(await mailbox.storeProperties()).keys()].map(idOf), [idOf(PidTag.OutOfOfficeState)]);
});

test('minimal entry ids are small, distinct and the same for ever, whatever the case of the DN', async (t) => {
  const bench = await setUp(t);
  const ids = await bench.store.minimalEntryIds(['/o=a/cn=x', '/o=a/cn=y', '/O=A/CN=X']);
  assert.equal(ids[0], ids[2]);
  assert.notEqual(ids[0], ids[1]);
  assert.ok(ids.every((id) => id >= 0x10));
  await bench.reopen();
  assert.deepEqual(await bench.store.minimalEntryIds(['/o=a/cn=z', '/o=a/cn=y']).then((list) => list[1]), ids[1]);
});
