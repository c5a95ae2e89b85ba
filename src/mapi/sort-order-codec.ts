import { struct, u8, u16, u32, type WireType } from '../wire/index.ts';
import { mapiLimits } from './limits.ts';
import type { SortOrder, SortOrderSet } from './sort-order.ts';

/** SortOrder on the wire, MS-OXCDATA 2.13.1. */
export const sortOrder: WireType<SortOrder> = struct({ tag: u32, direction: u8 });

const fields = struct({ count: u16, categoryCount: u16, expandedCount: u16 });

/** SortOrderSet on the wire, MS-OXCDATA 2.13.2. Throws WireError when its counts contradict each other. */
export const sortOrderSet: WireType<SortOrderSet> = {
  read: (r) => {
    const { count, categoryCount, expandedCount } = fields.read(r);
    if (count > mapiLimits.sortOrders || categoryCount > count || expandedCount > categoryCount) {
      r.fail(`sort order of ${count} columns, ${categoryCount} categories, ${expandedCount} expanded`);
    }
    return {
      categoryCount,
      expandedCount,
      orders: Array.from({ length: r.count(count, 5) }, () => sortOrder.read(r)),
    };
  },
  write: (w, v) => {
    fields.write(w, { count: v.orders.length, categoryCount: v.categoryCount, expandedCount: v.expandedCount });
    for (const order of v.orders) sortOrder.write(w, order);
  },
};
