import assert from 'node:assert/strict';
import { describe } from 'node:test';
import fc from 'fast-check';
import { counterOf, PidTag, type PropertyTag, type SortOrder } from '../../src/mapi/index.ts';
import { maxQueued } from '../../src/protocols/rop/notification-queue.ts';
import { Reader } from '../../src/wire/index.ts';
import { request, run, unset } from '../protocols/rop/rop-client.ts';
import { type Case, conformance } from './conformance.ts';
import { anySubject, d, ec, type Outlook, subjectIs, type Told, wire } from './outlook.ts';
import { rowNames, tableCopy } from './table-copy.ts';

const t = d.notificationTypes;
const every = 0x00fe;
const objects = (told: readonly Told[]) =>
  told.map(({ data }) => {
    assert.ok(data.kind === 'object');
    return data;
  });
const ofType = (told: readonly Told[], type: number) => objects(told).filter((data) => data.type === type);
const remove = (messageIds: bigint[]) => ({ wantAsynchronous: false, notifyNonRead: false, messageIds });

/** The next notification as its bytes after NotificationHandle and LogonId. */
async function nextBytes(o: Outlook): Promise<Reader> {
  await o.settle();
  const { rest } = await run(o.session, [], []);
  const reader = new Reader(rest);
  assert.equal(reader.u8(), d.notifyId);
  reader.u32();
  reader.u8();
  return reader;
}

