import type { HandlerOf } from '../definition.ts';
import type { RopCollapseRow, RopExpandRow, RopGetCollapseState, RopSetCollapseState } from '../definitions/table.ts';
import { contentsTables, tableWithColumns, view } from './table-object.ts';

/** RopExpandRow, MS-OXCTABL 3.2.5.17. The rows that appear are not sent along, as with Exchange (note 16). */
export const expandRow: HandlerOf<typeof RopExpandRow> = async (context, request) => {
  const { object, table } = tableWithColumns(context, contentsTables);
  view(context, object);
  return { expandedRowCount: await table.expandRow(request.categoryId), rows: [] };
};

/** RopCollapseRow, MS-OXCTABL 3.2.5.18. */
export const collapseRow: HandlerOf<typeof RopCollapseRow> = async (context, request) => {
  const { object, table } = tableWithColumns(context, contentsTables);
  view(context, object);
  return { collapsedRowCount: await table.collapseRow(request.categoryId) };
};

/** RopGetCollapseState, MS-OXCTABL 3.2.5.19. */
export const getCollapseState: HandlerOf<typeof RopGetCollapseState> = async (context, request) => {
  const { table } = tableWithColumns(context, contentsTables);
  return { collapseState: await table.collapseState(request.rowId, request.rowInstanceNumber) };
};

/** RopSetCollapseState, MS-OXCTABL 3.2.5.20. */
export const setCollapseState: HandlerOf<typeof RopSetCollapseState> = async (context, request) => {
  const { table } = tableWithColumns(context, contentsTables);
  return { bookmark: await table.setCollapseState(request.collapseState) };
};
