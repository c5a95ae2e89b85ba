import type { Selectable } from 'kysely';
import { ec, MapiError } from '../mapi/index.ts';
import { batches } from './batches.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import type { MessageTable } from './schema.ts';
import type { FolderId, MessageId } from './types.ts';

export type FullMessageRow = Selectable<MessageTable>;

/** All columns of a message; of a soft-deleted one on demand. */
export async function messageRow(
  context: MailboxContext,
  by: 'id' | 'key',
  value: number,
  options: { softDeleted?: boolean } = {},
): Promise<FullMessageRow | undefined> {
  const query = context
    .db()
    .selectFrom('message')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where(by, '=', value);
  return (options.softDeleted ? query : query.where('deleted', '=', 0)).executeTakeFirst();
}

/** All columns of these messages, in no order, without those that are gone. At most {@link storeLimits.batch}. */
export const messageRows = (context: MailboxContext, ids: readonly MessageId[]): Promise<FullMessageRow[]> =>
  context
    .db()
    .selectFrom('message')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', 'in', ids)
    .where('deleted', '=', 0)
    .execute();

/** Throws ecNotFound unless the folder is there, ecNotSupported when it cannot hold such messages. */
export async function checkFolder(context: MailboxContext, folderId: FolderId, associated: boolean): Promise<void> {
  const folder = await context
    .db()
    .selectFrom('folder')
    .select('type')
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', folderId)
    .where('deleted', '=', 0)
    .executeTakeFirst();
  if (!folder) throw new MapiError(ec.notFound, 'no such folder');
  if (folder.type === 'search' && !associated) throw new MapiError(ec.notSupported, 'search folders hold no messages');
}

export async function needRow(context: MailboxContext, id: MessageId): Promise<FullMessageRow> {
  const row = await messageRow(context, 'id', id);
  if (!row) throw new MapiError(ec.notFound, 'no such message');
  return row;
}

/** These messages of a folder, in the order asked for; soft-deleted ones too. */
export async function rowsOf(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[],
): Promise<FullMessageRow[]> {
  const rows = await context
    .db()
    .selectFrom('message')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', 'in', ids)
    .where('folder_id', '=', folderId)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Where messages really are: a search folder shows messages of others, and what is done to them there is done in their
 * folders (MS-OXCFOLD 2.2.1.6). Messages that the search folder does not show are left out.
 */
export async function homesOf(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[],
): Promise<Map<FolderId, MessageId[]>> {
  const folder = await folderType(context, folderId);
  if (folder !== 'search') return new Map([[folderId, [...ids]]]);
  const homes = new Map<FolderId, MessageId[]>();
  for (const batch of batches(ids, storeLimits.batch)) {
    const rows = await shownIn(context, folderId).where('message.id', 'in', batch).execute();
    const folderOf = new Map(rows.map((row) => [row.id, row.folder_id]));
    for (const id of batch) {
      const home = folderOf.get(id);
      if (home === undefined) continue;
      const here = homes.get(home);
      if (here) here.push(id);
      else homes.set(home, [id]);
    }
  }
  return homes;
}

export const shownIn = (context: MailboxContext, searchFolderId: FolderId) =>
  context
    .db()
    .selectFrom('search_result')
    .innerJoin('message', (join) =>
      join
        .onRef('message.mailbox_id', '=', 'search_result.mailbox_id')
        .onRef('message.id', '=', 'search_result.message_id'),
    )
    .select(['message.id', 'message.folder_id'])
    .where('search_result.mailbox_id', '=', context.mailbox.id)
    .where('search_result.folder_id', '=', searchFolderId)
    .where('message.deleted', '=', 0);

export async function folderType(context: MailboxContext, id: FolderId): Promise<string | undefined> {
  const row = await context
    .db()
    .selectFrom('folder')
    .select('type')
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.type;
}
