import type { HandlerOf } from '../definition.ts';
import { type RopRestrict, tableStatusComplete } from '../definitions/table.ts';
import { failuresOf, searchableTables, tableOf } from './table-object.ts';

/** RopRestrict, MS-OXCTABL 3.2.5.4. No restriction shows all rows again. */
export const restrict: HandlerOf<typeof RopRestrict> = async (context, request) => {
  const object = tableOf(context, searchableTables);
  const failed = failuresOf(object);
  failed.add('restriction');
  await object.table.restrict(request.restriction);
  failed.delete('restriction');
  return { tableStatus: tableStatusComplete };
};
