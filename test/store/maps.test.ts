import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ec, PidLid, PidName, propertySet } from '../../src/mapi/index.ts';
import { client, failure, setUp } from './support.ts';

const guid = '11111111-2222-3333-4444-555555555555';

describe('named properties (MS-OXCPRPT 3.2.5.9)', () => {
  test('get an id once and keep it', async (t) => {
    const bench = await setUp(t);
    const names = [PidName.Keywords, PidLid.ReminderSet, { guid, name: '' }, PidName.Keywords];
    assert.deepEqual(await bench.mailbox.propertyIds(names, false), [0, 0, 0, 0]);
    const ids = await bench.mailbox.propertyIds(names, true);
    assert.ok(ids.every((id) => id >= 0x8000 && id <= 0xfffe));
    assert.equal(ids[0], ids[3]);
    assert.equal(new Set(ids).size, 3);
    await bench.reopen();
    assert.deepEqual(await bench.mailbox.propertyIds(names, true), ids);
    const { guid: set, lid } = PidLid.ReminderSet;
    assert.deepEqual(await bench.mailbox.propertyNames([ids[1]!, 0xfffe]), [{ guid: set, lid }, undefined]);
    assert.equal((await bench.mailbox.allPropertyNames()).length, 3);
  });

  test('compare without regard to case', async (t) => {
    const { mailbox } = await setUp(t);
    const [a] = await mailbox.propertyIds([{ guid, name: 'Header' }], true);
    assert.deepEqual(await mailbox.propertyIds([{ guid, name: 'hEADER' }], true), [a]);
  });

  test('of PS_MAPI are their own ids', async (t) => {
    const { mailbox } = await setUp(t);
    assert.deepEqual(await mailbox.propertyIds([{ guid: propertySet.mapi, lid: 0x37 }], false), [0x37]);
    assert.deepEqual(await mailbox.propertyIds([{ guid: propertySet.mapi, name: 'x' }], true), [0]);
    assert.deepEqual(await mailbox.propertyNames([0x37]), [{ guid: propertySet.mapi, lid: 0x37 }]);
  });

  test('asked for by many at once are made once', async (t) => {
    const { mailbox } = await setUp(t);
    const names = Array.from({ length: 700 }, (_, lid) => ({ guid, lid }));
    const all = await Promise.all(Array.from({ length: 4 }, () => mailbox.propertyIds(names, true)));
    for (const ids of all) assert.deepEqual(ids, all[0]);
    assert.equal((await mailbox.allPropertyNames()).length, 700);
  });

  test('are bounded', async (t) => {
    const { mailbox } = await setUp(t);
    const names = Array.from({ length: 0x7fff }, (_, lid) => ({ guid, lid }));
    assert.equal((await mailbox.propertyIds(names, true)).at(-1), 0xfffe);
    assert.equal(await failure(mailbox.propertyIds([{ guid, name: 'one more' }], true)), ec.notEnoughMemory);
  });
});

test('replids: the own one, those of Exchange, the mapping signature, then on first come', async (t) => {
  const bench = await setUp(t);
  const { mailbox } = bench;
  assert.equal(await mailbox.replidOf(mailbox.replicaGuid, false), 1);
  assert.equal(await mailbox.guidOfReplid(5), mailbox.mappingSignature);
  assert.equal(await mailbox.replidOf(guid, false), undefined);
  assert.equal(await mailbox.replidOf(guid, true), 6);
  await bench.reopen();
  assert.equal(await bench.mailbox.replidOf(guid, false), 6);
  assert.equal(await bench.mailbox.guidOfReplid(6), guid);
  assert.equal(await bench.mailbox.guidOfReplid(7), undefined);
});

test('reserved ids are nobody else’s', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const first = await mailbox.allocateIds(0x10000);
  const { id } = await mailbox.saveMessage({ folderId: inbox }, client);
  assert.ok(id >= first + 0x10000);
  for (const count of [0, -1, 1.5, 2 ** 40]) assert.equal(await failure(mailbox.allocateIds(count)), ec.invalidParam);
});

describe('receive folders', () => {
  test('the longest prefix of a class counts (MS-OXCSTOR 3.2.5.2)', async (t) => {
    const { mailbox, inbox, drafts } = await setUp(t);
    assert.deepEqual(await mailbox.receiveFolder('IPM.Note.Custom'), { folderId: inbox, messageClass: 'IPM' });
    assert.deepEqual(await mailbox.receiveFolder(''), { folderId: inbox, messageClass: '' });
    assert.equal((await mailbox.receiveFolder('IPC')).folderId, mailbox.specialFolder('root'));
    await mailbox.setReceiveFolder('IPM.Note', drafts);
    assert.deepEqual(await mailbox.receiveFolder('ipm.note.custom'), { folderId: drafts, messageClass: 'IPM.Note' });
    assert.equal((await mailbox.receiveFolder('IPM.NoteX')).folderId, inbox);
    assert.equal((await mailbox.receiveFolders()).length, 5);
    await mailbox.setReceiveFolder('IPM.NOTE', undefined);
    assert.equal((await mailbox.receiveFolder('IPM.Note')).folderId, inbox);
  });

  for (const [messageClass, folder, code] of [
    ['IPM', true, ec.accessDenied], // MS-OXCSTOR_R859
    ['report.ipm', true, ec.accessDenied],
    ['', false, ec.error], // MS-OXCSTOR_R860
    ['.IPM', true, ec.invalidParam],
    ['IPM..Note', true, ec.invalidParam],
    ['IPM.Ñ', true, ec.invalidParam],
    ['x'.repeat(255), true, ec.invalidParam],
  ] as const) {
    test(`"${messageClass.slice(0, 20)}" ${folder ? 'cannot be set' : 'cannot be removed'}`, async (t) => {
      const { mailbox, inbox } = await setUp(t);
      assert.equal(await failure(mailbox.setReceiveFolder(messageClass, folder ? inbox : undefined)), code);
    });
  }
});
