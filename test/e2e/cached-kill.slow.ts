import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { series } from '../crash/protocol.ts';
import type { CachedClientLine, CachedClientResult, CachedClientSettings } from './cached-client.ts';
import { startTrialProcess } from './process.ts';
import { eventually } from './trial.ts';

const seed = Number(process.env.OXBOW_SEED ?? Date.now() & 0x7fffffff);
const kills = Number(process.env.OXBOW_KILLS ?? 24);

/** The client of {@link cached-client.ts} as a process. */
function startClient(settings: CachedClientSettings) {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'cached-client.ts')], {
    env: { ...process.env, OXBOW_CACHED: JSON.stringify(settings), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: CachedClientLine[] = [];
  let errors = '';
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(JSON.parse(line) as CachedClientLine));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return { child, lines, ended, errors: () => errors };
}

test(`kill -9 of client and server at any moment ends with equal replicas, nothing lost, nothing twice (seed ${seed})`, async () => {
  const random = series(seed);
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-cached-kill-'));
  let trial = await startTrialProcess([process.execPath, 'bin/start.mjs', 'trial']);
  const made = new Map<string, 'maybe' | 'made' | 'maybe deleted' | 'deleted'>();
  let running: ChildProcess | undefined;
  const settingsOf = (run: number, settle: boolean): CachedClientSettings => ({
    url: trial.url,
    authority: trial.authority,
    file: join(folder, 'anna.db'),
    run,
    seed: random(2 ** 31),
    settle,
  });
  const count = { client: 0, server: 0, synchronized: 0 };
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const client = startClient(settingsOf(kill, false));
      running = client.child;
      // Some while it starts, most while it works; now and then the server goes first.
      if (random(6) === 0) await delay(random(2_000));
      else {
        const isReady = () => client.lines.length > 0 || client.child.exitCode !== null;
        await eventually('the first synchronization', isReady, 120_000);
        await delay(random(3_000));
      }
      if (random(3) === 0) {
        trial = await trial.killAndRestart(random(500));
        count.server += 1;
        await delay(random(2_500));
      }
      assert.equal(client.child.exitCode, null, `the client does not end by itself: ${client.errors()}`);
      client.child.kill('SIGKILL');
      await client.ended;
      count.client += 1;
      for (const line of client.lines) {
        if ('synchronized' in line) count.synchronized += 1;
        if ('begin' in line) made.set(line.subject, line.begin === 'create' ? 'maybe' : 'maybe deleted');
        if ('done' in line) made.set(line.subject, line.done === 'create' ? 'made' : 'deleted');
      }
    }
    const last = startClient(settingsOf(0, true));
    running = last.child;
    await last.ended;
    const result = last.lines.find((line): line is CachedClientResult => 'differences' in line);
    assert.ok(result !== undefined, `the last client ends well: ${last.errors()}`);
    assert.deepEqual(result.differences, []);
    for (const { subject } of result.mails) assert.ok(made.has(subject), `somebody made "${subject}"`);
    for (const [subject, state] of made) {
      const copies: CachedClientResult['mails'] = result.mails.filter(
        (mail) => mail.subject === subject && mail.folder !== 'Conflicts',
      );
      const said: string = `"${subject}" (${state}): ${JSON.stringify(copies)}`;
      assert.ok(copies.length <= 1, `once: ${said}`);
      if (state === 'made') assert.equal(copies.length, 1, `not lost: ${said}`);
      if (state === 'deleted') assert.equal(copies.length, 0, `deleted: ${said}`);
    }
    console.log(
      `${count.client} kills of the client, ${count.server} of the server, ${made.size} mails, ${count.synchronized} synchronizations`,
    );
    assert.ok(made.size > 0 && count.synchronized > 0, 'something was done');
  } finally {
    running?.kill('SIGKILL');
    trial.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
