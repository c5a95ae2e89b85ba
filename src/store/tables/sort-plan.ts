import {
  ec,
  isLargeValue,
  MapiError,
  multiValue,
  multiValueInstance,
  type PropertyTag,
  Ptyp,
  type SortOrderSet,
  type StoredValue,
  sortDirection,
  typeOf,
} from '../../mapi/index.ts';
import { sortText } from '../rows.ts';
import { comparable } from './collation.ts';
import { limits } from './limits.ts';
import type { SortKey } from './view.ts';

/** A sort order set taken apart (MS-OXCTABL 2.2.2.3.1). */
export interface SortPlan {
  /** One for each key of a row. */
  readonly tags: readonly PropertyTag[];
  /** 1 or -1 for each tag. */
  readonly directions: readonly number[];
  readonly categoryCount: number;
  readonly expandedCount: number;
  /** Index of the key whose maximum orders the innermost categories. */
  readonly maximumOf: number | undefined;
  /** Index of the first key that sorts rows within the innermost category. */
  readonly leafFrom: number;
  /** Rows whose keys are equal are in the order of their ids in this direction. */
  readonly tieDirection: number;
}

const natural: SortPlan = {
  tags: [],
  directions: [],
  categoryCount: 0,
  expandedCount: 0,
  maximumOf: undefined,
  leafFrom: 0,
  tieDirection: 1,
};

/** Errors: ecInvalidParam, ecTooComplex. */
export function sortPlan(order: SortOrderSet | undefined): SortPlan {
  if (!order || order.orders.length === 0) {
    if (order && (order.categoryCount > 0 || order.expandedCount > 0)) throw invalid();
    return natural;
  }
  const { orders, categoryCount, expandedCount } = order;
  if (orders.length > limits.sortOrders) throw new MapiError(ec.tooComplex, 'too many sort orders');
  if (categoryCount > orders.length || expandedCount > orders.length) throw invalid();
  let maximumOf: number | undefined;
  let instances = 0;
  orders.forEach(({ tag, direction }, index) => {
    if (!sortable(tag)) throw invalid();
    if (direction === sortDirection.maximumCategory) {
      if (categoryCount === 0 || index !== categoryCount) throw invalid();
      maximumOf = index;
    } else if (direction !== sortDirection.ascending && direction !== sortDirection.descending) throw invalid();
    if (isInstanceTag(tag)) instances++;
  });
  if (instances > 1) throw invalid();
  const directions = orders.map(({ direction }) => (direction === sortDirection.descending ? -1 : 1));
  return {
    tags: orders.map(({ tag }) => tag),
    directions,
    categoryCount,
    expandedCount: Math.min(expandedCount, categoryCount),
    maximumOf,
    leafFrom: maximumOf === undefined ? categoryCount : categoryCount + 1,
    tieDirection: directions.at(-1)!,
  };
}

const invalid = () => new MapiError(ec.invalidParam, 'sort order');

const sortableTypes: ReadonlySet<number> = new Set([
  Ptyp.Integer16,
  Ptyp.Integer32,
  Ptyp.Floating32,
  Ptyp.Floating64,
  Ptyp.Currency,
  Ptyp.FloatingTime,
  Ptyp.Boolean,
  Ptyp.Integer64,
  Ptyp.String8,
  Ptyp.String,
  Ptyp.Time,
  Ptyp.Guid,
  Ptyp.Binary,
]);
const sortable = (tag: PropertyTag) => sortableTypes.has(typeOf(tag) & ~(multiValue | multiValueInstance));

/** Whether the tag asks for a row for each value (MS-OXCTABL 2.2.1.11). */
export const isInstanceTag = (tag: PropertyTag): boolean =>
  (typeOf(tag) & (multiValue | multiValueInstance)) === (multiValue | multiValueInstance);

/** What a value is sorted by in a column of this tag. */
export function sortKey(value: StoredValue | undefined, tag: PropertyTag): SortKey {
  const type = typeOf(tag) & ~multiValueInstance & ~multiValue;
  // The database keeps no difference between no text and an empty one.
  if (type === Ptyp.String || type === Ptyp.String8) return sortText(typeof value === 'string' ? value : undefined);
  return isLargeValue(value) ? undefined : comparable(value, type);
}
