import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopRegisterNotification } from '../definitions/notification.ts';
import { folderIdOf, messageIdOf } from '../object-ids.ts';
import { type Scope, subscribe } from '../subscriptions.ts';

const validTypes = 0x07ff;

/** RopRegisterNotification, MS-OXCNOTIF 3.1.5.1. */
export const registerNotification: HandlerOf<typeof RopRegisterNotification> = async (context, request) => {
  const { logon, mailbox, session } = context;
  if (request.notificationTypes === 0 || request.notificationTypes & ~validTypes) throw new MapiError(ec.invalidParam);
  const scope: Scope = {};
  if (!request.wantWholeStore) {
    const folderId = await folderIdOf(mailbox, request.folderId ?? 0n);
    const messageId = request.messageId ? await messageIdOf(mailbox, request.messageId) : 0;
    if (folderId === undefined || messageId === undefined) throw new MapiError(ec.notFound);
    scope.folderId = folderId;
    if (messageId !== 0) scope.messageId = messageId;
  }
  let end: () => void = () => {};
  context.setOutput({ kind: 'subscription', logon, end: () => end() }, (handle) => {
    end = subscribe(session, logon, handle, request.notificationTypes, scope);
  });
  return {};
};
