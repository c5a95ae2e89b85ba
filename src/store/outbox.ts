import type { MailboxContext } from './internal.ts';
import type { FolderId, Origin } from './types.ts';

/**
 * Notes that an object was changed by a client and is to be brought to the backend. `change` is the counter of the
 * change. Changes from the backend itself are not noted. Only in a transaction.
 */
export async function queue(
  context: MailboxContext,
  kind: 'message' | 'folder',
  objectKey: number,
  change: number,
  origin: Origin,
): Promise<void> {
  if (origin.kind !== 'client') return;
  await queueAll(context, kind, [{ objectKey, change }], origin);
}

/** As {@link queue}, of several objects. */
export async function queueAll(
  context: MailboxContext,
  kind: 'message' | 'folder',
  objects: readonly { objectKey: number; change: number }[],
  origin: Origin,
): Promise<void> {
  if (origin.kind !== 'client' || objects.length === 0) return;
  await context
    .db()
    .insertInto('outbox')
    .values(
      objects.map(({ objectKey, change }) => ({
        mailbox_id: context.mailbox.id,
        kind,
        object_key: objectKey,
        position: change,
        sequence: change,
        attempts: 0,
        due_at: context.nowMs(),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['mailbox_id', 'kind', 'object_key']).doUpdateSet((eb) => ({
        sequence: eb.ref('excluded.sequence'),
        due_at: eb.ref('excluded.due_at'),
        attempts: 0,
        error: null,
      })),
    )
    .execute();
  context.outboxGrew();
}

/** Hands a message over for sending. Only in a transaction. */
export async function queueSubmission(
  context: MailboxContext,
  objectKey: number,
  change: number,
  sentFolderId: FolderId | null,
  notBefore: number,
): Promise<void> {
  const row = { position: change, sequence: change, attempts: 0, due_at: notBefore, sent_folder_id: sentFolderId };
  await context
    .db()
    .insertInto('outbox')
    .values({ mailbox_id: context.mailbox.id, kind: 'submit', object_key: objectKey, ...row })
    .onConflict((conflict) =>
      conflict.columns(['mailbox_id', 'kind', 'object_key']).doUpdateSet({ ...row, note: null, error: null }),
    )
    .execute();
  context.outboxGrew();
}
