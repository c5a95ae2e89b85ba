import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { counterOf, ec, makeId, nilGuid, replidOfId } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { RopDefinition } from '../../../src/protocols/rop/index.ts';
import { fakeSession } from './fake-store.ts';
import { type Fields, logOn, newFolder, request, run, unset } from './rop-client.ts';

/** A session with the logon on handle index 0 and the IPM subtree on 1. */
async function start() {
  const fake = fakeSession(2);
  const { handle, folderIds } = await logOn(fake.session);
  const subtree = folderIds[3]!;
  const { handles } = await run(
    fake.session,
    [handle, unset, unset],
    [request(d.RopOpenFolder, [0, 1], { folderId: subtree, openModeFlags: 0xfb })],
  );
  return { ...fake, handles, subtree };
}
type Started = Awaited<ReturnType<typeof start>>;

/** Sends one operation; `fields` are those of a success. */
async function one<Q, R, F>(
  started: Started,
  definition: RopDefinition<Q, R, F>,
  indexes: readonly number[],
  asked: Q,
) {
  const { answers, handles } = await run(started.session, started.handles, [request(definition, indexes, asked)]);
  const { returnValue, fields } = answers[0]!;
  return { returnValue, fields: fields as R, handles };
}

describe('folders (MS-OXCFOLD 3.2.5)', () => {
  test('invalid bits of OpenModeFlags are ignored (MS-OXCFOLD_R465)', async () => {
    assert.notEqual((await start()).handles[1], unset);
  });

  test('a name in use is ecDuplicateName, unless the existing folder may be opened (R481, R482)', async () => {
    const started = await start();
    const create = (fields = {}) => one(started, d.RopCreateFolder, [1, 2], newFolder(fields));
    const first = (await create()).fields;
    assert.equal((await create()).returnValue, ec.duplicateName);
    const again = await create({ openExisting: true });
    const { folderId, isExistingFolder } = again.fields;
    assert.equal(folderId, first.folderId);
    // Exchange since 2010 does not tell.
    assert.equal(isExistingFolder, false);
    assert.notEqual(again.handles[2], unset);
  });

  test('an unknown type and a missing name are ecInvalidParam (R487)', async () => {
    const started = await start();
    for (const fields of [{ folderType: 0 }, { folderType: 3 }, { displayName: '' }, { displayName: 'x'.repeat(256) }])
      assert.equal((await one(started, d.RopCreateFolder, [1, 2], newFolder(fields))).returnValue, ec.invalidParam);
    assert.deepEqual(started.anna.changes, []);
  });

  test('deleting: an unknown folder, the root (R507, R2509)', async () => {
    const started = await start();
    const remove = async (deleteFolderFlags: number, folderId: bigint) =>
      (await one(started, d.RopDeleteFolder, [1], { deleteFolderFlags, folderId })).returnValue;
    assert.equal(await remove(0x05, makeId(1, 0x999999)), ec.notFound);
    assert.equal(await remove(0x05, makeId(1, 1)), ec.notSupported);
    assert.deepEqual(started.anna.changes, []);
  });

  test('messages with ids of unknown replicas leave the operation partial', async () => {
    const started = await start();
    const { fields } = await one(started, d.RopDeleteMessages, [1], {
      wantAsynchronous: true,
      notifyNonRead: false,
      messageIds: [makeId(1, 5), makeId(77, 5)],
    });
    assert.deepEqual(fields, { partialCompletion: true });
    assert.deepEqual(started.anna.changes, ['deleteMessages 1']);
  });

  test('table flags that do not exist are refused (R314, R330)', async () => {
    const started = await start();
    const open = async (definition: typeof d.RopGetContentsTable, tableFlags: number) =>
      (await one(started, definition, [1, 2], { tableFlags })).returnValue;
    assert.equal(await open(d.RopGetHierarchyTable, 0x01), ec.notSupported);
    assert.equal(await open(d.RopGetContentsTable, 0x01), ec.invalidParam);
    assert.equal(await open(d.RopGetContentsTable, 0x5a), 0);
  });
});

