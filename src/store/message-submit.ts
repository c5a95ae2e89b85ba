import { randomUUID } from 'node:crypto';
import { decodeBag, ec, encodeBag, MapiError, PidTag, setProperty } from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import { type FullMessageRow, needRow } from './message-rows.ts';
import { bringContentHere } from './message-save.ts';
import { touch } from './message-state.ts';
import { queueSubmission } from './outbox.ts';
import { mf } from './rows.ts';
import type { FolderId, MessageId, Origin } from './types.ts';

/**
 * See {@link Mailbox.submitMessage}. The message gets a PidTagInternetMessageId when it has none: by it a copy on the
 * backend is recognised, so that nothing is sent twice.
 */
export async function submitMessage(
  context: MailboxContext,
  id: MessageId,
  options: { sentFolderId: FolderId | null; notBefore?: number },
  origin: Origin,
): Promise<void> {
  // The backend's draft goes when it is sent.
  await bringContentHere(context, id, { kind: 'sync' });
  await context.transaction(async () => {
    const row = await needRow(context, id);
    const named = row.internet_message_id === null ? withMessageId(context, row) : {};
    const cn = await touch(context, row, { flags: row.flags | mf.submitted, ...named }, origin);
    await queueSubmission(context, row.key, cn, options.sentFolderId, options.notBefore ?? context.nowMs());
  });
}

function withMessageId(context: MailboxContext, row: FullMessageRow) {
  const domain = context.mailbox.address.split('@')[1] || 'localhost';
  const messageId = `<${randomUUID()}@${domain}>`;
  const bag = decodeBag(row.properties);
  setProperty(bag, PidTag.InternetMessageId, messageId);
  return { internet_message_id: messageId, properties: encodeBag(bag) };
}

/** See {@link Mailbox.abortSubmit}. A note on the outbox row says that sending has begun. */
export const abortSubmit = (context: MailboxContext, id: MessageId): Promise<void> =>
  context.transaction(async () => {
    const row = await needRow(context, id);
    const of = { mailbox_id: context.mailbox.id, kind: 'submit', object_key: row.key };
    const waiting = await context
      .db()
      .selectFrom('outbox')
      .select('note')
      .where((eb) => eb.and(of))
      .executeTakeFirst();
    if (!waiting) throw new MapiError(ec.notFound, 'the message is not waiting to be sent');
    if (waiting.note !== null) throw new MapiError(ec.unableToAbort);
    await context
      .db()
      .deleteFrom('outbox')
      .where((eb) => eb.and(of))
      .execute();
    await touch(context, row, { flags: row.flags & ~mf.submitted }, { kind: 'client' });
  });
