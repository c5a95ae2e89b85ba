import type { SyncContext } from './context.ts';
import { folderById } from './folders.ts';
import { messagesOf, movesOf, type ReplicaMessage, removeMessage, revertMoves, updateMessage } from './messages.ts';

/**
 * A folder is gone from the server. What in it was never uploaded goes to Local Failures, as Outlook does it; messages
 * that were moved into it here go back to where the server has them, unless that is gone as well.
 */
export function emptyGoneFolder(context: SyncContext, folderId: number): void {
  const { db } = context;
  for (const message of messagesOf(db, folderId)) {
    const moved = movesOf(db, message.key).length > 0;
    const left = moved ? revertMoves(db, message) : message;
    if (moved && folderById(db, left.folderId) !== undefined && left.folderId !== folderId) continue;
    if (left.dirty) keepInLocalFailures(context, left);
    else {
      context.tell({ kind: 'messageRemoved', folder: folderById(db, folderId)?.name ?? '', subject: left.subject });
      removeMessage(db, left.key);
    }
  }
}

function keepInLocalFailures({ db }: SyncContext, message: ReplicaMessage): void {
  updateMessage(db, { ...message, folderId: db.setting<number>('localFailures')!, dirty: true });
}
