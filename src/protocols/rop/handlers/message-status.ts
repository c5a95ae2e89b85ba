import { ec, MapiError } from '../../../mapi/index.ts';
import type { Message } from '../../../store/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetMessageStatus, RopSetMessageStatus } from '../definitions/index.ts';
import { isIn, messageIdOf } from '../object-ids.ts';

async function messageOf(context: RopContext, id: bigint): Promise<Message> {
  const folder = context.input('folder');
  const messageId = await messageIdOf(context.mailbox, id);
  const message = messageId === undefined ? undefined : await context.mailbox.message(messageId);
  if (message === undefined || !(await isIn(context.mailbox, message, folder.folderId))) {
    throw new MapiError(ec.notFound);
  }
  return message;
}

/** RopSetMessageStatus, MS-OXCMSG 3.2.5.8: bits of the mask become those of the flags. Answers those before. */
export const setMessageStatus: HandlerOf<typeof RopSetMessageStatus> = async (context, request) => {
  const message = await messageOf(context, request.messageId);
  const { messageStatusMask: mask, messageStatusFlags: flags } = request;
  const before = await context.mailbox.setMessageStatus(message.id, mask, flags, context.origin);
  return { messageStatusFlags: before >>> 0 };
};

/** RopGetMessageStatus, MS-OXCMSG 3.2.5.9. */
export const getMessageStatus: HandlerOf<typeof RopGetMessageStatus> = async (context, request) => ({
  messageStatusFlags: (await messageOf(context, request.messageId)).status >>> 0,
});
