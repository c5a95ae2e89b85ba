import type { Database } from './database.ts';
import type { ChangeEvents } from './events.ts';
import type { Faults } from './faults.ts';
import type { Sessions } from './session/sessions.ts';
import type { Stamps } from './stamps.ts';

/** What every action works with. */
export interface Core {
  readonly db: Database;
  readonly stamps: Stamps;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly events: ChangeEvents;
  readonly settings: Settings;
  readonly context: ContextFacts;
}

/** Choices that actions need to know; see SandboxOptions. */
export interface Settings {
  readonly faultsOverHttp: boolean;
}

/** The context as it was seeded. */
export interface ContextFacts {
  readonly id: number;
  readonly name: string;
  readonly domains: readonly string[];
  readonly version: ServerVersion;
}

/** Which generation of Open-Xchange is stood in for: 7.10 brought chronos, addressbooks and deputies (reference 14). */
export type ServerVersion = '7.8' | '7.10';

/** As `config/serverVersion` tells it. */
export const serverVersions: Readonly<Record<ServerVersion, string>> = { '7.8': '7.8.4-Rev72', '7.10': '7.10.6-Rev20' };
