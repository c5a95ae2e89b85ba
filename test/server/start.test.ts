import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import Fastify from 'fastify';
import { createSandbox, trialTenant } from '../../src/sandbox/index.ts';
import { createAccounts } from '../../src/server/accounts.ts';
import { checkConfiguration, startServer, startTrial } from '../../src/server/index.ts';
import { BackendUnavailable, openStore } from '../../src/store/index.ts';

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

test('a key that is none is said, the database is closed and the folder free again', async (t) => {
  const data = temporaryFolder(t);
  const key = join(temporaryFolder(t), 'key.pem');
  writeFileSync(key, 'no key');
  const config = { listen: '127.0.0.1:0', data, log: 'silent', backend: { kind: 'ox', url: 'https://localhost/ajax' } };
  const start = (more: object) => startServer({ config: checkConfiguration({ ...config, ...more }, 'test') });
  await assert.rejects(start({ tls: { certificate: key, key } }), /PEM/);
  // The database engine removes its log with the last connection.
  assert.equal(existsSync(join(data, 'oxbow.db-wal')), false);
  await (await start({})).close();
});

test('a sign-in that is under way when the server ends leaves nothing running', async (t) => {
  const sandbox = await createSandbox({ file: ':memory:', tenant: trialTenant() });
  const app = Fastify({ forceCloseConnections: true });
  await app.register(sandbox.plugin, { prefix: '/ajax' });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/ajax`;
  const folder = temporaryFolder(t);
  const store = await openStore({ file: join(folder, 'oxbow.db'), cacheDirectory: join(folder, 'content') });
  t.after(async () => {
    await store.close();
    await app.close();
    await sandbox.close();
  });
  let asked = () => {};
  const slowStore = {
    ...store,
    async ensureMailbox(...profile: Parameters<typeof store.ensureMailbox>) {
      asked();
      await setTimeout(50);
      return store.ensureMailbox(...profile);
    },
  };
  const log = { debug() {}, info() {}, warn() {} };
  const options = { ox: { url }, pollMs: 1000, directoryRefreshMs: 60_000, log };

  const accounts = createAccounts({ ...options, store: slowStore });
  const settling = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const signIn = accounts.authenticator.authenticate('anna', 'oxbow');
  await settling;
  await accounts.close();
  assert.equal((await signIn)?.address, 'anna@oxbow.test');
  assert.deepEqual(await accounts.statuses(), []);

  const late = createAccounts({ ...options, store });
  const asking = late.authenticator.authenticate('anna', 'oxbow');
  await late.close();
  await assert.rejects(asking, BackendUnavailable);
  assert.deepEqual(await late.statuses(), []);
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
