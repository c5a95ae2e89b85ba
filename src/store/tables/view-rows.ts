import { multiValueInstance, type PropertyTag, type PropertyValue, typeOf, withType } from '../../mapi/index.ts';
import type { FolderId } from '../types.ts';
import type { Lookup } from './matches.ts';
import { isInstanceTag, type SortPlan, sortKey } from './sort-plan.ts';
import { noCategories, type SortKey, type ViewRow } from './view.ts';

/**
 * The rows of one object: one, or with a column that wants it one for each value of a multiple-value property
 * (MS-OXCTABL 2.2.1.11), told apart by their instance. `place` is a last key, for lists whose own order counts.
 */
export function viewRows(
  object: { readonly id: number; readonly folderId: FolderId; readonly unread: boolean },
  lookup: Lookup,
  plan: SortPlan,
  instanceTag: PropertyTag | undefined,
  place?: number,
): ViewRow[] {
  const { id, folderId, unread } = object;
  const row = (instance: number, element: PropertyValue | undefined): ViewRow => {
    const keys: SortKey[] = plan.tags.map((tag) => sortKey(isInstanceTag(tag) ? element : lookup(tag), tag));
    if (place !== undefined) keys.push(place);
    return { id, instance, folderId, unread, keys, chain: noCategories, ...(element !== undefined && { element }) };
  };
  const values =
    instanceTag === undefined ? undefined : lookup(withType(instanceTag, typeOf(instanceTag) & ~multiValueInstance));
  if (!Array.isArray(values) || values.length === 0) return [row(0, undefined)];
  return values.map((value, index) => row(index + 1, value));
}
