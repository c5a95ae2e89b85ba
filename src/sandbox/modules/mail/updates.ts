import type { Action } from '../../http/action.ts';
import { openMailFolder } from '../../mail/folder.ts';

/** Always empty: IMAP accounts have no delta (reference 4.1). */
export const updates: Action = (core, request) => {
  openMailFolder(core, request.person, request.parameters.required('folder'));
  return { data: [], timestamp: core.stamps.now() };
};
