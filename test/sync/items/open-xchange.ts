import assert from 'node:assert/strict';
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

type World = Awaited<ReturnType<typeof setUp>>;

/** The person's default folder of a module with numeric ids, as the server and somebody else see it. */
export async function defaultFolder({ anna }: World, module: 'contacts' | 'tasks') {
  const folder = Number((await anna.get(`config/folder/${module}`, '')).data);
  const there = async (): Promise<Record<string, unknown>[]> => {
    const ids = (await anna.get(module, 'all', { folder, columns: '1' })).data as [number][];
    const rows: Record<string, unknown>[] = [];
    for (const [id] of ids) rows.push((await anna.get(module, 'get', { folder, id })).data as Record<string, unknown>);
    return rows;
  };
  return {
    folder,
    there,
    async only(): Promise<Record<string, unknown>> {
      const rows = await there();
      assert.equal(rows.length, 1);
      return rows[0]!;
    },
    async add(body: object): Promise<number> {
      const answer = await anna.put(module, 'new', {}, { folder_id: folder, ...body });
      assert.equal(answer.code, undefined, answer.error ?? '');
      return Number((answer.data as { id: number }).id);
    },
    async edit(id: unknown, body: object): Promise<void> {
      const answer = await anna.put(module, 'update', { folder, id, timestamp: 9e15 }, body);
      assert.equal(answer.code, undefined, answer.error ?? '');
    },
  };
}
