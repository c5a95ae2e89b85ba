import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopSetMessageReadFlag, RopSetReadFlags } from '../definitions/index.ts';
import { messageIdsOf } from '../object-ids.ts';

/** ReadFlags, MS-OXCMSG 2.2.3.10.1. Receipts are the backend's. */
const readFlag = {
  suppressReceipt: 0x01,
  clearRead: 0x04,
  generateReceiptOnly: 0x10,
  clearNotifyRead: 0x20,
  clearNotifyUnread: 0x40,
} as const;
const withoutReadState = readFlag.generateReceiptOnly | readFlag.clearNotifyRead | readFlag.clearNotifyUnread;

/** The read state that the flags ask for; undefined when they do not touch it. Errors: ecInvalidParam. */
function readState(flags: number): boolean | undefined {
  const exclusive = [readFlag.clearRead, readFlag.generateReceiptOnly].filter((flag) => (flags & flag) !== 0);
  if (exclusive.length > 1) throw new MapiError(ec.invalidParam);
  if ((flags & withoutReadState) !== 0) return undefined;
  return (flags & readFlag.clearRead) === 0;
}

/** RopSetReadFlags, MS-OXCMSG 3.2.5.10. No ids at all mean every message of the folder. */
export const setReadFlags: HandlerOf<typeof RopSetReadFlags> = async (context, request) => {
  const { folderId } = context.input('folder');
  const read = readState(request.readFlags);
  if (read === undefined) return { partialCompletion: false };
  const { mailbox, origin } = context;
  if (request.messageIds.length === 0) {
    await mailbox.setReadState(folderId, 'all', read, origin);
    return { partialCompletion: false };
  }
  // Outlook asks this of messages that it has just moved away: those are passed over.
  const { ids } = await messageIdsOf(mailbox, request.messageIds);
  await mailbox.setReadState(folderId, ids, read, origin);
  return { partialCompletion: false };
};

/** RopSetMessageReadFlag, MS-OXCMSG 3.2.5.11: at once, without RopSaveChangesMessage. */
export const setMessageReadFlag: HandlerOf<typeof RopSetMessageReadFlag> = async (context, request) => {
  const { draft } = context.input('message');
  const read = readState(request.readFlags);
  const { stored } = draft;
  if (read === undefined) return { readStatusChanged: false };
  if (stored === undefined) {
    const readStatusChanged = (draft.read ?? true) !== read;
    draft.read = read;
    return { readStatusChanged };
  }
  const changed = await context.mailbox.setReadState(stored.folderId, [stored.id], read, context.origin);
  if (changed.length === 0) return { readStatusChanged: false };
  draft.stored = { ...stored, read };
  return { readStatusChanged: true };
};
