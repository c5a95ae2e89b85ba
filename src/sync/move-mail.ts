import type { Message, MessageLink, OutboxRow } from '../store/index.ts';
import type { SyncAccount } from './account.ts';
import { findMoved, writeAttempt } from './attempt.ts';
import { unlessMissing, Waiting } from './waiting.ts';

/** Throws Waiting when the mail is not where it was: the next look at the folders tells where it went. */
export async function moveMail(
  account: SyncAccount,
  row: OutboxRow | undefined,
  message: Message,
  link: MessageLink,
  target: string,
): Promise<MessageLink> {
  const { mailbox, backend } = account;
  if (row) {
    await mailbox.sync.noteOutbox(
      row,
      writeAttempt({ kind: 'move', id: link.remoteId, to: message.folderId, at: account.clock() }),
    );
  }
  const id =
    (await unlessMissing(() => backend.mail.move(link.remoteFolder, link.remoteId, target))) ??
    (await findMoved(account, message, link, target));
  if (id === undefined) throw new Waiting('the mail was moved or deleted elsewhere');
  const moved = { ...link, remoteFolder: target, remoteId: id };
  await mailbox.sync.setLink(moved);
  return moved;
}
