import { createHash } from 'node:crypto';
import type { FolderId } from '../../src/store/index.ts';

/** What the killed process is told. */
export interface Settings {
  readonly data: string;
  readonly url: string;
  /** Names what this start makes. */
  readonly run: number;
  readonly seed: number;
  readonly pollMs: number;
  /** No changes any more: bring both sides in step, tell what is here, end. */
  readonly settle: boolean;
}

/**
 * A change by either side, with the subjects and folder names that it is about. Who edits a mail gives it a subject that
 * no other has: a subject stands for one content. `into`: path of the remote folder.
 */
export type Done =
  | { readonly what: 'create' | 'submit' | 'move' | 'copy'; readonly subject: string; readonly into?: string }
  | { readonly what: 'read' | 'flag'; readonly subject: string; readonly value: boolean }
  | { readonly what: 'edit'; readonly subject: string; readonly edited: string }
  | { readonly what: 'createFolder' | 'changeFolder'; readonly name: string }
  | { readonly what: 'delete'; readonly subjects: readonly string[]; readonly folders: readonly string[] };

/** A line of the killed process. */
export type Line =
  | { readonly ready: true }
  | ({ readonly begin: number } & Done)
  | { readonly done: number; readonly copies?: number }
  | { readonly refused: number; readonly reason: string }
  | LocalFolder
  | { readonly settled: true }
  | { readonly unsettled: unknown };

export interface LocalMail {
  readonly subject: string;
  readonly read: boolean;
  readonly flagged: boolean;
  readonly messageId: string;
  readonly overlay: boolean;
  /** Digests of the text and of the attachments. */
  readonly body: string;
  readonly attachments: readonly string[];
  /** Folder and id of the mail that it is tied to. */
  readonly remote: string | undefined;
}

export interface LocalFolder {
  readonly folder: FolderId;
  readonly parent: FolderId | undefined;
  readonly name: string;
  readonly role: string | undefined;
  readonly remote: string | undefined;
  readonly mails: LocalMail[];
}

/** Of a text or an attachment. */
export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Numbers below a limit, the same series for the same seed, as in mulberry32. */
export function series(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Text of the mail with a subject; some are long. */
export const textOf = (subject: string): string =>
  `body of ${subject}${Number.parseInt(digestOf(subject).slice(0, 4), 16) % 4 ? '' : ' long'.repeat(3000)}`;
