import { batches } from './batches.ts';
import { applyCounts, count, noChange } from './counters.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import { type FullMessageRow, homesOf, rowsOf } from './message-rows.ts';
import { queueAll } from './outbox.ts';
import type { BulkResult, DeleteOptions, FolderId, MessageId, MessageKey, Origin } from './types.ts';

/** See {@link Mailbox.deleteMessages}. Each batch is a transaction of its own. */
export async function deleteMessages(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[],
  options: DeleteOptions,
  origin: Origin,
): Promise<BulkResult> {
  let found = 0;
  const wanted = [...new Set(ids)];
  for (const [home, there] of await homesOf(context, folderId, wanted)) {
    for (const batch of batches(there, storeLimits.batch)) {
      found += await context.transaction(async () => {
        const rows = await rowsOf(context, home, batch);
        await removeRows(context, home, rows, options, origin);
        return rows.length;
      });
    }
  }
  return { partial: found < wanted.length };
}

type RemovedRow = Pick<FullMessageRow, 'key' | 'id' | 'associated' | 'deleted' | 'read' | 'size'>;

/** Deletes rows of one folder and tells everybody. Only in a transaction. */
async function removeRows(
  context: MailboxContext,
  folderId: FolderId,
  rows: readonly RemovedRow[],
  options: DeleteOptions,
  origin: Origin,
): Promise<void> {
  const affected = options.hard ? rows : rows.filter((row) => !row.deleted);
  if (affected.length === 0) return;
  const keys = affected.map((row) => row.key);
  const of = context.db();
  if (options.hard) {
    await of.deleteFrom('message').where('mailbox_id', '=', context.mailbox.id).where('key', 'in', keys).execute();
  } else {
    await of
      .updateTable('message')
      .set({ deleted: 1, deleted_at: context.now() })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', 'in', keys)
      .execute();
  }
  const counts = noChange();
  for (const row of affected) {
    count(counts, row, -1);
    if (!options.hard) count(counts, { ...row, deleted: 1 }, 1);
  }
  const live = affected.filter((row) => !row.deleted);
  counts.deletedTotal = live.length;
  await applyCounts(context, folderId, counts, origin);
  for (const row of live) emitDeleted(context, folderId, row, origin);
  const first = await context.allocate(live.length);
  await queueAll(
    context,
    'message',
    live.map((row, index) => ({ objectKey: row.key, change: first + index })),
    origin,
  );
}

function emitDeleted(
  context: MailboxContext,
  folderId: FolderId,
  row: Pick<RemovedRow, 'id' | 'associated'>,
  origin: Origin,
): void {
  context.emit({
    object: 'message',
    kind: 'deleted',
    folderId,
    messageId: row.id,
    associated: row.associated !== 0,
    origin,
  });
}

/** Deletes a folder's messages, a batch a transaction; associated ones and those soft-deleted before on demand. */
export async function deleteAll(
  context: MailboxContext,
  folderId: FolderId,
  options: DeleteOptions & { associated: boolean },
  origin: Origin,
): Promise<void> {
  for (;;) {
    const done = await context.transaction(async () => {
      const rows = await context
        .db()
        .selectFrom('message')
        .select(['key', 'id', 'associated', 'deleted', 'read', 'size'])
        .where('mailbox_id', '=', context.mailbox.id)
        .where('folder_id', '=', folderId)
        .where('deleted', 'in', options.hard ? [0, 1] : [0])
        .where('associated', 'in', options.associated ? [0, 1] : [0])
        .limit(storeLimits.batch)
        .execute();
      await removeRows(context, folderId, rows, options, origin);
      return rows.length < storeLimits.batch;
    });
    if (done) return;
  }
}

/**
 * Takes all messages out of a folder that is being deleted, which the backend learns of as a whole. Only in the
 * transaction that deletes the folder.
 */
export async function clearFolder(
  context: MailboxContext,
  folderId: FolderId,
  options: DeleteOptions,
  origin: Origin,
): Promise<void> {
  const ofFolder = { mailbox_id: context.mailbox.id, folder_id: folderId };
  const live = await context
    .db()
    .selectFrom('message')
    .select(['id', 'associated'])
    .where((eb) => eb.and({ ...ofFolder, deleted: 0 }))
    .execute();
  if (options.hard) {
    await context
      .db()
      .deleteFrom('message')
      .where((eb) => eb.and(ofFolder))
      .execute();
  } else {
    await context
      .db()
      .updateTable('message')
      .set({ deleted: 1, deleted_at: context.now() })
      .where((eb) => eb.and({ ...ofFolder, deleted: 0 }))
      .execute();
    await context
      .db()
      .updateTable('folder')
      .set((eb) => ({
        content_count: 0,
        unread_count: 0,
        associated_count: 0,
        size: 0,
        deleted_count: eb('deleted_count', '+', live.length),
        deleted_total: eb('deleted_total', '+', live.length),
      }))
      .where('mailbox_id', '=', context.mailbox.id)
      .where('id', '=', folderId)
      .execute();
  }
  for (const row of live) emitDeleted(context, folderId, row, origin);
}

/** See {@link Mailbox.noteDeletedVersion}. */
export const noteDeletedVersion = (
  context: MailboxContext,
  key: MessageKey,
  predecessorChangeList: Uint8Array,
): Promise<void> =>
  context.transaction(async () => {
    await context
      .db()
      .updateTable('message')
      .set({ pcl: predecessorChangeList })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', key)
      .where('deleted', '=', 1)
      .execute();
  });
