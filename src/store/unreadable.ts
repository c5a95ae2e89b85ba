import type { FolderId, MessageId, MessageKey } from './types.ts';

/** A message whose content the groupware server no longer has, or that cannot be made out. */
export interface UnreadableMessage {
  readonly id: MessageId;
  readonly folderId: FolderId;
  readonly subject: string;
  readonly reason: string;
  /** ms since 1970. */
  readonly since: number;
}

interface Noted extends UnreadableMessage {
  readonly version: number;
  readonly error: Error;
  readonly tried: number;
}

/** What is known of unreadable messages of one mailbox since the start. */
export interface UnreadableMessages {
  /** What reading this version failed with a moment ago; undefined when it is worth another try. */
  recent(key: MessageKey, version: number): Error | undefined;
  note(key: MessageKey, version: number, message: Omit<UnreadableMessage, 'since' | 'reason'>, error: Error): void;
  /** It could be read, or is gone. */
  forget(key: MessageKey): void;
  list(): readonly UnreadableMessage[];
}

/** Between two tries: clients synchronize every few seconds, and each would fetch it again. */
const retryMs = 60_000;
/** More are not listed; the first ones tell enough. */
const most = 1000;

export function unreadableMessages(nowMs: () => number): UnreadableMessages {
  const noted = new Map<MessageKey, Noted>();
  return {
    recent(key, version) {
      const one = noted.get(key);
      return one?.version === version && nowMs() - one.tried < retryMs ? one.error : undefined;
    },
    note(key, version, message, error) {
      const before = noted.get(key);
      if (before === undefined && noted.size >= most) return;
      const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
      const reason = `${error.message}${cause}`;
      noted.set(key, { ...message, reason, version, error, tried: nowMs(), since: before?.since ?? nowMs() });
    },
    forget: (key) => void noted.delete(key),
    list: () =>
      [...noted.values()].map(({ id, folderId, subject, reason, since }) => ({ id, folderId, subject, reason, since })),
  };
}
