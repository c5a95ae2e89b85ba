import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOxBackend } from '../src/backends/index.ts';
import { newHandle, openFolder, readRows, release, ropCall, subscribeNewMail } from '../src/client/index.ts';
import { PidTag, propertyRow } from '../src/mapi/index.ts';
import {
  RopGetContentsTable,
  RopGetPropertiesSpecific,
  RopSetColumns,
  RopSortTable,
  tableFlags,
} from '../src/protocols/rop/definitions/index.ts';
import { createSandbox, trialTenant } from '../src/sandbox/index.ts';
import { decode } from '../src/wire/index.ts';
import {
  against,
  type BenchClient,
  type BenchServer,
  type Figure,
  figure,
  median,
  signIn,
  startServer,
} from './harness.ts';

const small = { user: 'ben@oxbow.test', mails: 200 };
const large = { user: 'carla@oxbow.test', mails: 200_000 };
const rounds = 15;

/** What the size of a folder costs: opening it, and one new mail in it. */
export async function folderSize(): Promise<Figure[]> {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-bench-'));
  try {
    const sandbox = await createSandbox({ file: join(data, 'sandbox.db'), tenant: trialTenant() });
    for (const { user, mails } of [small, large]) sandbox.fill(user, 'INBOX', mails);
    await sandbox.close();
    const server = await startServer({ data });
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
  const few = await signIn(server, small.user);
  await until(async () => (await inboxCount(few)) >= small.mails, 120);
  const started = performance.now();
  const many = await signIn(server, large.user);
  await until(async () => (await inboxCount(many)) >= large.mails, 1500);
  const indexed = (performance.now() - started) / 1000;
  await sleep(2000);

  const [openFew, openMany] = await inTurn(
    () => openInbox(few),
    () => openInbox(many),
  );
  const pickFew = await pickUp(server, few, small.user);
  const pickMany = await pickUp(server, many, large.user);
  return [
    figure(`first indexing of a folder of ${large.mails} mails`, large.mails / indexed, 'mails/s'),
    figure('contents table and first 50 rows, folder of 200', openFew, 'ms'),
    figure('contents table and first 50 rows, folder of 200,000', openMany, 'ms', {
      peer: against(openMany, 'the folder of 200', openFew),
      aim: 'ratio 1.5',
    }),
    figure('new mail picked up, folder of 200', pickFew, 'ms', { aim: '2000 ms' }),
    figure('new mail picked up, folder of 200,000', pickMany, 'ms', {
      peer: against(pickMany, 'the folder of 200', pickFew),
      aim: 'ratio 1.5',
    }),
  ];
}

async function inboxCount({ mapi, mailbox }: BenchClient): Promise<number> {
  const folder = await openFolder(mapi, mailbox, mailbox.folders.inbox);
  const tags = [PidTag.ContentCount];
  const { rowData } = await mapi.run(
    ropCall(RopGetPropertiesSpecific, folder, { propertySizeLimit: 0, wantUnicode: 1, propertyTags: tags }, tags),
  );
  await release(mapi, folder);
  return Number(decode(propertyRow(tags), rowData)[0]);
}

const columns = [
  PidTag.Mid,
  PidTag.Subject,
  PidTag.SenderName,
  PidTag.MessageDeliveryTime,
  PidTag.MessageFlags,
  PidTag.MessageSize,
];

async function openInbox({ mapi, mailbox }: BenchClient): Promise<void> {
  const folder = await openFolder(mapi, mailbox, mailbox.folders.inbox);
  const table = newHandle();
  await mapi.execute(
    ropCall(RopGetContentsTable, [folder, table], { tableFlags: tableFlags.useUnicode }),
    ropCall(RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
    ropCall(RopSortTable, table, {
      sortTableFlags: 0,
      categoryCount: 0,
      expandedCount: 0,
      sortOrders: [{ tag: PidTag.MessageDeliveryTime, direction: 1 }],
    }),
  );
  const rows = await readRows(mapi, table, columns, 50);
  if (rows.length !== 50) throw new Error(`${rows.length} rows`);
  await release(mapi, table, folder);
}

/** Medians in ms of two works done in turn, so that both see the same machine. */
async function inTurn(a: () => Promise<void>, b: () => Promise<void>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds * 2; i++)
    for (const [index, work] of [a, b].entries()) {
      const start = performance.now();
      await work();
      if (i >= rounds) times[index]!.push(performance.now() - start);
    }
  return [median(times[0]), median(times[1])];
}

/** From the moment the backend has a mail to the return of NotificationWait. */
async function pickUp(server: BenchServer, { mapi, mailbox }: BenchClient, user: string): Promise<number> {
  const backend = await openOxBackend(
    { url: server.backendUrl, certificateAuthority: server.backendAuthority },
    { userName: user, password: 'oxbow' },
  );
  await subscribeNewMail(mapi, mailbox, mailbox.folders.inbox);
  const inbox = (await backend.mail.folders()).find((folder) => folder.role === 'inbox')!.id;
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const wait = mapi.notificationWait();
    await sleep(Math.random() * 500);
    await backend.mail.append(inbox, rawMail(i), unread, undefined);
    const start = performance.now();
    if (!(await wait)) throw new Error('no notification came');
    times.push(performance.now() - start);
    await mapi.execute();
    mapi.takeNotifications();
  }
  await backend.close();
  return median(times);
}

const unread = { seen: false, flagged: false, answered: false, forwarded: false, draft: false, colorLabel: 0 };

async function* rawMail(number: number): AsyncIterable<Uint8Array> {
  yield Buffer.from(
    `From: Bench <bench@outside.test>\r\nTo: somebody@oxbow.test\r\nSubject: new ${number}\r\n` +
      `Message-ID: <bench-${number}-${Date.now()}@outside.test>\r\nDate: ${new Date().toUTCString()}\r\n\r\nhello\r\n`,
  );
}

async function until(condition: () => Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the synchronization took too long');
    await sleep(500);
  }
}
