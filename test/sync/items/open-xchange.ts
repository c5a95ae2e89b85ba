import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openOxBackend } from '../../../src/backends/index.ts';
import type { SandboxOptions } from '../../../src/sandbox/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { createSyncEngine } from '../../../src/sync/index.ts';
import { start } from '../../sandbox/client.ts';

const silent = { debug() {}, info() {}, warn() {} };

/** Anna's mailbox, an engine that works when it is told, and a server to which somebody else is logged in as her too. */
export async function setUp(t: TestContext, options: Partial<SandboxOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-items-'));
  const { sandbox, origin, login } = await start(t, options);
  const store = await openStore({ file: join(folder, 'oxbow.db'), cacheDirectory: join(folder, 'content') });
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const mailbox = await store.ensureMailbox({
    address: 'anna@oxbow.test',
    displayName: 'Anna',
    legacyDn: '/o=x/cn=anna',
  });
  const backend = await openOxBackend({ url: `${origin}/ajax` }, { userName: 'anna@oxbow.test', password: 'oxbow' });
  t.after(() => backend.close());
  let now = Date.now();
  const engine = createSyncEngine({ mailbox, backend, log: silent, pollMs: 1000, clock: () => now });
  const anna = await login('anna');
  return {
    sandbox,
    /** Somebody else's login by name. */
    loginAs: (name: string) => login(name),
    mailbox,
    backend,
    anna,
    /** Lets time pass, so that postponed rows are due, and runs a pass. */
    async pass(ms = 60_000) {
      now += ms;
      await engine.pass();
    },
  };
}
