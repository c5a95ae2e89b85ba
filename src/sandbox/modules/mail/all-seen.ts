import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { mailFlag } from '../../mail/flags.ts';
import { demandRight, noteMailChange, openMailFolder } from '../../mail/folder.ts';
import { write } from '../../write.ts';

/** Marks every mail of a folder as read. */
export const allSeen: Action = (core, request) => {
  const folder = request.body.object().folder;
  if (typeof folder !== 'string') throw new OxError('SVL-0002', 'folder');
  const view = openMailFolder(core, request.person, folder);
  demandRight(view, 's');
  return write(core, () => {
    core.db.run('UPDATE mail SET flags = flags | ? WHERE folder = ? AND flags & 32 = 0', mailFlag.seen, view.folder.id);
    noteMailChange(core, view.folder);
    return { data: true, timestamp: core.stamps.next() };
  });
};
