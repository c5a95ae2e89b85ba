import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import {
  accountRoot,
  demandRight,
  type MailFolder,
  mailFolderById,
  mailFolderByPath,
  openMailFolder,
} from '../mail/folder.ts';
import type { Person } from '../people/person.ts';
import { buryFolder } from './groupware.ts';
import { checkTopMailTitle } from './name.ts';
import { parseMailRights } from './permission-body.ts';

/** Gives a mail folder another name and place. Mails keep their UIDs, as with IMAP RENAME; paths below follow. */
export function renameMailFolder(
  core: Core,
  person: Person,
  folder: MailFolder,
  title: string,
  parentId: string | undefined,
): void {
  let parent = folder.parent === null ? undefined : mailFolderById(core, folder.parent);
  if (parentId === accountRoot) parent = undefined;
  else if (parentId !== undefined) {
    const view = openMailFolder(core, person, parentId);
    demandRight(view, 'k');
    parent = view.folder;
    if (parent.owner !== folder.owner) throw new OxError('FLD-0020', parentId);
  }
  const path = parent ? `${parent.path}/${title}` : title;
  if (path === folder.path) return;
  if (folder.standard !== 0) throw new OxError(title === folder.name ? 'FLD-0021' : 'FLD-0011', folder.path);
  if (path.startsWith(`${folder.path}/`)) throw new OxError('FLD-0020', path);
  if (!parent) checkTopMailTitle(title);
  if (mailFolderByPath(core, folder.owner, path)) throw new OxError('FLD-1014', title);
  const stamp = core.stamps.next();
  for (const below of subtree(core, folder)) {
    buryFolder(core, `${accountRoot}/${below.path}`, below.owner, true, stamp);
    core.db.run(
      'UPDATE mail_folder SET path = ?, modified = ? WHERE id = ?',
      `${path}${below.path.slice(folder.path.length)}`,
      core.stamps.next(),
      below.id,
    );
  }
  core.db.run('UPDATE mail_folder SET name = ?, parent = ? WHERE id = ?', title, parent?.id ?? null, folder.id);
}

/** The folder and everything below it. */
export function subtree(core: Core, folder: MailFolder): MailFolder[] {
  const found = [folder];
  for (let at = 0; at < found.length; at += 1)
    found.push(...core.db.all<MailFolder>('SELECT * FROM mail_folder WHERE parent = ?', found[at]!.id));
  return found;
}

/** Removes a mail folder with all below; mails in it are gone. */
export function removeMailFolder(core: Core, folder: MailFolder): void {
  const stamp = core.stamps.next();
  for (const below of subtree(core, folder).reverse()) {
    // By hand: mails removed by a foreign key would leave their contents behind.
    core.db.run('DELETE FROM mail WHERE folder = ?', below.id);
    core.db.run('DELETE FROM mail_folder WHERE id = ?', below.id);
    buryFolder(core, `${accountRoot}/${below.path}`, below.owner, true, stamp);
    core.events.note({ personId: below.owner, module: 'folders', folder: `${accountRoot}/${below.path}` });
  }
}

/** Replaces who else may use a mail folder. */
export function setMailRights(core: Core, folder: MailFolder, own: string, permissions: unknown): void {
  if (!own.includes('a')) throw new OxError('FLD-0010', folder.path);
  const wanted = parseMailRights(core, permissions);
  core.db.run('DELETE FROM mail_acl WHERE folder = ?', folder.id);
  for (const { person, rights } of wanted)
    if (person !== folder.owner && rights !== '')
      core.db.run(
        'INSERT OR REPLACE INTO mail_acl (folder, person, rights) VALUES (?, ?, ?)',
        folder.id,
        person,
        rights,
      );
}