describe('the store (MS-OXCSTOR 3.2.5)', () => {
  test('ids and long-term ids turn into each other, also of a replica not seen before', async () => {
    const started = await start();
    const longTermId = { guid: 'aaaaaaaa-0000-0000-0000-00000000000a', counter: 0x1234 };
    const there = await one(started, d.RopIdFromLongTermId, [0], { longTermId });
    const { objectId } = there.fields;
    assert.equal(counterOf(objectId), 0x1234);
    assert.notEqual(replidOfId(objectId), 1);
    const back = await one(started, d.RopLongTermIdFromId, [0], { objectId });
    assert.deepEqual(back.fields, { longTermId });
  });

  test('a replid that was never given is ecNotFound, a GUID of zeros ecInvalidParam (MS-OXCSTOR_R946, R94801)', async () => {
    const started = await start();
    const from = (objectId: bigint) => one(started, d.RopLongTermIdFromId, [0], { objectId });
    assert.equal((await from(makeId(99, 1))).returnValue, ec.notFound);
    assert.equal((await from(0n)).returnValue, 0);
    const longTermId = { guid: nilGuid, counter: 1 };
    assert.equal((await one(started, d.RopIdFromLongTermId, [0], { longTermId })).returnValue, ec.invalidParam);
  });

  test('message classes of receive folders are checked (MS-OXCSTOR_R59785, R859, R860)', async () => {
    const started = await start();
    const get = async (messageClass: string) =>
      (await one(started, d.RopGetReceiveFolder, [0], { messageClass })).returnValue;
    for (const bad of ['.IPM', 'IPM.', 'IPM..Note', 'IPM\x07', 'x'.repeat(255)])
      assert.equal(await get(bad), ec.invalidParam);
    for (const good of ['', 'IPM.Note', 'x y']) assert.equal(await get(good), 0);
    const set = async (messageClass: string, folderId: bigint) =>
      (await one(started, d.RopSetReceiveFolder, [0], { messageClass, folderId })).returnValue;
    assert.equal(await set('ipm', started.subtree), ec.accessDenied);
    assert.equal(await set('Report.IPM', started.subtree), ec.accessDenied);
    assert.equal(await set('', 0n), ec.error);
    assert.equal(await set('IPM.X', makeId(1, 0x999999)), ec.notFound);
  });

  test('ids for a client are reserved once', async () => {
    const started = await start();
    const take = async () => (await one(started, d.RopGetLocalReplicaIds, [0], { idCount: 65536 })).fields;
    const first = await take();
    const second = await take();
    assert.equal(second.globalCount - first.globalCount, 65536);
    assert.equal((await one(started, d.RopGetLocalReplicaIds, [0], { idCount: 0 })).returnValue, ec.invalidParam);
  });

  test('nothing is kept per user of public folders, and no folder is ghosted', async () => {
    const started = await start();
    const longTermId = { guid: nilGuid, counter: 1 };
    const ids = await one(started, d.RopGetPerUserLongTermIds, [0], { databaseGuid: nilGuid });
    assert.deepEqual(ids.fields, { longTermIds: [] });
    assert.equal((await one(started, d.RopGetPerUserGuid, [0], { longTermId })).returnValue, ec.notFound);
    const ghosted = await one(started, d.RopPublicFolderIsGhosted, [0], { folderId: started.subtree });
    assert.deepEqual(ghosted.fields, { isGhosted: false });
  });
});

describe('tables (MS-OXCTABL 3.2.5)', () => {
  test('columns that cannot be are refused, and the table has none then (R435, R429)', async () => {
    const started = await start();
    const open = [request(d.RopGetHierarchyTable, [1, 2], { tableFlags: 0 })];
    const { handles } = await run(started.session, started.handles, open);
    started.handles = handles;
    const set = async (propertyTags: number[]) =>
      (await one(started, d.RopSetColumns, [2], { setColumnsFlags: 0, propertyTags })).returnValue;
    const query = async () =>
      (await one(started, d.RopQueryRows, [2], { queryRowsFlags: 0, forwardRead: true, rowCount: 0 })).returnValue;
    assert.equal(await set([0x3001001f]), 0);
    assert.equal(await query(), 0);
    for (const tag of [0x30010000, 0x3001000a, 0x300100fb, 0x30012003, 0x0000001f, 0x3001abcd]) {
      assert.equal(await set([0x3001001f, tag]), ec.invalidParam, tag.toString(16));
      assert.equal(await query(), ec.nullObject);
    }
    assert.equal(await set([]), ec.invalidParam);
    assert.equal(await set([0x3001001f]), 0);
    assert.equal(await query(), 0);
  });

  test('only contents tables are sorted and grouped (R450, R572)', async () => {
    const started = await start();
    const open = [
      request(d.RopGetHierarchyTable, [1, 2], { tableFlags: 0 }),
      request(d.RopSetColumns, [2], { setColumnsFlags: 0, propertyTags: [0x3001001f] }),
      request(d.RopSortTable, [2], { sortTableFlags: 0, categoryCount: 0, expandedCount: 0, sortOrders: [] }),
      request(d.RopExpandRow, [2], { maxRowCount: 0, categoryId: 1n }),
      request(d.RopAbort, [2], {}),
      request(d.RopGetStatus, [2], {}),
    ];
    const { answers } = await run(started.session, started.handles, open);
    assert.deepEqual(
      answers.map((a) => a.returnValue),
      [0, 0, ec.notSupported, ec.notSupported, ec.unableToAbort, 0],
    );
  });

  test('a sort order that failed has to be made good before rows are read (R442)', async () => {
    const started = await start();
    const sort = (direction: number) =>
      request(d.RopSortTable, [2], {
        sortTableFlags: 0,
        categoryCount: 0,
        expandedCount: 0,
        sortOrders: [{ tag: 0x0037001f, direction }],
      });
    const query = request(d.RopQueryPosition, [2], {});
    const open = [request(d.RopGetContentsTable, [1, 2], { tableFlags: 0 }), sort(9), query, sort(1), query];
    const { answers } = await run(started.session, started.handles, open);
    assert.deepEqual(
      answers.map((a) => a.returnValue),
      [0, ec.invalidParam, ec.nullObject, 0, 0],
    );
  });

  test('permissions are the default and the anonymous user, without rights (MS-OXCPERM 2.2.4)', async () => {
    const started = await start();
    const columns = [0x66710014, 0x6672001f, 0x66730003];
    const open = [
      request(d.RopGetPermissionsTable, [1, 2], { tableFlags: 0 }),
      request(d.RopSetColumns, [2], { setColumnsFlags: 0, propertyTags: columns }),
      request(d.RopQueryRows, [2], { queryRowsFlags: 0, forwardRead: true, rowCount: 9 }),
    ];
    const { answers } = await run(started.session, started.handles, open, { columns });
    assert.equal((answers[2]?.fields as Fields<typeof d.RopQueryRows> | undefined)?.rows.length, 2);
  });
});
