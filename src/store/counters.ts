import type { MailboxContext } from './internal.ts';
import type { FolderId, Origin } from './types.ts';

/** What changed in the counters of a folder. */
export interface CountChange {
  content: number;
  unread: number;
  associated: number;
  size: number;
  deleted: number;
  /** Messages that were deleted now; never negative. */
  deletedTotal: number;
}

export const noChange = (): CountChange => ({
  content: 0,
  unread: 0,
  associated: 0,
  size: 0,
  deleted: 0,
  deletedTotal: 0,
});

interface Counted {
  readonly associated: number;
  readonly read: number;
  readonly size: number;
  readonly deleted: number;
}

/** Counts a message in (`by` 1) or out (-1). Soft-deleted ones count only as such. */
export function count(change: CountChange, message: Counted, by: 1 | -1): void {
  if (message.deleted) {
    change.deleted += by;
    return;
  }
  change.size += by * message.size;
  if (message.associated) {
    change.associated += by;
  } else {
    change.content += by;
    if (!message.read) change.unread += by;
  }
}

/** Brings the folder's counters up to date and lets a `modified` event go out. Only in a transaction. */
export async function applyCounts(
  context: MailboxContext,
  folderId: FolderId,
  change: CountChange,
  origin: Origin,
): Promise<void> {
  await context
    .db()
    .updateTable('folder')
    .set((eb) => ({
      content_count: eb('content_count', '+', change.content),
      unread_count: eb('unread_count', '+', change.unread),
      associated_count: eb('associated_count', '+', change.associated),
      size: eb('size', '+', change.size),
      deleted_count: eb('deleted_count', '+', change.deleted),
      deleted_total: eb('deleted_total', '+', change.deletedTotal),
      contents_modified: context.now(),
    }))
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', folderId)
    .execute();
  context.countsChanged(folderId, origin);
}
