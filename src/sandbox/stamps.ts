import type { Database } from './database.ts';

/** ms since 1970. */
export type Clock = () => number;

/** The one clock of a context: strictly increasing milliseconds, also across restarts (reference 17 rule 1). */
export interface Stamps {
  /** Now, without using up a stamp; never before the last one given. */
  now(): number;
  /** A new stamp, greater than every earlier one. */
  next(): number;
  /** Makes the following `next` give the last stamp once more. */
  repeatNext(): void;
}

/** The newest stamp of some objects, but not less than the given one. */
export function newestStamp(objects: readonly { readonly modified: number | null }[], least: number): number {
  return objects.reduce((newest, { modified }) => Math.max(newest, modified ?? 0), least);
}

export function createStamps(db: Database, clock: Clock): Stamps {
  let last = Number(db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'stamp'")?.value ?? 0);
  let repeat = false;
  return {
    now: () => Math.max(clock(), last),
    next() {
      if (!repeat || last === 0) last = Math.max(clock(), last + 1);
      repeat = false;
      db.run("INSERT INTO meta VALUES ('stamp', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1", String(last));
      return last;
    },
    repeatNext() {
      repeat = true;
    },
  };
}
