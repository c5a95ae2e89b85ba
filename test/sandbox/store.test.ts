import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../src/sandbox/database.ts';
import { createSandbox } from '../../src/sandbox/index.ts';
import { createStamps } from '../../src/sandbox/stamps.ts';
import { rawMail, start, tenant } from './client.ts';

const inbox = 'default0/INBOX';

test('a restart finds everything and seeds nothing again; stamps go on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'sandbox.db');
  const first = await createSandbox({ file, tenant, clock: () => 2_000_000_000_000 });
  first.deliver(rawMail('Kept'), 'x@y.example', ['anna@oxbow.test']);
  const count = first.count('anna', 'INBOX');
  await first.close();
  const { login, sandbox } = await start(t, { file });
  assert.equal(sandbox.people().length, 3);
  assert.deepEqual(sandbox.count('anna', 'INBOX'), count);
  const anna = await login('anna');
  const answer = await anna.put('mail', 'update', { folder: inbox, id: 1 }, { set_flags: 32 });
  assert.ok(answer.timestamp! > 2_000_000_000_000);
});

test('stamps rise strictly, also when the clock stands still or goes back', () => {
  const db = openDatabase(':memory:');
  let now = 1000;
  const stamps = createStamps(db, () => now);
  const given = [stamps.next(), stamps.next(), stamps.next()];
  now = 500;
  given.push(stamps.next());
  now = 5000;
  given.push(stamps.next());
  assert.deepEqual(given, [1000, 1001, 1002, 1003, 5000]);
  db.close();
});

test('many at once: every write has its own stamp and every mail its own id', async (t) => {
  const { login } = await start(t);
  const [anna, carla] = [await login('anna'), await login('carla')];
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 ? anna : carla).import(inbox, [rawMail(String(index))])),
  );
  assert.equal(new Set(answers.map(({ timestamp }) => timestamp)).size, 40);
  const ids = answers.filter((_, index) => index % 2).map(({ data }) => (data as { id: string }[])[0]?.id);
  assert.deepEqual(
    ids.map(Number).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test('contents go with their last mail', async (t) => {
  const { login, sandbox } = await start(t);
  const anna = await login('anna');
  sandbox.deliver(rawMail('Shared'), 'x@y.example', ['anna@oxbow.test', 'ben@oxbow.test']);
  await anna.put('mail', 'delete', { harddelete: 1 }, [{ folder: inbox, id: '1' }]);
  assert.equal(sandbox.mails('ben', 'INBOX').length, 1);
});

test('the newest mails and examine read an index, not the folder', () => {
  const db = openDatabase(':memory:');
  const plan = (sql: string) =>
    db
      .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .map(({ detail }) => detail)
      .join('\n');
  const newest = plan(
    'SELECT m.uid, c.subject FROM mail m JOIN content c ON c.id = m.content WHERE m.folder = 1 ORDER BY m.received DESC, m.uid DESC LIMIT 50',
  );
  assert.match(newest, /SEARCH m USING (COVERING )?INDEX mail_received/);
  assert.doesNotMatch(newest, /TEMP B-TREE|SCAN/);
  db.close();
});
