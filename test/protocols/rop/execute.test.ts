import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ec, makeId, PidTag } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import { executeRops, ropHandlers } from '../../../src/protocols/rop/index.ts';
import { decode, WireError } from '../../../src/wire/index.ts';
import { fakeSession } from './fake-store.ts';
import {
  type Fields,
  logOn,
  logonRequest,
  newFolder,
  readAnswers,
  request,
  run,
  type Sent,
  unset,
} from './rop-client.ts';
import { samples } from './samples.ts';

const inboxIndex = 4;
const columns = [PidTag.Subject];
const openFolder = (from: number, to: number, folderId: bigint) =>
  request(d.RopOpenFolder, [from, to], { folderId, openModeFlags: 0 });
const contentsTable = (from: number, to: number) => request(d.RopGetContentsTable, [from, to], { tableFlags: 0 });
const setColumns = (index: number, propertyTags = columns) =>
  request(d.RopSetColumns, [index], { setColumnsFlags: 0, propertyTags });
const queryRows = (index: number, rowCount = 50, queryRowsFlags = 0, forwardRead = true) =>
  request(d.RopQueryRows, [index], { queryRowsFlags, forwardRead, rowCount });
const release = (index: number) => request(d.RopRelease, [index], {});
const createFolder = (from: number, to: number, displayName: string) =>
  request(d.RopCreateFolder, [from, to], newFolder({ displayName }));

/** The Inbox's contents table with its columns set, on handle index 2. */
async function inboxTable(messageCount: number) {
  const fake = fakeSession(messageCount);
  const { handle, folderIds } = await logOn(fake.session);
  const sent = [openFolder(0, 1, folderIds[inboxIndex]!), contentsTable(1, 2), setColumns(2)];
  const { handles, answers } = await run(fake.session, [handle, unset, unset], sent);
  assert.deepEqual(
    answers.map((a) => a.returnValue),
    [0, 0, 0],
  );
  return { ...fake, handles, inbox: folderIds[inboxIndex]! };
}

describe('RopLogon (MS-OXCSTOR 3.2.5.1)', () => {
  test('opens the own mailbox and tells its thirteen folders', async () => {
    const { session } = fakeSession();
    const { answers, handles } = await run(session, [unset], [logonRequest(0)]);
    assert.equal(answers[0]?.returnValue, 0);
    const { logonFlags, private: mailbox } = answers[0]!.fields as d.LogonResponse;
    assert.equal(logonFlags, 1);
    assert.equal(new Set(mailbox?.folderIds).size, 13);
    assert.equal(mailbox?.responseFlags, 0x07);
    assert.notEqual(handles[0], unset);
  });

  test('refuses public folders, foreign and unknown mailboxes, and clients that want one replica map for all', async () => {
    const { session } = fakeSession();
    const codeOf = async (sent: Sent) => (await run(session, [unset], [sent])).answers[0]?.returnValue;
    assert.equal(await codeOf(logonRequest(0, '', 0, 0, 0x01000406)), ec.loginFailure);
    assert.equal(await codeOf(logonRequest(0, '/o=Oxbow/cn=ben')), ec.loginPerm);
    assert.equal(await codeOf(logonRequest(0, '/o=Oxbow/cn=nobody')), ec.unknownUser);
    // MS-OXCSTOR_R803
    assert.equal(await codeOf(logonRequest(0, '/o=Oxbow/cn=anna', 0, 1, 0x0c)), ec.invalidParam);
  });

  test('a second one of the same id replaces the first and frees its objects', async () => {
    const { session, handles } = await inboxTable(1);
    await run(session, [unset], [logonRequest(0)]);
    const { answers } = await run(session, handles, [queryRows(2)]);
    assert.equal(answers[0]?.returnValue, ec.invalidObject);
  });
});

