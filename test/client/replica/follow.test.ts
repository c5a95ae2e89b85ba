import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  followReplica,
  openReplica,
  type Replica,
  type ReplicaConnection,
  type ReplicaEvent,
  replicaDifferences,
} from '../../../src/client/index.ts';
import { PidTag } from '../../../src/mapi/index.ts';
import type { Mailbox } from '../../../src/store/index.ts';
import { WireError } from '../../../src/wire/index.ts';
import { Disconnected, startWorld, type World } from './world.ts';

const client = { kind: 'client' } as const;

describe('following a mailbox', () => {
  let world: World;
  let mailbox: Mailbox;
  let replica: Replica;
  let inbox: number;
  let count = 0;
  /** The connection at the moment, and how many requests went over all of them. */
  let session: Awaited<ReturnType<World['connect']>> | undefined;
  let requests = 0;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    count += 1;
    mailbox = await world.mailbox(`anna${count}`);
    inbox = mailbox.specialFolder('inbox');
    replica = openReplica(':memory:');
  });

  async function connect(): Promise<ReplicaConnection> {
    const made = await world.connect(mailbox, async (when) => {
      if (when === 'before') requests += 1;
      return undefined;
    });
    session = made;
    return {
      client: made.client,
      mailbox: made.mailbox,
      async notificationWait(signal) {
        const found = await made.session.notifications.wait(60_000, signal);
        if (made.session.closed) throw new Disconnected();
        return found;
      },
      close: async () => made.close(),
    };
  }

  /** Follows until `work` is through; what it was told, and how often a connection was lost. */
  async function following(work: (told: ReplicaEvent[]) => Promise<void>) {
    const told: ReplicaEvent[] = [];
    const lost: Error[] = [];
    const end = new AbortController();
    let ready!: () => void;
    const upToDate = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const running = followReplica(replica, {
      connect,
      signal: end.signal,
      tell: (event) => told.push(event),
      upToDate: () => ready(),
      lost: (error) => lost.push(error),
    });
    await Promise.race([upToDate, running]);
    await work(told);
    end.abort();
    await running;
    return { told, lost };
  }

  const save = (subject: string) =>
    mailbox.saveMessage({ folderId: inbox, set: new Map([[PidTag.Subject, subject]]), read: false }, client);
  async function untilTold(told: readonly ReplicaEvent[], subject: string): Promise<void> {
    for (let left = 200; left > 0; left--) {
      if (told.some((event) => 'subject' in event && event.subject === subject)) return;
      await delay(25);
    }
    assert.fail(`"${subject}" is not told`);
  }
  const isEqual = async () =>
    assert.deepEqual(await replicaDifferences(replica, await world.connect(mailbox)), [], 'equal in the end');

  test('what happens is told as it happens, and fetched from the folders that it happened in', async () => {
    await save('before');
    const { told } = await following(async (events) => {
      const began = requests;
      const { id } = await save('new');
      await untilTold(events, 'new');
      assert.ok(requests - began < 15, `${requests - began} requests for one message`);
      await mailbox.moveMessages(inbox, [id], mailbox.specialFolder('drafts'), client);
      await mailbox.createFolder({ parentId: inbox, displayName: 'Sub' }, client);
      await save('last');
      await untilTold(events, 'last');
    });
    const kinds = told.map((event) =>
      `${event.kind} ${event.folder} ${'subject' in event ? event.subject : ''}`.trim(),
    );
    assert.ok(
      kinds.includes('messageAdded Drafts new') && kinds.includes('messageRemoved Inbox new'),
      kinds.join('\n'),
    );
    assert.ok(kinds.includes('folderAdded Sub'), kinds.join('\n'));
    await isEqual();
  });

  test('a connection that breaks is made anew, and nothing of what happened meanwhile is missing', async () => {
    const { lost } = await following(async (told) => {
      for (const subject of ['one', 'two']) {
        session!.close();
        await save(subject);
        await untilTold(told, subject);
      }
    });
    assert.equal(lost.length, 2);
    await isEqual();
  });

  test('what is no matter of the connection ends it', async () => {
    const broken = () => Promise.reject(new WireError('not a mailbox'));
    const options = { connect: broken, signal: new AbortController().signal };
    await assert.rejects(followReplica(replica, options), WireError);
  });
});