const subscriptions: Case[] = [
  {
    of: 'R34 R35 R41 R103 R21501 R22101 R22601',
    says: 'a new mail is told with its flags and class, to who asked for new mail',
    run: async (o) => {
      const handle = await o.register(t.newMail);
      await o.mailbox.saveMessage(
        {
          folderId: counterOf(o.inbox),
          set: new Map([[PidTag.MessageClass, 'IPM.Note.X']]),
          newMail: true,
          read: false,
        },
        { kind: 'sync' },
      );
      const [told, ...more] = await o.told();
      assert.equal(more.length, 0);
      assert.equal(told?.handle, handle);
      assert.ok(told?.data.kind === 'object');
      assert.deepEqual([told.data.type, told.data.folderId, told.data.messageClass], [2, o.inbox, 'IPM.Note.X']);
    },
  },
  {
    of: 'R137 R101 R122 R217 R218 R224',
    says: 'the bytes of a new mail: type with the message bit, ids, MessageFlags, Unicode class',
    run: async (o) => {
      await o.register(t.newMail);
      const { id } = await o.mailbox.saveMessage(
        { folderId: counterOf(o.inbox), set: new Map([[PidTag.MessageClass, 'IPM.Note']]), newMail: true, read: false },
        { kind: 'sync' },
      );
      const reader = await nextBytes(o);
      assert.equal(reader.u16(), 0x8002);
      assert.deepEqual([reader.u64(), reader.u64()], [o.inbox, wire(id)]);
      reader.u32();
      assert.equal(reader.u8(), 1);
      assert.equal(reader.string16(), 'IPM.Note');
      assert.equal(reader.remaining, 0);
    },
  },
  {
    of: 'R42 R104',
    says: 'a message that is made is told once, with the folder it is in',
    run: async (o) => {
      await o.register(t.objectCreated);
      const message = await o.create();
      const id = await o.save(message);
      const [created, ...more] = objects(await o.told());
      assert.equal(more.length, 0);
      assert.deepEqual([created?.type, created?.folderId, created?.messageId], [4, o.inbox, id]);
      assert.equal(created?.parentFolderId, undefined);
    },
  },
  {
    of: 'R43 R105 R45 R107 R46 R108',
    says: 'deleted, moved and copied messages are told with where they are and were',
    run: async (o) => {
      const ids = await o.put(o.inbox, ['a', 'b', 'c']);
      await o.register(t.objectDeleted | t.objectMoved | t.objectCopied);
      const [inbox, bin] = [await o.folder(), await o.folder(o.deletedItems)];
      await o.ok(d.RopDeleteMessages, [inbox], remove([ids[0]!]));
      const move = { messageIds: [ids[1]!], wantAsynchronous: false, wantCopy: false };
      await o.ok(d.RopMoveCopyMessages, [inbox, bin], move);
      await o.ok(d.RopMoveCopyMessages, [inbox, bin], { ...move, messageIds: [ids[2]!], wantCopy: true });
      const told = await o.told();
      const [deleted] = ofType(told, 8);
      assert.deepEqual([deleted?.folderId, deleted?.messageId], [o.inbox, ids[0]]);
      const [moved] = ofType(told, 0x20);
      assert.deepEqual([moved?.folderId, moved?.oldFolderId, moved?.oldMessageId], [o.deletedItems, o.inbox, ids[1]]);
      assert.notEqual(moved?.messageId, ids[1]);
      const [copied] = ofType(told, 0x40);
      assert.deepEqual(
        [copied?.folderId, copied?.oldFolderId, copied?.oldMessageId],
        [o.deletedItems, o.inbox, ids[2]],
      );
      assert.equal(told.length, 3);
    },
  },
  {
    of: 'R44 R106 R114 R117',
    says: 'a folder whose messages change is told with its total and unread counts',
    run: async (o) => {
      await o.register(t.objectModified, { folderId: o.inbox });
      const ids = await o.put(o.inbox, ['a', 'b']);
      await o.ok(d.RopSetReadFlags, [await o.folder()], {
        wantAsynchronous: false,
        readFlags: 0,
        messageIds: [ids[0]!],
      });
      const folders = ofType(await o.told(), 0x10).filter((data) => data.messageId === undefined);
      const last = folders.at(-1);
      assert.deepEqual([last?.totalMessageCount, last?.unreadMessageCount], [2, 1]);
      assert.equal(last?.folderId, o.inbox);
    },
  },
  {
    of: 'R137 R114 R117',
    says: 'the bytes of changed counts: flags 0x3010, FolderId, no tags, both counts',
    run: async (o) => {
      const [id] = await o.put(o.inbox, ['a', 'b']);
      await o.register(t.objectModified, { folderId: o.inbox });
      await o.mailbox.deleteMessages(counterOf(o.inbox), [counterOf(id!)], { hard: true }, { kind: 'sync' });
      const reader = await nextBytes(o);
      assert.equal(reader.u16(), 0x3010);
      assert.equal(reader.u64(), o.inbox);
      assert.deepEqual([reader.u16(), reader.u32(), reader.u32()], [0, 1, 1]);
      assert.equal(reader.remaining, 0);
    },
  },
  {
    of: 'R42 R43 R45 R13 R14 R16',
    says: 'folders that are made, moved and deleted are told with their parents',
    run: async (o) => {
      await o.register(t.objectCreated | t.objectDeleted | t.objectMoved);
      const subtree = await o.folder(o.subtree);
      const { id } = await o.createFolder(subtree, 'New');
      const target = await o.folder(o.deletedItems);
      const move = { wantAsynchronous: false, useUnicode: true, folderId: id, newFolderName: 'Moved' };
      const [created] = objects(await o.told());
      assert.deepEqual([created?.type, created?.folderId, created?.parentFolderId], [4, id, o.subtree]);
      await o.ok(d.RopMoveFolder, [subtree, target], move);
      const [moved] = objects(await o.told());
      assert.deepEqual(
        [moved?.type, moved?.folderId, moved?.parentFolderId, moved?.oldFolderId, moved?.oldParentFolderId],
        [0x20, id, o.deletedItems, id, o.subtree],
      );
      await o.deleteFolder(target, id);
      const [deleted] = objects(await o.told());
      assert.deepEqual([deleted?.type, deleted?.folderId, deleted?.parentFolderId], [8, id, o.deletedItems]);
    },
  },
  {
    of: 'R52 R53 R289',
    says: 'a subscription to a folder tells of that folder and what is in it, subfolders too, and of nothing else',
    run: async (o) => {
      await o.register(every, { folderId: o.deletedItems });
      await o.put(o.inbox, ['elsewhere']);
      assert.deepEqual(await o.told(), []);
      const [id] = await o.put(o.deletedItems, ['here']);
      assert.ok(ofType(await o.told(), 4).some((data) => data.messageId === id));
      const child = await o.createFolder(await o.folder(o.deletedItems), 'Child');
      assert.ok(ofType(await o.told(), 4).some((data) => data.folderId === child.id));
      await o.put(child.id, ['below']);
      assert.deepEqual(
        objects(await o.told()).filter((data) => data.messageId !== undefined),
        [],
      );
      await o.deleteFolder(await o.folder(o.deletedItems), child.id);
      assert.ok(ofType(await o.told(), 8).some((data) => data.folderId === child.id));
    },
  },
  {
    of: 'R52 R289',
    says: 'a subscription to a message tells of that message only',
    run: async (o) => {
      const ids = await o.put(o.inbox, ['a', 'b']);
      await o.register(every, { folderId: o.inbox, messageId: ids[0]! });
      const inbox = await o.folder();
      await o.ok(d.RopDeleteMessages, [inbox], remove([ids[1]!]));
      assert.deepEqual(await o.told(), []);
      await o.ok(d.RopDeleteMessages, [inbox], remove([ids[0]!]));
      assert.deepEqual(
        objects(await o.told()).map((data) => [data.type, data.messageId]),
        [[8, ids[0]]],
      );
    },
  },
  {
    of: 'R47 R109',
    says: 'a search that is through is told',
    run: async (o) => {
      await o.put(o.inbox, ['a']);
      const found = await o.createFolder(await o.folder(o.root), 'Found', { folderType: 2 });
      await o.register(t.searchComplete);
      const criteria = { restriction: anySubject, folderIds: [o.inbox], searchFlags: 2 };
      await o.ok(d.RopSetSearchCriteria, [found.handle], criteria);
      const told: Told[] = [];
      for (let i = 0; i < 50 && told.length === 0; i++) told.push(...(await o.told()));
      assert.deepEqual(
        objects(told).map((data) => [data.type, data.folderId]),
        [[0x80, found.id]],
      );
    },
  },
  {
    of: 'R291 R95 R96 R97001',
    says: 'several subscriptions are told each, by their handles',
    run: async (o) => {
      const one = await o.register(t.objectCreated);
      const two = await o.register(t.objectCreated, { folderId: o.inbox });
      await o.put(o.inbox, ['a']);
      assert.deepEqual((await o.told()).map(({ handle }) => handle).sort(), [one, two].sort());
    },
  },
  {
    of: 'R287 R34',
    says: 'a released subscription tells nothing, not even what was queued for it',
    run: async (o) => {
      const handle = await o.register(every);
      await o.put(o.inbox, ['a']);
      await o.settle();
      await o.release(handle);
      await o.put(o.inbox, ['b']);
      assert.deepEqual(await o.told(), []);
    },
  },
  {
    of: 'R287',
    says: 'subscriptions end with their logon',
    run: async (o) => {
      await o.register(every);
      await o.release(o.logon);
      await o.mailbox.saveMessage({ folderId: counterOf(o.inbox) }, { kind: 'sync' });
      assert.deepEqual(await o.told(), []);
    },
  },
  {
    of: 'R40002 R51 R39',
    says: 'the Reserved byte is there with the Extended type only; no type at all is refused',
    run: async (o) => {
      await o.register(0x0400 | t.objectCreated);
      await o.put(o.inbox, ['a']);
      assert.equal((await o.told()).length, 1);
      const nothing = { notificationTypes: 0, wantWholeStore: true };
      assert.equal(await o.code(d.RopRegisterNotification, [o.logon], nothing), ec.invalidParam);
      const unknown = { notificationTypes: 2, wantWholeStore: false, folderId: 0x7777n, messageId: 0n };
      assert.equal(await o.code(d.RopRegisterNotification, [o.logon], unknown), ec.notFound);
    },
  },
  {
    of: 'R338 R345 R347 R349',
    says: 'what does not fit is announced by RopPending and comes with the next answers; nothing is lost',
    run: async (o) => {
      await o.register(t.objectCreated);
      await o.put(
        o.inbox,
        Array.from({ length: 60 }, (_, i) => `m${i}`),
      );
      await o.settle();
      let count = 0;
      for (let round = 0; round < 60; round++) {
        const { rest } = await run(o.session, [], [], { room: 200 });
        const reader = new Reader(rest);
        let pending = false;
        while (reader.remaining > 0) {
          pending = reader.u8() === d.pendingId;
          if (pending) d.pending.read(reader);
          else {
            d.notify.read(reader);
            count++;
          }
        }
        assert.equal(pending, count < 60);
        if (!pending) break;
      }
      assert.equal(count, 60);
    },
  },
];

