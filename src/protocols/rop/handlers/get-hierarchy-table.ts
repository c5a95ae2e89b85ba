import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import { type RopGetHierarchyTable, tableFlags } from '../definitions/folder.ts';
import { folderOf } from '../object-ids.ts';
import { openTable } from './table-object.ts';

const validFlags = 0xfc;

/** RopGetHierarchyTable, MS-OXCFOLD 3.2.5.13. */
export const getHierarchyTable: HandlerOf<typeof RopGetHierarchyTable> = async (context, request) => {
  const folder = context.input('folder');
  const { mailbox } = context;
  if (request.tableFlags & ~validFlags) throw new MapiError(ec.notSupported);
  await folderOf(folder);
  const table = await mailbox.hierarchyTable(folder.folderId, {
    deep: (request.tableFlags & tableFlags.depth) !== 0,
    softDeleted: (request.tableFlags & tableFlags.softDeletes) !== 0,
  });
  const notify = (request.tableFlags & tableFlags.noNotifications) === 0;
  openTable(context, table, 'hierarchy', notify);
  return { rowCount: await table.rowCount() };
};
