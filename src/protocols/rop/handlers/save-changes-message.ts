import { addressBookEntryId, ec, MapiError, PidTag } from '../../../mapi/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSaveChangesMessage } from '../definitions/index.ts';
import { wireId } from '../object-ids.ts';
import type { MessageObject } from '../objects.ts';
import { saveImported } from '../upload/import-message.ts';

/** SaveFlags, MS-OXCMSG 2.2.3.3.1. KeepOpenReadOnly is ignored, as Exchange does; other bits too. */
const forceSave = 0x04;

/** RopSaveChangesMessage, MS-OXCMSG 3.2.5.3. */
export const saveChangesMessage: HandlerOf<typeof RopSaveChangesMessage> = async (context, request) => {
  const message = context.input('message');
  if (!message.writable) throw new MapiError(ec.error, 'the message is open for reading only');
  await saveMessage(context, message, (request.saveFlags & forceSave) !== 0);
  return {
    inputHandleIndex: context.inputIndex,
    messageId: message.messageId === undefined ? 0n : wireId(message.messageId),
  };
};

/** Saves what was changed on a handle. Errors: ecObjectModified, ecObjectDeleted. */
export async function saveMessage(context: RopContext, message: MessageObject, force: boolean): Promise<void> {
  const { draft } = message;
  if (message.pending !== undefined) return saveImported(context, message, message.pending);
  if (draft.isSaved && !draft.isChanged) return;
  const { identity } = context.session;
  draft.setProperty(PidTag.LastModifierName, identity.displayName);
  draft.setProperty(PidTag.LastModifierEntryId, addressBookEntryId(identity.legacyDn));
  const saved = await draft.save(context.origin, force);
  if (saved === undefined) return;
  message.messageId = saved.id;
  message.folderId = saved.folderId;
}
