import { decodeBag, encodeBag, type PropertyBag } from '../../mapi/index.ts';
import type { ReplicaDatabase } from './database.ts';
import type { Version } from './version.ts';

/** A folder of the replica. The folder that the hierarchy is of is one, too. */
export interface ReplicaFolder extends Version {
  readonly id: number;
  /** Undefined for the root. */
  readonly parentId: number | undefined;
  readonly name: string;
  readonly properties: PropertyBag;
  readonly attempted: boolean;
  readonly dirty: boolean;
}

interface Row {
  id: number;
  parent_id: number | null;
  name: string;
  properties: Uint8Array;
  change_key: Uint8Array;
  predecessors: Uint8Array;
  modified: string;
  attempted: number;
  dirty: number;
}

const columns = 'id, parent_id, name, properties, change_key, predecessors, modified, attempted, dirty';

const folderOf = (row: Row): ReplicaFolder => ({
  id: row.id,
  parentId: row.parent_id ?? undefined,
  name: row.name,
  properties: decodeBag(row.properties),
  changeKey: row.change_key,
  predecessors: row.predecessors,
  modified: BigInt(row.modified),
  attempted: row.attempted === 1,
  dirty: row.dirty === 1,
});

export function folderById(db: ReplicaDatabase, id: number): ReplicaFolder | undefined {
  const row = db.get<Row>(`SELECT ${columns} FROM folder WHERE id = ?`, id);
  return row && folderOf(row);
}

/** All of them, parents before their children. */
export function allFolders(db: ReplicaDatabase): ReplicaFolder[] {
  const byParent = new Map<number | undefined, ReplicaFolder[]>();
  for (const folder of db.all<Row>(`SELECT ${columns} FROM folder ORDER BY id`).map(folderOf)) {
    const siblings = byParent.get(folder.parentId);
    if (siblings === undefined) byParent.set(folder.parentId, [folder]);
    else siblings.push(folder);
  }
  const sorted: ReplicaFolder[] = [];
  const add = (parentId: number | undefined): void => {
    for (const folder of byParent.get(parentId) ?? []) {
      sorted.push(folder);
      add(folder.id);
    }
  };
  add(undefined);
  return sorted;
}

export const childrenOf = (db: ReplicaDatabase, parentId: number): ReplicaFolder[] =>
  db.all<Row>(`SELECT ${columns} FROM folder WHERE parent_id = ? ORDER BY id`, parentId).map(folderOf);

/** Makes the folder, or changes all of it but the state of its contents. */
export function putFolder(db: ReplicaDatabase, folder: ReplicaFolder): void {
  db.run(
    `INSERT INTO folder (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name,
       properties = excluded.properties, change_key = excluded.change_key, predecessors = excluded.predecessors,
       modified = excluded.modified, attempted = excluded.attempted, dirty = excluded.dirty, doubtful = 0`,
    folder.id,
    folder.parentId ?? null,
    folder.name,
    encodeBag(folder.properties),
    folder.changeKey,
    folder.predecessors,
    String(folder.modified),
    Number(folder.attempted),
    Number(folder.dirty),
  );
}

/** Search folders have no contents of their own to synchronize. */
const searchFolder = 2;
export const isSearchFolder = ({ properties }: ReplicaFolder): boolean =>
  properties.get(0x36010003 /* PidTagFolderType */) === searchFolder;
