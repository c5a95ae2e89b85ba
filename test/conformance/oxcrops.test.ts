import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { PidTag } from '../../src/mapi/index.ts';
import { maxHandles } from '../../src/protocols/rop/handle-table.ts';
import { executeRops } from '../../src/protocols/rop/index.ts';
import { Reader } from '../../src/wire/index.ts';
import { logonRequest, request, run, type Sent, unset } from '../protocols/rop/rop-client.ts';
import { type Case, conformance } from './conformance.ts';
import { d, ec, folderFields, type Outlook } from './outlook.ts';

const openFolder = (from: number, to: number, folderId: bigint, logonId = 0) =>
  request(d.RopOpenFolder, [from, to], { folderId, openModeFlags: 0 }, logonId);
const contentsTable = (from: number, to: number) => request(d.RopGetContentsTable, [from, to], { tableFlags: 0 });
const createFolder = (from: number, to: number, name: string) =>
  request(d.RopCreateFolder, [from, to], folderFields(name));
const release = (index: number) => request(d.RopRelease, [index], {});
const status = (index: number) => request(d.RopGetStatus, [index], {});

const codes = async (o: Outlook, handles: readonly number[], sent: readonly Sent[]) =>
  (await run(o.session, handles, sent)).answers.map(({ returnValue }) => returnValue);
const bytesOf = (sent: readonly Sent[]) => Buffer.concat(sent.map((one) => one.bytes));

const buffers: Case[] = [
  {
    of: 'R4548 R4550 R4719 R4707 R4559',
    says: 'operations run in their order, each on the handles of those before it',
    run: async (o) => {
      const sent = [openFolder(0, 1, o.inbox), contentsTable(1, 2), status(2)];
      const { answers, handles } = await run(o.session, [o.logon, unset, unset], sent);
      assert.deepEqual(
        answers.map(({ index, returnValue }) => [index, returnValue]),
        [
          [1, 0],
          [2, 0],
          [2, 0],
        ],
      );
      assert.ok(handles.every((handle) => handle !== unset));
    },
  },
  {
    of: 'R4556 R4558 R4565 R4560 R4563',
    says: 'new handles are put where the request says, the others stay where they are',
    run: async (o) => {
      const { handles } = await run(o.session, [unset, o.logon, 77, unset], [openFolder(1, 3, o.inbox)]);
      assert.deepEqual(handles.slice(0, 3), [unset, o.logon, 77]);
      assert.ok(handles[3] !== unset && handles[3] !== o.logon);
    },
  },
  {
    of: 'R4556',
    says: 'the output may take the place of the input',
    run: async (o) => {
      const { answers, handles } = await run(o.session, [o.logon], [openFolder(0, 0, o.inbox), contentsTable(0, 0)]);
      assert.deepEqual(
        answers.map(({ returnValue }) => returnValue),
        [0, 0],
      );
      assert.deepEqual(await codes(o, handles, [status(0)]), [0]);
      assert.deepEqual(await codes(o, [o.logon, unset], [openFolder(0, 1, o.inbox)]), [0]);
    },
  },
  {
    of: 'R4551',
    says: 'a request that cannot be parsed fails as a whole, and none of it is carried out',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const good = createFolder(0, 1, 'Never').bytes;
      for (const bad of [Buffer.from([0xee, 0, 0]), Buffer.from([0x02, 0, 0, 1, 9]), Buffer.from([0x15])]) {
        const rops = Buffer.concat([good, bad]);
        await assert.rejects(
          executeRops(o.session, { rops, handles: [subtree, unset] }, { room: 0x8000, chain: false }),
        );
      }
      const { rowCount } = await o.hierarchy(subtree);
      await o.createFolder(subtree, 'Never');
      assert.equal((await o.hierarchy(subtree)).rowCount, rowCount + 1);
    },
  },
  {
    of: 'R4545 R454502 R4439 R4443 R4445 R4447 R4517',
    says: 'what does not fit comes back whole, was not carried out, and works when it is sent again',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const columns = [PidTag.EntryId, PidTag.ParentEntryId];
      const get = { propertySizeLimit: 0, wantUnicode: 1, propertyTags: columns };
      const sent = [
        createFolder(0, 1, 'One'),
        request(d.RopGetPropertiesSpecific, [1], get),
        createFolder(0, 2, 'Two'),
      ];
      const { answers, rest, handles } = await run(o.session, [subtree, unset, unset], sent, { room: 120, columns });
      assert.equal(answers.length, 1);
      const reader = new Reader(rest);
      assert.equal(reader.u8(), d.bufferTooSmallId);
      const { sizeNeeded, requestBuffers } = d.bufferTooSmall.read(reader);
      assert.ok(sizeNeeded > 0);
      assert.ok(bytesOf(sent.slice(answers.length)).equals(Buffer.from(requestBuffers)));
      const again = await run(o.session, handles, sent.slice(1), { columns });
      assert.deepEqual(
        again.answers.map(({ returnValue }) => returnValue),
        [0, 0],
      );
    },
  },
  {
    of: 'R454505 R4546',
    says: 'when there is not even room for that, the Execute fails, with nothing done',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const sent = [createFolder(0, 1, 'One'), createFolder(0, 1, 'x'.repeat(200))];
      const rops = bytesOf(sent);
      await assert.rejects(executeRops(o.session, { rops, handles: [subtree, unset] }, { room: 40, chain: false }));
      assert.deepEqual(await codes(o, [subtree, unset], sent.slice(0, 1)), [0]);
    },
  },
  {
    of: 'R4571 R4572 R4573 R4581',
    says: 'a release is never answered, whatever it is of',
    run: async (o) => {
      const sent = [release(0), release(1), release(2), release(200), release(0)];
      const { answers, rest } = await run(o.session, [unset, 123_456, 0], sent);
      assert.deepEqual([answers.length, rest.length], [0, 0]);
    },
  },
];

