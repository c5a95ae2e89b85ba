import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { accountRoot, isMailFolderId } from '../mail/folder.ts';
import { type Person, personById } from '../people/person.ts';
import { eventFolderView } from './event.ts';
import { groupwareView, visibleFolder, visibleFolders } from './groupware.ts';
import { mailChildren, mailViewById, type Tree } from './mail-view.ts';
import { isSystemFolder, systemChildren, systemFolderView } from './system.ts';
import { type FolderView, nodeFacts } from './view.ts';

/** Any folder by id. FLD-0008: there is none; FLD-0003: not visible. */
export function folderById(core: Core, person: Person, id: string, tree: Tree): FolderView {
  if (isMailFolderId(id)) return mailViewById(core, person, id, tree);
  if (id.startsWith('u:')) return ownerNode(core, id);
  const number = numberOf(id);
  if (isSystemFolder(number)) return systemFolderView(number, person)!;
  const { row, bits } = visibleFolder(core, person, number);
  const view = groupwareView(core, person, row, bits);
  return isEventId(core, id) ? eventFolderView(core, view) : view;
}

/** Whether an id is one of content type `event`, which servers before 7.10 do not have. FLD-0008 there. */
function isEventId(core: Core, id: string): boolean {
  if (!id.startsWith('cal://')) return false;
  if (core.context.version === '7.8') throw new OxError('FLD-0008', id);
  return true;
}

/** The number of a groupware folder, also of its composite id (`con://0/31`). FLD-0008 when it is none. */
export function numberOf(id: string): number {
  const match = /^(?:con:\/\/0\/|cal:\/\/0\/)?(\d{1,9})$/.exec(id);
  if (!match) throw new OxError('FLD-0008', id);
  return Number(match[1]);
}

/** `u:<id>`: the node of somebody who shares folders. */
function ownerNode(core: Core, id: string): FolderView {
  const owner = /^u:\d{1,9}$/.test(id) ? personById(core, Number(id.slice(2))) : undefined;
  if (!owner) throw new OxError('FLD-0008', id);
  return {
    id,
    parent: '3',
    title: owner.displayName,
    name: owner.displayName,
    module: 'system',
    type: 5,
    subfolders: true,
    rights: 1,
    permissions: [],
    standard: false,
    accountId: null,
    ...nodeFacts,
  };
}

export function childrenOf(core: Core, person: Person, id: string, tree: Tree): FolderView[] {
  if (isMailFolderId(id)) return mailChildren(core, person, id, tree);
  if (id.startsWith('u:')) return visibleFolders(core, person).filter((folder) => folder.parent === id);
  const system = (systemChildren[numberOf(id)] ?? []).map((child) => systemFolderView(child, person)!);
  switch (id) {
    case '1': {
      const mail =
        tree === '1' ? mailChildren(core, person, accountRoot, tree) : [mailViewById(core, person, accountRoot, tree)];
      return [...mail, ...visibleFolders(core, person).filter((folder) => folder.parent === '1')];
    }
    case '3':
      return [
        ...new Set(
          visibleFolders(core, person)
            .filter((folder) => folder.type === 3)
            .map((folder) => folder.parent),
        ),
      ].map((node) => ownerNode(core, node));
    default:
      folderById(core, person, id, tree);
      return [...system, ...visibleFolders(core, person).filter((folder) => folder.parent === id)];
  }
}
