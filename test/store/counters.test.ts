import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { changeKey, includesPredecessors, parsePredecessorChangeList, parseXid } from '../../src/mapi/index.ts';
import { type Bench, backend, client, setUp, subject } from './support.ts';

type Step =
  | { kind: 'save'; folder: number; associated: boolean; read: boolean }
  | { kind: 'change' | 'move' | 'copy' | 'delete' | 'purge' | 'read' | 'unread'; pick: number; folder: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('save' as const),
      folder: fc.nat(2),
      associated: fc.boolean(),
      read: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('change' as const, 'move', 'copy', 'delete', 'purge', 'read', 'unread'),
      pick: fc.nat(20),
      folder: fc.nat(2),
    }),
  },
);

async function perform({ mailbox }: Bench, folders: number[], one: Step): Promise<void> {
  const folderId = folders[one.folder]!;
  const origin = one.folder === 0 ? client : backend;
  if (one.kind === 'save') {
    await mailbox.saveMessage(
      { folderId, associated: one.associated, read: one.read, set: subject('x'.repeat(one.folder * 9000)) },
      origin,
    );
    return;
  }
  const from = folders[one.pick % folders.length]!;
  const ids = [...(await mailbox.messageIds(from)), ...(await mailbox.messageIds(from, { associated: true }))].filter(
    (_, index) => (index + one.pick) % 2 === 0,
  );
  if (ids.length === 0) return;
  switch (one.kind) {
    case 'change':
      await mailbox.saveMessage(
        { id: ids[0]!, folderId: from, set: subject(`${one.pick}`), read: one.pick % 2 === 0 },
        origin,
      );
      return;
    case 'move':
      await mailbox.moveMessages(from, ids, folderId, origin);
      return;
    case 'copy':
      await mailbox.copyMessages(from, ids, folderId, origin);
      return;
    case 'delete':
    case 'purge':
      await mailbox.deleteMessages(from, ids, { hard: one.kind === 'purge' }, origin);
      return;
    default:
      await mailbox.setReadState(from, ids, one.kind === 'read', origin);
  }
}

test('whatever is done: counters equal what is there, ids and change numbers are never used twice, versions include those before', async (t) => {
  const bench = await setUp(t);
  const { mailbox } = bench;
  const database = new DatabaseSync(join(bench.directory, 'a.db'), { readOnly: true });
  t.after(() => database.close());
  const seenIds = new Map<number, number>();
  const seenCns = new Set<number>();
  const versions = new Map<number, { cn: number; pcl: Uint8Array }>();
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const folders: number[] = [];
      for (const name of ['a', 'b', 'c']) {
        const made = await mailbox.createFolder({ parentId: bench.inbox, displayName: `${round++} ${name}` }, client);
        folders.push(made.folder.id);
      }
      for (const one of steps) {
        await perform(bench, folders, one);
        const rows = database
          .prepare(`select id, key, cn, pcl from message where folder_id in (${folders.join()})`)
          .all() as unknown as Record<string, number>[];
        for (const row of rows) {
          assert.ok((seenIds.get(row.id!) ?? row.key) === row.key, 'an id is another message');
          seenIds.set(row.id!, row.key!);
          const before = versions.get(row.key!);
          if (before?.cn === row.cn) continue;
          assert.ok(!seenCns.has(row.cn!), 'a change number was used twice');
          seenCns.add(row.cn!);
          const pcl = parsePredecessorChangeList(row.pcl as unknown as Uint8Array);
          assert.ok(includesPredecessors(pcl, [parseXid(changeKey(mailbox.replicaGuid, row.cn!))]));
          if (before) assert.ok(includesPredecessors(pcl, parsePredecessorChangeList(before.pcl)));
          versions.set(row.key!, { cn: row.cn!, pcl: row.pcl as unknown as Uint8Array });
        }
      }
      for (const id of folders) {
        const folder = (await mailbox.folder(id))!;
        const counted = database
          .prepare(
            `select coalesce(sum(not deleted and not associated), 0) content, coalesce(sum(not deleted and not associated and not read), 0) unread,
             coalesce(sum(not deleted and associated), 0) associated, coalesce(sum(deleted), 0) deleted,
             coalesce(sum(size * not deleted), 0) size from message where folder_id = ?`,
          )
          .get(id);
        assert.deepEqual(
          {
            content: folder.contentCount,
            unread: folder.unreadCount,
            associated: folder.associatedCount,
            deleted: folder.deletedCount,
            size: folder.size,
          },
          { ...counted },
        );
      }
    }),
    { numRuns: 25 },
  );
  const orphans = database
    .prepare(
      `select (select count(*) from large_value v left join message m on m.key = v.message_key where m.key is null)
       + (select count(*) from attachment a left join message m on m.key = a.message_key where m.key is null) n`,
    )
    .get() as { n: number };
  assert.equal(orphans.n, 0);
});

test('the first rows of a large folder are read by an index, without sorting', async (t) => {
  const bench = await setUp(t);
  const database = new DatabaseSync(join(bench.directory, 'a.db'), { readOnly: true });
  t.after(() => database.close());
  for (const order of ['delivery_time desc, id desc', 'id', 'id desc']) {
    const plan = database
      .prepare(
        `explain query plan select * from message where mailbox_id = 1 and folder_id = 264 and associated = 0 and deleted = 0
         order by ${order} limit 50`,
      )
      .all()
      .map((row) => row.detail as string);
    assert.equal(plan.length, 1, plan.join('; '));
    assert.match(plan[0]!, /SEARCH message USING INDEX/);
  }
});
