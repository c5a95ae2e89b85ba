import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  counterOf,
  ec,
  PidTag,
  type PropertyTag,
  type Restriction,
  relop,
  type StoredValue,
} from '../../../src/mapi/index.ts';
import { openStore } from '../../../src/store/index.ts';
import type { FolderId, Mailbox, Origin, Store, Table, TableEvent } from '../../../src/store/types.ts';
import { settled } from './fixture.ts';
import { applyEvents, property, rowName } from './model.ts';

const origin: Origin = { kind: 'client' };
const directory = mkdtempSync(join(tmpdir(), 'oxbow-tables-'));
let store: Store;
let box: Mailbox;
before(async () => {
  store = await openStore({ file: join(directory, 'store.db'), cacheDirectory: join(directory, 'cache') });
  box = await store.ensureMailbox({ address: 'anna@oxbow.test', displayName: 'Anna', legacyDn: '/o=oxbow/cn=anna' });
});
after(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

let folders = 0;
const newFolder = async (type: 'generic' | 'search' = 'generic'): Promise<FolderId> =>
  (
    await box.createFolder(
      { parentId: box.specialFolder('ipmSubtree'), displayName: `folder ${++folders}`, type },
      origin,
    )
  ).folder.id;
const save = async (
  folderId: FolderId,
  values: Record<PropertyTag, StoredValue>,
  more: Partial<Parameters<Mailbox['saveMessage']>[0]> = {},
) =>
  (
    await box.saveMessage(
      { folderId, set: new Map(Object.entries(values).map(([tag, value]) => [Number(tag), value])), ...more },
      origin,
    )
  ).id;
const contains = (tag: PropertyTag, value: string): Restriction => ({
  kind: 'content',
  fuzzyLevelLow: 1,
  fuzzyLevelHigh: 1,
  tag,
  value: { tag, value },
});
const ids = async (table: Table) => {
  await table.seek('beginning', 0);
  return (await table.peek(1000)).map((row) => counterOf(row[0] as bigint));
};
const open = async (folderId: FolderId, options: Parameters<Mailbox['contentsTable']>[1] = {}) => {
  const table = await box.contentsTable(folderId, options);
  table.setColumns([PidTag.Mid, PidTag.Body, PidTag.Subject]);
  return table;
};

describe('reading on', () => {
  it('gives no row twice and leaves none out when others come in between', async () => {
    for (const order of [PidTag.Subject, PidTag.MessageDeliveryTime]) {
      const folder = await newFolder();
      const values = (n: number) => ({ [PidTag.Subject]: `s${n}`, [PidTag.MessageDeliveryTime]: BigInt(n) });
      for (const n of [2, 4, 6, 8]) await save(folder, values(n));
      const table = await box.contentsTable(folder, {});
      table.setColumns([PidTag.Subject]);
      await table.sort({ categoryCount: 0, expandedCount: 0, orders: [{ tag: order, direction: 0 }] });
      assert.deepEqual(await table.peek(3), [['s2'], ['s4'], ['s6']]);
      await save(folder, values(3));
      assert.equal(await table.move(2), 2);
      assert.deepEqual(await table.peek(9), [['s6'], ['s8']]);
      assert.deepEqual(await table.peek(2, true), [['s4'], ['s3']]);
      await save(folder, values(5));
      assert.equal(await table.move(-2), -2);
      assert.deepEqual(await table.peek(1, true), [['s2']]);
      assert.equal((await table.position()).numerator, 1);
      table.close();
    }
  });
});

describe('tables of a mailbox', () => {
  it('show the beginning of a body of any size, and search all of it', async () => {
    const folderId = await newFolder();
    const long = `${'Lorem ipsum. '.repeat(5000)}needle`;
    const a = await save(folderId, { [PidTag.Subject]: 'long', [PidTag.Body]: long });
    const b = await save(folderId, { [PidTag.Subject]: 'short', [PidTag.Body]: 'four' });
    const table = await open(folderId);
    assert.deepEqual(
      (await table.peek(9)).map((row) => row[1]),
      [long.slice(0, 255), 'four'],
    );
    await table.restrict(contains(PidTag.Body, 'NEEDLE'));
    assert.deepEqual(await ids(table), [a]);
    await table.restrict({ kind: 'size', relop: relop.gt, tag: PidTag.Body, size: 8 });
    assert.deepEqual(await ids(table), [a]);
    await table.restrict(property(relop.eq, PidTag.Subject, 'SHORT'));
    assert.deepEqual(await ids(table), [b]);
    assert.equal(await table.findRow(contains(PidTag.Body, 'nothing'), 'beginning', false), undefined);
    table.close();
  });

  it('leave the content of mails on the groupware alone', async () => {
    const folderId = await newFolder();
    await save(folderId, { [PidTag.Subject]: 'remote' }, { remoteContent: { size: 1000, hasAttachments: true } });
    const table = await open(folderId);
    assert.deepEqual((await table.peek(1))[0]!.slice(1), [{ errorCode: ec.notFound }, 'remote']);
    table.close();
  });

  it('find mails by their recipients and attachments', async () => {
    const folderId = await newFolder();
    const recipient = new Map<PropertyTag, StoredValue>([
      [PidTag.DisplayName, 'Ben'],
      [PidTag.RecipientType, 1],
    ]);
    const a = await save(folderId, { [PidTag.Subject]: 'to Ben' }, { recipients: [recipient] });
    const attachment = {
      number: 0,
      properties: new Map<PropertyTag, StoredValue>([[PidTag.AttachLongFilename, 'plan.pdf']]),
    };
    const b = await save(folderId, { [PidTag.Subject]: 'with a plan' }, { putAttachments: [attachment] });
    const table = await open(folderId);
    await table.restrict({
      kind: 'subobject',
      tag: PidTag.MessageRecipients,
      restriction: contains(PidTag.DisplayName, 'ben'),
    });
    assert.deepEqual(await ids(table), [a]);
    await table.restrict({
      kind: 'subobject',
      tag: PidTag.MessageAttachments,
      restriction: contains(PidTag.AttachLongFilename, '.PDF'),
    });
    assert.deepEqual(await ids(table), [b]);
    await table.restrict(property(relop.eq, PidTag.HasAttachments, true));
    assert.deepEqual(await ids(table), [b]);
    table.close();
  });

  it('list associated and soft-deleted messages apart', async () => {
    const folderId = await newFolder();
    const [a, b, c] = [
      await save(folderId, {}),
      await save(folderId, {}, { associated: true }),
      await save(folderId, {}),
    ];
    await box.deleteMessages(folderId, [c], {}, origin);
    for (const [options, expected] of [
      [{}, [a]],
      [{ associated: true }, [b]],
      [{ softDeleted: true }, [c]],
    ] as const) {
      const table = await open(folderId, options);
      assert.deepEqual(await ids(table), expected);
      assert.equal(await table.rowCount(), 1);
      table.close();
    }
  });

  it('follow whatever happens to messages', async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('save' as const), subject: fc.constantFrom('a', 'b', 'c') }),
      fc.record({
        kind: fc.constantFrom('change', 'move', 'copy', 'delete', 'hard', 'read', 'unread', 'back' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constantFrom('allRead', 'pause', 'empty' as const) }),
    );
    const orders = fc.constantFrom(
      undefined,
      { orders: [{ tag: PidTag.MessageDeliveryTime, direction: 1 }], categoryCount: 0, expandedCount: 0 },
      { orders: [{ tag: PidTag.LastModificationTime, direction: 1 }], categoryCount: 0, expandedCount: 0 },
      {
        orders: [
          { tag: PidTag.NormalizedSubject, direction: 0 },
          { tag: PidTag.Read, direction: 0 },
        ],
        categoryCount: 1,
        expandedCount: 1,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        orders,
        fc.boolean(),
        fc.array(change, { maxLength: 12 }),
        async (order, unreadOnly, changes) => {
          const [folderId, other] = [await newFolder(), await newFolder()];
          for (const subject of ['c', 'a', 'b']) await save(folderId, { [PidTag.Subject]: subject });
          const prepare = async () => {
            const table = await box.contentsTable(folderId, {});
            table.setColumns([PidTag.InstID, PidTag.InstanceNum, PidTag.ContentCount]);
            await table.sort(order);
            if (unreadOnly) await table.restrict(property(relop.eq, PidTag.Read, false));
            return table;
          };
          const table = await prepare();
          const events: TableEvent[] = [];
          table.listen((event) => events.push(event));
          await table.seek('beginning', 0);
          const copy = (await table.peek(1000)).map(rowName);
          for (const one of changes) {
            const here = await box.messageIds(folderId);
            const picked =
              'picks' in one && here.length > 0 ? [...new Set(one.picks.map((pick) => here[pick % here.length]!))] : [];
            if (one.kind === 'save') await save(folderId, { [PidTag.Subject]: one.subject });
            else if (one.kind === 'allRead') await box.setReadState(folderId, 'all', true, origin);
            else if (one.kind === 'empty')
              await box.emptyFolder(folderId, { associated: false, folders: false }, origin);
            else if (one.kind === 'pause') await new Promise((resolve) => setImmediate(resolve));
            else if (one.kind === 'back') await box.moveMessages(other, await box.messageIds(other), folderId, origin);
            else if (picked.length === 0) continue;
            else if (one.kind === 'change')
              await save(folderId, { [PidTag.Subject]: `b${picked[0]! % 3}` }, { id: picked[0]! });
            else if (one.kind === 'move') await box.moveMessages(folderId, picked, other, origin);
            else if (one.kind === 'copy') await box.copyMessages(folderId, picked, folderId, origin);
            else if (one.kind === 'delete' || one.kind === 'hard')
              await box.deleteMessages(folderId, picked, { hard: one.kind === 'hard' }, origin);
            else await box.setReadState(folderId, picked, one.kind === 'read', origin);
            applyEvents(copy, events);
          }
          await table.seek('beginning', 0);
          applyEvents(copy, events);
          const fresh = await prepare();
          const leaves = async (of: Table) =>
            (await of.peek(1000)).map((row) => (typeof row[2] === 'number' ? `head ${row[2]}` : rowName(row)));
          assert.deepEqual(await leaves(table), await leaves(fresh));
          assert.deepEqual(copy, (await table.peek(1000)).map(rowName));
          table.close();
          fresh.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('of the folders tell of counts and changes', async () => {
    const parent = await newFolder();
    const child = async (displayName: string) =>
      (await box.createFolder({ parentId: parent, displayName }, origin)).folder.id;
    const [a, b] = [await child('a'), await child('b')];
    const table = await box.hierarchyTable(parent, { deep: true });
    table.setColumns([PidTag.DisplayName, PidTag.ContentCount, PidTag.Depth]);
    const events: TableEvent[] = [];
    table.listen((event) => events.push(event));
    assert.deepEqual(await table.peek(9), [
      ['a', 0, 1],
      ['b', 0, 1],
    ]);
    await save(b, {});
    await settled(() => events.length > 0, 'an event');
    assert.deepEqual(events.splice(0), [
      { kind: 'rowModified', row: { folderId: b, instance: 0 }, after: { folderId: a, instance: 0 } },
    ]);
    await box.moveFolder(a, b, 'a', origin);
    await settled(async () => JSON.stringify(await table.peek(9)) === '[["b",1,1],["a",0,2]]', 'the moved folder');
    await box.deleteFolder(b, { messages: true, folders: true }, origin);
    await settled(async () => (await table.peek(9)).length === 0, 'no folders');
    table.close();
  });

  it('of search folders list mails of other folders, which can be deleted without them', async () => {
    const [folderId, search] = [await newFolder(), await newFolder('search')];
    const a = await save(folderId, { [PidTag.Subject]: 'red' });
    await save(folderId, { [PidTag.Subject]: 'blue' });
    await box.setSearchCriteria(search, {
      restriction: contains(PidTag.Subject, 'red'),
      folderIds: [box.specialFolder('ipmSubtree')],
      recursive: true,
      stop: false,
    });
    await settled(async () => (await box.searchCriteria(search)).complete, 'the search');
    const table = await open(search);
    assert.deepEqual(await ids(table), [a]);
    const b = await save(folderId, { [PidTag.Subject]: 'reddish' });
    await settled(async () => (await ids(table)).join() === `${a},${b}`, 'a new result');
    assert.equal((await box.folder(search))!.contentCount, 2);
    await box.deleteMessages(folderId, [a], {}, origin);
    await settled(async () => (await ids(table)).join() === `${b}`, 'one less');
    await settled(async () => (await box.folder(search))!.contentCount === 1, 'its count');
    table.close();
    assert.deepEqual(await box.deleteFolder(search, { messages: true, folders: true }, origin), { partial: false });
    assert.ok(await box.message(b));
  });
});
