import type { MailboxContext } from './internal.ts';
import { messageRow } from './message-rows.ts';
import type { Message, MessageId } from './types.ts';

/** Notes the ids that messages had before a move. Only in its transaction. */
export async function noteFormerIds(
  context: MailboxContext,
  moved: readonly { readonly id: MessageId; readonly key: number }[],
): Promise<void> {
  if (moved.length === 0) return;
  const rows = moved.map(({ id, key }) => ({ mailbox_id: context.mailbox.id, id, message_key: key }));
  await context
    .db()
    .insertInto('former_id')
    .values(rows)
    .onConflict((c) =>
      c.columns(['mailbox_id', 'id']).doUpdateSet((eb) => ({ message_key: eb.ref('excluded.message_key') })),
    )
    .execute();
}

/** See {@link Mailbox.messageFormerly}. */
export async function messageFormerly(
  context: MailboxContext,
  id: MessageId,
): Promise<{ readonly message: Message | undefined } | undefined> {
  const noted = await context
    .db()
    .selectFrom('former_id')
    .select('message_key')
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (noted === undefined) return undefined;
  const row = await messageRow(context, 'key', noted.message_key, { softDeleted: true });
  return { message: row && context.messageFromRow(row) };
}
