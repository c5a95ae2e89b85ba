import type { Action } from '../../http/action.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';

/** The state of a folder: one row, whatever its size. */
export const examine: Action = (core, request) => {
  const view = openMailFolder(core, request.person, request.parameters.required('folder'));
  demandRight(view, 'r');
  const { validity, total, unread, next } = view.folder;
  return { data: { validity: String(validity), total, unread, next: String(next) }, timestamp: core.stamps.now() };
};
