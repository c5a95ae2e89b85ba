import type { Guid } from '../../mapi/index.ts';
import type { ReplicaDatabase } from './database.ts';
import type { ReplicaNames } from './names.ts';
import type { ReplicaSession } from './session.ts';

/** What happened in the mailbox since the replica last looked. */
export type ReplicaEvent =
  | {
      readonly kind: 'folderAdded' | 'folderChanged' | 'folderRemoved';
      readonly folder: string;
    }
  | {
      readonly kind: 'messageAdded' | 'messageChanged' | 'messageRemoved' | 'messageRead' | 'messageUnread';
      readonly folder: string;
      readonly subject: string;
    }
  /** Messages of a folder that are about to come. */
  | { readonly kind: 'messagesAhead'; readonly folder: string; readonly count: number; readonly size: number };

/** What the parts of a synchronization work with. */
export interface SyncContext {
  readonly db: ReplicaDatabase;
  readonly names: ReplicaNames;
  readonly session: ReplicaSession;
  /** The mailbox's own replica: GUID of all ids and change numbers. */
  readonly replica: Guid;
  /** The folder that the hierarchy is of. */
  readonly rootId: number;
  readonly tell: (event: ReplicaEvent) => void;
}
