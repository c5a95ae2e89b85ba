import assert from 'node:assert/strict';
import { StatementSync } from 'node:sqlite';
import { test } from 'node:test';
import { IdSet, PidTag, sortDirection } from '../../src/mapi/index.ts';
import type { FolderId, Mailbox } from '../../src/store/index.ts';
import { backend, bag, client, setUp, subject } from './support.ts';

/** Statements that ran and rows that they gave, of all databases in this process. */
const cost = { statements: 0, rows: 0 };
for (const name of ['all', 'run'] as const) {
  const original = StatementSync.prototype[name] as (...parameters: unknown[]) => unknown;
  StatementSync.prototype[name] = function (this: StatementSync, ...parameters: unknown[]) {
    const result = original.apply(this, parameters);
    cost.statements += 1;
    if (Array.isArray(result)) cost.rows += result.length;
    return result;
  } as never;
}

async function costOf(work: () => Promise<unknown>): Promise<typeof cost> {
  const before = { ...cost };
  await work();
  return { statements: cost.statements - before.statements, rows: cost.rows - before.rows };
}

async function fill(mailbox: Mailbox, folderId: FolderId, count: number): Promise<void> {
  for (let at = 0; at < count; at += 500) {
    const changes = Array.from({ length: Math.min(500, count - at) }, (_, index) => ({
      set: bag(
        [PidTag.Subject, `mail ${at + index}`],
        [PidTag.MessageDeliveryTime, 133_000_000_000_000_000n + BigInt(at + index) * 10_000_000n],
      ),
      read: index % 3 === 0,
      remoteContent: { size: 1000, hasAttachments: false },
    }));
    await mailbox.createMessages(folderId, changes, backend);
  }
}

test('what a folder costs does not grow with what is in it', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  await fill(mailbox, inbox, 200);
  await fill(mailbox, drafts, 20_000);
  const each = async (work: (folderId: FolderId) => Promise<unknown>) => {
    await work(inbox);
    assert.deepEqual(await costOf(() => work(drafts)), await costOf(() => work(inbox)));
  };

  for (const direction of [sortDirection.ascending, sortDirection.descending])
    await each(async (folderId) => {
      const table = await mailbox.contentsTable(folderId, {});
      table.setColumns([PidTag.Mid, PidTag.Subject, PidTag.MessageDeliveryTime, PidTag.MessageFlags]);
      const orders = [{ tag: PidTag.MessageDeliveryTime, direction }];
      await table.sort({ categoryCount: 0, expandedCount: 0, orders });
      assert.ok((await table.rowCount()) >= 200);
      assert.equal((await table.peek(50)).length, 50);
      table.close();
    });
  await each((folderId) => mailbox.folder(folderId));
  await each((folderId) => mailbox.saveMessage({ folderId, set: subject('new') }, client));
  await each(async (folderId) => {
    const { id } = await mailbox.saveMessage({ folderId, set: subject('old') }, client);
    await mailbox.setReadState(folderId, [id], false, client);
    await mailbox.deleteMessages(folderId, [id], {}, client);
  });
});

test('what a replica of a folder lacks is found without reading what it has', async (t) => {
  const { mailbox, inbox, drafts } = await setUp(t);
  await fill(mailbox, inbox, 200);
  await fill(mailbox, drafts, 20_000);
  const scope = { normal: true, associated: true, readStates: true };
  const synchronized = async (folderId: FolderId) => {
    const none = { given: new IdSet(), seen: new IdSet(), seenFai: new IdSet(), read: new IdSet() };
    const { changed, upTo } = await mailbox.contentsChanges(folderId, none, scope);
    const seen = new IdSet().addRange(1, upTo);
    return { given: IdSet.of(changed.map(({ id }) => id)), seen, seenFai: seen, read: seen };
  };
  const known = new Map([
    [inbox, await synchronized(inbox)],
    [drafts, await synchronized(drafts)],
  ]);
  const lacking = (folderId: FolderId) => mailbox.contentsChanges(folderId, known.get(folderId)!, scope);
  const nothing = await costOf(() => lacking(drafts));
  assert.deepEqual(nothing, await costOf(() => lacking(inbox)));
  assert.ok(nothing.rows <= 3, `${nothing.rows} rows`);
  for (const folderId of [inbox, drafts]) {
    const [edited, read, gone, left] = await mailbox.messageIds(folderId);
    await mailbox.saveMessage({ id: edited!, folderId, set: subject('other') }, backend);
    await mailbox.setReadState(folderId, [read!], false, client);
    await mailbox.setReadState(folderId, [read!], true, client);
    await mailbox.deleteMessages(folderId, [gone!], { hard: true }, client);
    await mailbox.moveMessages(folderId, [left!], mailbox.specialFolder('outbox'), client);
    await mailbox.saveMessage({ folderId, set: subject('new') }, client);
  }
  const some = await costOf(async () => assert.equal((await lacking(drafts)).changed.length, 2));
  assert.deepEqual(some, await costOf(async () => assert.equal((await lacking(inbox)).changed.length, 2)));
  assert.ok(some.rows <= 8, `${some.rows} rows`);
});

test('many new messages take few statements each', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { statements } = await costOf(() => fill(mailbox, inbox, 500));
  assert.ok(statements < 30, `${statements} statements`);
  const folder = await mailbox.folder(inbox);
  assert.deepEqual([folder!.contentCount, folder!.unreadCount, folder!.size], [500, 333, 500_000]);
});
