import { batches } from './batches.ts';
import { applyCounts, count, noChange } from './counters.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import { type FullMessageRow, folderType, homesOf, needRow, shownIn } from './message-rows.ts';
import { queueAll } from './outbox.ts';
import { mf } from './rows.ts';
import type { FolderId, MessageId, Origin } from './types.ts';
import { nextVersion } from './versions.ts';

/** See {@link Mailbox.setReadState}. */
export async function setReadState(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[] | 'all',
  read: boolean,
  origin: Origin,
): Promise<MessageId[]> {
  const changed: MessageId[] = [];
  if ((await folderType(context, folderId)) === 'search') {
    const shown = ids === 'all' ? (await shownIn(context, folderId).execute()).map((row) => row.id) : ids;
    for (const [home, there] of await homesOf(context, folderId, shown))
      changed.push(...(await setReadState(context, home, there, read, origin)));
    return changed;
  }
  const of = (only: readonly MessageId[] | undefined) =>
    context.transaction(async () => {
      const query = context
        .db()
        .selectFrom('message')
        .select(['key', 'id', 'associated', 'flags', 'read', 'size', 'deleted'])
        .where('mailbox_id', '=', context.mailbox.id)
        .where('folder_id', '=', folderId)
        .where('deleted', '=', 0)
        .where('read', '=', read ? 0 : 1);
      const rows = await (only
        ? query.where('id', 'in', only)
        : query.where('associated', '=', 0).limit(storeLimits.batch)
      ).execute();
      await setRowsRead(context, folderId, rows, read, origin);
      for (const row of rows) changed.push(row.id);
      return rows.length;
    });
  if (ids === 'all') while ((await of(undefined)) === storeLimits.batch);
  else for (const batch of batches(ids, storeLimits.batch)) await of(batch);
  return changed;
}

async function setRowsRead(
  context: MailboxContext,
  folderId: FolderId,
  rows: readonly Pick<FullMessageRow, 'key' | 'id' | 'associated' | 'flags' | 'read' | 'size' | 'deleted'>[],
  read: boolean,
  origin: Origin,
): Promise<void> {
  if (rows.length === 0) return;
  const first = await context.allocate(rows.length);
  const counts = noChange();
  for (const [index, row] of rows.entries()) {
    await context
      .db()
      .updateTable('message')
      .set({ read: read ? 1 : 0, read_cn: first + index, flags: row.flags | (read ? mf.everRead : 0) })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', row.key)
      .execute();
    count(counts, row, -1);
    count(counts, { ...row, read: read ? 1 : 0 }, 1);
    context.emit({
      object: 'message',
      kind: 'modified',
      folderId,
      messageId: row.id,
      associated: row.associated !== 0,
      readStateOnly: true,
      origin,
    });
  }
  await applyCounts(context, folderId, counts, origin);
  await queueAll(
    context,
    'message',
    rows.map((row, index) => ({ objectKey: row.key, change: first + index })),
    origin,
  );
}

/** Changes columns that are no content; the message gets a new version. Only in a transaction. */
export async function touch(
  context: MailboxContext,
  row: FullMessageRow,
  set: { status?: number; flags?: number; properties?: Uint8Array; internet_message_id?: string },
  origin: Origin,
): Promise<number> {
  const cn = await context.allocate(1);
  await context
    .db()
    .updateTable('message')
    .set({ ...set, ...nextVersion(context, cn, row.pcl) })
    .where('mailbox_id', '=', context.mailbox.id)
    .where('key', '=', row.key)
    .execute();
  context.emit({
    object: 'message',
    kind: 'modified',
    folderId: row.folder_id,
    messageId: row.id,
    associated: row.associated !== 0,
    origin,
  });
  return cn;
}

/** See {@link Mailbox.setMessageStatus}. */
export const setMessageStatus = (
  context: MailboxContext,
  id: MessageId,
  mask: number,
  status: number,
  origin: Origin,
): Promise<number> =>
  context.transaction(async () => {
    const row = await needRow(context, id);
    const after = ((row.status & ~mask) | (status & mask)) >>> 0;
    if (after !== row.status) {
      const cn = await touch(context, row, { status: after }, origin);
      await queueAll(context, 'message', [{ objectKey: row.key, change: cn }], origin);
    }
    return row.status;
  });
