import { propertyRow } from '../../mapi/index.ts';
import type { RowKey, TableEvent } from '../../store/index.ts';
import { encode } from '../../wire/index.ts';
import { notificationData, type RowIds, tableEventType } from './definitions/notification-data.ts';
import { codePageOf, writerInCodePage } from './object-code-page.ts';
import { wireId } from './object-ids.ts';
import type { TableObject } from './objects.ts';
import type { Session } from './session.ts';

/**
 * TableModified events of an open table (MS-OXCNOTIF 3.1.4.3): told from its first view on, unless it was opened with
 * NoNotifications.
 */
export function watchTable(session: Session, handle: number, object: TableObject): void {
  if (!object.notify) return;
  if (object.watched === undefined) object.table.listen((event) => tell(session, handle, object, event));
  object.watched = true;
}

/** Until the next view nothing is told. */
export function unwatchTable(object: TableObject): void {
  if (object.watched) object.watched = false;
}

function tell(session: Session, handle: number, object: TableObject, event: TableEvent): void {
  if (!object.watched) return;
  session.notifications.push({
    handle,
    logonId: object.logon.logonId,
    ...keysOf(event),
    data: () => dataOf(session, object, event),
  });
}

/**
 * A later change of the same row makes an earlier one needless, as the row is read when it is sent; but not when a row
 * was placed after it since, as the client has to have it in its place by then.
 */
function keysOf(event: TableEvent): { key?: string; keeps?: string } {
  if (event.kind === 'changed') return { key: 'changed' };
  if (event.kind === 'rowDeleted') return {};
  const keeps = event.after && modifiedKey(event.after);
  return {
    ...(event.kind === 'rowModified' ? { key: modifiedKey(event.row) } : {}),
    ...(keeps === undefined ? {} : { keeps }),
  };
}

const modifiedKey = ({ folderId, messageId, instance }: RowKey): string =>
  `modified ${folderId} ${messageId} ${instance}`;

function idsOf(key: RowKey): RowIds {
  const folderId = wireId(key.folderId);
  return key.messageId === undefined
    ? { folderId }
    : { folderId, messageId: wireId(key.messageId), instance: key.instance };
}

async function dataOf(session: Session, object: TableObject, event: TableEvent): Promise<Uint8Array> {
  const message = object.content === 'contents';
  // A row that cannot be told any more must not pass in silence: the client reads the table again.
  const changed = (): Uint8Array =>
    encode(notificationData, { kind: 'table', event: tableEventType.tableChanged, message });
  if (event.kind === 'changed') return changed();
  const row = idsOf(event.row);
  if (event.kind === 'rowDeleted')
    return encode(notificationData, { kind: 'table', event: tableEventType.rowDeleted, message, row });
  const columns = object.valid ? object.table.columns() : undefined;
  const values = columns && (await object.table.rowOf(event.row).catch(() => undefined));
  if (columns === undefined || values === undefined) return changed();
  const writer = writerInCodePage(codePageOf(session, object));
  propertyRow(columns).write(writer, [...values]);
  return encode(notificationData, {
    kind: 'table',
    event: event.kind === 'rowAdded' ? tableEventType.rowAdded : tableEventType.rowModified,
    message,
    row,
    after: event.after && idsOf(event.after),
    data: writer.view(),
  });
}
