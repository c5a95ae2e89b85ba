export type { Brake, SyncLog } from './account.ts';
export { createDirectory, type DirectorySource } from './directory.ts';
export { createSyncEngine, type SyncEngine, type SyncOptions, type SyncStatus } from './engine.ts';
