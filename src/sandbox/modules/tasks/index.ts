import type { Action } from '../../http/action.ts';
import { all, get, list, search, updates } from './read.ts';
import { confirm, copy, newTask, remove, update } from './write.ts';

/** Module `tasks` (reference 7). */
export const tasks: Readonly<Record<string, Action>> = {
  all,
  confirm,
  copy,
  delete: remove,
  get,
  list,
  new: newTask,
  search,
  update,
  updates,
};
