import { ec, fileTimeNow, MapiError, PidTag } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopCreateAttachment,
  RopDeleteAttachment,
  RopGetValidAttachments,
  RopOpenAttachment,
  RopSaveChangesAttachment,
} from '../definitions/index.ts';

/** OpenAttachmentFlags, MS-OXCMSG 2.2.3.12.1. */
const attachmentMode = { readOnly: 0x0, readWrite: 0x1, bestAccess: 0x3 } as const;
/** Attachments that a message may have; Exchange's limit for a message's parts lies in this order, too. */
const attachmentLimit = 1024;

/** RopOpenAttachment, MS-OXCMSG 3.2.5.12. */
export const openAttachment: HandlerOf<typeof RopOpenAttachment> = async (context, request) => {
  const message = context.input('message');
  const mode = request.openAttachmentFlags;
  if (mode === attachmentMode.readWrite && !message.writable) throw new MapiError(ec.accessDenied);
  const draft = await message.draft.openAttachment(request.attachmentId);
  if (draft === undefined) throw new MapiError(ec.notFound);
  const writable = message.writable && mode !== attachmentMode.readOnly;
  context.setOutput({ kind: 'attachment', logon: context.logon, message, draft, writable });
  return {};
};

/** RopCreateAttachment, MS-OXCMSG 3.2.5.13. Part of the message only after RopSaveChangesAttachment. */
export const createAttachment: HandlerOf<typeof RopCreateAttachment> = async (context) => {
  const message = context.input('message');
  if (!message.writable) throw new MapiError(ec.accessDenied);
  if ((await message.draft.attachments()).length >= attachmentLimit) throw new MapiError(ec.maxAttachmentExceeded);
  const draft = await message.draft.createAttachment();
  const now = fileTimeNow();
  draft.setProperty(PidTag.RenderingPosition, -1);
  draft.setProperty(PidTag.CreationTime, now);
  draft.setProperty(PidTag.LastModificationTime, now);
  context.setOutput({ kind: 'attachment', logon: context.logon, message, draft, writable: true });
  return { attachmentId: draft.number };
};

/** RopDeleteAttachment, MS-OXCMSG 3.2.5.15. */
export const deleteAttachment: HandlerOf<typeof RopDeleteAttachment> = async (context, request) => {
  const message = context.input('message');
  if (!message.writable) throw new MapiError(ec.accessDenied);
  if (!(await message.draft.removeAttachment(request.attachmentId))) throw new MapiError(ec.notFound);
  return {};
};

/** RopGetValidAttachments, MS-OXCMSG 2.2.3.18: the numbers of those that were saved into the message's handle. */
export const getValidAttachments: HandlerOf<typeof RopGetValidAttachments> = async (context) => {
  const { draft } = context.input('message');
  return { attachmentIds: (await draft.attachments()).map(({ number }) => number) };
};

/** RopSaveChangesAttachment, MS-OXCMSG 3.2.5.14: into the message's handle, which has to be saved in turn. */
export const saveChangesAttachment: HandlerOf<typeof RopSaveChangesAttachment> = (context) => {
  const attachment = context.input('attachment');
  if (!attachment.writable) throw new MapiError(ec.accessDenied);
  attachment.draft.setProperty(PidTag.LastModificationTime, fileTimeNow());
  attachment.draft.save();
  return {};
};
