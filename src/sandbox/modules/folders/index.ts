import type { Action } from '../../http/action.ts';
import { clear, remove } from './delete.ts';
import { newFolder } from './new.ts';
import { allVisible, get, list, path, root } from './read.ts';
import { update } from './update.ts';
import { updates } from './updates.ts';

/** Module `folders` (reference 3). */
export const folders: Readonly<Record<string, Action>> = {
  allVisible,
  clear,
  delete: remove,
  get,
  list,
  new: newFolder,
  path,
  root,
  update,
  updates,
};
