import { type FileHandle, open } from 'node:fs/promises';

/** Brings commits to the disk outside of the thread that everybody waits for. */
export interface Durability {
  /** Resolves when all that is committed by now is on the disk; rejects when that cannot be had. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Of a database in write-ahead mode with synchronous NORMAL, which by itself only keeps the file intact. A commit is in
 * the write-ahead log when it returns, so that flushing the log's file makes it last; commits that come while a flush is
 * under way share the next one. SQLite keeps the log's file for as long as a connection is open.
 */
export async function openDurability(databaseFile: string): Promise<Durability> {
  const log: FileHandle = await open(`${databaseFile}-wal`, 'r+');
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  const flush = (): Promise<void> => {
    next ??= running
      .catch(() => {})
      .then(() => {
        running = next!;
        next = undefined;
        return log.datasync();
      });
    return next;
  };

  return {
    flush,
    async close() {
      await flush();
      await log.close();
    },
  };
}
