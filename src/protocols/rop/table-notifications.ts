import { propertyRow } from '../../mapi/index.ts';
import type { RowKey, TableEvent } from '../../store/index.ts';
import { encode } from '../../wire/index.ts';
import { notificationData, type RowIds, tableEventType } from './definitions/notification-data.ts';
import type { PendingNotification } from './notification-queue.ts';
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
  const { notifications } = session;
  let unreadable = event.kind === 'changed';
  // The client reads the table again: whatever is queued is in what it will find.
  if (unreadable) notifications.dropHandle(handle);
  notifications.push({
    handle,
    logonId: object.logon.logonId,
    ...keysOf(event),
    async data() {
      const data = unreadable || event.kind === 'changed' ? undefined : await rowData(session, object, event);
      if (data) return data;
      // A row that cannot be told any more must not pass in silence.
      unreadable = true;
      notifications.dropHandle(handle);
      return tableChanged(object);
    },
  });
}

/** What has the client read the table again. */
export const tableChanged = (object: TableObject): Uint8Array =>
  encode(notificationData, {
    kind: 'table',
    event: tableEventType.tableChanged,
    message: object.content === 'contents',
  });

/**
 * A later change of the same row makes an earlier one needless, as the row is read when it is sent, and its deletion
 * all that was told of it before; but not when a row was placed after it since, as the client has to have it in its
 * place by then.
 */
function keysOf(event: TableEvent): Pick<PendingNotification, 'key' | 'keeps' | 'replaces' | 'takesBack'> {
  if (event.kind === 'changed') return {};
  const [added, modified] = rowKeys(event.row);
  if (event.kind === 'rowDeleted') return { replaces: [modified], takesBack: added };
  const keeps = event.after ? rowKeys(event.after) : [];
  return { key: event.kind === 'rowAdded' ? added : modified, keeps };
}

const rowKeys = ({ folderId, messageId, instance }: RowKey): [added: string, modified: string] => {
  const row = `${folderId} ${messageId} ${instance}`;
  return [`added ${row}`, `modified ${row}`];
};

function idsOf(key: RowKey): RowIds {
  const folderId = wireId(key.folderId);
  return key.messageId === undefined
    ? { folderId }
    : { folderId, messageId: wireId(key.messageId), instance: key.instance };
}

/** The bytes of a row's event; undefined when the row cannot be told any more. */
async function rowData(
  session: Session,
  object: TableObject,
  event: Exclude<TableEvent, { kind: 'changed' }>,
): Promise<Uint8Array | undefined> {
  const message = object.content === 'contents';
  const row = idsOf(event.row);
  if (event.kind === 'rowDeleted')
    return encode(notificationData, { kind: 'table', event: tableEventType.rowDeleted, message, row });
  const columns = object.valid ? object.table.columns() : undefined;
  const values = columns && (await object.table.rowOf(event.row).catch(() => undefined));
  if (columns === undefined || values === undefined) return undefined;
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
