import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { makeId, PidTag, propertyRow } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { decode, Reader } from '../../../src/wire/index.ts';
import { fakeSession } from './fake-store.ts';
import { logOn, request, run, unset } from './rop-client.ts';

const columns = [PidTag.Subject];
const queryRows = request(d.RopQueryRows, [2], { queryRowsFlags: 0, forwardRead: true, rowCount: 50 });
const sentColumns = request(d.RopSetColumns, [2], { setColumnsFlags: 0, propertyTags: columns });

/** An open contents table of the Inbox on handle index 2. */
async function openTable(tableFlags = 0) {
  const fake = fakeSession(3);
  const { handle, folderIds } = await logOn(fake.session);
  const open = [
    request(d.RopOpenFolder, [0, 1], { folderId: folderIds[4]!, openModeFlags: 0 }),
    request(d.RopGetContentsTable, [1, 2], { tableFlags }),
    sentColumns,
  ];
  const { handles } = await run(fake.session, [handle, unset, unset], open);
  return { ...fake, handles };
}

/** All notifications that an empty Execute brings. */
async function told(session: Awaited<ReturnType<typeof openTable>>['session']) {
  for (let i = 0; i < 20 && session.notifications.size === 0; i++) await soon();
  const { rest } = await run(session, [], []);
  const reader = new Reader(rest);
  const all = [];
  while (reader.remaining > 0) {
    assert.equal(reader.u8(), d.notifyId);
    all.push(d.notify.read(reader));
  }
  return all;
}

describe('TableModified events (MS-OXCNOTIF 3.1.4.3)', () => {
  test('of a new row carry its place and its values by the columns of the table', async () => {
    const { session, anna, handles } = await openTable();
    await run(session, handles, [queryRows], { columns });
    anna.add(2000, 'new one');
    const [event, ...more] = await told(session);
    assert.equal(more.length, 0);
    assert.ok(event);
    assert.equal(event.notificationHandle, handles[2]);
    assert.ok(event.notificationData.kind === 'table');
    assert.equal(event.notificationData.event, d.tableEventType.rowAdded);
    assert.deepEqual(event.notificationData.row?.messageId, makeId(1, 2000));
    assert.deepEqual(event.notificationData.after?.messageId, makeId(1, 1002));
    assert.deepEqual(decode(propertyRow(columns), event.notificationData.data!), ['new one']);
  });

  test('of a row gone name it', async () => {
    const { session, anna, handles } = await openTable();
    await run(session, handles, [queryRows], { columns });
    anna.remove(1001);
    const [event] = await told(session);
    assert.ok(event?.notificationData.kind === 'table');
    assert.equal(event.notificationData.event, d.tableEventType.rowDeleted);
    assert.deepEqual(event.notificationData.row?.messageId, makeId(1, 1001));
  });

  test('of a row that is gone when it is sent become TableChanged', async () => {
    const { session, anna, handles } = await openTable();
    await run(session, handles, [queryRows], { columns });
    anna.add(2000, 'for a moment');
    for (let i = 0; i < 20 && session.notifications.size === 0; i++) await soon();
    anna.remove(2000);
    const [event] = await told(session);
    assert.ok(event?.notificationData.kind === 'table');
    assert.equal(event.notificationData.event, d.tableEventType.tableChanged);
  });

  test('begin with the first view, and end with RopResetTable until the next', async () => {
    const { session, anna, handles } = await openTable();
    anna.add(2000, 'unseen');
    assert.equal((await told(session)).length, 0);
    await run(session, handles, [queryRows], { columns });
    anna.add(2001, 'seen');
    assert.equal((await told(session)).length, 1);
    await run(session, handles, [request(d.RopResetTable, [2], {})]);
    anna.add(2002, 'unseen');
    assert.equal((await told(session)).length, 0);
    await run(session, handles, [sentColumns, queryRows], { columns });
    anna.add(2003, 'seen');
    assert.equal((await told(session)).length, 1);
  });

  test('are not told of a table opened with NoNotifications (MS-OXCNOTIF_R258), nor of one released', async () => {
    const quiet = await openTable(d.tableFlags.noNotifications);
    await run(quiet.session, quiet.handles, [queryRows], { columns });
    quiet.anna.add(2000, 'unheard');
    assert.equal((await told(quiet.session)).length, 0);
    const released = await openTable();
    await run(released.session, released.handles, [queryRows, request(d.RopRelease, [2], {})], { columns });
    released.anna.add(2000, 'unheard');
    assert.equal((await told(released.session)).length, 0);
  });
});
