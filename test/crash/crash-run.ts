import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { BackendError, openOxBackend } from '../../src/backends/index.ts';
import { checkTenant, createSandbox, type Fault } from '../../src/sandbox/index.ts';
import { noFlags } from '../../src/sync/flags.ts';
import { Ledger, pathOf, subjectOf } from './ledger.ts';
import { type Done, type Line, type LocalFolder, type Settings, series, textOf } from './protocol.ts';

export interface CrashOptions {
  readonly kills: number;
  /** Both sides are compared after as many kills, and at the end. */
  readonly compareEvery: number;
  readonly seed: number;
  readonly pollMs: number;
  readonly report?: (text: string) => void;
}

export interface CrashResult {
  readonly kills: number;
  /** Changes that were acknowledged, and those that a kill cut off. */
  readonly operations: number;
  readonly unacknowledged: number;
  readonly comparisons: number;
  readonly seconds: number;
}

/** Kills a gateway again and again while both sides change, and looks at both each `compareEvery` kills. */
export async function crashRun(options: CrashOptions): Promise<CrashResult> {
  const started = performance.now();
  const data = mkdtempSync(join(tmpdir(), 'oxbow-kill-'));
  const random = series(options.seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length || 1)];
  const ledger = new Ledger();
  const log: string[] = [];
  const sandbox = await createSandbox({
    file: ':memory:',
    rateRequests: 1e9,
    tenant: checkTenant({
      context: 1,
      domains: ['oxbow.test'],
      defaults: { password: 'oxbow' },
      people: [
        { login: 'anna', display_name: 'Anna' },
        { login: 'ben', display_name: 'Ben' },
      ],
    }),
  });
  const app = Fastify({ forceCloseConnections: true });
  await app.register(sandbox.plugin, { prefix: '/ajax' });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/ajax`;
  const backend = await openOxBackend({ url }, { userName: 'anna@oxbow.test', password: 'oxbow' });
  let comparisons = 0;
  let run = 0;
  let running: ChildProcess | undefined;

  const start = (
    settle: boolean,
  ): { child: ChildProcess; ready: Promise<void>; lines: Line[]; ended: Promise<void> } => {
    const settings: Settings = {
      data,
      url,
      run,
      seed: random(2 ** 31),
      pollMs: options.pollMs,
      settle,
    };
    const child = spawn(process.execPath, [join(import.meta.dirname, 'gateway.ts')], {
      env: { ...process.env, OXBOW_CRASH: JSON.stringify(settings), NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    const lines: Line[] = [];
    let setReady!: () => void;
    const ready = new Promise<void>((resolve) => {
      setReady = resolve;
    });
    createInterface({ input: child.stdout! }).on('line', (text) => {
      log.push(`${run}: ${text}`);
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if ('ready' in line) setReady();
      else if ('begin' in line) ledger.begin(line.begin, line);
      else if ('done' in line) ledger.done(line.done, line.copies);
    });
    createInterface({ input: child.stderr! }).on('line', (text) => log.push(`${run}! ${text}`));
    const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
    return { child, ready: Promise.race([ready, ended]), lines, ended };
  };

  /** One change on the backend by somebody else. What is not answered may have happened. */
  const changeThere = async (name: string): Promise<void> => {
    // Faults are for the one that is killed.
    const faults = sandbox.faults.list();
    sandbox.faults.clear();
    try {
      await someChangeThere(name);
    } finally {
      for (const { id: _, hits: __, ...fault } of faults) sandbox.faults.add(fault as Fault);
    }
  };

  const someChangeThere = async (name: string): Promise<void> => {
    const folders = (await backend.mail.folders()).map(({ id }) => id);
    const folder = pick(folders)!;
    const found = pick(sandbox.mails('anna', pathOf(folder)).filter(({ raw }) => !subjectOf(raw).startsWith('sent')));
    const choice = random(100);
    let done: Done;
    let call: () => Promise<unknown>;
    if (choice < 30 || !found) {
      const subject = `mail r${name}`;
      const raw = Buffer.from(
        `From: Zoe <zoe@elsewhere.example>\r\nTo: anna@oxbow.test\r\nSubject: ${subject}\r\nMessage-ID: <r${name}@elsewhere.example>\r\n` +
          `Date: ${new Date().toUTCString().replace('GMT', '+0000')}\r\nContent-Type: text/plain\r\n\r\n${textOf(subject)}\r\n`,
      );
      const target = pick(folders)!;
      done = { what: 'create', subject, into: pathOf(target) };
      call = () => backend.mail.append(target, once(raw), { ...noFlags, seen: random(2) === 0 }, undefined);
    } else if (choice < 78) {
      const subject = subjectOf(found.raw);
      const id = String(found.uid);
      const value = random(2) === 0;
      if (choice < 42) {
        done = { what: 'read', subject, value };
        call = () => backend.mail.setFlags(folder, id, { seen: value });
      } else if (choice < 54) {
        done = { what: 'flag', subject, value };
        call = () => backend.mail.setFlags(folder, id, { flagged: value });
      } else if (choice < 70) {
        const target = pick(folders)!;
        done = { what: 'move', subject, into: pathOf(target) };
        call = () => backend.mail.move(folder, id, target);
      } else {
        done = { what: 'delete', subjects: [subject], folders: [] };
        call = () => backend.mail.remove(folder, [id], true);
      }
    } else if (choice < 88 && folders.length < 30) {
      done = { what: 'createFolder', name: `R${name}` };
      call = () => backend.mail.createFolder(random(2) ? pick(folders)! : undefined, `R${name}`);
    } else {
      const own = pick(folders.filter((id) => /(^|\/)[LR]\d[^/]*$/.test(id)));
      if (!own) return;
      const old = own.split('/').at(-1)!;
      const change = random(2) ? { name: `${old.split('.')[0]}.${name}` } : { parentId: pick(folders)! };
      done = { what: 'changeFolder', name: old };
      call = () => backend.mail.changeFolder(own, change);
    }
    log.push(`${run}> ${JSON.stringify(done)}`);
    try {
      await call();
      ledger.record('remote', done, true);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      log.push(`${run}> not done: ${error.message}`);
      ledger.record('remote', done, false);
    }
  };

  /** Deletes a folder there while nobody else is at work, so that it is known what is in it. */
  const deleteFolderThere = async (): Promise<void> => {
    const tree = await backend.mail.folders();
    const folder = pick(tree.filter(({ role }) => role === undefined));
    if (!folder) return;
    const inside = tree.filter(({ id }) => `${id}/`.startsWith(`${folder.id}/`));
    const subjects = inside.flatMap(({ id }) => sandbox.mails('anna', pathOf(id)).map(({ raw }) => subjectOf(raw)));
    const done: Done = { what: 'delete', subjects, folders: inside.map(({ name }) => name) };
    log.push(`${run}> ${JSON.stringify(done)}`);
    await backend.mail.deleteFolder(folder.id, true);
    ledger.record('remote', done, true);
  };

  const compare = async (): Promise<void> => {
    sandbox.faults.clear();
    // Requests of the last one that was killed.
    await sleep(2_500);
    run += 1;
    const { lines, ended } = start(true);
    await ended;
    const unsettled = lines.find((line) => 'unsettled' in line);
    assert.ok(!unsettled, `it never gets quiet: ${JSON.stringify(unsettled)}`);
    assert.ok(
      lines.some((line) => 'settled' in line),
      'both sides are in step',
    );
    const local = lines.filter((line): line is LocalFolder => 'folder' in line);
    await ledger.check(sandbox, await backend.mail.folders(), local);
    checkDatabase(join(data, 'oxbow.db'));
    comparisons += 1;
    options.report?.(
      `${run - comparisons} kills, ${ledger.counts.operations} changes, ${ledger.counts.unacknowledged} cut off, ${((performance.now() - started) / 1000).toFixed(0)} s`,
    );
  };

  try {
    for (let kill = 1; kill <= options.kills; kill += 1) {
      run += 1;
      const risky = random(10) < 4;
      if (risky) for (let n = random(3); n >= 0; n -= 1) sandbox.faults.add(someFault(random));
      if (random(15) === 0) sandbox.expireSessions('anna');
      const { child, ready, ended } = start(false);
      // Some while starting, most while at work.
      if (random(100) < 12) await sleep(20 + random(300));
      else {
        await ready;
        const until = performance.now() + random(random(3) === 0 ? 900 : 350);
        for (let n = 0; performance.now() < until; n += 1) {
          await sleep(Math.min(random(120), Math.max(0, until - performance.now())));
          if (performance.now() < until && child.exitCode === null) await changeThere(`${run}-${n}`);
        }
      }
      assert.equal(child.exitCode, null, 'the gateway does not end by itself');
      child.kill('SIGKILL');
      await ended;
      ledger.killed();
      log.push(`${run}: killed`);
      sandbox.faults.clear();
      if (!risky && random(12) === 0) {
        await sleep(50);
        await deleteFolderThere();
      }
      if (kill % options.compareEvery === 0 || kill === options.kills) await compare();
    }
  } catch (error) {
    console.error(log.slice(-4000).join('\n'));
    console.error(`seed ${options.seed}`);
    throw error;
  } finally {
    running?.kill('SIGKILL');
    await backend.close().catch(() => {});
    await app.close();
    await sandbox.close();
    rmSync(data, { recursive: true, force: true });
  }
  return { kills: options.kills, ...ledger.counts, comparisons, seconds: (performance.now() - started) / 1000 };
}

async function* once(raw: Buffer): AsyncIterable<Uint8Array> {
  yield raw;
}

const actions = [
  ['mail', 'import'],
  ['mail', 'new'],
  ['mail', 'update'],
  ['mail', 'delete'],
  ['mail', 'all'],
  ['mail', 'list'],
  ['folders', 'new'],
  ['folders', 'update'],
  ['folders', 'delete'],
  [undefined, undefined],
] as const;

function someFault(random: (limit: number) => number): Fault {
  const [module, action] = actions[random(actions.length)]!;
  const where = { login: 'anna', skip: random(4), times: 1 + random(3), ...(module ? { module, action } : {}) };
  const effects = [
    { effect: 'cutAfter' },
    { effect: 'cutAfter' },
    { effect: 'cutBefore' },
    { effect: 'delay', ms: 50 + random(1500) },
    { effect: 'delay', ms: 50 + random(1500), after: true },
    { effect: 'expire' },
    { effect: 'unavailable' },
    { effect: 'truncate' },
    { effect: 'garble' },
  ] as const;
  return { ...effects[random(effects.length)]!, ...where };
}

/** Counters are right, and nothing hangs on what is not there. */
function checkDatabase(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  const all = (sql: string) => db.prepare(sql).all();
  try {
    assert.deepEqual(
      all(`SELECT f.id, f.content_count, f.unread_count, f.associated_count, f.deleted_count,
        count(CASE WHEN m.deleted = 0 AND m.associated = 0 THEN 1 END) c,
        count(CASE WHEN m.deleted = 0 AND m.associated = 0 AND m.read = 0 THEN 1 END) u,
        count(CASE WHEN m.deleted = 0 AND m.associated = 1 THEN 1 END) a,
        count(CASE WHEN m.deleted = 1 THEN 1 END) d
        FROM folder f LEFT JOIN message m ON m.mailbox_id = f.mailbox_id AND m.folder_id = f.id
        WHERE f.type <> 'search' GROUP BY f.mailbox_id, f.id
        HAVING c <> f.content_count OR u <> f.unread_count OR a <> f.associated_count OR d <> f.deleted_count`),
      [],
      'folder counters equal what is in the folders',
    );
    for (const table of ['attachment', 'large_value', 'message_link'])
      assert.deepEqual(
        all(`SELECT t.* FROM ${table} t LEFT JOIN message m ON m.mailbox_id = t.mailbox_id AND m.key = t.message_key
          WHERE m.key IS NULL LIMIT 3`),
        [],
        `${table} rows belong to messages`,
      );
    assert.deepEqual(
      all(`SELECT l.* FROM folder_link l LEFT JOIN folder f ON f.mailbox_id = l.mailbox_id AND f.id = l.folder_id
        WHERE f.id IS NULL OR f.deleted = 1 LIMIT 3`),
      [],
      'folder links belong to folders',
    );
    assert.deepEqual(all('SELECT * FROM outbox LIMIT 3'), [], 'the outbox is empty');
    assert.deepEqual(all("SELECT * FROM sync_cursor WHERE remote_folder LIKE 'creating %'"), [], 'no attempt is open');
    assert.equal((all('PRAGMA integrity_check')[0] as { integrity_check: string }).integrity_check, 'ok');
  } finally {
    db.close();
  }
}
