import { withLegacyCodes } from '../../appointments/codes.ts';
import type { Action } from '../../http/action.ts';
import {
  all,
  freeBusy,
  get,
  getChangeExceptions,
  has,
  list,
  newAppointments,
  resolveUid,
  search,
  updates,
} from './read.ts';
import { confirm, copy, newAppointment, remove, update } from './write.ts';

const actions: Readonly<Record<string, Action>> = {
  all,
  confirm,
  copy,
  delete: remove,
  freebusy: freeBusy,
  get,
  getChangeExceptions,
  has,
  list,
  new: newAppointment,
  newappointments: newAppointments,
  resolveuid: resolveUid,
  search,
  update,
  updates,
};

/** Module `calendar`: the only one before 7.10, from then on for older clients (reference 5.2). */
export const calendar: Readonly<Record<string, Action>> = Object.fromEntries(
  Object.entries(actions).map(([name, action]): [string, Action] => [
    name,
    (core, request) => withLegacyCodes(core, () => action(core, request)),
  ]),
);