const columns: PropertyTag[] = [...rowNames, PidTag.Subject, PidTag.MessageFlags, PidTag.RowType, PidTag.ContentCount];
const bySubject: SortOrder = { tag: PidTag.Subject, direction: 0 };
const byClass: SortOrder = { tag: PidTag.MessageClass, direction: 0 };

async function table(o: Outlook, orders: SortOrder[] = [bySubject], categories = 0, expanded = 0, flags = 0) {
  const { handle } = await o.contents(await o.folder(), flags);
  await o.setColumns(handle, columns);
  await o.sort(handle, orders, categories, expanded);
  return handle;
}

/** What may happen to the messages of the Inbox between two looks at the table. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    name: fc.integer({ min: 0, max: 9 }),
    kind: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ do: fc.constant('rename' as const), which: fc.nat(), name: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ do: fc.constant('reclass' as const), which: fc.nat(), kind: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ do: fc.constant('read' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('delete' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('wait' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(o: Outlook, one: Step): Promise<void> {
  const sync = { kind: 'sync' } as const;
  const folderId = counterOf(o.inbox);
  const classOf = (kind: number) => `IPM.Note.${kind}`;
  if (one.do === 'wait') return o.settle();
  if (one.do === 'add') {
    await o.put(o.inbox, [`s${one.name}`], [[PidTag.MessageClass, classOf(one.kind)]]);
    return;
  }
  const ids = await o.mailbox.messageIds(folderId);
  const id = ids[one.which % Math.max(1, ids.length)];
  if (id === undefined) return;
  if (one.do === 'rename')
    await o.mailbox.saveMessage({ id, folderId, set: new Map([[PidTag.Subject, `s${one.name}`]]) }, sync);
  if (one.do === 'reclass')
    await o.mailbox.saveMessage({ id, folderId, set: new Map([[PidTag.MessageClass, classOf(one.kind)]]) }, sync);
  if (one.do === 'read') {
    const message = await o.mailbox.message(id);
    await o.mailbox.setReadState(folderId, [id], !message!.read, sync);
  }
  if (one.do === 'delete') await o.mailbox.deleteMessages(folderId, [id], {}, sync);
}

/** Random changes in bursts, after each of which the copy has to be right by its notifications alone. */
async function followsChanges(o: Outlook, handle: number): Promise<void> {
  const copy = tableCopy(o, handle, columns);
  const bursts = fc.array(fc.array(step, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(bursts, async (all) => {
      await copy.load();
      for (const burst of all) {
        for (const one of burst) await take(o, one);
        await copy.follow();
      }
    }),
    { numRuns: 12 },
  );
  assert.ok(copy.counts.added > 0 && copy.counts.deleted > 0 && copy.counts.modified > 0);
}

const tables: Case[] = [
  {
    of: 'R261 R262 R263 R268 R270 R97',
    says: 'a client that follows the events of a sorted table has its rows, in their order, after any changes',
    run: async (o) => followsChanges(o, await table(o)),
  },
  {
    of: 'R261 R262 R263',
    says: 'so has one of the table by delivery time, which no rows are held for',
    run: async (o) => followsChanges(o, await table(o, [{ tag: PidTag.MessageDeliveryTime, direction: 1 }])),
  },
  {
    of: 'R261 R262 R263',
    says: 'so has one of an unsorted table',
    run: async (o) => followsChanges(o, await table(o, [])),
  },
  {
    of: 'R261 R262 R263',
    says: 'so has one of expanded categories, with their header rows',
    run: async (o) => followsChanges(o, await table(o, [byClass, bySubject], 1, 1)),
  },
  {
    of: 'R261 R262 R263',
    says: 'so has one of categories of which some are collapsed, and of two levels of them',
    run: async (o) => {
      const read = { tag: PidTag.MessageFlags, direction: 1 };
      for (const [orders, categories] of [
        [[byClass, bySubject], 1],
        [[byClass, read, bySubject], 2],
      ] as const) {
        await o.put(o.inbox, ['s1'], [[PidTag.MessageClass, 'IPM.Note.1']]);
        const handle = await table(o, [...orders], categories, 1);
        const [header] = (await o.query(handle)).rows;
        await o.ok(d.RopCollapseRow, [handle], { categoryId: header![1] as bigint });
        await followsChanges(o, handle);
      }
    },
  },
  {
    of: 'R261 R262 R263',
    says: 'so has one of conversations by their newest message',
    run: async (o) => {
      const newest = { tag: PidTag.MessageDeliveryTime, direction: 4 };
      const later = { tag: PidTag.MessageDeliveryTime, direction: 1 };
      await followsChanges(o, await table(o, [byClass, newest, later], 1, 1));
    },
  },
  {
    of: 'R261 R262 R263',
    says: 'so has one of a restricted table, where rows come and go by what is written to them',
    run: async (o) => {
      const handle = await table(o);
      const value = { tag: PidTag.Subject, value: 's5' };
      await o.restrict(handle, { kind: 'property', relop: 3, tag: PidTag.Subject, value });
      await followsChanges(o, handle);
    },
  },
  {
    of: 'R263',
    says: 'a row that others were placed after in the meantime is not forgotten to have moved',
    run: async (o) => {
      const [a] = await o.put(o.inbox, ['a', 'f']);
      const handle = await table(o);
      const copy = tableCopy(o, handle, columns);
      await copy.load();
      const rename = (subject: string) =>
        o.mailbox.saveMessage(
          { id: counterOf(a!), folderId: counterOf(o.inbox), set: new Map([[PidTag.Subject, subject]]) },
          { kind: 'sync' },
        );
      await rename('k');
      await o.settle();
      await o.put(o.inbox, ['m']);
      await o.settle();
      await rename('b');
      await copy.follow();
    },
  },
  {
    of: 'R128 R264',
    says: 'in a collapsed category the header row changes with what comes below it',
    run: async (o) => {
      await o.put(o.inbox, ['a'], [[PidTag.MessageClass, 'IPM.Note']]);
      const handle = await table(o, [byClass, bySubject], 1, 0);
      const copy = tableCopy(o, handle, columns);
      await copy.load();
      await o.put(o.inbox, ['b'], [[PidTag.MessageClass, 'IPM.Note']]);
      await copy.follow();
      assert.deepEqual(copy.counts, { added: 0, modified: 1, deleted: 0, changed: 0 });
      await o.put(o.inbox, ['c'], [[PidTag.MessageClass, 'IPM.Post']]);
      await copy.follow();
      assert.equal(copy.counts.added, 1);
    },
  },
  {
    of: 'R261',
    says: 'search folders tell of each message that they find',
    run: async (o) => {
      const found = await o.createFolder(await o.folder(o.root), 'Found', { folderType: 2 });
      const { handle } = await o.contents(found.handle);
      await o.setColumns(handle, columns);
      await o.sort(handle, [bySubject]);
      const copy = tableCopy(o, handle, columns);
      await copy.load();
      await o.put(o.inbox, ['hit', 'miss', 'hit']);
      const criteria = { restriction: subjectIs('hit'), folderIds: [o.inbox], searchFlags: 2 };
      await o.ok(d.RopSetSearchCriteria, [found.handle], criteria);
      for (let i = 0; i < 50 && copy.counts.added + copy.counts.changed < 2; i++) await copy.follow();
      await o.put(o.inbox, ['hit']);
      for (let i = 0; i < 50 && (await o.position(handle)).denominator < 3; i++) await copy.follow();
      assert.equal((await o.position(handle)).denominator, 3);
    },
  },
  {
    of: 'R261 R262 R263 R141 R14201',
    says: 'hierarchy tables tell of folders, without message ids',
    run: async (o) => {
      const subtree = await o.folder(o.subtree);
      const { handle } = await o.hierarchy(subtree);
      await o.setColumns(handle, [PidTag.DisplayName]);
      await o.query(handle);
      const events = async () =>
        (await o.told()).map(({ data }) => {
          assert.ok(data.kind === 'table' && !data.message);
          assert.equal(data.row?.messageId, undefined);
          return [data.event, data.row?.folderId];
        });
      const child = await o.createFolder(subtree, 'New');
      assert.deepEqual(await events(), [[3, child.id]]);
      await o.set(child.handle, [[PidTag.DisplayName, 'Renamed']]);
      // A row that moves may be told twice: that it changed, and where it went.
      const [renamed, ...again] = await events();
      assert.deepEqual(renamed, [5, child.id]);
      for (const one of again) assert.deepEqual(one, renamed);
      await o.deleteFolder(subtree, child.id);
      assert.deepEqual(await events(), [[4, child.id]]);
    },
  },
  {
    of: 'R243 R246 R248 R249 R250 R251 R252 R253 R254 R255 R256',
    says: 'events of a table begin with each of the operations that make a view of it',
    run: async (o) => {
      await o.put(o.inbox, ['a']);
      const views: ((handle: number) => Promise<unknown>)[] = [
        (h) => o.query(h),
        (h) => o.position(h),
        (h) => o.seek(h, 0, 0),
        (h) => o.ok(d.RopSeekRowFractional, [h], { numerator: 0, denominator: 1 }),
        (h) => o.findRow(h, anySubject),
        (h) => o.ok(d.RopQueryColumnsAll, [h], {}),
      ];
      const open = [];
      for (const view of [undefined, ...views]) {
        const handle = await table(o);
        await view?.(handle);
        open.push(handle);
      }
      await o.put(o.inbox, ['b']);
      const told = (await o.told()).map(({ handle }) => handle).sort((x, y) => x - y);
      assert.deepEqual(told, open.slice(1));
    },
  },
  {
    of: 'R258 R272 R280',
    says: 'there are none with NoNotifications, nor after RopResetTable until the next view',
    run: async (o) => {
      const quiet = await table(o, [bySubject], 0, 0, d.tableFlags.noNotifications);
      const reset = await table(o);
      await o.query(quiet);
      await o.query(reset);
      await o.ok(d.RopResetTable, [reset], {});
      await o.put(o.inbox, ['a']);
      assert.deepEqual(await o.told(), []);
      await o.setColumns(reset, columns);
      await o.query(reset);
      await o.put(o.inbox, ['b']);
      assert.deepEqual(
        (await o.told()).map(({ handle }) => handle),
        [reset],
      );
    },
  },
  {
    of: 'R274 R278 R282 R284',
    says: 'any operation that looks at the view begins them again after RopResetTable',
    run: async (o) => {
      const handles: number[] = [];
      const after: ((handle: number) => Promise<unknown>)[] = [
        (handle) => o.findRow(handle, subjectIs('a')),
        (handle) => o.ok(d.RopQueryPosition, [handle], {}),
        (handle) => o.ok(d.RopSeekRow, [handle], { origin: 0, rowCount: 0, wantRowMovedCount: false }),
        (handle) => o.ok(d.RopSeekRowFractional, [handle], { numerator: 0, denominator: 1 }),
      ];
      await o.put(o.inbox, ['a']);
      for (const _ of after) {
        const handle = await table(o);
        await o.query(handle, 1);
        await o.ok(d.RopResetTable, [handle], {});
        await o.setColumns(handle, columns);
        handles.push(handle);
      }
      await o.put(o.inbox, ['b']);
      assert.deepEqual(await o.told(), []);
      for (const [index, view] of after.entries()) await view(handles[index]!);
      await o.put(o.inbox, ['c']);
      const told = (await o.told()).map(({ handle }) => handle).sort((x, y) => x - y);
      assert.deepEqual(told, handles);
    },
  },
  {
    of: 'R42 R107 R103 R104 R108 R343',
    says: 'nothing is lost between a wait and the answers: many subscriptions, folders and kinds at once',
    run: async (o) => {
      const all = await o.register(every);
      const other = await o.folder(o.deletedItems);
      const inbox = await o.folder();
      const wanted: string[] = [];
      const seen: string[] = [];
      for (let round = 0; round < 8; round++) {
        const waiting = o.session.notifications.wait(10_000);
        const ids = await o.put(o.inbox, ['x', 'y', 'z']);
        for (const id of ids) wanted.push(`4 ${id}`);
        await o.ok(d.RopMoveCopyMessages, [inbox, other], {
          messageIds: [ids[0]!],
          wantAsynchronous: false,
          wantCopy: false,
        });
        wanted.push(`32 ${ids[0]}`);
        await o.ok(d.RopDeleteMessages, [inbox], remove([ids[1]!]));
        wanted.push(`8 ${ids[1]}`);
        assert.equal(await waiting, true);
        for (const { handle, data } of await o.told()) {
          assert.equal(handle, all);
          if (data.kind !== 'object' || data.messageId === undefined || data.type === 0x10) continue;
          seen.push(`${data.type} ${data.type === 0x20 ? data.oldMessageId : data.messageId}`);
        }
      }
      assert.deepEqual(seen.sort(), wanted.sort());
    },
  },
  {
    of: 'R270 R264',
    says: 'when too much has come to be kept, who shows a table is told to read it again',
    run: async (o) => {
      const handle = await table(o);
      await o.query(handle);
      for (let i = 0; i <= maxQueued; i++)
        o.session.notifications.push({ handle: unset, logonId: 0, data: () => undefined });
      const [told, ...more] = await o.told();
      assert.equal(more.length, 0);
      assert.ok(told?.handle === handle && told.data.kind === 'table');
      assert.equal(told.data.event, d.tableEventType.tableChanged);
    },
  },
  {
    of: 'MS-OXCROPS_R452201',
    says: 'notifications come after the answers of the operations they came with',
    run: async (o) => {
      await o.register(t.objectDeleted);
      const [id] = await o.put(o.inbox, ['a']);
      const inbox = await o.folder();
      const sent = [
        request(d.RopDeleteMessages, [0], remove([id!])),
        request(d.RopGetPropertiesSpecific, [0], {
          propertySizeLimit: 0,
          wantUnicode: 1,
          propertyTags: [PidTag.DisplayName],
        }),
      ];
      const { answers, rest } = await run(o.session, [inbox], sent, { columns: [PidTag.DisplayName] });
      assert.equal(answers.length, 2);
      assert.equal(rest[0], d.notifyId);
    },
  },
];

describe('notifications (MS-OXCNOTIF)', () => {
  conformance('MS-OXCNOTIF', [...subscriptions, ...tables]);
});
