import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, openOxBackend } from '../src/backends/index.ts';
import { openFolder, release, ropCall, type SpecialFolder } from '../src/client/index.ts';
import { decodeReplGuidIdSet, makeId, PidTag, propertyRow } from '../src/mapi/index.ts';
import { metaTag } from '../src/protocols/fasttransfer/index.ts';
import {
  RopGetPropertiesSpecific,
  RopSetMessageStatus,
  RopSetReadFlags,
} from '../src/protocols/rop/definitions/index.ts';
import { createSandbox, trialTenant } from '../src/sandbox/index.ts';
import { decode } from '../src/wire/index.ts';
import { type Downloaded, downloadContents, type State, stateOfAll } from './download.ts';
import {
  against,
  type BenchClient,
  type BenchServer,
  type Figure,
  figure,
  median,
  probe,
  signIn,
  startServer,
} from './harness.ts';

/** A folder of somebody that is filled with mails of so many bytes. */
interface Filled {
  readonly user: string;
  readonly path: string;
  readonly folder: SpecialFolder;
  readonly mails: number;
  readonly bytes: number;
}
const large: Filled = { user: 'anna@oxbow.test', path: 'INBOX', folder: 'inbox', mails: 10_000, bytes: 4_000 };
const wire: Filled = { user: 'ben@oxbow.test', path: 'INBOX', folder: 'inbox', mails: 2_000, bytes: 4_500 };
const small: Filled = { user: 'ben@oxbow.test', path: 'Sent', folder: 'sentItems', mails: 1_000, bytes: 0 };
const huge: Filled = {
  user: 'carla@oxbow.test',
  path: 'INBOX',
  folder: 'inbox',
  mails: 100_000,
  bytes: 0,
};
const folders = [large, wire, small, huge];

/** As current Outlook: chained answers of 256 KiB. */
const asOutlook = { chain: true, maxRopOut: 0x40000 } as const;
const rounds = 15;

