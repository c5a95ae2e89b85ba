import type { Core } from '../core.ts';
import {
  accountRoot,
  type MailFolder,
  type MailFolderView,
  openMailFolder,
  ownerRights,
  sharedMailFolders,
  standardMailFolders,
} from '../mail/folder.ts';
import type { Person } from '../people/person.ts';
import { bitsOfRights, ownerBits } from './bits.ts';
import { type FolderView, nodeFacts } from './view.ts';

/** Which arrangement of the folders is asked for: tree 0, or 1 as Outlook expects it. */
export type Tree = '0' | '1';

function mailFolderView(core: Core, person: Person, view: MailFolderView, tree: Tree): FolderView {
  const { folder, id } = view;
  const standard = standardMailFolders.find((one) => one.standard === folder.standard);
  const slash = id.lastIndexOf('/');
  const parent = id.slice(0, slash);
  const acl = core.db.all<{ person: number; rights: string }>(
    'SELECT person, rights FROM mail_acl WHERE folder = ? ORDER BY person',
    folder.id,
  );
  return {
    id,
    parent: tree === '1' && parent === accountRoot ? '1' : parent,
    title: standard ? (person.locale.startsWith('de') ? standard.de : standard.en) : folder.name,
    name: folder.name,
    module: 'mail',
    type: 7,
    subfolders: core.db.get('SELECT 1 FROM mail_folder WHERE parent = ? LIMIT 1', folder.id) !== undefined,
    rights: view.rights === ownerRights ? ownerBits : bitsOfRights(view.rights),
    permissions: [
      { entity: folder.owner, group: false, bits: ownerBits, rights: ownerRights },
      ...acl.map((one) => ({ entity: one.person, group: false, bits: bitsOfRights(one.rights), rights: one.rights })),
    ],
    standard: folder.standard !== 0,
    standardType: folder.owner === person.id ? folder.standard : 0,
    subscribed: folder.subscribed === 1,
    total: folder.total,
    unread: folder.unread,
    accountId: '0',
    created: null,
    createdBy: folder.owner,
    modified: folder.modified,
    modifiedBy: folder.owner,
  };
}

/** A folder as its owner sees it. */
function ownFolderView(core: Core, person: Person, folder: MailFolder, tree: Tree): FolderView {
  return mailFolderView(core, person, { folder, id: `${accountRoot}/${folder.path}`, rights: ownerRights }, tree);
}

/** A node that holds folders, but no mails. */
function mailNode(id: string, parent: string, title: string, rights: number): FolderView {
  return {
    id,
    parent,
    title,
    name: title,
    module: 'mail',
    type: 7,
    subfolders: true,
    rights,
    permissions: [],
    standard: false,
    accountId: '0',
    ...nodeFacts,
  };
}

/** The folder or node of an id that begins with `default0`. */
export function mailViewById(core: Core, person: Person, id: string, tree: Tree): FolderView {
  if (id === accountRoot) return mailNode(accountRoot, '1', 'E-Mail', 4);
  const [, shared, address, ...rest] = id.split('/');
  if (shared === 'shared' && rest.length === 0) {
    const folders = sharedMailFolders(core, person.id);
    if (address === undefined && folders.length > 0) return mailNode(id, accountRoot, 'shared', 1);
    const owner = folders.find((one) => one.owner.address === address)?.owner;
    if (owner) return mailNode(id, `${accountRoot}/shared`, owner.displayName, 1);
  }
  return mailFolderView(core, person, openMailFolder(core, person, id), tree);
}

export function mailChildren(core: Core, person: Person, id: string, tree: Tree): FolderView[] {
  const own = (folder: MailFolder) => ownFolderView(core, person, folder, tree);
  if (id === accountRoot) {
    const rows = core.db.all<MailFolder>(
      'SELECT * FROM mail_folder WHERE owner = ? AND parent IS NULL ORDER BY standard = 0, standard, name',
      person.id,
    );
    const anyShared = sharedMailFolders(core, person.id).length > 0;
    return [...rows.map(own), ...(anyShared ? [mailViewById(core, person, `${accountRoot}/shared`, tree)] : [])];
  }
  if (id.startsWith(`${accountRoot}/shared`)) {
    const shared = sharedMailFolders(core, person.id);
    if (id === `${accountRoot}/shared`)
      return [...new Set(shared.map((one) => one.owner.address))].map((address) =>
        mailViewById(core, person, `${id}/${address}`, tree),
      );
    const ids = new Set(shared.map((one) => one.id));
    // A shared folder whose parent is not shared shows below the owner's node.
    return shared
      .filter((one) => visibleParent(one.id, ids) === id)
      .map((one) => mailFolderView(core, person, one, tree));
  }
  const parent = openMailFolder(core, person, id);
  return core.db.all<MailFolder>('SELECT * FROM mail_folder WHERE parent = ? ORDER BY name', parent.folder.id).map(own);
}

function visibleParent(id: string, visible: ReadonlySet<string>): string {
  const parts = id.split('/');
  for (let length = parts.length - 1; length > 3; length -= 1) {
    const parent = parts.slice(0, length).join('/');
    if (visible.has(parent)) return parent;
  }
  return parts.slice(0, 3).join('/');
}

/** All mail folders of the person, their own and shared ones. */
export function allMailFolders(core: Core, person: Person, tree: Tree): FolderView[] {
  const rows = core.db.all<MailFolder>('SELECT * FROM mail_folder WHERE owner = ? ORDER BY path', person.id);
  return [
    ...rows.map((folder) => ownFolderView(core, person, folder, tree)),
    ...sharedMailFolders(core, person.id).map((one) => mailFolderView(core, person, one, tree)),
  ];
}
