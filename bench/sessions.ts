import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMapiHttpClient, logOn } from '../src/client/index.ts';
import { type BenchClient, type Figure, figure, median, probe, signIn, startProcess, startServer } from './harness.ts';

const people = ['anna@oxbow.test', 'ben@oxbow.test', 'carla@oxbow.test'];
/** A person may have 256 contexts; further ones end the oldest. */
const perPerson = 200;

/** Memory of sessions that are connected, logged on, and idle; and the time to start. */
export async function sessions(): Promise<Figure[]> {
  return [...(await starts()), ...(await memory())];
}

/** Of a new data folder and of one that is there. */
async function starts(): Promise<Figure[]> {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-bench-'));
  const first: number[] = [];
  const again: number[] = [];
  const start = async (folder: string, times: number[]) => {
    const server = await startProcess([], ['trial', '--listen', '127.0.0.1:0', '--data', join(data, folder)]);
    times.push(server.startMs / 1000);
    await server.stop();
  };
  for (let i = 0; i < 3; i++) await start(String(i), first);
  for (let i = 0; i < 5; i++) await start('0', again);
  rmSync(data, { recursive: true });
  return [
    figure('trial: start to "Oxbow is ready", with sample mailboxes to make', median(first), 's'),
    figure('trial: start to "Oxbow is ready", later ones', median(again), 's'),
  ];
}

async function memory(): Promise<Figure[]> {
  const server = await startServer({ nodeOptions: probe });
  try {
    const clients: BenchClient[] = [];
    for (const person of people) clients.push(await signIn(server, person));
    const connect = async ({ http, mailboxUrl, legacyDn }: BenchClient) => {
      const mapi = createMapiHttpClient(http, mailboxUrl);
      await mapi.connect(legacyDn);
      await logOn(mapi, legacyDn);
      return mapi;
    };
    // The first synchronization, compiled code and caches are not what a session costs.
    for (let i = 0; i < 100; i++) await (await connect(clients[i % clients.length]!)).disconnect();
    await sleep(4000);
    const none = await server.memory();
    for (let i = 0; i < 100; i++) await connect(clients[i % clients.length]!);
    const hundred = server.residentBytes();
    for (let i = 100; i < perPerson * people.length; i++) await connect(clients[i % clients.length]!);
    const count = perPerson * people.length;
    await sleep(2000);
    const all = await server.memory();
    return [
      figure('held by an idle session, after a collection', (all.held - none.held) / count / 1024, 'KiB', {
        aim: '64 KiB',
      }),
      figure('resident memory of an idle session', Math.max(0, all.rss - none.rss) / count / 1024, 'KiB', {
        aim: '64 KiB',
      }),
      figure('resident memory with 100 sessions', hundred / 1e6, 'MB', { aim: '90 MB' }),
    ];
  } finally {
    await server.stop();
  }
}
