import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { schema } from './schema.ts';

/** The sandbox's own SQLite database. Everything is synchronous, so a `write` is one step for every observer. */
export interface Database {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /** Returns the rowid of the last inserted row and how many rows were touched. */
  run(sql: string, ...values: SQLInputValue[]): { id: number; changes: number };
  /** One transaction; inside another one it joins that. */
  write<T>(work: () => T): T;
  close(): void;
}

/** Opens or creates the database; `:memory:` for one that lives as long as the process. */
export function openDatabase(file: string): Database {
  const connection = new DatabaseSync(file);
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
  connection.exec('PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;');
  connection.exec(schema);
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = connection.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  let depth = 0;
  return {
    all: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values) as Row[],
    get: <Row>(sql: string, ...values: SQLInputValue[]) => prepared(sql).get(...values) as Row | undefined,
    run(sql, ...values) {
      const { lastInsertRowid, changes } = prepared(sql).run(...values);
      return { id: Number(lastInsertRowid), changes: Number(changes) };
    },
    write(work) {
      if (depth > 0) return work();
      connection.exec('BEGIN IMMEDIATE');
      depth = 1;
      try {
        const result = work();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      } finally {
        depth = 0;
      }
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}
