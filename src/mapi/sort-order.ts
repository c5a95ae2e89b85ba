import type { PropertyTag } from './property-type.ts';

/** Order of one column, MS-OXCDATA 2.13.1. */
export const sortDirection = { ascending: 0, descending: 1, maximumCategory: 4 } as const;

export interface SortOrder {
  readonly tag: PropertyTag;
  readonly direction: number;
}

/** SortOrderSet, MS-OXCDATA 2.13.2: the first `categoryCount` orders group, the first `expandedCount` start expanded. */
export interface SortOrderSet {
  readonly categoryCount: number;
  readonly expandedCount: number;
  readonly orders: readonly SortOrder[];
}
