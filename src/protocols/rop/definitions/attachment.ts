import { array, struct, u8, u32 } from '../../../wire/index.ts';
import { rop } from '../definition.ts';

/** MS-OXCROPS 2.2.6.12 to 2.2.6.18: attachments. */

export const RopOpenAttachment = rop(0x22, 'RopOpenAttachment', {
  handles: ['input', 'output'],
  request: struct({ openAttachmentFlags: u8, attachmentId: u32 }),
});

export const RopCreateAttachment = rop(0x23, 'RopCreateAttachment', {
  handles: ['input', 'output'],
  response: struct({ attachmentId: u32 }),
});

export const RopDeleteAttachment = rop(0x24, 'RopDeleteAttachment', {
  handles: ['input'],
  request: struct({ attachmentId: u32 }),
});

export const RopSaveChangesAttachment = rop(0x25, 'RopSaveChangesAttachment', {
  handles: ['response', 'input'],
  request: struct({ saveFlags: u8 }),
});

export const RopGetAttachmentTable = rop(0x21, 'RopGetAttachmentTable', {
  handles: ['input', 'output'],
  request: struct({ tableFlags: u8 }),
});

export const RopGetValidAttachments = rop(0x52, 'RopGetValidAttachments', {
  handles: ['input'],
  response: struct({ attachmentIds: array(u32, u32, 4) }),
});

export const attachmentDefinitions = [
  RopOpenAttachment,
  RopCreateAttachment,
  RopDeleteAttachment,
  RopSaveChangesAttachment,
  RopGetAttachmentTable,
  RopGetValidAttachments,
];
