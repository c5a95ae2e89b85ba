import { randomUUID } from 'node:crypto';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Guid } from '../../mapi/index.ts';

/**
 * What the file of a replica looks like. Ids are global counters of the mailbox's own replica, since everything is
 * asked for with NoForeignIdentifiers. Times are FILETIMEs as text, because they exceed what JavaScript's numbers hold.
 *
 * `attempted`: the server may know it. `dirty`: changed here and not uploaded. `doubtful`: the server refused a change
 * because something is gone; whether it is this folder the next hierarchy synchronization tells.
 */
const layout = `
  CREATE TABLE setting (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER,
    name TEXT NOT NULL,
    properties BLOB NOT NULL,
    change_key BLOB NOT NULL,
    predecessors BLOB NOT NULL,
    modified TEXT NOT NULL,
    attempted INTEGER NOT NULL,
    dirty INTEGER NOT NULL,
    doubtful INTEGER NOT NULL DEFAULT 0,
    given BLOB NOT NULL DEFAULT x'',
    seen BLOB NOT NULL DEFAULT x'',
    seen_fai BLOB NOT NULL DEFAULT x'',
    read BLOB NOT NULL DEFAULT x''
  ) STRICT;
  CREATE INDEX folder_parent ON folder (parent_id);
  CREATE TABLE message (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL UNIQUE,
    folder_id INTEGER NOT NULL,
    associated INTEGER NOT NULL,
    change_key BLOB NOT NULL,
    predecessors BLOB NOT NULL,
    modified TEXT NOT NULL,
    change_number INTEGER,
    size INTEGER,
    read INTEGER NOT NULL,
    attempted INTEGER NOT NULL,
    dirty INTEGER NOT NULL,
    read_dirty INTEGER NOT NULL,
    subject TEXT NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
  CREATE INDEX message_folder ON message (folder_id, associated);
  CREATE INDEX message_dirty ON message (key) WHERE dirty = 1 OR read_dirty = 1;
  CREATE TABLE move (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    message_key INTEGER NOT NULL,
    from_folder INTEGER NOT NULL,
    from_id INTEGER NOT NULL,
    to_folder INTEGER NOT NULL,
    to_id INTEGER NOT NULL,
    change_key BLOB,
    predecessors BLOB,
    attempted INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX move_message ON move (message_key);
  CREATE INDEX move_from ON move (from_id);
  CREATE TABLE tombstone (
    kind TEXT NOT NULL,
    folder_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE property_name (id INTEGER PRIMARY KEY, guid TEXT NOT NULL, lid INTEGER, name TEXT) STRICT;
  CREATE UNIQUE INDEX property_name_lid ON property_name (guid, lid) WHERE lid IS NOT NULL;
  CREATE UNIQUE INDEX property_name_name ON property_name (guid, name) WHERE name IS NOT NULL;
`;
const layoutVersion = 1;

type Row = Record<string, unknown>;

/** The file of a replica. Everything in it is synchronous, so that a transaction is never left half-way. */
export interface ReplicaDatabase {
  /** Rows of a statement; statements are prepared once. */
  all<T = Row>(sql: string, ...values: SQLInputValue[]): T[];
  get<T = Row>(sql: string, ...values: SQLInputValue[]): T | undefined;
  /** Gives the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** All of `work` or nothing; nests. */
  transaction<T>(work: () => T): T;
  setting<T extends SQLInputValue>(name: string): T | undefined;
  setSetting(name: string, value: SQLInputValue): void;
  close(): void;
}

/**
 * Opens or makes the file of a replica (`:memory:` for one that lasts as long as the process). Throws when the file is
 * that of something else or of another layout.
 */
export function openReplicaDatabase(file: string): ReplicaDatabase {
  const db = new DatabaseSync(file);
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  let depth = 0;
  const self: ReplicaDatabase = {
    all: (sql, ...values) => prepared(sql).all(...values) as never[],
    get: (sql, ...values) => prepared(sql).get(...values) as never,
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    transaction(work) {
      if (depth > 0) return work();
      depth += 1;
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    setting: (name) => self.get<{ value: never }>('SELECT value FROM setting WHERE name = ?', name)?.value,
    setSetting(name, value) {
      self.run('INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', name, value);
    },
    close: () => db.close(),
  };
  // Ids given to objects must never be given again, so what is committed has to be on the disk.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version === 0) {
    self.transaction(() => {
      db.exec(layout);
      db.exec(`PRAGMA user_version = ${layoutVersion}`);
      self.setSetting('namespace', randomUUID());
      self.setSetting('changes', 0);
    });
  } else if (version !== layoutVersion) {
    db.close();
    throw new Error(`${file} is a replica of layout ${version}; this program has ${layoutVersion}`);
  }
  return self;
}

/** GUID of the changes made in this replica, and of nothing else (MS-OXCFXICS 3.1.5.3). */
export const namespaceOf = (db: ReplicaDatabase): Guid => db.setting<string>('namespace')!;
