import type { RopEntry } from './register.ts';

/** Logon, store, folders, tables, notifications. */
export const coreHandlers: readonly RopEntry[] = [];
