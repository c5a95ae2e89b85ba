import type { MailboxContext } from '../internal.ts';
import type { FolderId, MessageId, Origin } from '../types.ts';

// What a search finds is nothing that a backend would have to know.
export const searchOrigin: Origin = { kind: 'sync' };

/** Puts messages into the results of a search and takes others out, with the folder's counts. In a transaction. */
export async function changeResults(
  context: MailboxContext,
  search: { readonly folderId: FolderId; readonly generation: number },
  put: ReadonlyMap<MessageId, boolean>,
  take: readonly MessageId[],
): Promise<MessageId[]> {
  const mailboxId = context.mailbox.id;
  const db = context.db();
  const ids = [...put.keys(), ...take];
  if (ids.length === 0) return [];
  const known = new Map(
    (
      await db
        .selectFrom('search_result')
        .select(['message_id', 'unread', 'generation'])
        .where('mailbox_id', '=', mailboxId)
        .where('folder_id', '=', search.folderId)
        .where('message_id', 'in', ids)
        .execute()
    ).map((row) => [row.message_id, row]),
  );
  let content = 0;
  let unread = 0;
  const changed: MessageId[] = [];
  const gone = take.filter((id) => known.has(id));
  if (gone.length > 0) {
    await db
      .deleteFrom('search_result')
      .where('mailbox_id', '=', mailboxId)
      .where('folder_id', '=', search.folderId)
      .where('message_id', 'in', gone)
      .execute();
    for (const id of gone) {
      content--;
      unread -= known.get(id)!.unread;
      changed.push(id);
    }
  }
  const written: { mailbox_id: number; folder_id: number; message_id: number; unread: number; generation: number }[] =
    [];
  for (const [id, isUnread] of put) {
    const before = known.get(id);
    if (!before) content++;
    unread += Number(isUnread) - (before?.unread ?? 0);
    if (!before || before.unread !== Number(isUnread)) changed.push(id);
    if (before?.unread === Number(isUnread) && before.generation === search.generation) continue;
    written.push({
      mailbox_id: mailboxId,
      folder_id: search.folderId,
      message_id: id,
      unread: Number(isUnread),
      generation: search.generation,
    });
  }
  if (written.length > 0) {
    await db
      .insertInto('search_result')
      .values(written)
      .onConflict((oc) =>
        oc.columns(['mailbox_id', 'folder_id', 'message_id']).doUpdateSet((eb) => ({
          unread: eb.ref('excluded.unread'),
          generation: eb.ref('excluded.generation'),
        })),
      )
      .execute();
  }
  if (content !== 0 || unread !== 0) {
    await db
      .updateTable('folder')
      .set((eb) => ({
        content_count: eb('content_count', '+', content),
        unread_count: eb('unread_count', '+', unread),
      }))
      .where('mailbox_id', '=', mailboxId)
      .where('id', '=', search.folderId)
      .execute();
    context.countsChanged(search.folderId, searchOrigin);
  }
  return changed;
}
