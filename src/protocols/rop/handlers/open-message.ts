import { ec, MapiError } from '../../../mapi/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopOpenMessage } from '../definitions/index.ts';
import { MessageDraft } from '../message-draft.ts';
import { checkCodePage } from '../object-code-page.ts';
import { folderIdOf, isIn, messageIdOf } from '../object-ids.ts';
import { openedMessageOf } from '../opened-message.ts';

/** OpenModeFlags, MS-OXCMSG 2.2.3.1.1. */
export const openMode = { readOnly: 0x0, readWrite: 0x1, create: 0x2, bestAccess: 0x3, softDeleted: 0x4 } as const;
const accessBits = 0x3;
/** CodePageId of the logon's own. */
const logonCodePage = 0x0fff;

/** The code page for a message handle, as the request's CodePageId says. Errors: ecUnknownCodePage. */
export function codePageFor(context: RopContext, codePageId: number): number {
  if (codePageId === logonCodePage || codePageId === 0) return context.session.codePage;
  checkCodePage(codePageId);
  return codePageId;
}

/** RopOpenMessage, MS-OXCMSG 3.2.5.1. */
export const openMessage: HandlerOf<typeof RopOpenMessage> = async (context, request) => {
  context.input('logon', 'folder');
  const { logon, mailbox } = context;
  const softDeleted = (request.openModeFlags & openMode.softDeleted) !== 0;
  const [folderId, messageId] = [
    await folderIdOf(mailbox, request.folderId),
    await messageIdOf(mailbox, request.messageId),
  ];
  const message = messageId === undefined ? undefined : await mailbox.message(messageId, { softDeleted });
  if (message === undefined || folderId === undefined || !(await isIn(mailbox, message, folderId))) {
    throw new MapiError(ec.notFound);
  }
  const draft = new MessageDraft(mailbox, { kind: 'stored', message }, codePageFor(context, request.codePageId));
  const access = request.openModeFlags & accessBits;
  const writable = message.deleted === undefined && (access === openMode.readWrite || access === openMode.bestAccess);
  const answer = await openedMessageOf(context, draft, context.room);
  context.setOutput({ kind: 'message', logon, draft, writable, folderId: message.folderId, messageId: message.id });
  return answer;
};
