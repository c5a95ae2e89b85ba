import type { Writer } from '../../wire/index.ts';
import { notifyId, pending, pendingId } from './definitions/notification.ts';
import type { Session } from './session.ts';
import { tableChanged } from './table-notifications.ts';

/** RopId, NotificationHandle and LogonId. */
const notifyHeader = 6;
const pendingSize = 3;

/**
 * Puts what is queued after the answers as RopNotify, oldest first, while it fits; RopPending tells that there is more
 * (MS-OXCROPS 3.2.4.1).
 */
export async function deliverNotifications(session: Session, answers: Writer, room: number): Promise<void> {
  const queue = session.notifications;
  if (queue.overflowed) {
    queue.overflowed = false;
    tellTablesChanged(session);
  }
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    const data = await next.data();
    if (data === undefined) continue;
    const size = notifyHeader + data.length;
    const keepForPending = queue.size > 0 ? pendingSize : 0;
    if (answers.length + size + keepForPending > room) {
      queue.putBack(next);
      break;
    }
    answers.u8(notifyId);
    answers.u32(next.handle);
    answers.u8(next.logonId);
    answers.bytes(data);
  }
  if (queue.size === 0 || answers.length + pendingSize > room) return;
  answers.u8(pendingId);
  pending.write(answers, { sessionIndex: 0 });
}

/** Events were dropped: whoever shows a table has to read it again. */
function tellTablesChanged(session: Session): void {
  for (const [handle, object] of session.handles.entries()) {
    if (object.kind !== 'table' || !object.watched) continue;
    session.notifications.dropHandle(handle);
    session.notifications.push({ handle, logonId: object.logon.logonId, data: () => tableChanged(object) });
  }
}
