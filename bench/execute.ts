import { setTimeout as sleep } from 'node:timers/promises';
import {
  createMapiHttpClient,
  logOn,
  newestMails,
  newHandle,
  openFolder,
  readRows,
  release,
  ropCall,
} from '../src/client/index.ts';
import { PidTag } from '../src/mapi/index.ts';
import {
  bookmark,
  RopCreateMessage,
  RopGetContentsTable,
  RopGetPropertiesSpecific,
  RopOpenMessage,
  RopRelease,
  RopSaveChangesMessage,
  RopSeekRow,
  RopSetColumns,
  RopSetProperties,
  RopSortTable,
  tableFlags,
} from '../src/protocols/rop/definitions/index.ts';
import {
  against,
  type BenchClient,
  type BenchServer,
  type Figure,
  figure,
  median,
  rate,
  signIn,
  startServer,
} from './harness.ts';

const eightProperties = [
  PidTag.Subject,
  PidTag.SenderName,
  PidTag.MessageDeliveryTime,
  PidTag.MessageFlags,
  PidTag.MessageSize,
  PidTag.Importance,
  PidTag.DisplayTo,
  PidTag.EntryId,
];

/** Calls per second and their cost: the everyday traffic of online mode. */
export async function execute(): Promise<Figure[]> {
  const server = await startServer();
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

async function measure(server: BenchServer): Promise<Figure[]> {
  const client = await signIn(server);
  await waitForMail(client);
  const [mail] = await newestMails(client.mapi, client.mailbox, client.mailbox.folders.inbox, 1);
  const openAndRead = (one: BenchClient) => openOne(one, mail!.messageId);
  const plain = await rate(server, () => client.http.send(`${server.url}/healthz`, { method: 'GET' }));
  const empty = await rate(server, () => client.mapi.execute());
  const open = await rate(server, openAndRead(client));
  const others = await Promise.all([1, 2, 3].map(() => signIn(server)));
  const openFour = await rate(server, [client, ...others].map(openAndRead));
  const saved = await rate(server, saveOne(client));
  const connected = await rate(server, connectOne(client));
  const table = await sortedTable(client);

  const get = 'plain HTTPS GET on the same server and client';
  return [
    figure('plain HTTPS GET', plain.perSecond, '/s'),
    figure('empty Execute', empty.perSecond, '/s', {
      peer: against(empty.perSecond, get, plain.perSecond),
      aim: '2000 /s',
    }),
    figure('open message, read 8 properties, release', open.perSecond, '/s', {
      peer: against(open.perSecond, get, plain.perSecond),
      aim: '400 /s',
    }),
    figure('the same, CPU of the server', open.cpuMs, 'ms', {
      peer: against(open.cpuMs, get, plain.cpuMs),
      aim: '0.85 ms',
    }),
    figure('the same with 4 clients at once', openFour.perSecond, '/s'),
    figure('create and save a message', saved.perSecond, '/s', { aim: '308 /s' }),
    figure('create and save, CPU of the server', saved.cpuMs, 'ms'),
    figure('Connect, Logon, Disconnect', connected.perSecond, '/s', {
      peer: against(connected.perSecond, get, plain.perSecond),
      aim: '320 /s',
    }),
    figure('sorted contents table, 2,000 rows of 6 columns', table, 's', { aim: '0.1 s' }),
  ];
}

/** Opens a message of the inbox, reads eight properties, releases it. */
const openOne =
  ({ mapi, mailbox }: BenchClient, messageId: bigint) =>
  async () => {
    const message = newHandle();
    await mapi.execute(
      ropCall(RopOpenMessage, [mailbox.logon, message], {
        codePageId: 0x0fff,
        folderId: mailbox.folders.inbox,
        openModeFlags: 0,
        messageId,
      }),
      ropCall(
        RopGetPropertiesSpecific,
        message,
        { propertySizeLimit: 0, wantUnicode: 1, propertyTags: eightProperties },
        eightProperties,
      ),
      ropCall(RopRelease, message, {}),
    );
  };

/** Connect, logon, Disconnect, on a connection that is there. */
const connectOne = (client: BenchClient) => async () => {
  const mapi = createMapiHttpClient(client.http, client.mailboxUrl);
  await mapi.connect(client.legacyDn);
  await logOn(mapi, client.legacyDn);
  await mapi.disconnect();
};

/** Creates a message with five properties and saves it. */
const saveOne = ({ mapi, mailbox }: BenchClient) => {
  let number = 0;
  return async () => {
    const message = newHandle();
    number += 1;
    await mapi.execute(
      ropCall(RopCreateMessage, [mailbox.logon, message], {
        codePageId: 0x0fff,
        // Views: no mail folder, so that the backend is not measured with it.
        folderId: mailbox.folders.views,
        associatedFlag: false,
      }),
      ropCall(RopSetProperties, message, {
        propertyValues: [
          { tag: PidTag.MessageClass, value: 'IPM.Note' },
          { tag: PidTag.Subject, value: `bench ${number}` },
          { tag: PidTag.Body, value: 'A body of some length. '.repeat(20) },
          { tag: PidTag.Importance, value: number % 3 },
          { tag: PidTag.MessageDeliveryTime, value: 133_000_000_000_000_000n + BigInt(number) * 10_000_000n },
        ],
      }),
      ropCall(RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }),
      ropCall(RopRelease, message, {}),
    );
  };
};

async function sortedTable(client: BenchClient): Promise<number> {
  const save = saveOne(client);
  const { mapi, mailbox } = client;
  const views = await openFolder(mapi, mailbox, mailbox.folders.views);
  for (;;) {
    const table = newHandle();
    const { rowCount } = await mapi.run(
      ropCall(RopGetContentsTable, [views, table], { tableFlags: tableFlags.useUnicode }),
    );
    await release(mapi, table);
    if (rowCount >= 2000) break;
    for (let i = rowCount; i < 2000; i++) await save();
  }
  const columns = [
    PidTag.Mid,
    PidTag.Subject,
    PidTag.Importance,
    PidTag.MessageDeliveryTime,
    PidTag.MessageSize,
    PidTag.MessageFlags,
  ];
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const table = newHandle();
    const start = performance.now();
    await mapi.execute(
      ropCall(RopGetContentsTable, [views, table], { tableFlags: tableFlags.useUnicode }),
      ropCall(RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
      ropCall(RopSortTable, table, {
        sortTableFlags: 0,
        categoryCount: 0,
        expandedCount: 0,
        sortOrders: [
          { tag: PidTag.Importance, direction: 1 },
          { tag: PidTag.Subject, direction: 0 },
        ],
      }),
      ropCall(RopSeekRow, table, { origin: bookmark.beginning, rowCount: 0, wantRowMovedCount: false }),
    );
    const rows = await readRows(mapi, table, columns, 2000);
    times.push((performance.now() - start) / 1000);
    if (rows.length < 2000) throw new Error(`${rows.length} rows`);
    await release(mapi, table);
  }
  return median(times);
}

/** Until the first synchronization has brought mail. */
async function waitForMail({ mapi, mailbox }: BenchClient): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if ((await newestMails(mapi, mailbox, mailbox.folders.inbox, 1)).length > 0) return;
    await sleep(200);
  }
  throw new Error('no mail came');
}
