import type { RopEntry } from './register.ts';

/** Messages, recipients, attachments, properties, streams, named properties, submission: `handle(RopX, x)` each. */
export const messageHandlers: readonly RopEntry[] = [];
