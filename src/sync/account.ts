import type { Backend, RemoteFolder } from '../backends/index.ts';
import type { FolderId, Mailbox } from '../store/index.ts';

/** What every part of one account's synchronization works with. */
export interface SyncAccount {
  readonly mailbox: Mailbox;
  readonly backend: Backend;
  readonly log: SyncLog;
  readonly clock: () => number;
  /** ms between two looks for changes. */
  readonly pollMs: number;
  /** The remote tree as last read; changes made here are entered at once. */
  tree: RemoteFolder[];
  /** When the last look at the whole tree and every folder began, ms since 1970. */
  lookedSince: number;
  /** Somebody waits for a whole look. */
  lookWanted: boolean;
  /** Local folders that stand still until somebody says that their mails may go, with what was seen. */
  readonly brakes: Map<FolderId, Brake>;
}

export interface Brake {
  /** Id of the remote folder. */
  readonly folder: string;
  readonly vanished: number;
  readonly of: number;
}

export interface SyncLog {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** The sync engine's own changes: they came from the backend and do not go back there. */
export const fromBackend = { kind: 'sync' } as const;
