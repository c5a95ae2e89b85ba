import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Sandbox } from '../sandbox/index.ts';
import { checkConfiguration } from './config.ts';
import { type RunningServer, startServer } from './start.ts';

export interface TrialOptions {
  /** `HOST:PORT`. */
  readonly listen: string;
  /** Folder for everything the trial keeps. */
  readonly data: string;
  /** Tenant file of the sandbox; the built-in three people when left out. */
  readonly tenantFile?: string;
  readonly log?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Seconds between two looks at the sandbox. */
  readonly pollSeconds?: number;
}

export interface Trial extends RunningServer {
  readonly sandbox: Sandbox;
}

/**
 * The gateway and a sandbox Open-Xchange server on one listener: what `npm start` runs. The sandbox answers at /ajax and
 * /appsuite/api; the gateway reaches it there over HTTPS as it would a real one.
 */
export async function startTrial(options: TrialOptions): Promise<Trial> {
  // Of no use to a gateway in front of a real server, which loads this file too.
  const { createSandbox, readTenant, trialTenant } = await import('../sandbox/index.ts');
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const tenant = options.tenantFile ? readTenant(options.tenantFile) : trialTenant();
  const sandbox = await createSandbox({
    file: join(options.data, 'sandbox.db'),
    tenant,
    // People try things out in quick succession, and the gateway looks twice a second.
    rateRequests: 100_000,
  });
  const config = checkConfiguration(
    {
      listen: options.listen,
      data: options.data,
      log: options.log ?? 'warn',
      // Replaced by the listener's own address below.
      backend: { kind: 'ox', url: 'https://localhost/ajax', pollSeconds: options.pollSeconds ?? 0.5 },
    },
    'trial',
  );
  try {
    const server = await startServer({
      config,
      logTo: pino.destination({ dest: 2, sync: true }),
      names: tenant.domains.flatMap((domain) => [domain, `autodiscover.${domain}`, `mail.${domain}`]),
      people: sandbox.people().map(({ address }) => ({ address })),
      mount: async (app) => {
        await app.register(sandbox.plugin, { prefix: '/ajax' });
        await app.register(sandbox.plugin, { prefix: '/appsuite/api' });
      },
      oxAt: (origin, certificateAuthority) => ({
        url: `${origin}/ajax`,
        ...(certificateAuthority ? { certificateAuthority } : {}),
      }),
    });
    return {
      ...server,
      sandbox,
      async close() {
        await server.close();
        await sandbox.close();
      },
    };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}
