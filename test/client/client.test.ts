import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { tryOut } from '../../src/cli/try-out.ts';
import {
  createHttpClient,
  createMapiHttpClient,
  createNspiClient,
  type DiscoveredAccount,
  discover,
  folderTree,
  type HttpClient,
  logOn,
  type MapiHttpClient,
  newestMails,
  newHandle,
  type OpenMailbox,
  openFolder,
  ropCall,
  sendMail,
  TransportError,
  watchArrivals,
} from '../../src/client/index.ts';
import { readAnswers, writeCalls } from '../../src/client/rop-call.ts';
import {
  ec,
  fileTimeFromMs,
  MapiError,
  makeId,
  PidTag,
  type PropertyTag,
  recipientRow,
  type TaggedValue,
} from '../../src/mapi/index.ts';
import { addressBookRequests, addressBookResponses } from '../../src/protocols/nspi/index.ts';
import {
  notificationData,
  notificationTypes,
  RopGetStoreState,
  RopOpenFolder,
} from '../../src/protocols/rop/definitions/index.ts';
import { decode, encode, WireError, Writer } from '../../src/wire/index.ts';
import { anna, rowsOf, type Stub, type StubRops, startStub } from './stub-server.ts';

const guid = '11223344-5566-4788-99aa-bbccddeeff00';
const id = (counter: number): bigint => makeId(1, counter);

/** A mailbox of three folders; what is submitted appears in the Inbox, where a notification tells of it. */
function mailboxStub(): { rops: StubRops; sent: { values: TaggedValue[]; recipients: string[] }[] } {
  const inbox = [
    { mid: 1, subject: 'Hello', sender: 'Ben', time: fileTimeFromMs(Date.UTC(2026, 0, 2, 3, 4)), flags: 0 },
    { mid: 2, subject: 'Older', sender: 'Carla', time: fileTimeFromMs(Date.UTC(2026, 0, 1)), flags: 1 },
  ];
  const sent: { values: TaggedValue[]; recipients: string[] }[] = [];
  let columns: readonly PropertyTag[] = [];
  let table: 'hierarchy' | 'contents' = 'hierarchy';
  let at = 0;
  let draft: { values: TaggedValue[]; recipients: string[] } = { values: [], recipients: [] };
  const opened = { hasRules: false, isGhosted: false };
  const status = { tableStatus: 0 };
  const rops: StubRops = {
    RopLogon: ({ essdn }: { essdn: Uint8Array }) =>
      Buffer.from(essdn).toString().toLowerCase() === `${anna.legacyDn.toLowerCase()}\0`
        ? {
            logonFlags: 1,
            private: {
              folderIds: Array.from({ length: 13 }, (_, i) => id(i + 1)),
              responseFlags: 7,
              mailboxGuid: guid,
              replId: 5,
              replGuid: guid,
              logonTime: { seconds: 0, minutes: 0, hour: 0, dayOfWeek: 0, day: 1, month: 1, year: 2026 },
              gwartTime: 0n,
              storeState: 0,
            },
          }
        : { returnValue: ec.unknownUser },
    RopOpenFolder: ({ folderId }: { folderId: bigint }) => (folderId > id(13) ? { returnValue: ec.notFound } : opened),
    RopGetHierarchyTable: () => {
      table = 'hierarchy';
      at = 0;
      return { rowCount: 3 };
    },
    RopGetContentsTable: () => {
      table = 'contents';
      at = 0;
      return { rowCount: inbox.length };
    },
    RopSetColumns: ({ propertyTags }: { propertyTags: PropertyTag[] }) => {
      columns = propertyTags;
      return status;
    },
    RopSortTable: () => status,
    RopSeekRow: () => {
      at = 0;
      return { hasSoughtLess: false, rowsSought: 0 };
    },
    RopQueryRows: ({ rowCount }: { rowCount: number }) => {
      const all =
        table === 'hierarchy'
          ? [
              [id(5), 'Inbox', 1, 2, 1, 'IPF.Note'],
              [id(20), 'Project', 2, 0, 0, 'IPF.Note'],
              [id(7), 'Sent Items', 1, 0, 0, { errorCode: ec.notFound }],
            ]
          : inbox.map((m) => [id(m.mid), m.subject, m.sender, m.time, m.flags, { errorCode: ec.notFound }]);
      const rows = rowsOf(columns, all.slice(at, at + Math.min(rowCount, 2)));
      at += rows.length;
      return { origin: at >= all.length ? 2 : 1, rows };
    },
    RopRegisterNotification: () => ({}),
    RopLongTermIdFromId: () => ({ longTermId: { guid, counter: 7 } }),
    RopCreateMessage: () => {
      draft = { values: [], recipients: [] };
      return { messageId: undefined };
    },
    RopSetProperties: ({ propertyValues }: { propertyValues: TaggedValue[] }) => {
      draft.values.push(...propertyValues);
      return { propertyProblems: [] };
    },
    RopModifyRecipients: (request: {
      recipientColumns: PropertyTag[];
      recipientRows: { recipientRow: Uint8Array }[];
    }) => {
      const row = recipientRow(request.recipientColumns);
      for (const recipient of request.recipientRows)
        draft.recipients.push(decode(row, recipient.recipientRow).emailAddress!);
      return {};
    },
    RopSaveChangesMessage: () => ({ inputHandleIndex: 0, messageId: id(9) }),
    RopSubmitMessage: (_request, session) => {
      sent.push(draft);
      const subject = String(draft.values.find(({ tag }) => tag === PidTag.Subject)?.value);
      setTimeout(() => {
        inbox.unshift({ mid: 9, subject, sender: 'Anna', time: fileTimeFromMs(Date.now()), flags: 0 });
        session.notifications.push({
          handle: 1,
          logonId: 0,
          data: () =>
            encode(notificationData, {
              kind: 'object',
              type: notificationTypes.newMail,
              folderId: id(5),
              messageId: id(9),
              messageFlags: 0,
              messageClass: 'IPM.Note',
            }),
        });
      }, 30);
      return {};
    },
    RopGetStoreState: () => ({ returnValue: ec.notImplemented }),
  };
  return { rops, sent };
}

