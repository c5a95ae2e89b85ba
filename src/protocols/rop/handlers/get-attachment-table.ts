import type { PropertyTag, StoredValue } from '../../../mapi/index.ts';
import { isPropertyError } from '../../../mapi/index.ts';
import { createListTable } from '../../../store/index.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopGetAttachmentTable } from '../definitions/index.ts';
import { AttachmentDraft } from '../message-draft.ts';
import type { AttachmentObject } from '../objects.ts';
import { attachmentColumns, attachmentProperty } from '../properties/attachment.ts';
import { openTable } from './table-object.ts';

/** RopGetAttachmentTable, MS-OXCMSG 3.2.5.17: the attachments as they stand on the message's handle. */
export const getAttachmentTable: HandlerOf<typeof RopGetAttachmentTable> = (context) => {
  const message = context.input('message');
  const { logon } = context;
  const rows = async (): Promise<AttachmentObject[]> =>
    (await message.draft.attachments()).map((attachment) => ({
      kind: 'attachment',
      logon,
      message,
      draft: new AttachmentDraft(message.draft, attachment.number, attachment),
      writable: message.writable,
    }));
  const table = createListTable<AttachmentObject>({
    rows,
    key: (row) => row.draft.number,
    property: (row, tag): StoredValue | undefined => {
      const value = attachmentProperty(row, tag)?.[1];
      return value === undefined || isPropertyError(value) ? undefined : value;
    },
    allColumns: async (): Promise<PropertyTag[]> => {
      const tags = new Set<PropertyTag>();
      for (const row of await rows()) for (const tag of attachmentColumns(row)) tags.add(tag);
      return [...tags];
    },
  });
  openTable(context, table, 'attachments', false);
  return {};
};
