import { ec, MapiError } from '../../../mapi/index.ts';
import type { TableOrigin } from '../../../store/index.ts';
import type { HandlerOf } from '../definition.ts';
import {
  bookmark,
  type RopQueryPosition,
  type RopSeekRow,
  type RopSeekRowBookmark,
  type RopSeekRowFractional,
} from '../definitions/table.ts';
import { folderTables, tableWithColumns, usableTable, view } from './table-object.ts';

/** Where a cursor moves from, by the predefined bookmark (MS-OXCTABL 2.2.2.1.1). */
export function originOf(value: number): TableOrigin {
  if (value === bookmark.beginning) return 'beginning';
  if (value === bookmark.current) return 'current';
  if (value === bookmark.end) return 'end';
  throw new MapiError(ec.invalidParam);
}

/** RopQueryPosition, MS-OXCTABL 3.2.5.8. */
export const queryPosition: HandlerOf<typeof RopQueryPosition> = async (context) => {
  const object = usableTable(context);
  view(context, object);
  return object.table.position();
};

/** RopSeekRow, MS-OXCTABL 3.2.5.9. */
export const seekRow: HandlerOf<typeof RopSeekRow> = async (context, request) => {
  const object = usableTable(context);
  view(context, object);
  const moved = await object.table.seek(originOf(request.origin), request.rowCount);
  if (!request.wantRowMovedCount) return { hasSoughtLess: false, rowsSought: 0 };
  return { hasSoughtLess: moved !== request.rowCount, rowsSought: moved };
};

/** RopSeekRowBookmark, MS-OXCTABL 3.2.5.10. */
export const seekRowBookmark: HandlerOf<typeof RopSeekRowBookmark> = async (context, request) => {
  const { object, table } = tableWithColumns(context, folderTables);
  view(context, object);
  const { moved, rowGone } = await table.seekBookmark(request.bookmark, request.rowCount);
  const tell = request.wantRowMovedCount;
  return {
    rowNoLongerVisible: rowGone,
    hasSoughtLess: tell && moved !== request.rowCount,
    rowsSought: tell ? moved : 0,
  };
};

/** RopSeekRowFractional, MS-OXCTABL 3.2.5.11. */
export const seekRowFractional: HandlerOf<typeof RopSeekRowFractional> = async (context, request) => {
  const object = usableTable(context);
  view(context, object);
  if (request.denominator === 0) throw new MapiError(ec.invalidParam);
  await object.table.seekFractional(request.numerator, request.denominator);
  return {};
};
