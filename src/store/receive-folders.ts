import { ec, MapiError } from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import type { FolderId } from './types.ts';

/** Receive folders of a new mailbox, by message class. */
export const standardReceiveFolders = [
  ['', 'inbox'],
  ['IPM', 'inbox'],
  ['REPORT.IPM', 'inbox'],
  ['IPC', 'root'],
] as const;

/** MS-OXCSTOR 2.2.1.2.1: printable ASCII, no period at either end or twice in a row. */
function checkClass(messageClass: string): void {
  const valid =
    messageClass === '' ||
    (messageClass.length <= 254 && /^[\x20-\x7e]+$/.test(messageClass) && !/^\.|\.$|\.\./.test(messageClass));
  if (!valid) throw new MapiError(ec.invalidParam, 'not a message class');
}

const keyOf = (messageClass: string): string => messageClass.toLowerCase();

/** The receive folder of the longest prefix of a class that has one (MS-OXCSTOR 3.2.5.2). */
export async function receiveFolder(
  context: MailboxContext,
  messageClass: string,
): Promise<{ folderId: FolderId; messageClass: string }> {
  checkClass(messageClass);
  const parts = keyOf(messageClass).split('.');
  const candidates = parts.map((_, index) => parts.slice(0, parts.length - index).join('.'));
  const rows = await context
    .db()
    .selectFrom('receive_folder')
    .select(['class_key', 'folder_id', 'message_class'])
    .where('mailbox_id', '=', context.mailbox.id)
    .where('class_key', 'in', [...candidates, ''])
    .execute();
  rows.sort((a, b) => b.class_key.length - a.class_key.length);
  const best = rows[0];
  return best
    ? { folderId: best.folder_id, messageClass: best.message_class }
    : { folderId: context.mailbox.specialFolder('inbox'), messageClass: '' };
}

/** See {@link Mailbox.setReceiveFolder} (MS-OXCSTOR 3.2.5.3). */
export async function setReceiveFolder(
  context: MailboxContext,
  messageClass: string,
  folderId: FolderId | undefined,
): Promise<void> {
  checkClass(messageClass);
  const key = keyOf(messageClass);
  if (key === 'ipm' || key === 'report.ipm') throw new MapiError(ec.accessDenied);
  await context.transaction(async () => {
    const db = context.db();
    if (folderId === undefined) {
      if (key === '') throw new MapiError(ec.error, 'there is always a receive folder for all classes');
      await db
        .deleteFrom('receive_folder')
        .where('mailbox_id', '=', context.mailbox.id)
        .where('class_key', '=', key)
        .execute();
      return;
    }
    if (!(await context.mailbox.folder(folderId))) throw new MapiError(ec.error, 'no such folder');
    const row = { message_class: messageClass, folder_id: folderId, last_modified: context.now() };
    await db
      .insertInto('receive_folder')
      .values({ mailbox_id: context.mailbox.id, class_key: key, ...row })
      .onConflict((conflict) => conflict.columns(['mailbox_id', 'class_key']).doUpdateSet(row))
      .execute();
  });
}

export async function receiveFolders(
  context: MailboxContext,
): Promise<{ folderId: FolderId; messageClass: string; lastModified: bigint }[]> {
  const rows = await context
    .db()
    .selectFrom('receive_folder')
    .select(['folder_id', 'message_class', 'last_modified'])
    .where('mailbox_id', '=', context.mailbox.id)
    .orderBy('class_key')
    .execute();
  return rows.map((row) => ({
    folderId: row.folder_id,
    messageClass: row.message_class,
    lastModified: BigInt(row.last_modified),
  }));
}
