import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import { bookmark, type RopFindRow } from '../definitions/table.ts';
import { rowBytesOf, searchableTables, tableWithColumns, view } from './table-object.ts';
import { originOf } from './table-position.ts';

const backwardFlag = 0x01;
/** An `and` of nothing: every row. */
const every = { kind: 'and', restrictions: [] } as const;

/** RopFindRow, MS-OXCTABL 3.2.5.14. */
export const findRow: HandlerOf<typeof RopFindRow> = async (context, request) => {
  const { object, table, columns } = tableWithColumns(context, searchableTables);
  view(context, object);
  const backward = (request.findRowFlags & backwardFlag) !== 0;
  const fromBookmark = request.origin === bookmark.custom;
  // Where the row of a bookmark is no longer there, the search begins with the next one.
  const { rowGone } = fromBookmark ? await table.seekBookmark(request.bookmark, 0) : { rowGone: false };
  const origin = fromBookmark ? 'current' : originOf(request.origin);
  const row = await table.findRow(request.restriction ?? every, origin, backward);
  if (row === undefined) throw new MapiError(ec.notFound);
  const bytes = rowBytesOf(context, columns, row);
  const fits = bytes.length + 2 <= context.room;
  return { rowNoLongerVisible: rowGone, row: fits ? bytes : undefined };
};
