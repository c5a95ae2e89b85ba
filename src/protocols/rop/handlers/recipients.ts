import {
  ec,
  getNumber,
  getString,
  MapiError,
  PidTag,
  type PropertyBag,
  recipientRow,
  setProperty,
} from '../../../mapi/index.ts';
import { Reader } from '../../../wire/index.ts';
import { NoRoom, type RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type { RopModifyRecipients, RopReadRecipients, RopRemoveAllRecipients } from '../definitions/index.ts';
import { readInCodePage } from '../object-code-page.ts';
import { recipientRowBytes, recipientTypeOf } from '../opened-message.ts';
import { recipientColumns, recipientOfRow } from '../recipients.ts';

const rowIdOf = (recipient: PropertyBag): number => (getNumber(recipient, PidTag.Rowid) ?? 0) >>> 0;

/** RopRemoveAllRecipients, MS-OXCMSG 3.2.5.4. */
export const removeAllRecipients: HandlerOf<typeof RopRemoveAllRecipients> = (context) => {
  const { draft, writable } = context.input('message');
  if (!writable) throw new MapiError(ec.accessDenied);
  draft.setRecipients([]);
  return {};
};

/** RopModifyRecipients, MS-OXCMSG 3.2.5.5: rows replace those of their RowId, are added, or (empty) delete. */
export const modifyRecipients: HandlerOf<typeof RopModifyRecipients> = async (context, request) => {
  const { draft, writable } = context.input('message');
  if (!writable) throw new MapiError(ec.accessDenied);
  const byRow = new Map((await draft.recipients()).map((recipient) => [rowIdOf(recipient), recipient]));
  const columns = request.recipientColumns;
  for (const row of request.recipientRows) {
    if (row.recipientRow.length === 0) {
      byRow.delete(row.rowId);
      continue;
    }
    const reader = new Reader(row.recipientRow);
    readInCodePage(reader, context.codePage);
    const decoded = recipientRow(columns).read(reader);
    byRow.set(row.rowId, recipientOfRow(decoded, columns, row.rowId, row.recipientType));
  }
  const recipients = [...byRow.values()].sort((a, b) => rowIdOf(a) - rowIdOf(b));
  await addSmtpAddresses(context, recipients);
  draft.setRecipients(recipients);
  return {};
};

/** Address-book recipients get the address that mail to them goes to. */
async function addSmtpAddresses(context: RopContext, recipients: PropertyBag[]): Promise<void> {
  const unresolved = recipients.filter(
    (recipient) => getString(recipient, PidTag.AddressType) === 'EX' && !getString(recipient, PidTag.SmtpAddress),
  );
  if (unresolved.length === 0) return;
  const { services, identity } = context.session;
  const addresses = new Map<string, string>();
  for (const entry of await services.directory.entries(identity)) {
    addresses.set(entry.legacyDn.toLowerCase(), entry.address);
  }
  for (const recipient of unresolved) {
    const address = addresses.get((getString(recipient, PidTag.EmailAddress) ?? '').toLowerCase());
    if (address) setProperty(recipient, PidTag.SmtpAddress, address);
  }
}

/** RowId, RecipientType, CodePageId, Reserved and size before each row. */
const rowHeader = 11;
const rowLimit = 0xfe;

/** RopReadRecipients, MS-OXCMSG 3.2.5.6: rows from the given RowId on, as many as fit. */
export const readRecipients: HandlerOf<typeof RopReadRecipients> = async (context, request) => {
  const { draft } = context.input('message');
  const recipients = await draft.recipients();
  const columns = recipientColumns(recipients);
  // Zero means "from the first one", whatever its id.
  const from = request.rowId === 0 ? 0 : recipients.findIndex((recipient) => rowIdOf(recipient) >= request.rowId);
  if (recipients.length === 0 || from < 0) throw new MapiError(ec.notFound);
  const rows = [];
  let used = 1;
  for (const recipient of recipients.slice(from, from + rowLimit)) {
    const row = recipientRowBytes(context, recipient, columns);
    used += rowHeader + row.length;
    if (used > context.room) break;
    rows.push({
      rowId: rowIdOf(recipient),
      recipientType: recipientTypeOf(recipient),
      codePageId: draft.codePage,
      reserved: 0,
      recipientRow: row,
    });
  }
  if (rows.length === 0) throw new NoRoom(used);
  return { recipientRows: rows };
};
