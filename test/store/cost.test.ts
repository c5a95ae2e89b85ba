import assert from 'node:assert/strict';
import { StatementSync } from 'node:sqlite';
import { test } from 'node:test';
import { PidTag, sortDirection } from '../../src/mapi/index.ts';
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

test('many new messages take few statements each', async (t) => {
  const { mailbox, inbox } = await setUp(t);
  const { statements } = await costOf(() => fill(mailbox, inbox, 500));
  assert.ok(statements < 30, `${statements} statements`);
  const folder = await mailbox.folder(inbox);
  assert.deepEqual([folder!.contentCount, folder!.unreadCount, folder!.size], [500, 333, 500_000]);
});
