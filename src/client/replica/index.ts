export type { ReplicaEvent } from './context.ts';
export { replicaDifferences } from './differences.ts';
export type { MessageEdit, ReplicaEdits } from './edits.ts';
export type { ReplicaFolder } from './folders.ts';
export { type FollowOptions, followReplica, type ReplicaConnection } from './follow.ts';
export type { ReplicaMessage } from './messages.ts';
export { openReplica, type Replica, type SyncScope, wholeMailbox } from './replica.ts';
export type { ReplicaSession } from './session.ts';
