import type { Core } from '../core.ts';
import type { ItemModule } from './folder.ts';

/** That an object was in a folder and is there no more: deleted, or moved elsewhere. */
export interface Tombstone {
  readonly id: number;
  readonly stamp: number;
  readonly uid: string | null;
}

export function bury(
  core: Core,
  module: ItemModule,
  folder: number,
  id: number,
  stamp: number,
  uid: string | null = null,
): void {
  core.db.run(
    'INSERT OR REPLACE INTO tombstone (module, folder, id, stamp, uid) VALUES (?, ?, ?, ?, ?)',
    module,
    folder,
    id,
    stamp,
    uid,
  );
}

/** An object that comes back to a folder is no longer gone from it. */
export function unbury(core: Core, module: ItemModule, folder: number, id: number): void {
  core.db.run('DELETE FROM tombstone WHERE module = ? AND folder = ? AND id = ?', module, folder, id);
}

/** What left a folder strictly after a stamp, oldest first. */
export function tombstonesSince(core: Core, module: ItemModule, folder: number, since: number): Tombstone[] {
  return core.db.all<Tombstone>(
    'SELECT id, stamp, uid FROM tombstone WHERE module = ? AND folder = ? AND stamp > ? ORDER BY stamp, id',
    module,
    folder,
    since,
  );
}
