import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BackendError } from '../../../src/backends/index.ts';
import { PidTag } from '../../../src/mapi/index.ts';
import { type Message, openStore } from '../../../src/store/index.ts';
import { createSyncEngine } from '../../../src/sync/index.ts';
import { FakeGroupware } from './fake-items.ts';
import { change, client, create, messagesOf, type Properties, photo, png, valuesOf } from './outlook.ts';

const silent = { debug() {}, info() {}, warn() {} };

async function begin(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-items-'));
  const store = await openStore({ file: join(folder, 'oxbow.db'), cacheDirectory: join(folder, 'content') });
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const profile = { address: 'anna@oxbow.test', displayName: 'Anna', legacyDn: '/o=x/cn=anna' };
  const mailbox = await store.ensureMailbox(profile);
  const backend = new FakeGroupware();
  let now = 1_800_000_000_000;
  const newEngine = () => createSyncEngine({ mailbox, backend, log: silent, pollMs: 1000, clock: () => now });
  let engine = newEngine();
  const contacts = mailbox.specialFolder('contacts');
  const pass = async (ms = 60_000) => {
    now += ms;
    await engine.pass();
  };
  await pass();
  return {
    mailbox,
    backend,
    there: backend.contacts,
    contacts,
    pass,
    status: () => engine.status(),
    release: (folder: string) => engine.releaseBrake(folder),
    /** The engine is gone in the middle of a call, and another one begins. */
    async killedIn(call: string, when: 'before' | 'after') {
      let kill = () => {};
      const killed = new Promise<void>((resolve) => {
        kill = resolve;
      });
      backend.interlude = async (name, moment) => {
        if (name !== call || moment !== when) return;
        kill();
        await new Promise(() => {});
      };
      now += 60_000;
      await Promise.race([engine.pass(), killed]);
      backend.interlude = undefined;
      engine = newEngine();
    },
    /** Passes until nothing is left to do. */
    async settle() {
      // The folders are looked at in every tenth pass.
      for (let n = 0; n < 11; n += 1) await pass();
      assert.equal(await mailbox.sync.outboxCount(), 0);
    },
    /** The answer to the next call of a name is lost, or the call itself. */
    lose(call: string, when: 'before' | 'after') {
      backend.fault = (name) => {
        if (name !== call) return undefined;
        backend.fault = () => undefined;
        return when;
      };
    },
    here: () => messagesOf(mailbox, contacts),
    conflicts: () => messagesOf(mailbox, mailbox.specialFolder('conflicts')),
    companyOf: async (message: Message) => (await valuesOf(mailbox, message, [PidTag.CompanyName]))[0],
  };
}

const eva: Properties = [
  [PidTag.MessageClass, 'IPM.Contact'],
  [PidTag.GivenName, 'Eva'],
  [PidTag.Surname, 'Meier'],
  [PidTag.CompanyName, 'Old'],
  [PidTag.Hobbies, 'chess'],
];

for (const when of ['before', 'after'] as const)
  test(`created once, though the call is lost ${when} it was carried out, or the engine is killed`, async (t) => {
    const { mailbox, contacts, there, settle, lose, killedIn, here, pass } = await begin(t);
    await create(mailbox, contacts, eva);
    lose('contacts.create', when);
    await pass().catch(() => {});
    await settle();
    assert.equal(there.kept.size, 1);
    await create(mailbox, contacts, [...eva, [PidTag.GivenName, 'Ada']]);
    await killedIn('contacts.create', when);
    await settle();
    assert.equal(there.kept.size, 2);
    assert.equal((await here()).length, 2);
  });

