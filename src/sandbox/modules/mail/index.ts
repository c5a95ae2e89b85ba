import type { Action } from '../../http/action.ts';
import { all } from './all.ts';
import { allSeen } from './all-seen.ts';
import { attachment } from './attachment.ts';
import { copy } from './copy.ts';
import { count } from './count.ts';
import { clear, remove } from './delete.ts';
import { examine } from './examine.ts';
import { get } from './get.ts';
import { importMails } from './import.ts';
import { list } from './list.ts';
import { newMail } from './new.ts';
import { search } from './search.ts';
import { update } from './update.ts';
import { updates } from './updates.ts';

/** Module `mail` (reference 4). */
export const mail: Readonly<Record<string, Action>> = {
  all,
  all_seen: allSeen,
  attachment,
  clear,
  copy,
  count,
  delete: remove,
  examine,
  get,
  import: importMails,
  list,
  new: newMail,
  search,
  update,
  updates,
};
