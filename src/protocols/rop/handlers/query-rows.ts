import { leastSizes, type PropertyTag, type PropertyType, Ptyp, typeOf } from '../../../mapi/index.ts';
import { NoRoom } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import { bookmark, queryRowsFlags, type RopQueryRows } from '../definitions/table.ts';
import { ropLimits } from '../limits.ts';
import { tableWithColumns, view, writeRow } from './table-object.ts';

/** Origin and the count of rows. */
const fixedSize = 3;

/** RopQueryRows, MS-OXCTABL 3.2.5.5: as many whole rows as fit, at least one while there are any. */
export const queryRows: HandlerOf<typeof RopQueryRows> = async (context, request) => {
  const { object, table, columns } = tableWithColumns(context);
  view(context, object);
  const backward = !request.forwardRead;
  const room = context.room - fixedSize;
  const wanted = Math.min(request.rowCount, ropLimits.rowsAtOnce, Math.floor(room / leastRowSize(columns)) + 1);
  // One more than wanted tells whether the table goes on.
  const read = await table.peek(wanted + 1, backward);
  const writer = context.writer();
  const rows: Uint8Array[] = [];
  for (const row of read.slice(0, wanted)) {
    const from = writer.length;
    writeRow(writer, columns, row);
    if (writer.length > room) {
      if (rows.length === 0) throw new NoRoom(fixedSize + writer.length);
      break;
    }
    // A copy: the writer may grow into another buffer.
    rows.push(Buffer.from(writer.view(from)));
  }
  const atEnd = rows.length === read.length;
  if (rows.length > 0 && (request.queryRowsFlags & queryRowsFlags.noAdvance) === 0)
    await table.move(backward ? -rows.length : rows.length);
  // With no row before the cursor Exchange says that the end was reached, whatever the direction (note 25).
  const reached = backward && rows.length > 0 ? bookmark.beginning : bookmark.end;
  return { origin: atEnd ? reached : bookmark.current, rows };
};

/** The least bytes that a row of these columns takes. */
function leastRowSize(columns: readonly PropertyTag[]): number {
  let size = 1;
  // An error in place of the value takes five bytes.
  for (const tag of columns) size += Math.min(leastSizeOf(typeOf(tag)), 5);
  return size;
}

const leastSizeOf = (type: PropertyType): number => (type === Ptyp.Boolean ? 1 : (leastSizes[type] ?? 2));
