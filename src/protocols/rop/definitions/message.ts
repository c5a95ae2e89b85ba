import { objectId, typedString } from '../../../mapi/index.ts';
import { array, bool8, sizedBytes, struct, u8, u16, u32, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { noPartialCompletion, objectIds, partialCompletion, tags } from './fields.ts';

/** MS-OXCROPS 2.2.6: messages and recipients. */

/** RecipientRow (MS-OXCDATA 2.8.3.2) as its bytes; what is in it depends on the recipient columns. */
const recipientRow = sizedBytes(u16);

/** OpenRecipientRow, MS-OXCROPS 2.2.6.1.2.1. */
const openRecipientRow = struct({ recipientType: u8, codePageId: u16, reserved: u16, recipientRow });
export type OpenRecipientRow = ReturnType<typeof openRecipientRow.read>;

export interface OpenedMessage {
  readonly hasNamedProperties: boolean;
  readonly subjectPrefix: string | undefined;
  readonly normalizedSubject: string | undefined;
  readonly recipientCount: number;
  readonly recipientColumns: readonly number[];
  readonly recipientRows: readonly OpenRecipientRow[];
}
/** What RopOpenMessage, RopOpenEmbeddedMessage and RopReloadCachedInformation tell of a message. */
export const openedMessage: WireType<OpenedMessage> = struct({
  hasNamedProperties: bool8,
  subjectPrefix: typedString,
  normalizedSubject: typedString,
  recipientCount: u16,
  recipientColumns: tags as WireType<readonly number[]>,
  recipientRows: array(u8, openRecipientRow, 7) as unknown as WireType<readonly OpenRecipientRow[]>,
});

export const RopOpenMessage = rop(0x03, 'RopOpenMessage', {
  handles: ['input', 'output'],
  request: struct({ codePageId: u16, folderId: objectId, openModeFlags: u8, messageId: objectId }),
  response: openedMessage,
});

const createMessageResponse: WireType<{ messageId: bigint | undefined }> = {
  read: (r) => ({ messageId: bool8.read(r) ? objectId.read(r) : undefined }),
  write: (w, value) => {
    bool8.write(w, value.messageId !== undefined);
    if (value.messageId !== undefined) objectId.write(w, value.messageId);
  },
};
export const RopCreateMessage = rop(0x06, 'RopCreateMessage', {
  handles: ['input', 'output'],
  request: struct({ codePageId: u16, folderId: objectId, associatedFlag: bool8 }),
  response: createMessageResponse,
});

export const RopSaveChangesMessage = rop(0x0c, 'RopSaveChangesMessage', {
  handles: ['response', 'input'],
  request: struct({ saveFlags: u8 }),
  response: struct({ inputHandleIndex: u8, messageId: objectId }),
});

export const RopRemoveAllRecipients = rop(0x0d, 'RopRemoveAllRecipients', {
  handles: ['input'],
  request: struct({ reserved: u32 }),
});

/** ModifyRecipientRow, MS-OXCROPS 2.2.6.5.1.1; an empty row deletes the recipient. */
const modifyRecipientRow = struct({ rowId: u32, recipientType: u8, recipientRow });
export const RopModifyRecipients = rop(0x0e, 'RopModifyRecipients', {
  handles: ['input'],
  request: struct({ recipientColumns: tags, recipientRows: array(u16, modifyRecipientRow, 7) }),
});

const readRecipientRow = struct({ rowId: u32, recipientType: u8, codePageId: u16, reserved: u16, recipientRow });
export const RopReadRecipients = rop(0x0f, 'RopReadRecipients', {
  handles: ['input'],
  request: struct({ rowId: u32, reserved: u16 }),
  response: struct({ recipientRows: array(u8, readRecipientRow, 11) }),
});

export const RopReloadCachedInformation = rop(0x10, 'RopReloadCachedInformation', {
  handles: ['input'],
  request: struct({ reserved: u16 }),
  response: openedMessage,
});

const messageStatus = struct({ messageStatusFlags: u32 });

export const RopSetMessageStatus = rop(0x20, 'RopSetMessageStatus', {
  handles: ['input'],
  request: struct({ messageId: objectId, messageStatusFlags: u32, messageStatusMask: u32 }),
  response: messageStatus,
});

/** Answered with the RopId of RopSetMessageStatus (MS-OXCROPS 2.2.6.9.2). */
export const RopGetMessageStatus = rop(0x1f, 'RopGetMessageStatus', {
  handles: ['input'],
  responseId: 0x20,
  request: struct({ messageId: objectId }),
  response: messageStatus,
});

export const RopSetReadFlags = rop(0x66, 'RopSetReadFlags', {
  handles: ['input'],
  request: struct({ wantAsynchronous: bool8, readFlags: u8, messageIds: objectIds }),
  response: partialCompletion,
  failure: partialCompletion,
  failed: noPartialCompletion,
});

/** ClientData is only there on logons to public folders, which this server does not have. */
export const RopSetMessageReadFlag = rop(0x11, 'RopSetMessageReadFlag', {
  handles: ['response', 'input'],
  request: struct({ readFlags: u8 }),
  response: struct({ readStatusChanged: bool8 }),
});

const openEmbeddedResponse: WireType<{ reserved: number; messageId: bigint; message: OpenedMessage }> = struct({
  reserved: u8,
  messageId: objectId,
  message: openedMessage,
});
export const RopOpenEmbeddedMessage = rop(0x46, 'RopOpenEmbeddedMessage', {
  handles: ['input', 'output'],
  request: struct({ codePageId: u16, openModeFlags: u8 }),
  response: openEmbeddedResponse,
});

export const messageDefinitions = [
  RopOpenMessage,
  RopCreateMessage,
  RopSaveChangesMessage,
  RopRemoveAllRecipients,
  RopModifyRecipients,
  RopReadRecipients,
  RopReloadCachedInformation,
  RopSetMessageStatus,
  RopGetMessageStatus,
  RopSetReadFlags,
  RopSetMessageReadFlag,
  RopOpenEmbeddedMessage,
];
