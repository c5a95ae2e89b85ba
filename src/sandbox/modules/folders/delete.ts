import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { unpackBits } from '../../folders/bits.ts';
import { buryFolder, type FolderRow, visibleFolder } from '../../folders/groupware.ts';
import { removeMailFolder, renameMailFolder } from '../../folders/mail-change.ts';
import { isSystemFolder } from '../../folders/system.ts';
import { numberOf } from '../../folders/tree.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { removeItems } from '../../items/remove.ts';
import { isMailFolderId, mailFolderByPath, openMailFolder, standardMailFolder } from '../../mail/folder.ts';
import { inTrash } from '../../mail/store.ts';
import { write } from '../../write.ts';
import { clear as clearMail } from '../mail/delete.ts';
import { idsOf } from './write.ts';

/** Deletes folders one by one; answers the ids that stayed. With `failOnError=true` a failure is the answer. */
export const remove: Action = (core, request) => {
  const left: string[] = [];
  const failOnError = request.parameters.flag('failOnError') || idsOf(request).length === 1;
  for (const id of idsOf(request)) {
    try {
      write(core, () => (isMailFolderId(id) ? removeMail(core, request, id) : removeGroupware(core, request, id)));
    } catch (error) {
      if (failOnError || !(error instanceof OxError)) throw error;
      left.push(id);
    }
  }
  return { data: left, timestamp: core.stamps.now() };
};

/** Into the trash first; what lies there already is gone, as with `hardDelete=true`. */
function removeMail(core: Core, request: ActionRequest, id: string): void {
  const { folder, rights } = openMailFolder(core, request.person, id);
  if (folder.standard !== 0) throw new OxError('FLD-0031', id);
  if (!rights.includes('x')) throw new OxError('FLD-0010', id);
  if (request.parameters.flag('hardDelete') || inTrash(core, folder)) {
    removeMailFolder(core, folder);
    return;
  }
  const trash = standardMailFolder(core, folder.owner, 12);
  let name = folder.name;
  for (let count = 1; mailFolderByPath(core, folder.owner, `${trash.path}/${name}`); count += 1)
    name = `${folder.name}_${count}`;
  renameMailFolder(core, request.person, folder, name, `default0/${trash.path}`);
}

function removeGroupware(core: Core, request: ActionRequest, id: string): void {
  const number = numberOf(id);
  if (isSystemFolder(number)) throw new OxError('FLD-0031', id);
  const { row, bits } = visibleFolder(core, request.person, number);
  if (row.standard !== 0) throw new OxError('FLD-0031', id);
  if (row.type === 1 && row.owner !== request.person.id) throw new OxError('FLD-0030', id);
  if (!unpackBits(bits).admin) throw new OxError('FLD-0010', id);
  const timestamp = request.parameters.integer('timestamp');
  if (timestamp !== undefined && row.modified > timestamp) throw new OxError('FLD-0009', id);
  const stamp = core.stamps.next();
  const found = [row];
  for (let at = 0; at < found.length; at += 1)
    found.push(...core.db.all<FolderRow>('SELECT * FROM folder WHERE parent = ?', found[at]!.id));
  for (const { id: below } of found.reverse()) {
    removeItems(core, below);
    core.db.run('DELETE FROM folder WHERE id = ?', below);
    buryFolder(core, String(below), null, false, stamp);
  }
  core.events.note({ personId: request.person.id, module: 'folders', folder: id });
}

/** Empties folders. */
export const clear: Action = (core, request) => {
  const ids = idsOf(request);
  if (ids.every(isMailFolderId)) return clearMail(core, request);
  return write(core, () => {
    for (const id of ids) {
      const { row, bits } = visibleFolder(core, request.person, numberOf(id));
      if (unpackBits(bits).delete < 2) throw new OxError('FLD-0032', id);
      removeItems(core, row.id);
    }
    return { data: [], timestamp: core.stamps.now() };
  });
};
