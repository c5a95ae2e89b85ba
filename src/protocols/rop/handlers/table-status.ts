import { ec, MapiError } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import {
  type RopAbort,
  type RopGetStatus,
  type RopQueryColumnsAll,
  type RopResetTable,
  tableStatusComplete,
} from '../definitions/table.ts';
import { unwatchTable } from '../table-notifications.ts';
import { folderTables, tableOf, view } from './table-object.ts';

/** RopGetStatus, MS-OXCTABL 3.2.5.7: nothing is ever left to be done. */
export const getStatus: HandlerOf<typeof RopGetStatus> = (context) => {
  tableOf(context);
  return { tableStatus: tableStatusComplete };
};

/** RopAbort, MS-OXCTABL 3.2.5.6: nothing is done that could be aborted. */
export const abort: HandlerOf<typeof RopAbort> = (context) => {
  tableOf(context, folderTables);
  throw new MapiError(ec.unableToAbort);
};

/** RopQueryColumnsAll, MS-OXCTABL 3.2.5.13. */
export const queryColumnsAll: HandlerOf<typeof RopQueryColumnsAll> = async (context) => {
  const object = tableOf(context);
  view(context, object);
  return { propertyTags: await object.table.allColumns() };
};

/** RopResetTable, MS-OXCTABL 3.2.5.16; ends its notifications until the next view. */
export const resetTable: HandlerOf<typeof RopResetTable> = (context) => {
  const object = tableOf(context);
  object.table.reset();
  object.valid = false;
  object.failed?.clear();
  unwatchTable(object);
  context.session.notifications.dropHandle(context.inputHandle);
  return {};
};
