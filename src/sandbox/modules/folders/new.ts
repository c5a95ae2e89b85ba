import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { ownerBits, unpackBits } from '../../folders/bits.ts';
import { putCalendarProperties } from '../../folders/event.ts';
import { folderRow, insertFolder, ownBits } from '../../folders/groupware.ts';
import { checkTitle, checkTopMailTitle } from '../../folders/name.ts';
import { checkAdministrators, parsePermissions } from '../../folders/permission-body.ts';
import { systemFolder } from '../../folders/system.ts';
import { numberOf } from '../../folders/tree.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import type { Answer } from '../../http/answer.ts';
import { limits } from '../../limits.ts';
import {
  accountRoot,
  demandRight,
  insertMailFolder,
  isMailFolderId,
  type MailFolder,
  mailFolderByPath,
  openMailFolder,
} from '../../mail/folder.ts';
import { write } from '../../write.ts';
import { folderBody } from './write.ts';

const modules = new Set(['calendar', 'contacts', 'tasks', 'infostore', 'event']);

/** A new folder; answers its id. */
export const newFolder: Action = (core, request) => {
  const body = folderBody(request);
  const parent = String(request.parameters.text('folder_id') ?? body.folder_id ?? '');
  if (parent === '') throw new OxError('FLD-1019', 'folder_id');
  const isMail = isMailFolderId(parent) || body.module === 'mail';
  const title = checkTitle(body.title, isMail);
  return isMail ? newMailFolder(core, request, parent, title) : newGroupwareFolder(core, request, parent, title, body);
};

function newMailFolder(core: Core, request: ActionRequest, parentId: string, title: string): Answer {
  // In tree 1 the mail folders hang below the private root.
  const root = parentId === accountRoot || parentId === '1';
  if (!root && !isMailFolderId(parentId)) throw new OxError('FLD-0014', parentId);
  return write(core, () => {
    let parent: MailFolder | undefined;
    let owner = request.person.id;
    let parentPath: string = accountRoot;
    if (!root) {
      const view = openMailFolder(core, request.person, parentId);
      demandRight(view, 'k');
      ({ folder: parent, id: parentPath } = view);
      owner = parent.owner;
    }
    const path = parent ? `${parent.path}/${title}` : title;
    if (!parent) checkTopMailTitle(title);
    if (path.split('/').length > limits.mailFolderDepth) throw new OxError('FLD-1029', 'too deep');
    if (mailFolderByPath(core, owner, path)) throw new OxError('FLD-1014', title);
    const folder = insertMailFolder(core, owner, parent, title);
    core.events.note({ personId: owner, module: 'folders', folder: `${accountRoot}/${folder.path}` });
    return { data: `${parentPath}/${title}`, timestamp: folder.modified };
  });
}

function newGroupwareFolder(
  core: Core,
  request: ActionRequest,
  parentId: string,
  title: string,
  body: Record<string, unknown>,
): Answer {
  const parent = numberOf(parentId);
  const row = folderRow(core, parent);
  const module = body.module ?? row?.module;
  if (typeof module !== 'string' || !modules.has(module)) throw new OxError('FLD-0014', String(module));
  const isEvent = module === 'event';
  if (isEvent && core.context.version === '7.8') throw new OxError('FLD-0014', module);
  // Calendars of chronos have no folders below them (reference 5.3).
  if (isEvent && row) throw new OxError('FLD-0006', parentId);
  if (row && row.module !== module) throw new OxError('FLD-0014', module);
  const isPublic = row ? row.type === 2 : parent === systemFolder.public;
  if (!row && parent !== systemFolder.private && parent !== systemFolder.public)
    throw new OxError('FLD-0006', parentId);
  if (row && unpackBits(ownBits(core, request.person, parent)).folder < 4) throw new OxError('FLD-0006', parentId);
  const owner = isPublic ? null : (row?.owner ?? request.person.id);
  const permissions =
    body.permissions === undefined
      ? [{ entity: owner ?? request.person.id, group: false, bits: ownerBits }]
      : parsePermissions(core, body.permissions);
  checkAdministrators(permissions, owner);
  return write(core, () => {
    if (core.db.get('SELECT 1 FROM folder WHERE parent = ? AND title = ? AND owner IS ?', parent, title, owner))
      throw new OxError('FLD-0012', title);
    const id = insertFolder(core, {
      parent,
      owner,
      title,
      module: isEvent ? 'calendar' : module,
      type: isPublic ? 2 : 1,
      by: request.person.id,
      permissions,
    });
    core.events.note({ personId: request.person.id, module: 'folders', folder: String(id) });
    if (isEvent) putCalendarProperties(core, id, body);
    return { data: isEvent ? `cal://0/${id}` : String(id), timestamp: folderRow(core, id)!.modified };
  });
}
