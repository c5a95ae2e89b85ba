import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  createHttpClient,
  createMapiHttpClient,
  discover,
  folderTree,
  followReplica,
  logOn,
  openReplica,
  type ReplicaConnection,
  type ReplicaEvent,
  type ReplicaSession,
  replicaDifferences,
  wholeMailbox,
} from '../client/index.ts';

/** What a try in cached mode needs to know. */
export interface TryCachedOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly certificateAuthority?: string;
  readonly insecure: boolean;
  /** Where the replica is kept; a temporary file when absent. */
  readonly file?: string;
  /** End when the replica was found equal. */
  readonly once: boolean;
}

type Print = (line?: string) => void;

const label = (name: string): string => name.padEnd(13);
/** A line of progress at most this often. */
const everyMs = 1_000;
/** Of a mailbox in which something happens all the time. */
const comparisons = 4;
/** Differences that are printed; their number is told. */
const shownDifferences = 20;

/**
 * Makes a replica of a mailbox as Outlook's cached mode does, compares it with the server property by property, and
 * follows what happens until the signal aborts. Returns the exit status; throws with a message for a person.
 */
export async function tryCached(options: TryCachedOptions, print: Print, signal: AbortSignal): Promise<number> {
  const temporary = options.file === undefined ? mkdtempSync(join(tmpdir(), 'oxbow-replica-')) : undefined;
  const file = temporary === undefined ? resolve(options.file!) : join(temporary, 'replica.db');
  const replica = openReplica(file);
  print(`${label('Replica')}${replica.mailboxGuid === undefined ? 'new' : 'goes on'}, ${file}`);
  const end = new AbortController();
  signal.addEventListener('abort', () => end.abort(), { once: true });
  if (signal.aborted) end.abort();
  let status = 0;
  let following = false;
  const progress = messageProgress(print);
  try {
    await followReplica(replica, {
      signal: end.signal,
      async connect() {
        const connection = await connectTo(options);
        if (!following) {
          const lines = await folderTree(connection.client, connection.mailbox);
          const there = lines.reduce((sum, { items }) => sum + items, 0);
          progress.expect(Math.max(0, there - replica.messageCount()));
        }
        return connection;
      },
      tell: (event) => (following ? printEvent(event, print) : progress.event(event)),
      async upToDate(session) {
        if (following) return;
        progress.end();
        if (!(await isEqual(session))) status = 1;
        if (options.once || status !== 0) end.abort();
        else print(`${label('Following')}what happens (Ctrl+C ends)`);
        following = true;
      },
      lost: ({ message }, waitMs) => print(`${label('Disconnected')}${message}; once more in ${waitMs / 1000} s`),
    });
    return status;
  } finally {
    replica.close();
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }

  async function isEqual(session: ReplicaSession, again = comparisons - 1): Promise<boolean> {
    const meter = progressMeter(print, 'Comparing');
    meter.expect(replica.messageCount());
    const differences = await replicaDifferences(replica, session, { progress: () => meter.step() });
    meter.end();
    // What happened in the mailbox meanwhile is no difference.
    if (differences.length > 0 && again > 0 && session.client.takeNotifications().length > 0) {
      print(`${label('Changed')}while it was compared; once more`);
      await replica.synchronize(session, wholeMailbox, () => {});
      return isEqual(session, again - 1);
    }
    if (differences.length === 0) {
      print(`${label('Equal')}replica and server, property by property, in ${replica.folders().length} folders`);
      return true;
    }
    print(`${label('Different')}in ${differences.length} places`);
    for (const line of differences.slice(0, shownDifferences)) print(`  ${line}`);
    return false;
  }
}

async function connectTo(options: TryCachedOptions): Promise<ReplicaConnection> {
  const { user, password, insecure, certificateAuthority } = options;
  const http = createHttpClient({
    user,
    password,
    insecure,
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
  });
  try {
    const account = await discover(http, options.url, user);
    // As Outlook asks while it downloads: several buffers in one answer.
    const client = createMapiHttpClient(http, account.mailboxUrl, { chain: true, maxRopOut: 0x40000 });
    await client.connect(account.legacyDn);
    const mailbox = await logOn(client, account.legacyDn);
    return {
      client,
      mailbox,
      notificationWait: (signal) => client.notificationWait(signal),
      async close() {
        await client.disconnect().catch(() => {});
        http.close();
      },
    };
  } catch (error) {
    http.close();
    throw error;
  }
}

function messageProgress(print: Print) {
  const meter = progressMeter(print, 'Downloading');
  return {
    expect: meter.expect,
    end: meter.end,
    event(event: ReplicaEvent): void {
      if (event.kind === 'messageAdded' || event.kind === 'messageChanged') meter.step();
    },
  };
}

/** Prints how many messages are done, how fast that goes, and how long the others will take. */
function progressMeter(print: Print, what: string) {
  let total = 0;
  let done = 0;
  let began = performance.now();
  let printed = began;
  const show = (now: number): void => {
    const seconds = Math.max((now - began) / 1000, 0.001);
    const rate = done / seconds;
    const left = done < total ? `, ${Math.ceil((total - done) / rate)} s left` : ` in ${seconds.toFixed(1)} s`;
    print(`${label(what)}${done}${done < total ? ` of ${total}` : ''} messages, ${Math.round(rate)}/s${left}`);
    printed = now;
  };
  return {
    expect(count: number): void {
      total = count;
      done = 0;
      began = performance.now();
      printed = began;
    },
    step(): void {
      done += 1;
      const now = performance.now();
      if (now - printed >= everyMs) show(now);
    },
    end(): void {
      total = done;
      show(performance.now());
    },
  };
}

const words: Readonly<Record<Exclude<ReplicaEvent['kind'], 'messagesAhead'>, string>> = {
  folderAdded: 'new folder',
  folderChanged: 'changed folder',
  folderRemoved: 'removed folder',
  messageAdded: 'new',
  messageChanged: 'changed',
  messageRemoved: 'gone',
  messageRead: 'read',
  messageUnread: 'unread',
};

function printEvent(event: ReplicaEvent, print: Print): void {
  if (event.kind === 'messagesAhead') return;
  const time = new Date().toTimeString().slice(0, 8);
  const about = 'subject' in event ? `${event.folder}: ${event.subject}` : event.folder;
  print(`${label(time)}${words[event.kind].padEnd(15)}${about}`);
}
