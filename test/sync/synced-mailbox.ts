import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { getString, PidTag, type PropertyBag, setProperty } from '../../src/mapi/index.ts';
import { type FolderId, type Mailbox, type Message, openStore } from '../../src/store/index.ts';
import { createSyncEngine } from '../../src/sync/index.ts';
import { FakeBackend } from './fake-backend.ts';

export const client = { kind: 'client' } as const;
const silent = { debug() {}, info() {}, warn() {} };
export const inboxId = 'default0/INBOX';

/** A mailbox, a backend in memory and an engine between them that works when it is told. */
export async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'oxbow-sync-'));
  const file = join(folder, 'oxbow.db');
  const store = await openStore({ file, cacheDirectory: join(folder, 'content') });
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const mailbox = await store.ensureMailbox({
    address: 'anna@oxbow.test',
    displayName: 'Anna',
    legacyDn: '/o=x/cn=anna',
  });
  const backend = new FakeBackend();
  let now = 1_800_000_000_000;
  const start = () => createSyncEngine({ mailbox, backend, log: silent, pollMs: 1000, clock: () => now });
  let engine = start();
  store.setContentSource({
    async fetch(_mailbox, key) {
      const link = await mailbox.sync.link(key);
      return backend.mail.fetch(link!.remoteFolder, link!.remoteId);
    },
  });
  return {
    /** The database. */
    file,
    mailbox,
    backend,
    /** The engine of this moment. */
    get engine() {
      return engine;
    },
    /** Another engine goes on, as after a restart. */
    restart() {
      engine = start();
    },
    inbox: mailbox.specialFolder('inbox'),
    /** Lets time pass, so that whole listings and postponed rows are due, and runs a pass. */
    async pass(ms = 600_000) {
      now += ms;
      await engine.pass();
    },
  };
}

export async function messagesOf(mailbox: Mailbox, folderId: FolderId): Promise<Message[]> {
  const found = await Promise.all((await mailbox.messageIds(folderId)).map((id) => mailbox.message(id)));
  return found.filter((message) => message !== undefined);
}
export const subjectOf = (message: Message) => getString(message.properties, PidTag.Subject) ?? '';
export const subjects = async (mailbox: Mailbox, folderId: FolderId) =>
  (await messagesOf(mailbox, folderId)).map(subjectOf).sort();

export function mail(subject: string, more: [number, string | number][] = []): PropertyBag {
  const bag: PropertyBag = new Map();
  setProperty(bag, PidTag.MessageClass, 'IPM.Note');
  setProperty(bag, PidTag.Subject, subject);
  setProperty(bag, PidTag.Body, `body of ${subject}`);
  setProperty(bag, PidTag.InternetMessageId, `<${subject.replaceAll(' ', '-')}@oxbow.test>`);
  for (const [tag, value] of more) setProperty(bag, tag, value);
  return bag;
}
