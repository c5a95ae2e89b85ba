import type { PropertyTag } from '../../../mapi/index.ts';
import { ec, MapiError, propertyRow } from '../../../mapi/index.ts';
import type { Row, Table } from '../../../store/index.ts';
import type { Writer } from '../../../wire/index.ts';
import type { RopContext } from '../context.ts';
import type { TableObject } from '../objects.ts';
import { watchTable } from '../table-notifications.ts';

/** Puts a table into the output handle. Its notifications begin with its first view. */
export function openTable(
  context: RopContext,
  table: Table,
  content: TableObject['content'],
  notify: boolean,
): TableObject {
  const object: TableObject = { kind: 'table', logon: context.logon, table, content, notify, valid: false };
  context.setOutput(object);
  return object;
}

/** Content that has the given operations (MS-OXCTABL 3.2.5). */
const anyTable: readonly TableObject['content'][] = ['hierarchy', 'contents', 'attachments', 'permissions', 'rules'];
export const folderTables: readonly TableObject['content'][] = ['hierarchy', 'contents'];
export const searchableTables: readonly TableObject['content'][] = ['hierarchy', 'contents', 'rules'];
export const contentsTables: readonly TableObject['content'][] = ['contents'];

/**
 * The table of the input handle. Throws ecNotSupported when it is no table, or of content that the operation does not
 * have, ecNullObject when a sort order or restriction that failed makes it unusable.
 */
export function tableOf(context: RopContext, contents: readonly TableObject['content'][] = anyTable): TableObject {
  const object = context.input('table');
  if (!contents.includes(object.content)) throw new MapiError(ec.notSupported);
  return object;
}

/** As {@link tableOf}, for operations that need columns; ecNullObject before a successful RopSetColumns. */
export function tableWithColumns(
  context: RopContext,
  contents: readonly TableObject['content'][] = anyTable,
): { object: TableObject; table: Table; columns: readonly PropertyTag[] } {
  const object = usableTable(context, contents);
  const columns = object.valid ? object.table.columns() : undefined;
  if (columns === undefined) throw new MapiError(ec.nullObject);
  return { object, table: object.table, columns };
}

/** As {@link tableOf}, for operations on rows: a failed RopSortTable or RopRestrict has to be made good first. */
export function usableTable(context: RopContext, contents: readonly TableObject['content'][] = anyTable): TableObject {
  const object = tableOf(context, contents);
  if (object.failed !== undefined && object.failed.size > 0) throw new MapiError(ec.nullObject);
  return object;
}

/** What has failed on the table and not succeeded since. */
export function failuresOf(object: TableObject): Set<'sort' | 'restriction'> {
  object.failed ??= new Set();
  return object.failed;
}

/** The operation makes a view of the table, from which on its events are told (MS-OXCNOTIF 3.1.4.3). */
export function view(context: RopContext, object: TableObject): void {
  watchTable(context.session, context.inputHandle, object);
}

/** The bytes of one row. */
export function writeRow(writer: Writer, columns: readonly PropertyTag[], row: Row): void {
  propertyRow(columns).write(writer, [...row]);
}

/** One row as its bytes. */
export function rowBytesOf(context: RopContext, columns: readonly PropertyTag[], row: Row): Uint8Array {
  const writer = context.writer();
  writeRow(writer, columns, row);
  return writer.view();
}
