import { setTimeout as delay } from 'node:timers/promises';
import { counterOf } from '../../mapi/index.ts';
import { notificationTypes, RopRegisterNotification } from '../../protocols/rop/definitions/index.ts';
import { TransportError } from '../endpoint.ts';
import { type Notification, newHandle, ropCall } from '../rop-call.ts';
import type { ReplicaEvent } from './context.ts';
import { type Replica, type SyncScope, wholeMailbox } from './replica.ts';
import type { ReplicaSession } from './session.ts';

/** A session that can wait for what happens, and be ended. */
export interface ReplicaConnection extends ReplicaSession {
  /** See MapiHttpClient.notificationWait. */
  notificationWait(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export interface FollowOptions {
  /** Makes a connection; called again when one breaks. */
  readonly connect: () => Promise<ReplicaConnection>;
  /** What came, as it comes. */
  readonly tell?: (event: ReplicaEvent) => void;
  /** All that happened before is in the replica. */
  readonly upToDate?: (session: ReplicaSession) => Promise<void> | void;
  /** A connection broke, or could not be made; another is tried after this many ms. */
  readonly lost?: (error: Error, waitMs: number) => void;
  readonly signal: AbortSignal;
}

/** Everything that Outlook wants to know in cached mode (reference, section 8). */
const wanted =
  notificationTypes.newMail |
  notificationTypes.objectCreated |
  notificationTypes.objectDeleted |
  notificationTypes.objectModified |
  notificationTypes.objectMoved |
  notificationTypes.objectCopied;

/** Between attempts to connect: doubled each time up to the longest. */
const wait = { firstMs: 500, longestMs: 30_000 } as const;

/**
 * Keeps a replica in step with its mailbox until the signal aborts: synchronizes all of it, then what notifications
 * name. Connections that break are made anew. Throws what is no matter of the connection.
 */
export async function followReplica(replica: Replica, options: FollowOptions): Promise<void> {
  const { signal, lost = () => {} } = options;
  for (let waitMs: number = wait.firstMs; !signal.aborted; ) {
    let connection: ReplicaConnection | undefined;
    try {
      connection = await options.connect();
      await followOver(replica, connection, options, () => {
        waitMs = wait.firstMs;
      });
    } catch (error) {
      if (signal.aborted) return;
      if (!isConnectionError(error)) throw error;
      lost(error, waitMs);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      waitMs = Math.min(2 * waitMs, wait.longestMs);
    } finally {
      await connection?.close().catch(() => {});
    }
  }
}

/** Follows over one connection, until that breaks or the signal aborts. */
async function followOver(
  replica: Replica,
  connection: ReplicaConnection,
  { tell, upToDate, signal }: FollowOptions,
  connected: () => void,
): Promise<void> {
  const { client, mailbox } = connection;
  // Before anything is fetched, so that nothing is missed between the two.
  await client.run(
    ropCall(RopRegisterNotification, [mailbox.logon, newHandle()], {
      notificationTypes: wanted,
      wantWholeStore: true,
    }),
  );
  await replica.synchronize(connection, wholeMailbox, tell);
  connected();
  await upToDate?.(connection);
  while (!signal.aborted) {
    const waiting = client.takeNotifications();
    // They come with the answer to any request, also to one without operations.
    if (waiting.length === 0 && (await connection.notificationWait(signal))) await client.execute();
    const scope = scopeOf([...waiting, ...client.takeNotifications()]);
    if (scope !== undefined) await replica.synchronize(connection, scope, tell);
  }
}

/** What notifications say has to be looked at; undefined: nothing. */
function scopeOf(notifications: readonly Notification[]): SyncScope | undefined {
  const folders = new Set<number>();
  let hierarchy = false;
  for (const { data } of notifications) {
    if (data.kind !== 'object') continue;
    const { folderId, oldFolderId, messageId, totalMessageCount, unreadMessageCount } = data;
    folders.add(counterOf(folderId));
    if (messageId !== undefined && oldFolderId !== undefined) folders.add(counterOf(oldFolderId));
    // Counts that changed follow from messages, which are told by themselves.
    const onlyCounts = totalMessageCount !== undefined || unreadMessageCount !== undefined;
    if (messageId === undefined && !onlyCounts) hierarchy = true;
  }
  return folders.size === 0 ? undefined : { hierarchy, contents: (id) => folders.has(id) };
}

/** The connection broke, or the server no longer knows it: worth another one. */
function isConnectionError(error: unknown): error is Error {
  if (error instanceof TransportError) return true;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return error instanceof Error && (typeof code === 'string' || typeof syscall === 'string');
}
