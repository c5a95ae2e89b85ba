import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMapiHttpClient, logOn, newHandle, ropCall } from '../src/client/index.ts';
import {
  notificationTypes,
  RopCreateMessage,
  RopRegisterNotification,
  RopRelease,
  RopSaveChangesMessage,
} from '../src/protocols/rop/definitions/index.ts';
import { createSandbox, trialTenant } from '../src/sandbox/index.ts';
import {
  against,
  type BenchClient,
  type BenchServer,
  type Figure,
  figure,
  median,
  probe,
  rate,
  signIn,
  startServer,
} from './harness.ts';

const logins = ['anna', 'ben', 'carla', 'dora'];
/** A person may have 256 contexts; some are needed for other things. */
const perPerson = 250;
const woken = 90;
const rounds = 11;

/** Sessions that wait for notifications: what they hold, and how soon they are told. */
export async function waiting(): Promise<Figure[]> {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-bench-'));
  const tenant = trialTenant();
  const dora = { login: 'dora', password: 'oxbow', address: 'dora@oxbow.test', display_name: 'Dora' };
  try {
    const people = [...(tenant.people ?? []), dora];
    const sandbox = await createSandbox({ file: join(data, 'sandbox.db'), tenant: { ...tenant, people } });
    await sandbox.close();
    const server = await startServer({ data, nodeOptions: probe });
    try {
      return await measure(server);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

interface Waiter {
  /** Resolves with the time of the answer. */
  wait(): Promise<number>;
  /** Fetches what there is to tell, as a client does when it was woken. */
  fetch(): Promise<void>;
  end(): Promise<void>;
}

/** A session of its own that is told of new messages in Views, where nothing else happens. */
async function waiterOf({ http, mailboxUrl, legacyDn }: BenchClient): Promise<Waiter> {
  const mapi = createMapiHttpClient(http, mailboxUrl);
  await mapi.connect(legacyDn);
  const mailbox = await logOn(mapi, legacyDn);
  await mapi.run(
    ropCall(RopRegisterNotification, [mailbox.logon, newHandle()], {
      notificationTypes: notificationTypes.objectCreated,
      wantWholeStore: false,
      folderId: mailbox.folders.views,
      messageId: 0n,
    }),
  );
  const ended = new AbortController();
  return {
    async wait() {
      if (!(await mapi.notificationWait(ended.signal))) throw new Error('no notification came');
      return performance.now();
    },
    async fetch() {
      await mapi.execute();
      if (mapi.takeNotifications().length !== 1) throw new Error('not the one notification');
    },
    async end() {
      ended.abort();
      await mapi.disconnect();
    },
  };
}

async function change({ mapi, mailbox }: BenchClient): Promise<void> {
  const message = newHandle();
  await mapi.execute(
    ropCall(RopCreateMessage, [mailbox.logon, message], {
      codePageId: 0x0fff,
      folderId: mailbox.folders.views,
      associatedFlag: false,
    }),
    ropCall(RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }),
    ropCall(RopRelease, message, {}),
  );
}

async function measure(server: BenchServer): Promise<Figure[]> {
  const clients: BenchClient[] = [];
  for (const login of logins) clients.push(await signIn(server, `${login}@oxbow.test`));
  const anna = clients[0]!;
  // The first synchronization, compiled code and caches are not what a session costs.
  for (let i = 0; i < 100; i++) await (await waiterOf(clients[i % clients.length]!)).end();
  await sleep(4000);
  const changing = await rate(server, () => change(anna), 2);

  const none = await server.memory();
  const waits: Promise<unknown>[] = [];
  const waiters: Waiter[] = [];
  for (let i = 0; i < logins.length * perPerson; i++) {
    const waiter = await waiterOf(clients[i % clients.length]!);
    waiters.push(waiter);
    waits.push(waiter.wait().catch(() => undefined));
  }
  await sleep(2000);
  const all = await server.memory();
  await Promise.all(waiters.map((waiter) => waiter.end()));
  await Promise.all(waits);
  await sleep(1000);

  const one = await wakeUp(anna, 1);
  const many = await wakeUp(anna, woken);
  const count = waiters.length;
  const ofOne = 1000 / changing.perSecond;
  return [
    figure(`held by a waiting session of ${count}, after a collection`, (all.held - none.held) / count / 1024, 'KiB'),
    figure('resident memory of a waiting session, with its connection', (all.rss - none.rss) / count / 1024, 'KiB'),
    figure('from a change to the answer of a NotificationWait', one, 'ms', {
      peer: against(one, 'the change alone', ofOne),
    }),
    figure(`the same, ${woken} waiting: median of all answers`, many, 'ms', {
      aim: '22 ms',
      peer: against(many, 'the change alone', ofOne),
    }),
  ];
}

/** Median in ms from the moment a change is sent to the answer of each of so many waiting sessions. */
async function wakeUp(client: BenchClient, count: number): Promise<number> {
  const waiters: Waiter[] = [];
  for (let i = 0; i < count; i++) waiters.push(await waiterOf(client));
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const answers = Promise.all(waiters.map((waiter) => waiter.wait()));
    await sleep(300);
    const start = performance.now();
    await change(client);
    for (const answered of await answers) if (round > 0) times.push(answered - start);
    for (const waiter of waiters) await waiter.fetch();
  }
  for (const waiter of waiters) await waiter.end();
  return median(times);
}
