import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { type DestinationStream, pino } from 'pino';
import type { OxHttpOptions } from '../backends/index.ts';
import { autodiscover, autodiscoverJson } from '../protocols/autodiscover/index.ts';
import { mapiHttp } from '../protocols/mapihttp/index.ts';
import { createAddressBook } from '../protocols/nspi/index.ts';
import { executeRops } from '../protocols/rop/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { administration } from './administration.ts';
import { basicAuthentication } from './basic-authentication.ts';
import { localCertificate } from './certificates.ts';
import type { Configuration } from './config.ts';
import { lockDataFolder } from './data-lock.ts';
import { createLoginCheck } from './login-check.ts';
import { createMetrics } from './metrics.ts';
import { observe } from './observe.ts';

export interface StartOptions {
  readonly config: Configuration;
  /** Where log lines go; standard output when left out. */
  readonly logTo?: DestinationStream;
  /** Names that the local certificate has besides the host's own. */
  readonly names?: readonly string[];
  /** Routes of others on the same listener (the trial's sandbox). */
  readonly mount?: (app: FastifyInstance) => Promise<void>;
  /** Told to the command line as whose mailboxes there are to try (the trial's sandbox). */
  readonly people?: RunningFile['people'];
  /** The groupware, when it can only be known once the listener has its address (the trial's sandbox). */
  readonly oxAt?: (origin: string, certificateAuthority: string | undefined) => OxHttpOptions;
}

/** What `<data>/running.json` tells the command line about the server that runs on a data folder. */
export interface RunningFile {
  readonly url: string;
  /** PEM file of the local authority. */
  readonly certificateAuthority: string | undefined;
  /** Whose mailboxes there are to try; of the trial only. */
  readonly people?: readonly { readonly address: string }[] | undefined;
}

function writeRunningFile(data: string, running: RunningFile): void {
  writeFileSync(join(data, 'running.json'), `${JSON.stringify(running, undefined, 2)}\n`);
}

export interface RunningServer {
  /** What clients reach it by, without a slash at the end. */
  readonly url: string;
  /** PEM file of the local certificate authority; undefined with a certificate of one's own. */
  readonly authorityFile: string | undefined;
  readonly store: Store;
  readonly accounts: Accounts;
  /** Ends within a few seconds: answers what waits, finishes the calls under way, closes the store. */
  close(): Promise<void>;
}

