import type { HandlerOf } from '../definition.ts';
import type { RopCreateBookmark, RopFreeBookmark } from '../definitions/table.ts';
import { folderTables, tableWithColumns, usableTable } from './table-object.ts';

/** RopCreateBookmark, MS-OXCTABL 3.2.5.12. */
export const createBookmark: HandlerOf<typeof RopCreateBookmark> = async (context) => {
  const { table } = usableTable(context, folderTables);
  return { bookmark: await table.createBookmark() };
};

/** RopFreeBookmark, MS-OXCTABL 3.2.5.15. */
export const freeBookmark: HandlerOf<typeof RopFreeBookmark> = (context, request) => {
  const { table } = tableWithColumns(context, folderTables);
  table.freeBookmark(request.bookmark);
  return {};
};
