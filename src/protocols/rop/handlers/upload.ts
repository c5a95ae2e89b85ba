import * as sync from '../definitions/sync.ts';
import { handle, type RopEntry } from './register.ts';
import { synchronizationImportDeletes } from './synchronization-import-deletes.ts';
import { synchronizationImportHierarchyChange } from './synchronization-import-hierarchy-change.ts';
import { synchronizationImportMessageChange } from './synchronization-import-message-change.ts';
import { synchronizationImportMessageMove } from './synchronization-import-message-move.ts';
import { synchronizationImportReadStateChanges } from './synchronization-import-read-state-changes.ts';
import { synchronizationOpenCollector } from './synchronization-open-collector.ts';

/** What cached-mode clients upload. */
export const uploadHandlers: readonly RopEntry[] = [
  handle(sync.RopSynchronizationOpenCollector, synchronizationOpenCollector),
  handle(sync.RopSynchronizationImportMessageChange, synchronizationImportMessageChange),
  handle(sync.RopSynchronizationImportHierarchyChange, synchronizationImportHierarchyChange),
  handle(sync.RopSynchronizationImportDeletes, synchronizationImportDeletes),
  handle(sync.RopSynchronizationImportMessageMove, synchronizationImportMessageMove),
  handle(sync.RopSynchronizationImportReadStateChanges, synchronizationImportReadStateChanges),
];
