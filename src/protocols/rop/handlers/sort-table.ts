import { ec, MapiError, multiValue, sortDirection, typeOf } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import { type RopSortTable, tableStatusComplete } from '../definitions/table.ts';
import { ropLimits } from '../limits.ts';
import { contentsTables, failuresOf, tableOf } from './table-object.ts';

/** RopSortTable, MS-OXCTABL 3.2.5.3. */
export const sortTable: HandlerOf<typeof RopSortTable> = async (context, request) => {
  const object = tableOf(context, contentsTables);
  const failed = failuresOf(object);
  failed.add('sort');
  const { sortOrders: orders, categoryCount, expandedCount } = request;
  const valid =
    orders.length <= ropLimits.sortOrders &&
    categoryCount <= orders.length &&
    expandedCount <= categoryCount &&
    orders.every((order, at) =>
      order.direction === sortDirection.maximumCategory
        ? at === categoryCount && categoryCount > 0
        : order.direction === sortDirection.ascending || order.direction === sortDirection.descending,
    ) &&
    orders.slice(0, categoryCount).filter((order) => typeOf(order.tag) & multiValue).length <= 1;
  if (!valid) throw new MapiError(ec.invalidParam);
  await object.table.sort(orders.length === 0 ? undefined : { categoryCount, expandedCount, orders });
  failed.delete('sort');
  return { tableStatus: tableStatusComplete };
};
