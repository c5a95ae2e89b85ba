import { decodeBag, encodeBag, getString, PidTag, type PropertyBag, setProperty } from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import type { FullMessageRow } from './message-rows.ts';

/**
 * The class that the content gives a message whose class was guessed from the media type alone: `multipart/signed` is
 * S/MIME or PGP, and what kind of report a report is stands inside. Undefined when the guess holds, or is none.
 */
export function classOfContent(guessed: string, content: PropertyBag): string | undefined {
  const found = getString(content, PidTag.MessageClass);
  if (found === undefined || found === guessed) return undefined;
  const wrongSigned = guessed === 'IPM.Note.SMIME.MultipartSigned' && found === 'IPM.Note';
  const report = guessed === 'IPM.Note' && found.startsWith('REPORT.');
  return wrongSigned || report ? found : undefined;
}

/**
 * Puts the right class into the row, for tables. That is no new version of the message: whoever has it open can still
 * save it.
 */
export async function correctClass(context: MailboxContext, row: FullMessageRow, messageClass: string): Promise<void> {
  await context.transaction(async () => {
    const where = context
      .db()
      .updateTable('message')
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', row.key)
      .where('content_version', '=', row.content_version);
    const current = await context
      .db()
      .selectFrom('message')
      .select('properties')
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', row.key)
      .executeTakeFirst();
    if (current === undefined) return;
    const bag = decodeBag(current.properties);
    setProperty(bag, PidTag.MessageClass, messageClass);
    await where.set({ properties: encodeBag(bag), message_class: messageClass }).execute();
    context.emit({
      object: 'message',
      kind: 'modified',
      folderId: row.folder_id,
      messageId: row.id,
      associated: row.associated !== 0,
      origin: { kind: 'sync' },
    });
  });
}
