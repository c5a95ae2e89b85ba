import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopOpenEmbeddedMessage } from '../definitions/index.ts';
import { MessageDraft } from '../message-draft.ts';
import { openedMessageOf } from '../opened-message.ts';
import { initialize } from './create-message.ts';
import { codePageFor, openMode } from './open-message.ts';

/** Reserved byte and MessageId before the rest of the answer. */
const answerHeader = 9;
const accessBits = 0x3;

/**
 * RopOpenEmbeddedMessage, MS-OXCMSG 3.2.5.16. Create makes one where there is none. Opened read-only it can be written
 * all the same when the attachment can, as with Exchange.
 */
export const openEmbeddedMessage: HandlerOf<typeof RopOpenEmbeddedMessage> = async (context, request) => {
  const parent = context.input('attachment');
  const creates = (request.openModeFlags & accessBits) === openMode.create;
  const content = parent.draft.embeddedContent;
  if (content === undefined && !creates) throw new MapiError(ec.notFound);
  if (content === undefined && !parent.writable) throw new MapiError(ec.accessDenied);
  const draft = new MessageDraft(
    context.mailbox,
    { kind: 'embedded', attachment: parent.draft, content },
    codePageFor(context, request.codePageId),
  );
  if (content === undefined) initialize(context, draft);
  context.setOutput({
    kind: 'message',
    logon: context.logon,
    draft,
    writable: parent.writable,
    parent,
    folderId: parent.message.folderId,
    messageId: undefined,
  });
  return { reserved: 0, messageId: 0n, message: await openedMessageOf(context, draft, context.room - answerHeader) };
};