describe('handles', () => {
  test('of a failed operation are unset, and operations on them answer ecNullObject', async () => {
    const { session } = fakeSession();
    const { handle } = await logOn(session);
    const sent = [openFolder(0, 1, makeId(1, 0x777777)), contentsTable(1, 2), setColumns(2)];
    const { answers, handles } = await run(session, [handle, 7, 8], sent);
    assert.deepEqual(
      answers.map((a) => a.returnValue),
      [ec.notFound, ec.nullObject, ec.nullObject],
    );
    assert.deepEqual(handles, [handle, unset, unset]);
    assert.deepEqual(
      answers.map((a) => a.index),
      [1, 2, 2],
    );
  });

  test('survive the release of what they were opened from', async () => {
    const { session, handles } = await inboxTable(3);
    const { answers } = await run(session, handles, [release(1), queryRows(2)], { columns });
    assert.equal(answers.length, 1);
    assert.equal((answers[0]!.fields as Fields<typeof d.RopQueryRows>).rows.length, 3);
  });

  test('released, never given, of another logon: ecInvalidObject, ecNullObject, ecAccessDenied (MS-OXCROPS 3.2.5.4)', async () => {
    const { session, handles } = await inboxTable(1);
    const query = queryRows(2);
    await run(session, [unset], [logonRequest(0, '/o=Oxbow/cn=anna', 5)]);
    const other = { ...query, bytes: Buffer.from(query.bytes) };
    other.bytes[1] = 5;
    assert.equal((await run(session, handles, [other])).answers[0]?.returnValue, ec.accessDenied);
    const unknownLogon = { ...query, bytes: Buffer.from(query.bytes) };
    unknownLogon.bytes[1] = 9;
    assert.equal((await run(session, handles, [unknownLogon])).answers[0]?.returnValue, ec.nullObject);
    assert.equal((await run(session, handles, [release(2), query])).answers[0]?.returnValue, ec.invalidObject);
    assert.equal((await run(session, [0, 0, 0x7000000], [query])).answers[0]?.returnValue, ec.nullObject);
    // An index behind the table (MS-OXCROPS_R4712).
    assert.equal((await run(session, handles, [queryRows(9)])).answers[0]?.returnValue, ec.nullObject);
    assert.equal((await run(session, handles, [contentsTable(1, 9)])).answers[0]?.returnValue, ec.nullObject);
  });

  test('of another kind of object: ecNotSupported', async () => {
    const { session, handles } = await inboxTable(1);
    assert.equal((await run(session, handles, [queryRows(1)])).answers[0]?.returnValue, ec.notSupported);
    assert.equal((await run(session, handles, [contentsTable(2, 1)])).answers[0]?.returnValue, ec.notSupported);
  });
});

describe('answers', () => {
  test('a request of releases alone has no answers', async () => {
    const { session, handles } = await inboxTable(1);
    const { rest } = await run(session, handles, [release(2), release(1)]);
    assert.equal(rest.length, 0);
  });

  test('an operation without handler answers ecNotImplemented in its own shape and the next ones run', async () => {
    const { session } = fakeSession();
    const { handle } = await logOn(session);
    const missing = samples.filter(
      (s) =>
        !ropHandlers.has(s.definition.id) &&
        s.definition.id !== d.RopRelease.id &&
        s.definition.handles[0] !== 'output',
    );
    const sent = missing.flatMap((s) => [
      request(
        s.definition,
        s.definition.handles.map((role) => (role === 'output' ? 1 : 0)),
        s.request,
      ),
    ]);
    const { answers, rest } = await run(session, [handle, unset], sent);
    assert.equal(answers.length, missing.length);
    for (const [at, answer] of answers.entries())
      assert.equal(answer.returnValue, ec.notImplemented, missing[at]!.definition.name);
    assert.equal(rest.length, 0);
  });

  test('each operation on an unset handle answers ecNullObject in its own shape', async () => {
    const { session } = fakeSession();
    await logOn(session);
    const others = samples.filter((s) => s.definition.id !== d.RopRelease.id && s.definition.id !== d.RopLogon.id);
    for (const { definition, request: fields } of others) {
      const sent = [
        request(
          definition,
          definition.handles.map((_, index) => index),
          fields,
        ),
      ];
      const { answers, rest } = await run(session, [unset, unset], sent);
      assert.equal(answers[0]?.returnValue, ec.nullObject, definition.name);
      assert.equal(rest.length, 0);
    }
  });

  test('a move without destination answers ecDstNullObject with its index (MS-OXCROPS 2.2.4.6.3)', async () => {
    const { session, handles } = await inboxTable(1);
    const move = request(d.RopMoveCopyMessages, [1, 3], { messageIds: [], wantAsynchronous: false, wantCopy: false });
    const { answers } = await run(session, [...handles, unset], [move]);
    assert.equal(answers[0]?.returnValue, ec.dstNullObject);
    assert.deepEqual(answers[0]?.fields, { destHandleIndex: 3, partialCompletion: false });
  });
});

