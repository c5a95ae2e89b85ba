import type { Action } from '../../http/action.ts';
import { freeBusy } from './free-busy.ts';
import { advancedSearch, all, get, getAttachment, list, needsAction, resolve, updates } from './read.ts';
import { changeOrganizer, move, newEvent, remove, update, updateAttendee } from './write.ts';

/** Module `chronos` (reference 5.3). */
export const chronos: Readonly<Record<string, Action>> = {
  advancedSearch,
  all,
  changeOrganizer,
  delete: remove,
  freeBusy,
  get,
  getAttachment,
  list,
  move,
  needsAction,
  new: newEvent,
  resolve,
  update,
  updateAttendee,
  updates,
};
