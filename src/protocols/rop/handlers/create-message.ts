import { randomBytes } from 'node:crypto';
import { addressBookEntryId, ec, fileTimeNow, MapiError, PidTag } from '../../../mapi/index.ts';
import { mf } from '../../../store/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopCreateMessage } from '../definitions/index.ts';
import { MessageDraft } from '../message-draft.ts';
import { existingFolder } from '../object-ids.ts';
import { codePageFor } from './open-message.ts';

/** RopCreateMessage, MS-OXCMSG 3.2.5.2. Nothing is stored before RopSaveChangesMessage. */
export const createMessage: HandlerOf<typeof RopCreateMessage> = async (context, request) => {
  context.input('logon', 'folder');
  const { logon, mailbox } = context;
  const { id: folderId, type } = await existingFolder(mailbox, request.folderId);
  if (type === 'search') throw new MapiError(ec.accessDenied);
  const codePage = codePageFor(context, request.codePageId);
  const draft = new MessageDraft(mailbox, { kind: 'new', folderId, associated: request.associatedFlag }, codePage);
  initialize(context, draft);
  context.setOutput({ kind: 'message', logon, draft, writable: true, folderId, messageId: undefined });
  return { messageId: undefined };
};

/** What a new message has before a client sets anything. */
export function initialize(context: RopContext, draft: MessageDraft): void {
  const { identity, codePage, stringLocale } = context.session;
  const now = fileTimeNow();
  const entryId = addressBookEntryId(identity.legacyDn);
  draft.setProperty(PidTag.MessageClass, 'IPM.Note');
  draft.setProperty(PidTag.Importance, 1);
  draft.setProperty(PidTag.Sensitivity, 0);
  draft.setProperty(PidTag.TrustSender, 1);
  draft.setProperty(PidTag.MessageCodepage, codePage);
  draft.setProperty(PidTag.MessageLocaleId, stringLocale || 0x409);
  draft.setProperty(PidTag.CreationTime, now);
  draft.setProperty(PidTag.LastModificationTime, now);
  draft.setProperty(PidTag.SearchKey, randomBytes(16));
  draft.setProperty(PidTag.CreatorName, identity.displayName);
  draft.setProperty(PidTag.CreatorEntryId, entryId);
  draft.setProperty(PidTag.LastModifierName, identity.displayName);
  draft.setProperty(PidTag.LastModifierEntryId, entryId);
  draft.read = true;
  draft.flags = mf.unsent;
}
