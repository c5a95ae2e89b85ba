import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { storeLimits } from './limits.ts';

/** Kysely over one connection of node:sqlite. Who opens transactions on it takes care that there is one at a time. */
export function sqliteDialect(database: DatabaseSync): Dialect {
  const connection = sqliteConnection(database);
  const run = async (sql: string) => database.exec(sql);
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    // IMMEDIATE: a transaction that begins by reading could otherwise find itself unable to write later.
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    savepoint: (_: DatabaseConnection, name: string) => run(`savepoint "${name}"`),
    rollbackToSavepoint: (_: DatabaseConnection, name: string) => run(`rollback to "${name}"; release "${name}"`),
    releaseSavepoint: (_: DatabaseConnection, name: string) => run(`release "${name}"`),
    destroy: async () => database.close(),
  };
  return {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/**
 * Opens a file for {@link sqliteDialect}: write-ahead log, which durability.ts brings to the disk before a commit is
 * acknowledged; waits for other processes instead of failing.
 */
export function openSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000, enableForeignKeyConstraints: true });
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma cache_size = -8192;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = 2000;
  `);
  return database;
}

function sqliteConnection(database: DatabaseSync): DatabaseConnection {
  const statements = new Map<string, { statement: StatementSync; givesRows: boolean }>();

  const prepare = (sql: string) => {
    let prepared = statements.get(sql);
    if (prepared) {
      statements.delete(sql);
    } else {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      prepared = { statement, givesRows: statement.columns().length > 0 };
      if (statements.size >= storeLimits.preparedStatements) statements.delete(statements.keys().next().value!);
    }
    statements.set(sql, prepared);
    return prepared;
  };

  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { statement, givesRows } = prepare(query.sql);
      const parameters = query.parameters as SQLInputValue[];
      if (givesRows) return { rows: statement.all(...parameters).map(safeNumbers) as R[] };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
    // biome-ignore lint/correctness/useYield: nothing here streams rows
    async *streamQuery() {
      throw new Error('rows are not streamed; read them in pages');
    },
  };
}

/** Whole numbers as `number` where that is exact; FILETIMEs stay bigint. */
function safeNumbers(row: Record<string, unknown>): Record<string, unknown> {
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'bigint' && value <= MAX && value >= MIN) row[name] = Number(value);
  }
  return row;
}
const MAX = BigInt(Number.MAX_SAFE_INTEGER);
const MIN = BigInt(Number.MIN_SAFE_INTEGER);