test('created by a call whose answer was lost, and changed on both sides before that was heard', async (t) => {
  const { mailbox, contacts, there, settle, killedIn, companyOf, conflicts } = await begin(t);
  const message = await create(mailbox, contacts, eva);
  await killedIn('contacts.create', 'after');
  const [made] = there.inFolder('1');
  there.edit(made!.id, { fields: { jobTitle: 'CTO' } });
  await change(mailbox, message, [[PidTag.CompanyName, 'New']]);
  await settle();
  assert.deepEqual(
    there.inFolder('1').map(({ fields }) => [fields.company, fields.jobTitle]),
    [['New', 'CTO']],
  );
  assert.equal(await companyOf(message), 'New');
  assert.deepEqual(await valuesOf(mailbox, message, [PidTag.Title]), ['CTO']);
  assert.deepEqual(await conflicts(), []);
});

test('created by a call whose answer was lost, moved there and deleted here: it is gone', async (t) => {
  const { mailbox, contacts, there, settle, killedIn, here } = await begin(t);
  there.addFolder('2', '1', 'Friends');
  const message = await create(mailbox, contacts, eva);
  await killedIn('contacts.create', 'after');
  const [made] = there.inFolder('1');
  there.edit(made!.id, { folder: '2' });
  await mailbox.deleteMessages(contacts, [message.id], { hard: true }, client);
  await settle();
  assert.equal(there.kept.size, 0);
  assert.deepEqual(await here(), []);
});

test('an update whose answer was lost is no change of somebody else', async (t) => {
  const { mailbox, contacts, there, settle, killedIn, companyOf, conflicts } = await begin(t);
  const message = await create(mailbox, contacts, eva);
  await settle();
  await change(mailbox, message, [[PidTag.CompanyName, 'Second']]);
  await killedIn('contacts.update', 'after');
  await change(mailbox, message, [[PidTag.CompanyName, 'Third']]);
  await settle();
  assert.deepEqual(
    there.inFolder('1').map(({ fields }) => fields.company),
    ['Third'],
  );
  assert.equal(await companyOf(message), 'Third');
  assert.deepEqual(await conflicts(), []);
});

test('an update that arrives after the engine was killed and the change was taken back', async (t) => {
  const { mailbox, contacts, there, settle, killedIn, companyOf } = await begin(t);
  const message = await create(mailbox, contacts, eva);
  await settle();
  const { id, stamp } = there.inFolder('1')[0]!;
  await change(mailbox, message, [[PidTag.CompanyName, 'Second']]);
  await killedIn('contacts.update', 'before');
  await change(mailbox, message, [[PidTag.CompanyName, 'Old']]);
  // The request of the killed engine.
  await there.update('1', id, { company: 'Old' }, { fields: { company: 'Second' } }, stamp);
  await settle();
  assert.deepEqual(
    there.inFolder('1').map(({ fields }) => fields.company),
    ['Old'],
  );
  assert.equal(await companyOf(message), 'Old');
});

test('deleted here and changed there in the same moment: it comes back as it is there, with what is ours', async (t) => {
  const { mailbox, contacts, there, settle, here } = await begin(t);
  const message = await create(mailbox, contacts, eva);
  await settle();
  there.edit(there.inFolder('1')[0]!.id, { fields: { company: 'Theirs' } });
  await mailbox.deleteMessages(contacts, [message.id], {}, client);
  await settle();
  const [back, ...more] = await here();
  assert.equal(more.length, 0);
  assert.deepEqual(await valuesOf(mailbox, back!, [PidTag.CompanyName, PidTag.Hobbies]), ['Theirs', 'chess']);
  assert.equal(there.kept.size, 1);
});

test('deleted there and changed here in the same moment: it is stored there anew', async (t) => {
  const { mailbox, contacts, there, settle, here } = await begin(t);
  const message = await create(mailbox, contacts, eva);
  await settle();
  there.drop(there.inFolder('1')[0]!.id);
  await change(mailbox, message, [[PidTag.CompanyName, 'Ours']]);
  await settle();
  assert.deepEqual(
    there.inFolder('1').map(({ fields }) => fields.company),
    ['Ours'],
  );
  assert.equal((await here()).length, 1);
});