const addressBook: Parameters<typeof startStub>[1] = async (type, body) => {
  const writer = new Writer();
  writer.u32(0);
  writer.u32(type === 'Unbind' ? 1 : 0);
  const rows = { columns: [PidTag.DisplayName], rows: [['Anna'], ['Ben']] };
  if (type === 'Bind') addressBookResponses.Bind.write(writer, { serverGuid: Buffer.alloc(16) });
  if (type === 'QueryRows') addressBookResponses.QueryRows.write(writer, { stat: undefined, rows });
  if (type === 'ResolveNames') {
    const { names } = decode(addressBookRequests.ResolveNames, body);
    addressBookResponses.ResolveNames.write(writer, {
      codePage: 1200,
      minimalIds: names!.map((name) => (name === 'ben' ? 2 : name === 'all' ? 1 : 0)),
      rows: { columns: [PidTag.DisplayName], rows: [['Ben']] },
    });
  }
  writer.u32(0);
  return writer.finish();
};

describe('the client', () => {
  let stub: Stub;
  let http: HttpClient;
  let account: DiscoveredAccount;
  let client: MapiHttpClient;
  let mailbox: OpenMailbox;
  const { rops, sent } = mailboxStub();

  before(async () => {
    stub = await startStub(rops, addressBook);
    http = createHttpClient({ user: anna.address, password: 'oxbow' });
    account = await discover(http, stub.url, anna.address);
    client = createMapiHttpClient(http, account.mailboxUrl);
    await client.connect(account.legacyDn);
    mailbox = await logOn(client, account.legacyDn);
  });
  after(async () => {
    http.close();
    await stub.close();
  });

  it('finds the account by Autodiscover', () => {
    assert.equal(account.displayName, 'Anna & Co');
    assert.equal(account.legacyDn, anna.legacyDn);
    assert.ok(account.mailboxUrl.startsWith(`${stub.url}/mapi/emsmdb/`));
    assert.ok(account.addressBookUrl.startsWith(`${stub.url}/mapi/nspi/`));
  });

  it('tells what Autodiscover refused', async () => {
    await assert.rejects(discover(http, stub.url, 'x@oxbow.test'), /Autodiscover: 500 The email address/);
    const other = createHttpClient({ user: anna.address, password: 'wrong' });
    await assert.rejects(discover(other, stub.url, anna.address), /name or password/);
    other.close();
  });

  it('throws for a refused Connect and for an X-ResponseCode', async () => {
    const other = createMapiHttpClient(http, account.mailboxUrl);
    await assert.rejects(
      other.connect('/o=Oxbow/cn=nobody'),
      (error) => error instanceof MapiError && error.code === ec.unknownUser,
    );
    await assert.rejects(
      other.run(ropCall(RopGetStoreState, newHandle(), {})),
      (error) => error instanceof TransportError && error.responseCode === 13,
    );
  });

  it('gives each operation its own result, failed or not', async () => {
    const [bad, good] = [newHandle(), newHandle()];
    const [first, second] = await client.execute(
      ropCall(RopOpenFolder, [mailbox.logon, bad], { folderId: id(99), openModeFlags: 0 }),
      ropCall(RopOpenFolder, [mailbox.logon, good], { folderId: id(5), openModeFlags: 0 }),
    );
    assert.equal(first.returnValue, ec.notFound);
    assert.equal(bad.value, 0xffffffff);
    assert.equal(second.response!.isGhosted, false);
    assert.notEqual(good.value, 0xffffffff);
    await assert.rejects(openFolder(client, mailbox, id(99)), /RopOpenFolder failed with 0x8004010f/);
  });

  for (const options of [
    { compress: false, xor: false },
    { compress: true, xor: true },
    { compress: false, xor: true },
  ]) {
    it(`speaks with ${JSON.stringify(options)}`, async () => {
      const other = createMapiHttpClient(http, account.mailboxUrl, options);
      await other.connect(account.legacyDn);
      const box = await logOn(other, account.legacyDn);
      assert.equal(box.mailboxGuid, guid);
      assert.equal((await folderTree(other, box)).length, 3);
      await other.disconnect();
    });
  }

  it('shows the folder tree', async () => {
    assert.deepEqual(
      (await folderTree(client, mailbox)).map(({ name, depth, items, unread, containerClass }) => [
        name,
        depth,
        items,
        unread,
        containerClass,
      ]),
      [
        ['Inbox', 0, 2, 1, 'IPF.Note'],
        ['Project', 1, 0, 0, 'IPF.Note'],
        ['Sent Items', 0, 0, 0, ''],
      ],
    );
  });

  it('shows the newest mails', async () => {
    assert.deepEqual(await newestMails(client, mailbox, mailbox.folders.inbox, 5), [
      {
        messageId: id(1),
        subject: 'Hello',
        sender: 'Ben',
        received: new Date(Date.UTC(2026, 0, 2, 3, 4)),
        read: false,
      },
      { messageId: id(2), subject: 'Older', sender: 'Carla', received: new Date(Date.UTC(2026, 0, 1)), read: true },
    ]);
  });

  it('sends a mail and sees it arrive by a notification', async () => {
    const watch = await watchArrivals(client, mailbox, mailbox.folders.inbox);
    await sendMail(client, mailbox, { to: ['ben@oxbow.test'], subject: 'Unique 1', text: 'x' });
    const began = performance.now();
    const mail = await watch.arrival('Unique 1', 10_000);
    assert.equal(mail?.subject, 'Unique 1');
    assert.ok(performance.now() - began < 2_000);
    await watch.close();
    assert.deepEqual(sent.at(-1)!.recipients, ['ben@oxbow.test']);
    assert.equal(sent.at(-1)!.values.find(({ tag }) => tag === PidTag.MessageClass)?.value, 'IPM.Note');
  });

  it('says so when nothing arrives in time', async () => {
    const watch = await watchArrivals(client, mailbox, mailbox.folders.inbox);
    assert.equal(await watch.arrival('Nothing', 50), undefined);
    await watch.close();
  });

  it('asks the address book', async () => {
    const book = createNspiClient(http, account.addressBookUrl);
    await book.bind();
    assert.deepEqual(await book.list([PidTag.DisplayName], 10), [['Anna'], ['Ben']]);
    assert.deepEqual(await book.resolve(['x', 'ben', 'all'], [PidTag.DisplayName]), [
      'unresolved',
      ['Ben'],
      'ambiguous',
    ]);
    await book.unbind();
  });

  it('as oxbow try prints what it sees, sends, and waits', async () => {
    const lines: string[] = [];
    const status = await tryOut(
      {
        url: stub.url,
        user: anna.address,
        password: 'oxbow',
        sendTo: anna.address,
        timeoutMs: 10_000,
        insecure: false,
      },
      (line = '') => lines.push(line),
    );
    const text = lines.join('\n');
    assert.equal(status, 0);
    assert.match(text, /^Autodiscover Anna & Co <anna@oxbow\.test>$/m);
    assert.match(text, /^ {4}Project {2}0$/m);
    assert.match(text, /^ {2}Inbox {2}2, 1 unread$/m);
    assert.match(text, /^ {2}\* 2026-01-02 03:04 {2}Ben: Hello$/m);
    assert.match(text, /^Arrived {6}at anna@oxbow\.test after \d/m);
  });
});

describe('answers from a hostile server', () => {
  it('are WireError or MapiError, never anything else', () => {
    const folder = newHandle();
    const calls = [ropCall(RopOpenFolder, [newHandle(), folder], { folderId: id(5), openModeFlags: 0 })];
    const { handles } = writeCalls(calls);
    const start = Buffer.from([RopOpenFolder.id, 1, 0, 0, 0, 0]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, plausible) => {
        const rops = plausible ? Buffer.concat([start, bytes]) : Buffer.from(bytes);
        try {
          readAnswers([{ rops, handles: [1, 2] }], calls, handles);
        } catch (error) {
          assert.ok(error instanceof WireError || error instanceof MapiError, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
