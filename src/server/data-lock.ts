import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a data folder for this process alone: two servers on one would both carry the same change to the groupware.
 * The lock is the database engine's on a file of its own, so the operating system lifts it when the process ends,
 * however it ends. Returns the function that gives the folder back. Throws when another process has it.
 */
export function lockDataFolder(data: string): () => void {
  const lock = new DatabaseSync(join(data, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch {
    lock.close();
    throw new Error(`another server runs on the data folder ${data}`);
  }
  return () => lock.close();
}
