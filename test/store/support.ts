import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type LargeValue, PidTag, type PropertyBag, type PropertyTag, type StoredValue } from '../../src/mapi/index.ts';
import {
  type Mailbox,
  type Origin,
  openStore,
  type Store,
  type StoreEvent,
  type StoreOptions,
} from '../../src/store/index.ts';

export const client: Origin = { kind: 'client' };
export const backend: Origin = { kind: 'sync' };
export const anna = { address: 'Anna@oxbow.test', displayName: 'Anna Abel', legacyDn: '/o=Oxbow/cn=anna' };

export interface Bench {
  store: Store;
  mailbox: Mailbox;
  readonly directory: string;
  readonly inbox: number;
  readonly drafts: number;
  readonly events: StoreEvent[];
  /** Closes the store and opens it again. */
  reopen(): Promise<void>;
}

/** A store in a folder of its own, with Anna's mailbox. */
export async function setUp(t: TestContext, options: Partial<StoreOptions> = {}): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), 'oxbow-store-'));
  const open = () => openStore({ file: join(directory, 'a.db'), cacheDirectory: join(directory, 'cache'), ...options });
  const store = await open();
  const mailbox = await store.ensureMailbox(anna);
  const events: StoreEvent[] = [];
  mailbox.subscribe((event) => events.push(event));
  const bench: Bench = {
    store,
    mailbox,
    directory,
    inbox: mailbox.specialFolder('inbox'),
    drafts: mailbox.specialFolder('drafts'),
    events,
    async reopen() {
      await bench.store.close();
      bench.store = await open();
      bench.mailbox = (await bench.store.findMailbox(anna.address))!;
    },
  };
  t.after(async () => {
    await bench.store.close().catch(() => {});
    rmSync(directory, { recursive: true, force: true });
  });
  return bench;
}

export const bag = (...entries: [PropertyTag, StoredValue][]): PropertyBag => new Map(entries);
export const subject = (text: string): PropertyBag => bag([PidTag.Subject, text]);

export const recipient = (name: string, type = 1): PropertyBag =>
  bag([PidTag.DisplayName, name], [PidTag.RecipientType, type], [PidTag.EmailAddress, `${name}@oxbow.test`]);

/** Repeating bytes that are never all in memory; `read` is told of each piece. */
export function madeUp(size: number, read: (length: number) => void = () => {}): LargeValue {
  return {
    size,
    async read(offset, length) {
      read(length);
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      for (let i = 0; i < bytes.length; i++) bytes[i] = byteAt(offset + i);
      return bytes;
    },
  };
}
export const byteAt = (offset: number): number => (offset * 31 + (offset >> 12)) & 0xff;

export async function* once(text: string | Uint8Array): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

/** The MAPI error that something fails with. */
export async function failure(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { code?: number }).code;
  }
}
