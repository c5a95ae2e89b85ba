import type { Core } from '../core.ts';
import { bury } from './tombstones.ts';

/** Deletes everything in a folder, whatever it holds. */
export function removeItems(core: Core, folder: number): void {
  const stamp = core.stamps.next();
  for (const { id } of core.db.all<{ id: number }>('DELETE FROM contact WHERE folder = ? RETURNING id', folder))
    bury(core, 'contacts', folder, id, stamp);
}
