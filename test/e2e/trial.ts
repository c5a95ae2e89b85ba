import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { counterOf, makeId } from '../../src/mapi/index.ts';
import { startTrial } from '../../src/server/index.ts';
import { type Outlook, startOutlook } from './outlook.ts';
import { logInToOx, type OxClient } from './ox-client.ts';

/** A trial of its own for a test file, and the people who use it from both sides. */
export interface TestTrial {
  readonly url: string;
  readonly authority: string;
  readonly folder: string;
  readonly sandbox: Awaited<ReturnType<typeof startTrial>>['sandbox'];
  /** Logs somebody in with Outlook's protocols; ends with the trial. */
  outlook(login: string): Promise<Outlook>;
  /** Logs somebody in to Open-Xchange's API. */
  ox(login: string): Promise<OxClient>;
  /** The message that stands for a mail of Open-Xchange, to tell apart mails that look the same. */
  messageOf(login: string, remoteFolder: string, remoteId: string): Promise<bigint | undefined>;
  /** The reverse: the id that a message has on Open-Xchange. */
  remoteIdOf(login: string, messageId: bigint): Promise<string | undefined>;
  /** Ends it and starts it again on the same data folder; sessions from before are gone. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** `pollSeconds` as in the configuration: short ones make for fast tests. */
export async function startTestTrial(pollSeconds?: number): Promise<TestTrial> {
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-e2e-'));
  const start = () =>
    startTrial({
      listen: '127.0.0.1:0',
      data: folder,
      log: 'silent',
      ...(pollSeconds === undefined ? {} : { pollSeconds }),
    });
  let trial = await start();
  let authority = readFileSync(trial.authorityFile!, 'utf8');
  const clients: Outlook[] = [];
  const end = async () => {
    for (const client of clients.splice(0)) client.http.close();
    await trial.close();
  };
  return {
    get url() {
      return trial.url;
    },
    get authority() {
      return authority;
    },
    folder,
    get sandbox() {
      return trial.sandbox;
    },
    async outlook(login) {
      const client = await startOutlook(trial.url, authority, `${login}@oxbow.test`, 'oxbow');
      clients.push(client);
      return client;
    },
    ox: (login) => logInToOx(trial.url, authority, login),
    async messageOf(login, remoteFolder, remoteId) {
      const mailbox = (await trial.store.findMailbox(`${login}@oxbow.test`))!;
      const link = await mailbox.sync.linkByRemoteId(remoteFolder, remoteId);
      const message = link && (await mailbox.messageByKey(link.key));
      return message && makeId(1, message.id);
    },
    async remoteIdOf(login, messageId) {
      const mailbox = (await trial.store.findMailbox(`${login}@oxbow.test`))!;
      const message = await mailbox.message(counterOf(messageId));
      return message && (await mailbox.sync.link(message.key))?.remoteId;
    },
    async restart() {
      await end();
      trial = await start();
      authority = readFileSync(trial.authorityFile!, 'utf8');
    },
    async close() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks again until the answer is there (neither undefined nor false); throws with `what` when it does not come. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 15_000,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`);
    await delay(50);
  }
}