const handles: Case[] = [
  {
    of: 'R4712 R471201 R457302',
    says: 'indexes beyond the table and handles never given answer ecNullObject; the operations after them run',
    run: async (o) => {
      const inbox = await o.folder();
      const sent = [
        contentsTable(9, 1),
        contentsTable(0, 200),
        contentsTable(2, 1),
        contentsTable(3, 1),
        contentsTable(0, 1),
      ];
      assert.deepEqual(await codes(o, [inbox, unset, unset, 0x12345678], sent), [
        ec.nullObject,
        ec.nullObject,
        ec.nullObject,
        ec.nullObject,
        0,
      ]);
    },
  },
  {
    of: 'R457301 R4568 R4580',
    says: 'a released handle answers ecInvalidObject, also later in the same request',
    run: async (o) => {
      const { handle } = await o.contents(await o.folder());
      assert.deepEqual(await codes(o, [handle], [status(0), release(0), status(0)]), [0, ec.invalidObject]);
      assert.deepEqual(await codes(o, [handle], [status(0)]), [ec.invalidObject]);
    },
  },
  {
    of: 'R457303',
    says: 'a handle is good with its own logon only',
    run: async (o) => {
      const { handles: second } = await run(o.session, [unset], [logonRequest(0, undefined, 1)]);
      assert.deepEqual(await codes(o, [o.logon, unset], [openFolder(0, 1, o.inbox, 1)]), [ec.accessDenied]);
      assert.deepEqual(await codes(o, [second[0]!, unset], [openFolder(0, 1, o.inbox, 1)]), [0]);
    },
  },
  {
    of: 'R4555',
    says: 'a logon id that nobody logged on with fails the operation, not the Execute',
    run: async (o) => {
      const sent = [openFolder(0, 1, o.inbox, 99), openFolder(0, 1, o.inbox)];
      const [bad, good] = await codes(o, [o.logon, unset], sent);
      assert.notEqual(bad, 0);
      assert.equal(good, 0);
    },
  },
  {
    of: 'R4536 R4537',
    says: 'two logons live side by side; releasing one leaves the other',
    run: async (o) => {
      const inbox = await o.folder();
      const { handles: second } = await run(o.session, [unset], [logonRequest(0, undefined, 1)]);
      await run(o.session, second, [release(0)]);
      assert.deepEqual(await codes(o, [inbox, unset], [contentsTable(0, 1)]), [0]);
    },
  },
  {
    of: 'R4570 R4574',
    says: 'with its logon everything opened under it goes',
    run: async (o) => {
      const { handle } = await o.contents(await o.folder());
      await o.release(o.logon);
      assert.equal(o.session.handles.size, 0);
      assert.deepEqual(await codes(o, [handle], [status(0)]), [ec.invalidObject]);
    },
  },
  {
    of: 'R4536 R4574',
    says: 'a logon with an id in use replaces that one and frees what was opened under it, its tables too',
    run: async (o) => {
      const { handle } = await o.contents(await o.folder());
      await o.setColumns(handle, [PidTag.Subject]);
      await o.query(handle);
      const { handles: again } = await run(o.session, [unset], [logonRequest(0)]);
      assert.notEqual(again[0], o.logon);
      assert.equal(o.session.handles.size, 1);
      assert.deepEqual(await codes(o, [o.logon, unset], [openFolder(0, 1, o.inbox)]), [ec.invalidObject]);
      assert.deepEqual(await codes(o, [again[0]!, unset], [openFolder(0, 1, o.inbox)]), [0]);
      await o.put(o.inbox, ['nobody listens']);
      assert.deepEqual(await o.told(), []);
    },
  },
  {
    of: 'R4580 R4569',
    says: 'objects that were opened from a released one stay: a table of a folder, an attachment of a message',
    run: async (o) => {
      const inbox = await o.folder();
      const { handle } = await o.contents(inbox);
      await o.setColumns(handle, [PidTag.Subject]);
      const message = await o.create();
      const attachment = (await o.ok(d.RopCreateAttachment, [message], {})).handle;
      await o.release(inbox);
      await o.release(message);
      assert.deepEqual((await o.query(handle)).rows, []);
      assert.deepEqual(await o.set(attachment, [[PidTag.AttachLongFilename, 'a.txt']]), []);
    },
  },
  {
    of: 'R4556',
    says: `a session holds ${maxHandles} objects; the next is refused, and there is room again after a release`,
    run: async (o) => {
      const inbox = await o.folder();
      const logon = o.session.logon(0)!;
      while (o.session.handles.size < maxHandles) o.session.handles.add({ kind: 'subscription', logon, end: () => {} });
      assert.deepEqual(await codes(o, [o.logon, unset], [openFolder(0, 1, o.inbox)]), [ec.notEnoughMemory]);
      await o.release(inbox);
      assert.deepEqual(await codes(o, [o.logon, unset], [openFolder(0, 1, o.inbox)]), [0]);
    },
  },
  {
    of: 'R4556',
    says: 'the output of an operation that fails is no object',
    run: async (o) => {
      const before = o.session.handles.size;
      const sent = [openFolder(0, 1, 0x7777n), contentsTable(1, 2)];
      const { answers, handles: after } = await run(o.session, [o.logon, 5, 6], sent);
      assert.deepEqual(
        answers.map(({ returnValue }) => returnValue),
        [ec.notFound, ec.nullObject],
      );
      assert.deepEqual(after, [o.logon, unset, unset]);
      assert.equal(o.session.handles.size, before);
    },
  },
];

describe('remote operations (MS-OXCROPS)', () => {
  conformance('MS-OXCROPS', [...buffers, ...handles]);
});
