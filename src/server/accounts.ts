import {
  type Backend,
  BackendError,
  type BackendProfile,
  type OxHttpOptions,
  openOxBackend,
} from '../backends/index.ts';
import {
  type Authenticator,
  BackendUnavailable,
  type ContentSource,
  ContentUnavailable,
  type Directory,
  type Identity,
  type Mailbox,
  type MailboxAccess,
  type Store,
} from '../store/index.ts';
import { createDirectory, createSyncEngine, type SyncEngine, type SyncLog, type SyncStatus } from '../sync/index.ts';
import type { Metrics } from './metrics.ts';

export interface AccountsOptions {
  readonly store: Store;
  readonly ox: OxHttpOptions;
  readonly defaultDomain?: string;
  readonly pollMs: number;
  readonly directoryRefreshMs: number;
  readonly log: SyncLog;
  readonly metrics?: Metrics;
}

/** The accounts that have signed in since the start: each has a backend session, its synchronization, and its identity. */
export interface Accounts {
  readonly authenticator: Authenticator;
  readonly directory: Directory;
  readonly access: MailboxAccess;
  readonly contentSource: ContentSource;
  statuses(): Promise<AccountStatus[]>;
  /** Lets what vanished from a folder on the backend be deleted here too. False when there is no such account. */
  releaseBrake(address: string, remoteFolder: string): boolean;
  /** Waits for sign-ins that are being settled, then ends all accounts; afterwards nothing uses the store any more. */
  close(): Promise<void>;
}

export interface AccountStatus {
  readonly address: string;
  readonly status: SyncStatus;
  /** Mails that Outlook does not get: they are gone from the groupware server, or cannot be made out. */
  readonly unreadable: readonly {
    readonly folder: string;
    readonly subject: string;
    readonly reason: string;
    /** ms since 1970. */
    readonly since: number;
  }[];
}

interface Account {
  readonly identity: Identity;
  readonly mailbox: Mailbox;
  readonly backend: Backend;
  readonly engine: SyncEngine;
  readonly password: string;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const accounts = new Map<string, Account>();
  const byMailbox = new Map<number, Account>();
  const settling = new Map<string, Promise<Identity>>();
  const { store, log } = options;
  let closing = false;

  async function authenticate(userName: string, password: string): Promise<Identity | undefined> {
    const name = userName.includes('@') || !options.defaultDomain ? userName : `${userName}@${options.defaultDomain}`;
    let backend: Backend;
    try {
      backend = await openOxBackend(options.ox, { userName: name, password });
    } catch (error) {
      if (error instanceof BackendError && error.kind === 'auth') {
        options.metrics?.logins.inc({ result: 'refused' });
        return undefined;
      }
      options.metrics?.logins.inc({ result: 'unavailable' });
      throw new BackendUnavailable((error as Error).message, { cause: error });
    }
    try {
      options.metrics?.logins.inc({ result: 'accepted' });
      return await signedIn(backend, password);
    } catch (error) {
      await backend.close();
      throw new BackendUnavailable((error as Error).message, { cause: error });
    }
  }

  async function signedIn(backend: Backend, password: string): Promise<Identity> {
    const profile = await backend.profile();
    if (closing) throw new Error('the server is ending');
    // One after the other for each mailbox: two engines on one would both carry the same change.
    const before = settling.get(profile.address) ?? Promise.resolve();
    const settled = before.catch(() => {}).then(() => settle(backend, profile, password));
    settling.set(profile.address, settled);
    try {
      return await settled;
    } finally {
      if (settling.get(profile.address) === settled) settling.delete(profile.address);
    }
  }

