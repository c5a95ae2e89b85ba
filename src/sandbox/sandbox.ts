import type { FastifyPluginAsync } from 'fastify';
import type { ContextFacts, Core, Settings } from './core.ts';
import { openDatabase } from './database.ts';
import { type ChangeEvents, createChangeEvents } from './events.ts';
import { createFaults, type Faults } from './faults.ts';
import { sandboxPlugin } from './http/plugin.ts';
import { createRateLimit } from './http/rate-limit.ts';
import { limits } from './limits.ts';
import { createSessions } from './session/sessions.ts';
import { type Clock, createStamps } from './stamps.ts';
import type { TenantFile } from './tenant/schema.ts';
import { seedTenant } from './tenant/seed.ts';
import { type SandboxTools, sandboxTools } from './tools.ts';
import { write } from './write.ts';

export interface SandboxOptions {
  /** Path of the database, or `:memory:`. It is seeded once; later starts find what was there. */
  readonly file: string;
  readonly tenant: TenantFile;
  readonly clock?: Clock;
  /** Requests per client and window before HTTP 429; 1500 in 300 000 ms by default. */
  readonly rateRequests?: number;
  readonly rateWindowMs?: number;
  readonly sessionIdleMs?: number;
  /** Whether another client address ends a session's use (SES-0205); on by default. */
  readonly ipCheck?: boolean;
  /** Opens `/sandbox/faults` to everybody; off by default. */
  readonly faultsOverHttp?: boolean;
}

/** A running Open-Xchange stand-in. */
export interface Sandbox extends SandboxTools {
  /** To be registered with a prefix, as `/ajax` or `/appsuite/api`, or both. */
  readonly plugin: FastifyPluginAsync;
  readonly faults: Faults;
  /** Hears of every committed change. Returns the end function. */
  readonly onChange: ChangeEvents['onChange'];
  /** Ends the sessions of a login, or all; returns how many. */
  expireSessions(login?: string): number;
  close(): Promise<void>;
}

/** Opens the sandbox on its database and seeds it when that is new. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? Date.now;
  const db = openDatabase(options.file);
  const events = createChangeEvents();
  const settings: Settings = {
    faultsOverHttp: options.faultsOverHttp ?? false,
  };
  const seeded = db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'context'")?.value;
  const { context, name, domains, version } = options.tenant;
  // Databases of before the choice of a version are of the newer one.
  const stored = seeded === undefined ? undefined : (JSON.parse(seeded) as Partial<ContextFacts>);
  const core: Core = {
    db,
    stamps: createStamps(db, clock),
    sessions: createSessions(clock, options.sessionIdleMs ?? limits.sessionIdleMs, options.ipCheck ?? true),
    faults: createFaults(clock),
    events,
    settings,
    context: {
      id: context,
      name: name ?? domains[0]!,
      domains,
      version,
      ...(stored && { version: '7.10', ...stored }),
    },
  };
  try {
    if (seeded === undefined) write(core, () => seedTenant(core, options.tenant));
  } catch (error) {
    db.close();
    throw error;
  }
  const rateLimit = createRateLimit(
    options.rateRequests ?? limits.rateRequests,
    options.rateWindowMs ?? limits.rateWindowMs,
    clock,
  );
  return {
    plugin: sandboxPlugin(core, rateLimit, clock),
    faults: core.faults,
    onChange: events.onChange,
    expireSessions: (login) => core.sessions.expire(login),
    ...sandboxTools(core),
    async close() {
      db.close();
    },
  };
}
