import { getNumber, PidTag, type PropertyBag, recipientRow } from '../../mapi/index.ts';
import type { RopContext } from './context.ts';
import type { OpenedMessage, OpenRecipientRow } from './definitions/index.ts';
import type { MessageDraft } from './message-draft.ts';
import { draftSubject, hasNamedProperties } from './properties/message.ts';
import { recipientColumns, rowOfRecipient } from './recipients.ts';

/** A byte counts the rows of an answer. */
const rowLimit = 0xfe;
/** Rows given whatever follows in the buffer, and bytes up to which more are: the rest is RopReadRecipients' part. */
const firstRows = 5;
const inlineBytes = 0x1000;
/** Size of a row's fields before its RecipientRow. */
const rowHeader = 7;

/** A recipient's row as its bytes, in the code page of the operation. */
export function recipientRowBytes(context: RopContext, recipient: PropertyBag, columns: readonly number[]): Buffer {
  const writer = context.writer();
  recipientRow(columns).write(writer, rowOfRecipient(recipient, columns));
  return writer.finish();
}

/** PidTagRecipientType as the one byte of a row. */
export const recipientTypeOf = (recipient: PropertyBag): number =>
  (getNumber(recipient, PidTag.RecipientType) ?? 1) & 0x93;

/**
 * What RopOpenMessage and its like tell of a message (MS-OXCMSG 2.2.3.1.2). Recipients as far as `room` goes.
 */
export async function openedMessageOf(context: RopContext, draft: MessageDraft, room: number): Promise<OpenedMessage> {
  const recipients = await draft.recipients();
  const subject = await draftSubject(draft);
  const columns = recipientColumns(recipients);
  const fixed = 16 + 4 * columns.length + 2 * ((subject?.subject.length ?? 0) + 4);
  const recipientRows: OpenRecipientRow[] = [];
  let used = 0;
  for (const recipient of recipients) {
    const row = recipientRowBytes(context, recipient, columns);
    used += rowHeader + row.length;
    const wanted = recipientRows.length < firstRows || used <= inlineBytes;
    if (!wanted || fixed + used > room || recipientRows.length >= rowLimit) break;
    recipientRows.push({
      recipientType: recipientTypeOf(recipient),
      codePageId: draft.codePage,
      reserved: 0,
      recipientRow: row,
    });
  }
  return {
    hasNamedProperties: await hasNamedProperties(draft),
    subjectPrefix: subject?.prefix ?? '',
    normalizedSubject: subject?.normalized ?? '',
    recipientCount: recipients.length,
    recipientColumns: columns,
    recipientRows,
  };
}
