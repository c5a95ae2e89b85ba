import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { migrations } from '../../src/store/migrations/index.ts';

test('the schema says to PostgreSQL what it says to SQLite, in its types', async () => {
  const statements: string[] = [];
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: (event) => void statements.push(event.query.sql),
  });
  for (const migration of Object.values(migrations('postgres'))) await migration.up(db);
  const tables = statements.filter((sql) => sql.startsWith('create table'));
  assert.ok(tables.length >= 13);
  for (const sql of tables) {
    assert.doesNotMatch(sql, /\bblob\b|autoincrement/i);
    // Each table can be split by mailbox.
    if (!/table "(mailbox|minimal_entry_id)"/.test(sql)) assert.match(sql, /primary key \("mailbox_id"/, sql);
  }
});
