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
  readonly serverVersion: string;
}

/** The context as it was seeded. */
export interface ContextFacts {
  readonly id: number;
  readonly name: string;
  readonly domains: readonly string[];
}
