import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CarryRops, createRopClient, logOn, type ReplicaSession } from '../../../src/client/index.ts';
import { createSession, executeRops, type RopServices } from '../../../src/protocols/rop/index.ts';
import { type Mailbox, openStore } from '../../../src/store/index.ts';

/** The connection breaks before a request reaches the server, or before its answer reaches the client. */
export type Cut = 'before' | 'after' | undefined;

/** The connection broke. */
export class Disconnected extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('the connection broke');
    this.name = 'Disconnected';
  }
}

const maxRopOut = 0x10008;
const shm = '/dev/shm';

/** A mailbox in a store of its own, and clients of it that speak operations without HTTP around them. */
export async function startWorld() {
  // Where files are in memory nothing waits for the disk.
  const directory = mkdtempSync(join(existsSync(shm) ? shm : tmpdir(), 'oxbow-replica-'));
  let ahead = 0;
  const store = await openStore({
    file: join(directory, 'store.db'),
    cacheDirectory: join(directory, 'cache'),
    clock: () => Date.now() + ahead,
  });
  const errors: unknown[] = [];
  const services = {
    store,
    directory: { entries: async () => [] },
    mailboxes: { resolve: async () => undefined },
    report: (error: unknown) => errors.push(error),
  } as unknown as RopServices;

  return {
    store,
    errors,
    /** The store's time. */
    now: () => Date.now() + ahead,
    /** Lets the store's time pass. */
    advance(ms: number): void {
      ahead += ms;
    },
    mailbox: (login: string): Promise<Mailbox> =>
      store.ensureMailbox({ address: `${login}@oxbow.test`, displayName: login, legacyDn: `/o=Oxbow/cn=${login}` }),
    /** A session over a connection of its own; `around` runs at each request and can break the connection. */
    async connect(
      { address, displayName, legacyDn }: Mailbox,
      around: (when: 'before' | 'after') => Promise<Cut> = async () => undefined,
    ) {
      const identity = { address, displayName, legacyDn, tenant: '1' };
      const session = createSession({ identity, services });
      const carry: CarryRops = async ({ rops, handles }) => {
        if ((await around('before')) !== undefined) session.close();
        if (session.closed) throw new Disconnected();
        const request = { rops: Buffer.from(rops), handles: [...handles] };
        const { buffers } = await executeRops(session, request, { room: maxRopOut, chain: false });
        if ((await around('after')) !== undefined) session.close();
        if (session.closed) throw new Disconnected();
        // The server's buffers are its own again after this.
        return buffers.map((buffer) => ({ rops: Buffer.from(buffer.rops), handles: [...buffer.handles] }));
      };
      const client = createRopClient(carry);
      const opened: ReplicaSession = { client, mailbox: await logOn(client, legacyDn) };
      return { ...opened, session, close: () => session.close() };
    },
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
