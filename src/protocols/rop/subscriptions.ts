import type { FolderEvent, FolderId, MessageEvent, MessageId, StoreEvent } from '../../store/index.ts';
import { encode } from '../../wire/index.ts';
import { notificationTypes } from './definitions/notification.ts';
import { type NotificationData, notificationData } from './definitions/notification-data.ts';
import { wireId } from './object-ids.ts';
import type { LogonObject } from './objects.ts';
import type { Session } from './session.ts';

/** What a subscription is about; nothing set: the whole store. */
export interface Scope {
  folderId?: FolderId;
  messageId?: MessageId;
}

const types = {
  created: notificationTypes.objectCreated,
  modified: notificationTypes.objectModified,
  deleted: notificationTypes.objectDeleted,
  moved: notificationTypes.objectMoved,
  copied: notificationTypes.objectCopied,
  newMail: notificationTypes.newMail,
  searchComplete: notificationTypes.searchComplete,
} as const satisfies Record<StoreEvent['kind'], number>;

/** Queues the events of a mailbox that a subscription wants (MS-OXCNOTIF 2.2.1.1). Returns what ends it. */
export function subscribe(
  session: Session,
  logon: LogonObject,
  handle: number,
  wanted: number,
  scope: Scope,
): () => void {
  return logon.mailbox.subscribe((event) => {
    if (!concerns(event, scope) || isOwnUpload(session, event)) return;
    for (const type of typesOf(event)) {
      if ((type & wanted) === 0) continue;
      const data = event.object === 'message' ? messageData(event, type) : folderData(event, type);
      const key = keyOf(event, type);
      session.notifications.push({
        handle,
        logonId: logon.logonId,
        folderId: event.folderId,
        ...(key === undefined ? {} : { key }),
        data: () => encode(notificationData, data),
      });
    }
  });
}

/** A cached-mode client has what it uploads; told of it, it would synchronize once more (MS-OXCFXICS 3.3.4.3). */
const isOwnUpload = (session: Session, { origin }: StoreEvent): boolean =>
  origin.kind === 'client' && origin.upload === true && origin.session === session.id;

/** A mail that arrives is an object that was created, too. */
function typesOf(event: StoreEvent): readonly number[] {
  return event.kind === 'newMail' ? [types.newMail, types.created] : [types[event.kind]];
}

/** Events that say the same again replace what is still queued. */
function keyOf(event: StoreEvent, type: number): string | undefined {
  if (event.object === 'message')
    return type === types.modified || type === types.created ? `message ${type} ${event.messageId}` : undefined;
  if (type !== types.modified) return undefined;
  return `folder ${event.folderId} ${event.contentCount !== undefined} ${event.unreadCount !== undefined}`;
}

function concerns(event: StoreEvent, scope: Scope): boolean {
  if (scope.folderId === undefined) return true;
  if (event.object === 'folder') {
    if (scope.messageId !== undefined) return false;
    if (event.folderId === scope.folderId) return true;
    // Of subfolders only that they come and go.
    const moves = event.kind !== 'modified' && event.kind !== 'searchComplete';
    return moves && (event.parentId === scope.folderId || event.oldParentId === scope.folderId);
  }
  if (scope.messageId !== undefined)
    return event.messageId === scope.messageId || event.oldMessageId === scope.messageId;
  return event.folderId === scope.folderId || event.oldFolderId === scope.folderId;
}

const idOf = (id: number | undefined): bigint | undefined => (id === undefined ? undefined : wireId(id));

function messageData(event: MessageEvent, type: number): NotificationData {
  return {
    kind: 'object',
    type,
    folderId: wireId(event.folderId),
    messageId: wireId(event.messageId),
    oldFolderId: idOf(event.oldFolderId),
    oldMessageId: idOf(event.oldMessageId),
    ...(type === types.newMail
      ? { messageFlags: event.messageFlags ?? 0, messageClass: event.messageClass ?? 'IPM.Note' }
      : {}),
  };
}

function folderData(event: FolderEvent, type: number): NotificationData {
  return {
    kind: 'object',
    type,
    folderId: wireId(event.folderId),
    parentFolderId: idOf(event.parentId),
    oldFolderId: idOf(event.oldFolderId ?? event.folderId),
    oldParentFolderId: idOf(event.oldParentId),
    ...(type === types.modified
      ? { totalMessageCount: event.contentCount, unreadMessageCount: event.unreadCount }
      : {}),
  };
}
