import type { Action } from '../../http/action.ts';
import { all, get, list, updates } from './read.ts';
import { autocomplete, search } from './search.ts';
import { copy, newContact, remove, update } from './write.ts';

/** Modules `contacts` and `addressbooks`, which has ids of its own (reference 6). */
export const contacts: Readonly<Record<string, Action>> = {
  advancedSearch: search,
  all,
  autocomplete,
  copy,
  delete: remove,
  get,
  list,
  new: newContact,
  search,
  update,
  updates,
};