describe('a request that cannot be parsed', () => {
  test('fails as a whole, before anything is carried out', async () => {
    const { session, anna } = fakeSession();
    const { handle, folderIds } = await logOn(session);
    const good = [openFolder(0, 1, folderIds[3]!), createFolder(1, 2, 'new')];
    for (const bad of ['00', '8300', '1200', '15000000'])
      await assert.rejects(
        executeRops(
          session,
          {
            rops: Buffer.concat([...good.map((s) => s.bytes), Buffer.from(bad, 'hex')]),
            handles: [handle, unset, unset],
          },
          { room: 0x8000, chain: false },
        ),
        WireError,
      );
    assert.deepEqual(anna.changes, []);
  });

  test('any bytes on any handles give answers or a WireError; nobody else is touched and nothing unexpected is thrown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            sample: fc.constantFrom(...samples),
            indexes: fc.array(fc.nat(5), { minLength: 2, maxLength: 2 }),
            logonId: fc.constantFrom(0, 0, 0, 1),
            alter: fc.oneof(
              { weight: 12, arbitrary: fc.constant(null) },
              { weight: 1, arbitrary: fc.record({ at: fc.nat(60), byte: fc.nat(255) }) },
            ),
          }),
          { maxLength: 8 },
        ),
        fc.boolean(),
        fc.integer({ min: 40, max: 0x10000 }),
        async (calls, chain, room) => {
          const fake = await inboxTable(30);
          const ofBen = fake.ben.changes.length;
          const parts = calls.map(({ sample, indexes, logonId, alter }) => {
            const handlesOf = sample.definition.handles.map((_, at) => indexes[at]!);
            const { bytes } = request(sample.definition, handlesOf, sample.request, logonId);
            if (alter && alter.at < bytes.length) bytes[alter.at] = alter.byte;
            return bytes;
          });
          try {
            const { buffers } = await executeRops(
              fake.session,
              { rops: Buffer.concat(parts), handles: [...fake.handles, unset, unset] },
              { room, chain },
            );
            const total = buffers.reduce((sum, b) => sum + 10 + b.rops.length + 4 * b.handles.length, 0);
            assert.ok(total <= room, `${total} bytes in a room of ${room}`);
            for (const b of buffers) assert.ok(2 + b.rops.length + 4 * b.handles.length <= 0x8000);
          } catch (error) {
            if (error instanceof WireError) return;
            assert.equal((error as { code?: number }).code, ec.bufferTooSmall);
          }
          assert.equal(fake.ben.changes.length, ofBen);
          // The fake lacks most of a mailbox: what it does not have throws a TypeError.
          for (const error of fake.errors) assert.ok(error instanceof TypeError, String(error));
          fake.session.close();
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('RopQueryRows (MS-OXCTABL 3.2.5.5)', () => {
  const rowsOf = (answer: { fields: unknown } | undefined) => answer?.fields as Fields<typeof d.RopQueryRows>;

  test('before RopSetColumns answers ecNullObject (MS-OXCTABL_R428)', async () => {
    const { session, handles } = await inboxTable(1);
    const { answers } = await run(session, handles, [contentsTable(1, 2), queryRows(2)]);
    assert.equal(answers[1]?.returnValue, ec.nullObject);
  });

  test('gives rows from the cursor, tells the end with the last one, and then no more', async () => {
    const { session, handles } = await inboxTable(5);
    const { answers } = await run(session, handles, [queryRows(2, 3), queryRows(2, 3), queryRows(2, 3)], { columns });
    assert.deepEqual(
      answers.map((a) => rowsOf(a).rows.length),
      [3, 2, 0],
    );
    assert.deepEqual(
      answers.map((a) => rowsOf(a).origin),
      [1, 2, 2],
    );
  });

  test('with NoAdvance leaves the cursor, backwards reads towards the start', async () => {
    const { session, handles } = await inboxTable(5);
    const sent = [queryRows(2, 2, 1), queryRows(2, 2), queryRows(2, 9, 0, false), queryRows(2, 1, 0, false)];
    const { answers } = await run(session, handles, sent, { columns });
    const hex = answers.map((a) => rowsOf(a).rows.map((row) => Buffer.from(row).toString('hex')));
    assert.deepEqual(hex[0], hex[1]);
    assert.deepEqual(hex[2], [...hex[1]!].reverse());
    assert.deepEqual(
      answers.map((a) => rowsOf(a).origin),
      [1, 1, 0, 2],
    );
  });

  test('gives as many whole rows as fit (MS-OXCTABL_R464)', async () => {
    const { session, handles } = await inboxTable(400);
    const { answers } = await run(session, handles, [queryRows(2, 400)], { columns });
    const { rows, origin } = rowsOf(answers[0]);
    const size = rows.at(-1)!.length;
    assert.equal(origin, 1);
    assert.ok(rows.length < 400 && (rows.length + 1) * size > 0x8000 - 200, `${rows.length} rows of ${size} bytes`);
  });

  test('is chained only with EnablePackedBuffers, and then gives every row once', async () => {
    const { session, handles } = await inboxTable(400);
    const plain = await run(session, handles, [queryRows(2, 1000)], { columns, chain: true, room: 0x40000 });
    assert.equal(plain.buffers.length, 1);
    const seek = request(d.RopSeekRow, [2], { origin: 0, rowCount: 0, wantRowMovedCount: false });
    const packed = await run(session, handles, [seek, queryRows(2, 1000, 2)], { columns, chain: true, room: 0x40000 });
    assert.ok(packed.buffers.length > 1);
    let count = rowsOf(packed.answers[1]).rows.length;
    for (const buffer of packed.buffers.slice(1)) {
      const { answers, rest } = readAnswers(buffer, [queryRows(2)], columns);
      assert.equal(rest.length, 0);
      assert.deepEqual(buffer.handles, packed.handles);
      count += rowsOf(answers[0]).rows.length;
    }
    assert.equal(count, 400);
  });

  test('never gives more than RowCount over all chained answers', async () => {
    const { session, handles } = await inboxTable(400);
    const packed = await run(session, handles, [queryRows(2, 250, 2)], { columns, chain: true, room: 0x40000 });
    let count = rowsOf(packed.answers[0]).rows.length;
    for (const buffer of packed.buffers.slice(1))
      count += rowsOf(readAnswers(buffer, [queryRows(2)], columns).answers[0]).rows.length;
    assert.equal(count, 250);
  });
});

describe('what does not fit (MS-OXCROPS 3.2.4.3)', () => {
  test('is sent back as RopBufferTooSmall with all requests from there on, and was not carried out', async () => {
    const { session, handles, anna } = await inboxTable(1);
    const sent = [setColumns(2), createFolder(1, 3, 'a'), createFolder(1, 3, 'b')];
    const fixed = 8 + 2 + 4 * 4;
    const unprocessed = Buffer.concat(sent.slice(1).map((s) => s.bytes));
    const { answers, rest } = await run(session, [...handles, unset], sent, {
      room: fixed + 7 + 3 + unprocessed.length,
    });
    assert.equal(answers.length, 1);
    assert.equal(rest[0], d.bufferTooSmallId);
    const told = decode(d.bufferTooSmall, rest.subarray(1));
    assert.deepEqual(Buffer.from(told.requestBuffers), unprocessed);
    assert.deepEqual(anna.changes, []);
  });

  test('fails the Execute when there is no room even for that', async () => {
    const { session, handles } = await inboxTable(1);
    await assert.rejects(run(session, handles, [setColumns(2), createFolder(1, 2, 'a')], { room: 40 }), {
      code: ec.bufferTooSmall,
    });
  });
});

describe('notifications (MS-OXCNOTIF)', () => {
  const register = (types: number) =>
    request(d.RopRegisterNotification, [0, 1], { notificationTypes: types, wantWholeStore: true });
  const created = (messageId: number) =>
    ({
      object: 'message',
      kind: 'created',
      folderId: 5,
      messageId,
      associated: false,
      origin: { kind: 'sync' },
    }) as const;

  test('come after the answers of the next Execute, in order, and only those asked for', async () => {
    const { session, anna } = fakeSession();
    const { handle } = await logOn(session);
    const { handles } = await run(session, [handle, unset], [register(0x04)]);
    anna.emit(created(0x22));
    anna.emit({ ...created(0x23), kind: 'deleted' });
    anna.emit(created(0x24));
    const { rest } = await run(session, [], []);
    const [one, two] = [rest.subarray(0, rest.length / 2), rest.subarray(rest.length / 2)];
    for (const [bytes, id] of [
      [one, 0x22],
      [two, 0x24],
    ] as const) {
      assert.equal(bytes[0], d.notifyId);
      const told = decode(d.notify, bytes.subarray(1));
      assert.equal(told.notificationHandle, handles[1]);
      assert.deepEqual(told.notificationData.kind === 'object' && told.notificationData.messageId, makeId(1, id));
    }
    assert.equal((await run(session, [], [])).rest.length, 0);
  });

  test('that do not fit stay queued, and RopPending tells of them', async () => {
    const { session, anna } = fakeSession();
    const { handle } = await logOn(session);
    await run(session, [handle, unset], [register(0x04)]);
    for (let id = 1; id <= 10; id++) anna.emit(created(id));
    let told = 0;
    for (let round = 0; round < 20 && session.notifications.size > 0; round++) {
      const { rest } = await run(session, [], [], { room: 10 + 60 });
      told += rest.filter((byte, at) => byte === d.notifyId && at % 26 === 0).length;
      if (session.notifications.size > 0) assert.equal(rest[rest.length - 3], d.pendingId);
    }
    assert.equal(told, 10);
  });

  test('end with the release of the subscription', async () => {
    const { session, anna } = fakeSession();
    const { handle } = await logOn(session);
    const { handles } = await run(session, [handle, unset], [register(0x04)]);
    anna.emit(created(1));
    await run(session, handles, [release(1)]);
    anna.emit(created(2));
    assert.equal((await run(session, [], [])).rest.length, 0);
  });
});
