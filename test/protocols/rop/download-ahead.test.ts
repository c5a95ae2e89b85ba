import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { counterOf, PidTag } from '../../../src/mapi/index.ts';
import { RopFastTransferSourceGetBuffer } from '../../../src/protocols/rop/definitions/index.ts';
import { downloadLimits } from '../../../src/protocols/rop/download/limits.ts';
import { ContentUnavailable, type MessageKey, type Origin } from '../../../src/store/index.ts';
import { configure, propertyOf, type Synced, sync } from './downloading-client.ts';
import { startStoreClient } from './mailbox-client.ts';

const backend: Origin = { kind: 'sync' };
type Started = Awaited<ReturnType<typeof startStoreClient>>;

/** A client of an inbox whose mails are on a backend; `fetch` stands for that. */
async function withRemote(
  count: number,
  fetch: (index: number) => Promise<string>,
  work: (started: Started & { opened: number; ids: number[] }) => Promise<void>,
  size = 200,
) {
  const started = await startStoreClient();
  try {
    const keys = new Map<MessageKey, number>();
    started.store.setContentSource({
      async fetch(_, key) {
        const raw = await fetch(keys.get(key)!);
        return (async function* () {
          yield Buffer.from(raw);
        })();
      },
    });
    const inbox = started.mailbox.specialFolder('inbox');
    const changes = Array.from({ length: count }, (_, index) => ({
      // The newest first: in the order in which they are downloaded.
      set: new Map<number, string | bigint>([
        [PidTag.Subject, `mail ${index}`],
        [PidTag.MessageDeliveryTime, 133_000_000_000_000_000n - BigInt(index) * 10_000_000n],
      ]),
      remoteContent: { size, hasAttachments: false },
    }));
    const saved = await started.mailbox.createMessages(inbox, changes, backend);
    for (const [index, { key }] of saved.entries()) keys.set(key, index);
    await work({ ...started, opened: await started.folder(), ids: saved.map(({ id }) => id) });
  } finally {
    await started.close();
  }
}

const mail = (index: number) => `Subject: mail ${index}\r\nContent-Type: text/plain\r\n\r\nNumber ${index}.\r\n`;
const idsOf = ({ changes }: Synced) => changes.map(({ header }) => counterOf(propertyOf(header, PidTag.Mid) as bigint));

/** A backend that answers all that is asked of it by then at once, a moment later. */
function slowBackend() {
  const found = { rounds: 0, most: 0 };
  let waiting: (() => void)[] = [];
  return {
    found,
    async answer<T>(value: T): Promise<T> {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        found.most = Math.max(found.most, waiting.length);
        if (waiting.length > 1) return;
        setTimeout(() => {
          found.rounds += 1;
          const all = waiting;
          waiting = [];
          for (const one of all) one();
        }, 5);
      });
      return value;
    },
  };
}

describe('what a download asks of the backend', () => {
  test('is asked ahead: the latency is paid for many mails together, not for each', () => {
    const { found, answer } = slowBackend();
    return withRemote(
      500,
      (index) => answer(mail(index)),
      async ({ opened, ids, ...started }) => {
        const synced = await sync(started, opened);
        assert.deepEqual(idsOf(synced), ids);
        assert.equal(propertyOf(synced.changes[7]!.body, PidTag.Body), 'Number 7.\r\n');
        assert.ok(found.most <= downloadLimits.ahead.count, `${found.most} at a time`);
        assert.ok(found.rounds <= 40, `${found.rounds} times the latency`);
      },
    );
  });

  test('is bounded by bytes, so that large mails do not fill memory and disk', () => {
    const { found, answer } = slowBackend();
    return withRemote(
      20,
      (index) => answer(mail(index)),
      async ({ opened, ids, ...started }) => {
        assert.deepEqual(idsOf(await sync(started, opened)), ids);
        assert.equal(found.most, 3);
      },
      downloadLimits.ahead.size / 3,
    );
  });

  test('is not asked while nobody fetches the stream', () => {
    let asked = 0;
    return withRemote(
      200,
      async (index) => {
        asked += 1;
        return mail(index).padEnd(4000, 'x');
      },
      async ({ opened, ...started }) => {
        const { handle } = await configure(started, opened);
        const buffer = { bufferSize: 0xbabe, maximumBufferSize: 0x7000 };
        await started.ok(RopFastTransferSourceGetBuffer, [handle], buffer);
        await sleep(30);
        assert.ok(asked < 2 * downloadLimits.ahead.count, `${asked} asked`);
      },
    );
  });
});

describe('a mail that cannot be had', () => {
  test('is left out and told to the operator; many of them in a row do not keep the others back', () => {
    const broken = (index: number) => index < 12 || index % 10 === 0;
    const fetched: number[] = [];
    return withRemote(
      40,
      async (index) => {
        fetched.push(index);
        if (broken(index)) throw new ContentUnavailable('the mail is not on the groupware server', { lasting: true });
        return mail(index);
      },
      async ({ opened, ids, mailbox, ...started }) => {
        const first = await sync(started, opened);
        const good = ids.filter((_, index) => !broken(index));
        assert.deepEqual(idsOf(first), good);
        const noted = await mailbox.unreadableMessages();
        assert.deepEqual(
          noted.map(({ id }) => id).sort((a, b) => a - b),
          ids.filter((_, index) => broken(index)),
        );
        assert.deepEqual(
          noted.filter(({ subject }) => subject === 'mail 0').map(({ folderId, reason }) => [folderId, reason]),
          [[mailbox.specialFolder('inbox'), 'the mail is not on the groupware server']],
        );
        // It stays wanted, but is not asked for again at once.
        fetched.length = 0;
        assert.deepEqual(idsOf(await sync(started, opened, first.state)), []);
        assert.deepEqual(fetched, []);
        // One that goes is no longer told.
        await mailbox.deleteMessages(mailbox.specialFolder('inbox'), [ids[0]!], {}, backend);
        assert.equal((await mailbox.unreadableMessages()).length, noted.length - 1);
      },
    );
  });

  test('because the backend is away waits for the next time, with all that come after', () => {
    let away = true;
    let asked = 0;
    return withRemote(
      300,
      async (index) => {
        asked += 1;
        if (away) throw new ContentUnavailable('Open-Xchange cannot be reached');
        return mail(index);
      },
      async ({ opened, ids, mailbox, ...started }) => {
        const first = await sync(started, opened);
        assert.deepEqual(idsOf(first), []);
        assert.ok(asked <= downloadLimits.ahead.count + downloadLimits.failuresInARow, `${asked} asked`);
        assert.deepEqual(await mailbox.unreadableMessages(), []);
        away = false;
        assert.deepEqual(idsOf(await sync(started, opened, first.state)), ids);
      },
    );
  });
});
