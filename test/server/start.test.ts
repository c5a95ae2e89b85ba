import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { createSandbox, trialTenant } from '../../src/sandbox/index.ts';
import { createAccounts } from '../../src/server/accounts.ts';
import { startTrial } from '../../src/server/index.ts';
import { openStore } from '../../src/store/index.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-start-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a data folder belongs to one server at a time', async (t) => {
  const data = temporaryFolder(t);
  const options = { listen: '127.0.0.1:0', data, log: 'silent' } as const;
  const first = await startTrial(options);
  await assert.rejects(startTrial(options), /another server runs on the data folder/);
  await first.close();
  const second = await startTrial(options);
  await second.close();
});

test('a port that is taken is said, and the folder is free again', async (t) => {
  const first = await startTrial({ listen: '127.0.0.1:0', data: temporaryFolder(t), log: 'silent' });
  t.after(() => first.close());
  const data = temporaryFolder(t);
  const port = new URL(first.url).port;
  await assert.rejects(startTrial({ listen: `127.0.0.1:${port}`, data, log: 'silent' }), /EADDRINUSE/);
  await (await startTrial({ listen: '127.0.0.1:0', data, log: 'silent' })).close();
});

test('however often and by whatever name somebody signs in at once, one engine runs', async (t) => {
  const sandbox = await createSandbox({ file: ':memory:', tenant: trialTenant() });
  const app = Fastify({ forceCloseConnections: true });
  await app.register(sandbox.plugin, { prefix: '/ajax' });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/ajax`;
  const folder = temporaryFolder(t);
  const store = await openStore({ file: join(folder, 'oxbow.db'), cacheDirectory: join(folder, 'content') });
  const log = { debug() {}, info() {}, warn() {} };
  const accounts = createAccounts({ store, ox: { url }, pollMs: 1000, directoryRefreshMs: 60_000, log });
  t.after(async () => {
    await accounts.close();
    await store.close();
    await app.close();
    await sandbox.close();
  });
  const { authenticator } = accounts;
  const names = ['anna', 'anna@oxbow.test', 'anna', 'anna@oxbow.test'];
  const identities = await Promise.all(names.map((name) => authenticator.authenticate(name, 'oxbow')));
  assert.deepEqual(new Set(identities.map((identity) => identity?.address)), new Set(['anna@oxbow.test']));
  assert.equal((await accounts.statuses()).length, 1);
  assert.equal(await authenticator.authenticate('anna', 'wrong'), undefined);
});
