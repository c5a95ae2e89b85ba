import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import { type RopGetContentsTable, tableFlags } from '../definitions/folder.ts';
import { folderOf } from '../object-ids.ts';
import { openTable } from './table-object.ts';

const validFlags = 0xfa;
/** MS-OXCFOLD 2.2.1.14.1. */
const conversationMembers = 0x80;

/** RopGetContentsTable, MS-OXCFOLD 3.2.5.14. Tables of a conversation's messages are not supported. */
export const getContentsTable: HandlerOf<typeof RopGetContentsTable> = async (context, request) => {
  const folder = context.input('folder');
  const { mailbox } = context;
  if (request.tableFlags & ~validFlags) throw new MapiError(ec.invalidParam);
  if (request.tableFlags & conversationMembers) throw new MapiError(ec.notSupported);
  await folderOf(folder);
  const table = await mailbox.contentsTable(folder.folderId, {
    associated: (request.tableFlags & tableFlags.associated) !== 0,
    softDeleted: (request.tableFlags & tableFlags.softDeletes) !== 0,
  });
  const notify = (request.tableFlags & tableFlags.noNotifications) === 0;
  openTable(context, table, 'contents', notify);
  return { rowCount: await table.rowCount() };
};
