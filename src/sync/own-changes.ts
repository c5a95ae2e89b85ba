import type { Mailbox, MessageKey, MessageLink } from '../store/index.ts';
import { isVoid, readCursor, readMessageBase, writeCursor } from './links.ts';

/**
 * Runs a push of one message and moves the cursors of the folders that it changed along: what we did ourselves is then
 * no difference at the next look, which for a large folder would mean a whole listing. What a crash leaves out shows as
 * a difference and is looked at.
 */
export async function followOwnChange<T>(mailbox: Mailbox, key: MessageKey, push: () => Promise<T>): Promise<T> {
  const before = await mailbox.sync.link(key);
  try {
    return await push();
  } finally {
    const after = await mailbox.sync.link(key);
    if (before?.remoteFolder !== after?.remoteFolder || before?.base !== after?.base)
      await mailbox.transaction(async () => {
        await count(mailbox, before, -1);
        await count(mailbox, after, 1);
      });
  }
}

async function count(mailbox: Mailbox, link: MessageLink | undefined, by: 1 | -1): Promise<void> {
  if (!link || isVoid(link)) return;
  const cursor = readCursor(await mailbox.sync.cursor(link.remoteFolder));
  if (!cursor) return;
  const unread = readMessageBase(link).flags.seen ? 0 : by;
  await mailbox.sync.setCursor(
    link.remoteFolder,
    writeCursor({ ...cursor, total: cursor.total + by, unread: cursor.unread + unread }),
  );
}
