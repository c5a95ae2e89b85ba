import { contentState } from './content-state.ts';
import { ContentUnavailable } from './content-unavailable.ts';
import { applyCounts, count, noChange } from './counters.ts';
import type { MailboxContext } from './internal.ts';
import type { Moved } from './message-move.ts';
import { checkFolder, homesOf, messageRow } from './message-rows.ts';
import { saveMessage } from './message-save.ts';
import { queueAll } from './outbox.ts';
import { mf } from './rows.ts';
import type { FolderId, MessageId, Origin } from './types.ts';
import { nextVersion } from './versions.ts';

/** See {@link Mailbox.copyMessages}. Copies hold their content themselves; what cannot be fetched is left out. */
export async function copyMessages(
  context: MailboxContext,
  from: FolderId,
  ids: readonly MessageId[],
  to: FolderId,
  origin: Origin,
): Promise<Moved> {
  const result = new Map<MessageId, MessageId>();
  const wanted = [...new Set(ids)];
  await checkFolder(context, to, false);
  for (const [home, there] of await homesOf(context, from, wanted)) {
    for (const id of there) {
      const copied = await copyMessage(context, home, id, to, origin);
      if (copied !== undefined) result.set(id, copied);
    }
  }
  return { partial: result.size < wanted.length, ids: result };
}

async function copyMessage(
  context: MailboxContext,
  from: FolderId,
  id: MessageId,
  to: FolderId,
  origin: Origin,
): Promise<MessageId | undefined> {
  const row = await messageRow(context, 'id', id);
  if (!row || row.folder_id !== from) return undefined;
  if (row.content_state === contentState.local) return context.transaction(() => copyLocal(context, id, to, origin));
  const message = context.messageFromRow(row);
  try {
    const content = await context.mailbox.content(message);
    const copy = await saveMessage(
      context,
      {
        folderId: to,
        associated: message.associated,
        set: content.properties,
        recipients: content.recipients,
        putAttachments: content.attachments,
        flags: message.flags,
        read: message.read,
      },
      origin,
      { kind: 'copied', oldFolderId: from, oldMessageId: id },
    );
    return copy.id;
  } catch (error) {
    if (error instanceof ContentUnavailable) return undefined;
    throw error;
  }
}

/** Copies rows as they are, without reading what is in them. Only in a transaction. */
async function copyLocal(
  context: MailboxContext,
  id: MessageId,
  to: FolderId,
  origin: Origin,
): Promise<MessageId | undefined> {
  const row = await messageRow(context, 'id', id);
  if (!row) return undefined;
  const mailbox = context.mailbox.id;
  const key = await context.allocate(1);
  const cn = key;
  const copy = {
    ...row,
    key,
    id: key,
    folder_id: to,
    source_key: null,
    created: context.now(),
    flags: row.flags & ~mf.submitted,
    ...nextVersion(context, cn, undefined),
    read_cn: cn,
    content_version: cn,
  };
  const db = context.db();
  await db.insertInto('message').values(copy).execute();
  const attachmentColumns = [
    'id',
    'parent_id',
    'number',
    'hidden',
    'size',
    'properties',
    'large_values',
    'embedded_properties',
    'embedded_large_values',
    'embedded_recipients',
  ] as const;
  await db
    .insertInto('attachment')
    .columns(['mailbox_id', 'message_key', ...attachmentColumns])
    .expression((eb) =>
      eb
        .selectFrom('attachment')
        .select((e) => [e.lit(mailbox).as('mailbox_id'), e.lit(key).as('message_key')])
        .select(attachmentColumns)
        .where('mailbox_id', '=', mailbox)
        .where('message_key', '=', row.key),
    )
    .execute();
  const chunkColumns = ['attachment_id', 'value_id', 'chunk_no', 'bytes'] as const;
  await db
    .insertInto('large_value')
    .columns(['mailbox_id', 'message_key', ...chunkColumns])
    .expression((eb) =>
      eb
        .selectFrom('large_value')
        .select((e) => [e.lit(mailbox).as('mailbox_id'), e.lit(key).as('message_key')])
        .select(chunkColumns)
        .where('mailbox_id', '=', mailbox)
        .where('message_key', '=', row.key),
    )
    .execute();
  const counts = noChange();
  count(counts, copy, 1);
  await applyCounts(context, to, counts, origin);
  context.emit({
    object: 'message',
    kind: 'copied',
    folderId: to,
    messageId: copy.id,
    associated: copy.associated !== 0,
    oldFolderId: row.folder_id,
    oldMessageId: row.id,
    origin,
  });
  await queueAll(context, 'message', [{ objectKey: key, change: cn }], origin);
  return copy.id;
}
