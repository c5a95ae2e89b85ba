import type { ItemModule } from './items/folder.ts';

/** Something a client could see has changed. */
export interface Change {
  readonly personId: number;
  readonly module: 'mail' | 'folders' | ItemModule;
  /** As the owner sees it, `default0/INBOX` or `31`. */
  readonly folder: string;
}

export interface ChangeEvents {
  /** Told after the commit. Returns the end function. */
  onChange(listener: (change: Change) => void): () => void;
  /** Notes a change of the running transaction. */
  note(change: Change): void;
  /** Tells what was noted. */
  flush(): void;
  /** Forgets what was noted. */
  discard(): void;
}

export function createChangeEvents(): ChangeEvents {
  const listeners = new Set<(change: Change) => void>();
  let noted = new Map<string, Change>();
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    note(change) {
      noted.set(`${change.personId} ${change.module} ${change.folder}`, change);
    },
    flush() {
      const changes = noted;
      noted = new Map();
      for (const change of changes.values()) for (const listener of listeners) listener(change);
    },
    discard() {
      noted = new Map();
    },
  };
}