/** Starts the gateway: store, accounts, protocols, listener. Throws when a part cannot start; nothing is left running. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  mkdirSync(options.config.data, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(options.config.data);
  try {
    return await startLocked(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(options: StartOptions, unlock: () => void): Promise<RunningServer> {
  const { config } = options;
  const log = pino(
    { level: config.log, base: null, redact: ['req.headers.authorization', 'password', 'headers.authorization'] },
    ...(options.logTo ? [options.logTo] : []),
  );
  const metrics = createMetrics();
  const tls = await certificateOf(options);
  // The plug-ins are written for any Fastify server; the type of this one names TLS and the logger.
  const app = Fastify({
    https: { key: tls.key, cert: tls.certificate, minVersion: 'TLSv1.2' },
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Outlook spells its paths in several ways.
    routerOptions: { caseSensitive: false },
    forceCloseConnections: true,
    // The MAPI/HTTP endpoints say themselves, in their own way, that they are shutting down.
    return503OnClosing: false,
    // NotificationWait answers after up to five minutes; proxies and clients keep connections longer than Node's default.
    keepAliveTimeout: 130_000,
    requestTimeout: 0,
    bodyLimit: 110 * 1024 * 1024,
  }) as unknown as FastifyInstance;
  // After the listener was made, which throws when key or certificate are none, and holds nothing before it listens.
  const store = await openStore({
    file: join(config.data, 'oxbow.db'),
    cacheDirectory: join(config.data, 'content'),
    contentCacheBytes: config.contentCache,
  });
  let sweeping: NodeJS.Timeout | undefined;
  const sweep = async () => {
    try {
      const purged = await store.purgeDeleted(Date.now() - config.keepDeletedDays * 24 * hour);
      if (purged > 0) log.info({ purged }, 'mails deleted long ago are gone for good');
    } catch (error) {
      log.warn({ reason: String(error) }, 'deleted mails could not be purged; trying again in an hour');
    }
  };
  let accounts: Accounts | undefined;
  let url = '';
  const closeAll = async () => {
    clearInterval(sweeping);
    await app.close();
    await accounts?.close();
    await store.close();
  };
  try {
    // The services below are asked for only once requests come, when the address is known.
    const lazily = () => {
      accounts ??= createAccounts({
        store,
        ox: options.oxAt?.(url, tls.authorityFile && readFileSync(tls.authorityFile, 'utf8')) ?? oxOptions(config),
        ...(config.backend.defaultDomain ? { defaultDomain: config.backend.defaultDomain } : {}),
        pollMs: config.backend.pollSeconds * 1000,
        directoryRefreshMs: Math.max(30_000, config.backend.pollSeconds * 15_000),
        log,
        metrics,
      });
      return accounts;
    };
    const directory = {
      entries: (identity: Parameters<Accounts['directory']['entries']>[0]) => lazily().directory.entries(identity),
    };
    const mailboxes = {
      resolve: (...args: Parameters<Accounts['access']['resolve']>) => lazily().access.resolve(...args),
    };
    store.setContentSource({ fetch: (info, key) => lazily().contentSource.fetch(info, key) });
    const check = createLoginCheck(
      { authenticate: (userName, password) => lazily().authenticator.authenticate(userName, password) },
      {
        rememberMs: config.logins.rememberSeconds * 1000,
        failuresBeforeDelay: config.logins.failuresBeforeDelay,
      },
    );
    const publicUrl = config.publicUrl?.replace(/\/$/, '');

    observe(app, { metrics, store, accounts: () => accounts });
    await app.register(async (scope) => {
      scope.decorateRequest('identity');
      scope.addHook('preHandler', basicAuthentication(check));
      await scope.register(
        mapiHttp({
          services: {
            store,
            directory,
            mailboxes,
            report: (error, operation) => log.error({ err: error, operation }, 'an operation failed'),
          },
          executeRops,
          nspi: createAddressBook({ store, directory, url: () => publicUrl ?? url }),
          timing: {
            expiryMs: config.sessions.expirySeconds * 1000,
            pendingPeriodMs: config.sessions.pendingSeconds * 1000,
            waitMs: config.sessions.notificationWaitSeconds * 1000,
          },
        }),
      );
      await scope.register(
        autodiscover({ mailboxes, deploymentId: deploymentId(config.data), ...(publicUrl ? { publicUrl } : {}) }),
      );
    });
    await app.register(autodiscoverJson(publicUrl ? { publicUrl } : {}));
    await app.register(administration(config.data, () => accounts));
    await options.mount?.(app);

    await app.listen({ host: config.listen.host, port: config.listen.port });
    const { port } = app.server.address() as AddressInfo;
    url = publicUrl ?? `https://${publicHost(config.listen.host)}:${port}`;
    lazily();
    writeRunningFile(config.data, { url, certificateAuthority: tls.authorityFile, people: options.people });
    sweeping = setInterval(() => void sweep(), hour).unref();
    void sweep();
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    url,
    authorityFile: tls.authorityFile,
    store,
    accounts: accounts!,
    async close() {
      await closeAll();
      unlock();
    },
  };
}

const hour = 3_600_000;

const oxOptions = (config: Configuration): OxHttpOptions => ({
  url: config.backend.url,
  ...(config.backend.certificateAuthority
    ? { certificateAuthority: readFileSync(config.backend.certificateAuthority, 'utf8') }
    : {}),
});

async function certificateOf(options: StartOptions) {
  const { config } = options;
  if (config.tls)
    return {
      key: readFileSync(config.tls.key, 'utf8'),
      certificate: readFileSync(config.tls.certificate, 'utf8'),
      authorityFile: undefined,
    };
  const names = new Set(['localhost', '127.0.0.1', publicHost(config.listen.host)]);
  if (config.publicUrl) names.add(new URL(config.publicUrl).hostname);
  for (const name of options.names ?? []) names.add(name);
  return localCertificate(join(config.data, 'certificates'), [...names]);
}

/** A name that others can use for a listener on every address. */
const publicHost = (host: string): string => (host === '0.0.0.0' || host === '::' ? hostname() : host);

function deploymentId(folder: string): string {
  const file = join(folder, 'deployment-id');
  if (!existsSync(file)) writeFileSync(file, randomUUID());
  return readFileSync(file, 'utf8').trim();
}
