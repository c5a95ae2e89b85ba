import type { Action } from '../../http/action.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';

/** How many mails a folder holds. */
export const count: Action = (core, request) => {
  const view = openMailFolder(core, request.person, request.parameters.required('folder'));
  demandRight(view, 'r');
  const unseen = request.parameters.flag('unseen');
  return { data: unseen ? view.folder.unread : view.folder.total, timestamp: core.stamps.now() };
};
