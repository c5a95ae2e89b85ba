import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { unpackBits } from '../../folders/bits.ts';
import { putCalendarProperties } from '../../folders/event.ts';
import {
  buryFolder,
  folderRow,
  ownBits,
  permissionsOf,
  setPermissions,
  visibleFolder,
} from '../../folders/groupware.ts';
import { renameMailFolder, setMailRights } from '../../folders/mail-change.ts';
import { checkTitle } from '../../folders/name.ts';
import { checkAdministrators, parsePermissions } from '../../folders/permission-body.ts';
import { isSystemFolder } from '../../folders/system.ts';
import { numberOf } from '../../folders/tree.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import type { Answer } from '../../http/answer.ts';
import { accountRoot, isMailFolderId, mailFolderById, openMailFolder } from '../../mail/folder.ts';
import { membersOf } from '../../people/person.ts';
import { write } from '../../write.ts';
import { folderBody } from './write.ts';

/** Renames, moves, shares or subscribes a folder; answers its id, which is another one for renamed mail folders. */
export const update: Action = (core, request) => {
  const id = request.parameters.required('id');
  const body = folderBody(request);
  return isMailFolderId(id) ? updateMail(core, request, id, body) : updateGroupware(core, request, id, body);
};

function updateMail(core: Core, request: ActionRequest, id: string, body: Record<string, unknown>): Answer {
  const { folder, rights } = openMailFolder(core, request.person, id);
  const parent = body.folder_id === undefined ? undefined : String(body.folder_id);
  return write(core, () => {
    if (body.title !== undefined || parent !== undefined) {
      if (!rights.includes('x')) throw new OxError('FLD-0010', id);
      const title = body.title === undefined ? folder.name : checkTitle(body.title, true);
      renameMailFolder(core, request.person, folder, title, parent === '1' ? accountRoot : parent);
    }
    if (body.permissions !== undefined) setMailRights(core, folder, rights, body.permissions);
    const stamp = core.stamps.next();
    core.db.run(
      'UPDATE mail_folder SET subscribed = ?, modified = ? WHERE id = ?',
      body.subscribed === false ? 0 : 1,
      stamp,
      folder.id,
    );
    const { path } = mailFolderById(core, folder.id)!;
    core.events.note({ personId: folder.owner, module: 'folders', folder: `${accountRoot}/${path}` });
    const prefix = id.slice(0, id.length - folder.path.length);
    return { data: `${prefix}${path}`, timestamp: stamp };
  });
}

function updateGroupware(core: Core, request: ActionRequest, id: string, body: Record<string, unknown>): Answer {
  const number = numberOf(id);
  if (isSystemFolder(number)) throw new OxError('FLD-0010', id);
  const timestamp = request.parameters.integer('timestamp');
  return write(core, () => {
    const { row, bits } = visibleFolder(core, request.person, number);
    if (!unpackBits(bits).admin) throw new OxError('FLD-0010', id);
    if (timestamp !== undefined && row.modified > timestamp) throw new OxError('FLD-1022', id);
    const title = body.title === undefined ? row.title : checkTitle(body.title, false);
    const parent = body.folder_id === undefined ? row.parent : numberOf(String(body.folder_id));
    if (row.standard !== 0 && title !== row.title) throw new OxError('FLD-0011', id);
    if (row.standard !== 0 && parent !== row.parent) throw new OxError('FLD-0021', id);
    if (parent !== row.parent) checkTarget(core, request, row.id, parent);
    if (
      core.db.get(
        'SELECT 1 FROM folder WHERE parent = ? AND title = ? AND owner IS ? AND id <> ?',
        parent,
        title,
        row.owner,
        number,
      )
    )
      throw new OxError('FLD-0012', title);
    putCalendarProperties(core, number, body);
    const before = seers(core, number);
    if (body.permissions !== undefined) {
      const permissions = parsePermissions(core, body.permissions);
      checkAdministrators(permissions, row.type === 1 ? row.owner : null);
      setPermissions(core, number, permissions);
    }
    const stamp = core.stamps.next();
    const after = seers(core, number);
    for (const person of before) if (!after.has(person)) buryFolder(core, String(number), person, false, stamp);
    core.db.run(
      'UPDATE folder SET title = ?, parent = ?, subscribed = ?, meta = ?, modified = ?, modified_by = ? WHERE id = ?',
      title,
      parent,
      body.subscribed === false ? 0 : 1,
      body.meta === undefined ? row.meta : JSON.stringify(body.meta),
      stamp,
      request.person.id,
      number,
    );
    core.events.note({ personId: request.person.id, module: 'folders', folder: String(number) });
    return { data: id, timestamp: stamp };
  });
}

function checkTarget(core: Core, request: ActionRequest, id: number, parent: number): void {
  if (parent === 1 || parent === 2) return;
  let at: number | undefined = parent;
  while (at !== undefined && at > 19) {
    if (at === id) throw new OxError('FLD-0020', String(parent));
    at = folderRow(core, at)?.parent;
  }
  if (!folderRow(core, parent)) throw new OxError('FLD-0008', String(parent));
  if (unpackBits(ownBits(core, request.person, parent)).folder < 4) throw new OxError('FLD-0006', String(parent));
}

/** Everybody who may see a folder. */
function seers(core: Core, id: number): Set<number> {
  const permissions = permissionsOf(core, id).filter(({ bits }) => unpackBits(bits).folder > 0);
  return new Set(permissions.flatMap(({ group, entity }) => (group ? membersOf(core, entity) : [entity])));
}
