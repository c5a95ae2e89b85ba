/**
 * A cached-mode client as a process of its own, to be killed at any moment (see cached-kill.slow.ts). Works in its
 * replica and synchronizes, over and over; tells on stdout, a JSON object a line, what it is about to do and what is in
 * the replica's file. Settings come as JSON in the environment variable OXBOW_CACHED.
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openReplica, replicaDifferences } from '../../src/client/index.ts';
import { getString, PidTag, type PropertyBag } from '../../src/mapi/index.ts';
import { series } from '../crash/protocol.ts';
import { startOutlook } from './outlook.ts';

export interface CachedClientSettings {
  readonly url: string;
  readonly authority: string;
  readonly file: string;
  /** Names what this start makes. */
  readonly run: number;
  readonly seed: number;
  /** No changes any more: synchronize until all is quiet, compare, tell what is there, end. */
  readonly settle: boolean;
}

export type CachedClientLine =
  | { readonly ready: true }
  /** About to happen, and then done: a message or folder made, or deleted. */
  | { readonly begin: 'create' | 'delete'; readonly subject: string }
  | { readonly done: 'create' | 'delete'; readonly subject: string }
  | { readonly synchronized: true }
  | CachedClientResult;

/** How replica and server differ in the end, and the mails that are there. */
export interface CachedClientResult {
  readonly differences: readonly string[];
  readonly mails: readonly { readonly folder: string; readonly subject: string; readonly body: string }[];
}

const settings: CachedClientSettings = JSON.parse(process.env.OXBOW_CACHED!);
const tell = (line: CachedClientLine): void => void writeSync(1, `${JSON.stringify(line)}\n`);
const random = series(settings.seed);
const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length || 1)];
const replica = openReplica(settings.file);
const usable = ['Inbox', 'Drafts', 'Sent Items', 'Deleted Items'];

const bagOf = (subject: string, body: string): PropertyBag =>
  new Map<number, string>([
    [PidTag.MessageClass, 'IPM.Note'],
    [PidTag.Subject, subject],
    [PidTag.Body, body],
  ]);
const folders = () => replica.folders().filter(({ name }) => usable.includes(name) || /^Made /.test(name));
const ours = () =>
  folders()
    .flatMap(({ id }) => replica.messages(id))
    .filter(({ subject }) => /^mail \d/.test(subject));

function work(n: number): void {
  const { edits } = replica;
  const what = random(12);
  const some = pick(ours());
  if (what < 4 || some === undefined) {
    const subject = `mail ${settings.run}-${n}`;
    tell({ begin: 'create', subject });
    edits.createMessage(pick(folders())!.id, {
      properties: bagOf(subject, `body of ${subject}`),
      recipients: [],
      attachments: [],
    });
    tell({ done: 'create', subject });
  } else if (what < 6) edits.changeMessage(some.key, { set: bagOf(some.subject, `edited ${n} of ${some.subject}`) });
  else if (what < 8) edits.moveMessage(some.key, pick(folders())!.id);
  else if (what < 10) edits.setRead(some.key, random(2) === 0);
  else if (what === 10 && random(3) === 0) {
    tell({ begin: 'delete', subject: some.subject });
    edits.deleteMessage(some.key);
    tell({ done: 'delete', subject: some.subject });
  } else if (folders().length < 8) {
    edits.createFolder(replica.folders().find(({ name }) => name === 'Inbox')!.id, `Made ${settings.run}-${n}`);
  }
}

async function connected<T>(use: (outlook: Awaited<ReturnType<typeof startOutlook>>) => Promise<T>): Promise<T> {
  for (;;) {
    const outlook = await startOutlook(settings.url, settings.authority, 'anna@oxbow.test', 'oxbow').catch(() => {});
    if (outlook !== undefined) {
      try {
        return await use(outlook);
      } catch (error) {
        const { name, code } = error as { name: string; code?: unknown };
        if (name !== 'TransportError' && typeof code !== 'string') throw error;
      } finally {
        outlook.http.close();
      }
    }
    await delay(100);
  }
}

if (settings.settle) {
  const differences = await connected(async (outlook) => {
    for (let quiet = 0; quiet < 3; ) {
      let moved = replica.hasChanges();
      await replica.synchronize(outlook, undefined, () => {
        moved = true;
      });
      quiet = moved ? 0 : quiet + 1;
      // The engine carries what was uploaded to Open-Xchange, and changes it by that.
      await delay(1_000);
    }
    return replicaDifferences(replica, outlook);
  });
  const mails = replica.folders().flatMap(({ id, name }) =>
    replica
      .messages(id)
      .filter(({ subject }) => /^mail \d/.test(subject))
      .map(({ key, subject }) => ({
        folder: name,
        subject,
        body: getString(replica.content(key).properties, PidTag.Body)?.trim() ?? '',
      })),
  );
  tell({ differences, mails });
} else {
  // From the first moment on it can be killed; edits need what the first synchronization brings.
  await connected((outlook) => replica.synchronize(outlook));
  tell({ ready: true });
  for (let n = 0; ; ) {
    for (let left = random(4); left >= 0; left--) work(n++);
    await connected(async (outlook) => {
      for (let left = random(5); left >= 0; left--) {
        const running = replica.synchronize(outlook);
        if (random(2) === 0) {
          await delay(random(30));
          work(n++);
        }
        await running;
        tell({ synchronized: true });
        work(n++);
      }
    });
  }
}
replica.close();