test('an error, and one listing without it, delete nothing; missing from two in a row it is gone', async (t) => {
  const { mailbox, contacts, there, settle, here, pass, backend } = await begin(t);
  await create(mailbox, contacts, eva);
  await settle();
  // The deletion is not told, as after tombstones were cleared.
  const { id } = there.inFolder('1')[0]!;
  const item = there.kept.get(id)!;
  there.kept.delete(id);
  backend.fault = (name) => (name === 'contacts.stamps' || name === 'contacts.changes' ? 'before' : undefined);
  await assert.rejects(pass(3_600_000));
  backend.fault = () => undefined;
  assert.equal((await here()).length, 1);
  await pass(3_600_000);
  assert.equal((await here()).length, 1);
  there.kept.set(id, item);
  await pass(1_000);
  await pass(1_000);
  assert.equal((await here()).length, 1);
  there.kept.delete(id);
  await pass(3_600_000);
  await pass(1_000);
  assert.deepEqual(await here(), []);
});

test('when most of a folder vanishes nothing is deleted', async (t) => {
  const { there, here, pass, status, release } = await begin(t);
  for (let n = 0; n < 24; n += 1) there.put('1', { surname: `S${n}` });
  await pass();
  assert.equal((await here()).length, 24);
  for (const { id } of there.inFolder('1').slice(0, 20)) there.drop(id);
  await pass();
  await pass();
  assert.equal((await here()).length, 24);
  const { brakes } = await status();
  assert.deepEqual(brakes, [{ folder: 'contacts:1', vanished: 20, of: 24 }]);
  release('contacts:1');
  await pass();
  assert.equal((await here()).length, 4);
  assert.deepEqual((await status()).brakes, []);
});

test('a picture that the backend refuses stays here, and the rest goes there', async (t) => {
  const { mailbox, contacts, there, settle } = await begin(t);
  there.check = (_fields, picture) => {
    if (picture) throw new BackendError('refused', 'no picture of this kind');
  };
  const message = await create(mailbox, contacts, eva, [photo(png(10))]);
  await settle();
  assert.deepEqual(
    there.inFolder('1').map(({ fields, picture }) => [fields.surname, picture]),
    [['Meier', undefined]],
  );
  const { attachments } = await mailbox.content((await mailbox.messageByKey(message.key))!);
  assert.equal(attachments.length, 1);
});

test('what is not of the kind of its folder stays here, and none of it becomes a mail', async (t) => {
  const { mailbox, contacts, there, settle, backend } = await begin(t);
  const appointment: Properties = [
    [PidTag.MessageClass, 'IPM.Appointment'],
    [PidTag.Subject, 'Lunch'],
  ];
  await create(mailbox, contacts, appointment);
  await create(mailbox, mailbox.specialFolder('deletedItems'), eva);
  await create(mailbox, mailbox.specialFolder('calendar'), appointment);
  await settle();
  assert.equal(there.kept.size, 0);
  for (const { mails } of backend.folders.values()) assert.equal(mails.size, 0);
});

test('a folder that becomes one of contacts after it was made leaves no folder of mail behind', async (t) => {
  const { mailbox, contacts, there, settle, backend } = await begin(t);
  const { folder } = await mailbox.createFolder({ parentId: contacts, displayName: 'Friends' }, client);
  await settle();
  await mailbox.updateFolder(folder.id, { set: new Map([[PidTag.ContainerClass, 'IPF.Contact']]) }, client);
  await create(mailbox, folder.id, eva);
  await settle();
  assert.deepEqual(
    [...there.tree.values()].map(({ name }) => name),
    ['contacts', 'Friends'],
  );
  assert.equal(
    [...backend.folders.values()].some(({ name }) => name === 'Friends'),
    false,
  );
  assert.equal(there.inFolder([...there.tree.keys()][1]!).length, 1);
});