  async function settle(backend: Backend, profile: BackendProfile, password: string): Promise<Identity> {
    const running = accounts.get(profile.address);
    if (running && running.password === password && (await running.engine.status()).state !== 'stopped') {
      await backend.close();
      return running.identity;
    }
    if (running) await end(running);
    const identity: Identity = {
      address: profile.address,
      displayName: profile.displayName,
      legacyDn: legacyDnOf(profile.tenant, { kind: 'user', id: profile.userId }),
      tenant: profile.tenant,
    };
    const mailbox = await store.ensureMailbox({ ...identity, locale: profile.locale.slice(0, 2) });
    const engine = createSyncEngine({
      mailbox,
      backend,
      log,
      pollMs: options.pollMs,
      onError: (error) => options.metrics?.syncErrors.inc({ kind: error.kind }),
    });
    const account = { identity, mailbox, backend, engine, password };
    accounts.set(identity.address, account);
    byMailbox.set(mailbox.id, account);
    engine.start();
    return identity;
  }

  async function end(account: Account): Promise<void> {
    accounts.delete(account.identity.address);
    byMailbox.delete(account.mailbox.id);
    await account.engine.stop();
    await account.backend.close();
  }

  const contentSource: ContentSource = {
    async fetch(info, key) {
      const account = byMailbox.get(info.id);
      if (!account) throw new ContentUnavailable('the account has not signed in since the server started');
      // A move under way changes where the mail is: look once more before it is given up.
      for (let tries = 0; ; tries += 1) {
        const link = await account.mailbox.sync.link(key);
        if (!link) throw new ContentUnavailable('the mail is not on the groupware server', { lasting: true });
        try {
          return await account.backend.mail.fetch(link.remoteFolder, link.remoteId);
        } catch (error) {
          const kind = error instanceof BackendError ? error.kind : undefined;
          if (kind !== 'notFound' || tries > 0) {
            const lasting = kind === 'notFound' || kind === 'denied' || kind === 'refused';
            throw new ContentUnavailable((error as Error).message, { lasting });
          }
          account.engine.wake();
        }
      }
    },
  };

  const directory = createDirectory({
    backendOf: (tenant) => [...accounts.values()].find((account) => account.identity.tenant === tenant)?.backend,
    legacyDnOf,
    refreshMs: options.directoryRefreshMs,
    failed: (error) => log.warn({ reason: (error as Error).message }, 'the address book could not be refreshed'),
  });

  return {
    authenticator: { authenticate },
    directory,
    access: {
      async resolve(identity, addressOrDn) {
        const wanted = addressOrDn.toLowerCase();
        return wanted === identity.address || wanted === identity.legacyDn.toLowerCase() ? identity : undefined;
      },
    },
    contentSource,
    statuses: () =>
      Promise.all(
        [...accounts.values()].map(async ({ identity, engine, mailbox }) => ({
          address: identity.address,
          status: await engine.status(),
          unreadable: await unreadableIn(mailbox),
        })),
      ),
    releaseBrake(address, remoteFolder) {
      const account = accounts.get(address);
      account?.engine.releaseBrake(remoteFolder);
      return account !== undefined;
    },
    async close() {
      // Who has not yet asked the groupware through is turned away; who is being settled may be about to write.
      closing = true;
      await Promise.allSettled(settling.values());
      await Promise.all([...accounts.values()].map(end));
    },
  };
}

async function unreadableIn(mailbox: Mailbox): Promise<AccountStatus['unreadable']> {
  const messages = await mailbox.unreadableMessages();
  const names = new Map<number, string>();
  for (const id of new Set(messages.map(({ folderId }) => folderId)))
    names.set(id, (await mailbox.folder(id))?.displayName ?? '');
  return messages.map(({ folderId, subject, reason, since }) => ({
    folder: names.get(folderId)!,
    subject,
    reason,
    since,
  }));
}

/** DNs end in profiles, nickname caches and search keys of Outlook: they are made of ids that never change. */
export const legacyDnOf = (tenant: string, entry: { readonly kind: string; readonly id: string }): string =>
  `/o=Oxbow/ou=${tenant}/cn=Recipients/cn=${entry.kind === 'user' ? `user-${entry.id}` : entry.id}`;