/** What a cached-mode client's synchronizations cost. */
export async function cachedMode(): Promise<Figure[]> {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-bench-'));
  try {
    const sandbox = await createSandbox({ file: join(data, 'sandbox.db'), tenant: trialTenant() });
    for (const { user, path, mails, bytes } of folders) sandbox.fill(user, path, mails, bytes);
    await sandbox.close();
    // Looking at the backend is measured elsewhere.
    const server = await startServer({
      data,
      nodeOptions: probe,
      pollSeconds: 5,
    });
    try {
      return await measure(server);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function measure(server: BenchServer): Promise<Figure[]> {
  const open: Opened[] = [];
  for (const filled of folders) {
    const client = await signIn(server, filled.user, asOutlook);
    const folderId = client.mailbox.folders[filled.folder];
    await until(async () => (await countIn(client, folderId)) >= filled.mails, 1500);
    open.push({ client, folderId, ...filled });
  }
  await idle(server);
  const [ofLarge, ofWire, ofSmall, ofHuge] = open as [Opened, Opened, Opened, Opened];
  return [
    ...(await fullOfLarge(server, ofLarge)),
    ...(await fullOfWire(server, ofWire)),
    ...(await incremental(ofSmall, ofHuge)),
    ...(await readFlags(server, ofLarge)),
  ];
}

interface Opened extends Filled {
  readonly client: BenchClient;
  readonly folderId: bigint;
}

const backendOf = (server: BenchServer, user: string): Promise<Backend> =>
  openOxBackend(
    { url: server.backendUrl, certificateAuthority: server.backendAuthority },
    { userName: user, password: 'oxbow' },
  );

/** The raw mails of an inbox over plain HTTPS, as many at a time as the gateway fetches. */
async function readRaw(server: BenchServer, user: string): Promise<{ seconds: number; bytes: number }> {
  const backend = await backendOf(server, user);
  const inbox = (await backend.mail.folders()).find((folder) => folder.role === 'inbox')!.id;
  const ids = (await backend.mail.states(inbox)).map(({ id }) => id);
  let bytes = 0;
  const start = performance.now();
  const worker = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop())
      for await (const part of await backend.mail.fetch(inbox, id)) bytes += part.length;
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const seconds = (performance.now() - start) / 1000;
  await backend.close();
  return { seconds, bytes };
}

interface Timed extends Downloaded {
  readonly seconds: number;
  readonly cpu: number;
}

async function timed(server: BenchServer, { client, folderId }: Opened, state?: State): Promise<Timed> {
  const cpu = server.cpuSeconds();
  const start = performance.now();
  const downloaded = await downloadContents(client, folderId, state);
  return { ...downloaded, seconds: (performance.now() - start) / 1000, cpu: server.cpuSeconds() - cpu };
}

async function fullOfLarge(server: BenchServer, folder: Opened): Promise<Figure[]> {
  const raw = await readRaw(server, large.user);
  await server.memory();
  const before = server.residentBytes();
  server.forgetPeak();
  const first = await timed(server, folder);
  const peak = server.peakBytes();
  if (first.messages < large.mails) throw new Error(`${first.messages} messages`);
  const again = await timed(server, folder);
  return [
    figure('raw bytes of 10,000 mails over plain HTTPS', raw.seconds, 's'),
    figure('full contents sync of 10,000 mails', first.seconds, 's', {
      peer: against(first.seconds, 'raw bytes over plain HTTPS', raw.seconds),
      aim: 'ratio 3',
    }),
    figure('the same, CPU of the server', first.cpu, 's'),
    figure('the same, bytes of the stream', first.bytes / first.seconds / 1e6, 'MB/s'),
    figure('the same, peak memory above the idle server', (peak - before) / 1e6, 'MB'),
    figure('full contents sync of 10,000 mails, a second time', again.seconds, 's', {
      peer: against(again.seconds, 'raw bytes over plain HTTPS', raw.seconds),
    }),
  ];
}

async function fullOfWire(server: BenchServer, folder: Opened): Promise<Figure[]> {
  const first = await timed(server, folder);
  const runs: Timed[] = [];
  for (let i = 0; i < 3; i++) runs.push(await timed(server, folder));
  const again = runs.sort((a, b) => a.seconds - b.seconds)[1]!;
  const size = `2,000 messages, ${(again.bytes / 1e6).toFixed(0)} MB`;
  return [
    figure(`full contents sync of ${size}`, first.seconds, 's', { aim: '2.9 s' }),
    figure('the same, CPU of the server', first.cpu, 's', { aim: '2 s' }),
    figure(`full contents sync of ${size}, a second time`, again.seconds, 's', { aim: '2.9 s' }),
    figure('the same, CPU of the server', again.cpu, 's', { aim: '2 s' }),
  ];
}

/** One changed mail, and none, in a folder of 1,000 and in one of 100,000: in turn, so that both see the same machine. */
async function incremental(few: Opened, many: Opened): Promise<Figure[]> {
  const both = [few, many];
  const states: State[] = [];
  for (const { client, folderId } of both) states.push(await stateOfAll(client, folderId));
  const nothing: [number[], number[]] = [[], []];
  const changed: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds * 2; round++) {
    for (const [index, { client, folderId }] of both.entries()) {
      const start = performance.now();
      await downloadContents(client, folderId, states[index]!);
      if (round >= rounds) nothing[index]!.push(performance.now() - start);
    }
    for (const [index, folder] of both.entries()) {
      await changeOne(folder, states[index]!, round);
      const start = performance.now();
      const { state } = await downloadContents(folder.client, folder.folderId, states[index]!);
      if (round >= rounds) changed[index]!.push(performance.now() - start);
      states[index] = state;
    }
  }
  return [
    figure('sync with nothing new, folder of 1,000', median(nothing[0]), 'ms', { aim: '12 ms' }),
    figure('sync with nothing new, folder of 100,000', median(nothing[1]), 'ms', {
      peer: against(median(nothing[1]), 'the folder of 1,000', median(nothing[0])),
      aim: '12 ms',
    }),
    figure('sync of one changed mail, folder of 1,000', median(changed[0]), 'ms'),
    figure('sync of one changed mail, folder of 100,000', median(changed[1]), 'ms', {
      peer: against(median(changed[1]), 'the folder of 1,000', median(changed[0])),
      aim: 'ratio 1.5',
    }),
  ];
}

/** Gives a message another status, which makes it a changed one. */
async function changeOne({ client, folderId }: Opened, state: State, status: number): Promise<void> {
  const { mapi, mailbox } = client;
  const [given] = decodeReplGuidIdSet(state.get(metaTag.idsetGiven)!).values();
  const folder = await openFolder(mapi, mailbox, folderId);
  const messageId = makeId(1, given!.ranges()[0]!.low);
  await mapi.run(
    ropCall(RopSetMessageStatus, folder, {
      messageId,
      messageStatusFlags: status % 2 ? 0x4 : 0,
      messageStatusMask: 0x4,
    }),
  );
  await release(mapi, folder);
}

/** 10,000 mails become unread, which another client of the mailbox learns. */
async function readFlags(server: BenchServer, opened: Opened): Promise<Figure[]> {
  const { client, folderId, mails } = opened;
  const { state } = await downloadContents(client, folderId);
  const folder = await openFolder(client.mapi, client.mailbox, folderId);
  await client.mapi.run(ropCall(RopSetReadFlags, folder, { wantAsynchronous: false, readFlags: 0x04, messageIds: [] }));
  await client.mapi.run(ropCall(RopSetReadFlags, folder, { wantAsynchronous: false, readFlags: 0x01, messageIds: [] }));
  await release(client.mapi, folder);
  await idle(server);
  const { seconds, bytes, cpu } = await timed(server, opened, state);
  return [
    figure(`sync of ${mails} changes of read flags, ${(bytes / 1e3).toFixed(0)} kB`, seconds * 1000, 'ms'),
    figure('the same, CPU of the server', cpu * 1000, 'ms'),
  ];
}

async function countIn({ mapi, mailbox }: BenchClient, folderId: bigint): Promise<number> {
  const folder = await openFolder(mapi, mailbox, folderId);
  const tags = [PidTag.ContentCount];
  const { rowData } = await mapi.run(
    ropCall(RopGetPropertiesSpecific, folder, { propertySizeLimit: 0, wantUnicode: 1, propertyTags: tags }, tags),
  );
  await release(mapi, folder);
  return Number(decode(propertyRow(tags), rowData)[0]);
}

/** Until the server has nothing to do. */
async function idle(server: BenchServer): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const before = server.cpuSeconds();
    await sleep(1000);
    if (server.cpuSeconds() - before < 0.05) return;
  }
  throw new Error('the server does not come to rest');
}

async function until(condition: () => Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the synchronization took too long');
    await sleep(500);
  }
}