for (const when of ['before', 'after'] as const)
  test(`a folder is made once, though the engine is killed ${when} the call`, async (t) => {
    const { mailbox, contacts, there, settle, killedIn } = await begin(t);
    const properties = new Map([[PidTag.ContainerClass, 'IPF.Contact']]);
    await mailbox.createFolder({ parentId: contacts, displayName: 'Friends', properties }, client);
    await killedIn('contacts.createFolder', when);
    await settle();
    assert.deepEqual(
      [...there.tree.values()].map(({ name }) => name),
      ['contacts', 'Friends'],
    );
    assert.equal((await mailbox.childFolders(contacts)).length, 1);
  });

test('a folder thrown into Deleted Items is gone there and lives on here with what was in it', async (t) => {
  const { mailbox, contacts, there, settle } = await begin(t);
  const properties = new Map([[PidTag.ContainerClass, 'IPF.Contact']]);
  const { folder } = await mailbox.createFolder({ parentId: contacts, displayName: 'Friends', properties }, client);
  await create(mailbox, folder.id, eva);
  await settle();
  assert.equal(there.kept.size, 1);
  await mailbox.moveFolder(folder.id, mailbox.specialFolder('deletedItems'), 'Friends', client);
  await settle();
  assert.equal(there.kept.size, 0);
  assert.equal(there.tree.size, 1);
  assert.equal((await messagesOf(mailbox, folder.id)).length, 1);
});

test('what came into a folder unseen stays, and so does the folder that was deleted here', async (t) => {
  const { mailbox, contacts, there, settle } = await begin(t);
  there.addFolder('2', '1', 'Friends');
  const known = there.put('2', { surname: 'Known' });
  await settle();
  const [folder] = await mailbox.childFolders(contacts);
  there.put('2', { surname: 'Unseen' });
  await mailbox.deleteFolder(folder!.id, { messages: true, folders: true }, client);
  await settle();
  assert.equal(there.kept.has(known.id), false);
  assert.deepEqual(
    there.inFolder('2').map(({ fields }) => fields.surname),
    ['Unseen'],
  );
  const [again] = await mailbox.childFolders(contacts);
  assert.deepEqual(await messagesOf(mailbox, again!.id).then((all) => all.length), 1);
});

test('a folder that is deleted there with something in it that was changed here is made anew with that alone', async (t) => {
  const { mailbox, contacts, there, settle, pass } = await begin(t);
  there.addFolder('2', '1', 'Friends');
  there.put('2', { surname: 'Left' });
  there.put('2', { surname: 'Changed' });
  await settle();
  const [folder] = await mailbox.childFolders(contacts);
  const found = await messagesOf(mailbox, folder!.id);
  const surnames = await Promise.all(found.map(async (one) => (await valuesOf(mailbox, one, [PidTag.Surname]))[0]));
  there.dropFolder('2');
  await change(mailbox, found[surnames.indexOf('Changed')]!, [[PidTag.CompanyName, 'Ours']]);
  await pass();
  await settle();
  const made = [...there.tree.values()].find(({ name }) => name === 'Friends')!;
  assert.deepEqual(
    there.inFolder(made.id).map(({ fields }) => [fields.surname, fields.company]),
    [['Changed', 'Ours']],
  );
  assert.equal((await mailbox.childFolders(contacts)).length, 1);
});

for (const how of ['thrown away', 'deleted'] as const)
  test(`${how} here and moved there in the same moment: it is gone there`, async (t) => {
    const { mailbox, contacts, there, settle, here } = await begin(t);
    there.addFolder('2', '1', 'Friends');
    await settle();
    const message = await create(mailbox, contacts, eva);
    await settle();
    there.edit(there.inFolder('1')[0]!.id, { folder: '2' });
    const trash = mailbox.specialFolder('deletedItems');
    if (how === 'deleted') await mailbox.deleteMessages(contacts, [message.id], { hard: true }, client);
    else await mailbox.moveMessages(contacts, [message.id], trash, client);
    await settle();
    assert.equal(there.kept.size, 0);
    assert.deepEqual(await here(), []);
    assert.equal((await messagesOf(mailbox, trash)).length, how === 'deleted' ? 0 : 1);
  });
