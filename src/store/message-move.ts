import { batches } from './batches.ts';
import { applyCounts, count, noChange } from './counters.ts';
import { noteFormerIds } from './former-ids.ts';
import { checkNewId } from './given-id.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import { checkFolder, type FullMessageRow, homesOf, rowsOf } from './message-rows.ts';
import { queueAll } from './outbox.ts';
import { ownSourceKey } from './source-keys.ts';
import type { BulkResult, FolderId, MessageId, MovedIdentity, Origin } from './types.ts';
import { nextVersion } from './versions.ts';

/** How far it came, and the new id of each message. */
export type Moved = BulkResult & { ids: Map<MessageId, MessageId> };

/** See {@link Mailbox.moveMessages}. Soft-deleted messages come back by it. */
export async function moveMessages(
  context: MailboxContext,
  from: FolderId,
  ids: readonly MessageId[],
  to: FolderId,
  origin: Origin,
  identities: ReadonlyMap<MessageId, MovedIdentity> = new Map(),
): Promise<Moved> {
  const result = new Map<MessageId, MessageId>();
  const wanted = [...new Set(ids)];
  await checkFolder(context, to, false);
  for (const [home, there] of await homesOf(context, from, wanted)) {
    for (const batch of batches(there, storeLimits.batch)) {
      const moved = await context.transaction(async () => {
        const rows = await rowsOf(context, home, batch);
        const stays = (row: FullMessageRow) => !row.deleted && !identities.has(row.id);
        if (home === to && rows.every(stays)) return rows.map((row) => [row.id, row.id] as const);
        await checkFolder(context, to, false);
        return moveRows(context, home, rows, to, origin, identities);
      });
      for (const [before, after] of moved) result.set(before, after);
    }
  }
  return { partial: result.size < wanted.length, ids: result };
}

async function moveRows(
  context: MailboxContext,
  from: FolderId,
  rows: readonly FullMessageRow[],
  to: FolderId,
  origin: Origin,
  identities: ReadonlyMap<MessageId, MovedIdentity>,
): Promise<[MessageId, MessageId][]> {
  if (rows.length === 0) return [];
  // The id and the change number of each.
  const first = await context.allocate(rows.length);
  const left = noChange();
  const entered = noChange();
  const moved: [MessageId, MessageId][] = [];
  const changes: { objectKey: number; change: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const given = identities.get(row.id);
    const cn = first + index;
    const id = given?.newId ?? cn;
    if (given?.newId !== undefined) await checkNewId(context, 'message', id, first);
    await context
      .db()
      .updateTable('message')
      .set({
        id,
        folder_id: to,
        // A replica may have heard of later read states there than that of this one.
        read_cn: cn,
        deleted: 0,
        deleted_at: null,
        source_key: ownSourceKey(context, given?.sourceKey, id),
        ...(given?.keepVersion ? { cn } : nextVersion(context, cn, row.pcl, given)),
      })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', row.key)
      .execute();
    count(left, row, -1);
    if (!row.deleted) left.deletedTotal++;
    count(entered, { ...row, deleted: 0 }, 1);
    moved.push([row.id, id]);
    changes.push({ objectKey: row.key, change: cn });
    context.emit({
      object: 'message',
      kind: 'moved',
      folderId: to,
      messageId: id,
      associated: row.associated !== 0,
      oldFolderId: from,
      oldMessageId: row.id,
      origin,
    });
  }
  await noteFormerIds(
    context,
    rows.map(({ id, key }) => ({ id, key })),
  );
  await applyCounts(context, from, left, origin);
  await applyCounts(context, to, entered, origin);
  await queueAll(context, 'message', changes, origin);
  return moved;
}
