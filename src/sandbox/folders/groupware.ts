import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { groupsOf, type Person, personById } from '../people/person.ts';
import { joinBits, unpackBits } from './bits.ts';
import type { FolderView } from './view.ts';

/** A folder of calendar, contacts, tasks or infostore. */
export interface FolderRow {
  readonly id: number;
  readonly parent: number;
  readonly owner: number | null;
  readonly title: string;
  readonly module: string;
  /** 1 private, 2 public. */
  readonly type: number;
  readonly standard: number;
  readonly subscribed: number;
  readonly meta: string | null;
  readonly created: number;
  readonly created_by: number;
  readonly modified: number;
  readonly modified_by: number;
}

export interface Permission {
  readonly entity: number;
  readonly group: boolean;
  readonly bits: number;
}

/** Default folders of each person; titles are localised when shown (reference 3.1). */
export const standardFolders = [
  { module: 'calendar', standard: 2, en: 'Calendar', de: 'Kalender' },
  { module: 'contacts', standard: 3, en: 'Contacts', de: 'Kontakte' },
  { module: 'tasks', standard: 1, en: 'Tasks', de: 'Aufgaben' },
  { module: 'infostore', standard: 8, en: 'My files', de: 'Meine Dateien' },
] as const;

export function folderRow(core: Core, id: number): FolderRow | undefined {
  return core.db.get<FolderRow>('SELECT * FROM folder WHERE id = ?', id);
}

export function permissionsOf(core: Core, id: number): Permission[] {
  return core.db
    .all<{ entity: number; is_group: number; bits: number }>(
      'SELECT entity, is_group, bits FROM permission WHERE folder = ? ORDER BY is_group, entity',
      id,
    )
    .map(({ entity, is_group, bits }) => ({ entity, group: is_group === 1, bits }));
}

/** What the person may do there, own and group permissions together. */
export function ownBits(core: Core, person: Person, id: number): number {
  const groups = groupsOf(core, person.id);
  const fitting = permissionsOf(core, id).filter((one) =>
    one.group ? groups.includes(one.entity) : one.entity === person.id,
  );
  return joinBits(fitting.map(({ bits }) => bits));
}

/** All groupware folders that the person sees, by id. */
export function visibleFolders(core: Core, person: Person): FolderView[] {
  const rows = core.db.all<FolderRow & { bits: number }>(
    `SELECT f.*, p.bits FROM permission p JOIN folder f ON f.id = p.folder
     WHERE p.is_group = 0 AND p.entity = ?1
     UNION ALL
     SELECT f.*, p.bits FROM permission p JOIN folder f ON f.id = p.folder
     WHERE p.is_group = 1 AND p.entity IN (SELECT value FROM json_each(?2))
     ORDER BY 1`,
    person.id,
    JSON.stringify(groupsOf(core, person.id)),
  );
  const byId = new Map<number, { row: FolderRow; bits: number[] }>();
  for (const row of rows) {
    const entry = byId.get(row.id);
    if (entry) entry.bits.push(row.bits);
    else byId.set(row.id, { row, bits: [row.bits] });
  }
  const owners = new Map<number, string>();
  return [...byId.values()].flatMap(({ row, bits }) => {
    const own = joinBits(bits);
    return unpackBits(own).folder > 0 ? [groupwareView(core, person, row, own, owners)] : [];
  });
}

/** FLD-0008 when there is none, FLD-0003 when the person may not see it. */
export function visibleFolder(core: Core, person: Person, id: number): { row: FolderRow; bits: number } {
  const row = folderRow(core, id);
  if (!row) throw new OxError('FLD-0008', String(id));
  const bits = ownBits(core, person, id);
  if (unpackBits(bits).folder === 0) throw new OxError('FLD-0003', String(id));
  return { row, bits };
}

export function groupwareView(
  core: Core,
  person: Person,
  row: FolderRow,
  rights: number,
  owners: Map<number, string> = new Map(),
): FolderView {
  const foreign = row.type === 1 && row.owner !== person.id;
  const standard = standardFolders.find((one) => one.standard === row.standard);
  const german = person.locale.startsWith('de');
  let ownerName: string | undefined;
  if (foreign && row.owner !== null) {
    ownerName = owners.get(row.owner) ?? personById(core, row.owner)?.displayName ?? '';
    owners.set(row.owner, ownerName);
  }
  return {
    id: String(row.id),
    parent: foreign ? `u:${row.owner}` : String(row.parent),
    title: standard && row.title === standard.en ? (german ? standard.de : standard.en) : row.title,
    name: row.title,
    module: row.module,
    type: foreign ? 3 : row.type,
    subfolders: core.db.get('SELECT 1 FROM folder WHERE parent = ? LIMIT 1', row.id) !== undefined,
    rights,
    permissions: permissionsOf(core, row.id).map((one) => ({ ...one })),
    standard: row.standard !== 0 && !foreign,
    standardType: foreign ? 0 : row.standard,
    subscribed: row.subscribed === 1,
    accountId: null,
    created: row.created,
    createdBy: row.created_by,
    modified: row.modified,
    modifiedBy: row.modified_by,
    meta: row.meta === null ? undefined : JSON.parse(row.meta),
    ...(ownerName === undefined ? {} : { ownerName }),
  };
}

/** The folder that a person keeps for a module; undefined for unknown modules. */
export function standardFolderOf(core: Core, personId: number, module: string): number | undefined {
  return core.db.get<{ id: number }>(
    'SELECT id FROM folder WHERE owner = ? AND module = ? AND standard <> 0',
    personId,
    module,
  )?.id;
}

export interface NewFolder {
  readonly parent: number;
  readonly owner: number | null;
  readonly title: string;
  readonly module: string;
  readonly type: number;
  readonly standard?: number;
  readonly by: number;
  readonly permissions: readonly Permission[];
}

/** Real folders start at 20 (reference 3.1). */
export function insertFolder(core: Core, folder: NewFolder): number {
  const stamp = core.stamps.next();
  const { id } = core.db.get<{ id: number }>('SELECT coalesce(max(id), 19) + 1 AS id FROM folder')!;
  core.db.run(
    `INSERT INTO folder (id, parent, owner, title, module, type, standard, created, created_by, modified, modified_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    folder.parent,
    folder.owner,
    folder.title,
    folder.module,
    folder.type,
    folder.standard ?? 0,
    stamp,
    folder.by,
    stamp,
    folder.by,
  );
  setPermissions(core, id, folder.permissions);
  return id;
}

/** Replaces the whole list, as the server does. */
export function setPermissions(core: Core, folder: number, permissions: readonly Permission[]): void {
  core.db.run('DELETE FROM permission WHERE folder = ?', folder);
  for (const { entity, group, bits } of permissions)
    core.db.run(
      'INSERT OR REPLACE INTO permission (folder, entity, is_group, bits) VALUES (?, ?, ?, ?)',
      folder,
      entity,
      group ? 1 : 0,
      bits,
    );
}

/** Notes that a folder is gone: for everybody (`person` null) or for one who lost the permission. */
export function buryFolder(core: Core, id: string, person: number | null, isMail: boolean, stamp: number): void {
  core.db.run(
    'INSERT INTO folder_tombstone (stamp, id, person, mail) VALUES (?, ?, ?, ?)',
    stamp,
    id,
    person,
    isMail ? 1 : 0,
  );
}
