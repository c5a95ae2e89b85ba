import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Person } from '../people/person.ts';
import { personByAddress, personById } from '../people/person.ts';

export interface MailFolder {
  readonly id: number;
  readonly owner: number;
  /** `INBOX/Projects`. */
  readonly path: string;
  readonly parent: number | null;
  readonly name: string;
  /** standard_folder_type of reference 3: 7 inbox, 9 drafts, 10 sent, 11 spam, 12 trash, 0 none. */
  readonly standard: number;
  readonly subscribed: number;
  readonly validity: number;
  readonly next: number;
  readonly total: number;
  readonly unread: number;
  readonly modified: number;
}

/** A mail folder as somebody sees it. */
export interface MailFolderView {
  readonly folder: MailFolder;
  /** `default0/INBOX`, or `default0/shared/<address>/INBOX` for a shared one. */
  readonly id: string;
  /** Letters of RFC 4314. */
  readonly rights: string;
}

export const ownerRights = 'lrswipkxtea';

export const standardMailFolders = [
  { path: 'INBOX', standard: 7, en: 'Inbox', de: 'Posteingang', role: 'inbox' },
  { path: 'Drafts', standard: 9, en: 'Drafts', de: 'Entwürfe', role: 'drafts' },
  { path: 'Sent', standard: 10, en: 'Sent objects', de: 'Gesendete Objekte', role: 'sent' },
  { path: 'Spam', standard: 11, en: 'Spam', de: 'Spam', role: 'spam' },
  { path: 'Trash', standard: 12, en: 'Trash', de: 'Papierkorb', role: 'trash' },
] as const;

export const accountRoot = 'default0';
const sharedPrefix = `${accountRoot}/shared/`;

export function mailFolderById(core: Core, id: number): MailFolder | undefined {
  return core.db.get<MailFolder>('SELECT * FROM mail_folder WHERE id = ?', id);
}

export function mailFolderByPath(core: Core, owner: number, path: string): MailFolder | undefined {
  return core.db.get<MailFolder>('SELECT * FROM mail_folder WHERE owner = ? AND path = ?', owner, path);
}

/** The folder that a person keeps for a purpose. */
export function standardMailFolder(core: Core, owner: number, standard: number): MailFolder {
  const folder = core.db.get<MailFolder>('SELECT * FROM mail_folder WHERE owner = ? AND standard = ?', owner, standard);
  if (!folder) throw new OxError('FLD-0008', `standard folder ${standard}`);
  return folder;
}

/** Everything that begins like the id of a mail folder. */
export const isMailFolderId = (id: string): boolean => /^default\d+(\/|$)/.test(id);

/** Resolves an id that holds mails. FLD-0008 unknown, FLD-0003 no right to see it, MSG-0050 holds no mails. */
export function openMailFolder(core: Core, person: Person, id: string): MailFolderView {
  if (id === accountRoot || id === `${accountRoot}/shared`) throw new OxError('MSG-0050', id);
  if (id.startsWith(sharedPrefix)) return openShared(core, person, id);
  const folder = id.startsWith(`${accountRoot}/`)
    ? mailFolderByPath(core, person.id, id.slice(accountRoot.length + 1))
    : undefined;
  if (!folder) throw new OxError('FLD-0008', id);
  return { folder, id, rights: ownerRights };
}

function openShared(core: Core, person: Person, id: string): MailFolderView {
  const [address = '', ...path] = id.slice(sharedPrefix.length).split('/');
  if (path.length === 0) throw new OxError('MSG-0050', id);
  const owner = personByAddress(core, address);
  const folder = owner && mailFolderByPath(core, owner.id, path.join('/'));
  if (!folder) throw new OxError('FLD-0003', id);
  const rights = core.db.get<{ rights: string }>(
    'SELECT rights FROM mail_acl WHERE folder = ? AND person = ?',
    folder.id,
    person.id,
  )?.rights;
  if (!rights) throw new OxError('FLD-0003', id);
  return { folder, id, rights };
}

/** The folders of others that a person may see, with the ids they have for them. */
export function sharedMailFolders(core: Core, personId: number): (MailFolderView & { owner: Person })[] {
  const rows = core.db.all<MailFolder & { rights: string }>(
    'SELECT f.*, a.rights FROM mail_acl a JOIN mail_folder f ON f.id = a.folder WHERE a.person = ? ORDER BY f.owner, f.path',
    personId,
  );
  return rows.flatMap(({ rights, ...folder }) => {
    const owner = personById(core, folder.owner);
    return owner ? [{ folder, rights, owner, id: `${sharedPrefix}${owner.address}/${folder.path}` }] : [];
  });
}

/** Throws FLD-0010 unless the letter is among the rights. */
export function demandRight(view: MailFolderView, right: string): void {
  if (!view.rights.includes(right)) throw new OxError('FLD-0010', `${view.id} (right ${right})`);
}

/** Creates a folder row; the name is already checked. A new uidvalidity each time, so no old id ever fits. */
export function insertMailFolder(
  core: Core,
  owner: number,
  parent: MailFolder | undefined,
  name: string,
  standard = 0,
): MailFolder {
  const stamp = core.stamps.next();
  const path = parent ? `${parent.path}/${name}` : name;
  const { id } = core.db.run(
    `INSERT INTO mail_folder (owner, path, parent, name, standard, validity, modified) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    owner,
    path,
    parent?.id ?? null,
    name,
    standard,
    nextValidity(core),
    stamp,
  );
  return mailFolderById(core, id)!;
}

/** Seconds since 1970, never given twice. */
function nextValidity(core: Core): number {
  const last = Number(core.db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'validity'")?.value ?? 0);
  const validity = Math.max(Math.floor(core.stamps.now() / 1000), last + 1);
  core.db.run("INSERT INTO meta VALUES ('validity', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1", String(validity));
  return validity;
}

/** Tells listeners that something in a mail folder changed. */
export function noteMailChange(core: Core, folder: MailFolder): void {
  core.events.note({ personId: folder.owner, module: 'mail', folder: `${accountRoot}/${folder.path}` });
}
