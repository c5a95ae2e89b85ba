import { ec, MapiError } from '../../mapi/index.ts';
import type { Directory, Identity, MailboxAccess, Store } from '../../store/index.ts';
import { HandleTable } from './handle-table.ts';
import { NotificationQueue } from './notification-queue.ts';
import type { LogonObject } from './objects.ts';

/** What the operations reach outside of their session; put together in server/. */
export interface RopServices {
  readonly store: Store;
  readonly directory: Directory;
  readonly mailboxes: MailboxAccess;
  /** Told of what handlers throw that is no answer to the client: a backend that is away, or a mistake of ours. */
  readonly report?: (error: unknown, operation: string) => void;
}

/** The program at the other end, from X-ClientApplication or User-Agent; zeros when it did not say. */
export interface ClientVersion {
  /** `Outlook`, or whatever stands before the slash. */
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly revision: number;
}

/** The MAPI session under a session context: from Connect to Disconnect (MS-OXCROPS 3.2.1). */
export interface Session {
  /** Unique in this process; the `session` of Origin. */
  readonly id: string;
  readonly identity: Identity;
  readonly services: RopServices;
  /** DefaultCodePage of Connect: 8-bit strings outside of messages (MS-OXCROPS 3.1.5.4). */
  readonly codePage: number;
  /** LcidSort and LcidString of Connect. */
  readonly sortLocale: number;
  readonly stringLocale: number;
  readonly client: ClientVersion;
  /** Server objects by handle. */
  readonly handles: HandleTable;
  /** Notifications for the next Execute; RopNotify goes after the answers. */
  readonly notifications: NotificationQueue;
  /** The logon of this LogonId; undefined when there is none. */
  logon(logonId: number): LogonObject | undefined;
  /**
   * Makes `logon` the one of its logonId and gives its handle. A logon that had the id before goes, with all its
   * objects (MS-OXCSTOR 3.1.4.2).
   */
  addLogon(logon: LogonObject): number;
  /** Ends a logon and everything that belongs to it; nothing happens when there is none. */
  removeLogon(logonId: number): void;
  /** Runs once when the session ends: for what outlives handles. */
  onClose(work: () => void): void;
  /** Releases every object. Can be called again. */
  close(): void;
  readonly closed: boolean;
}

export interface SessionOptions {
  readonly identity: Identity;
  readonly services: RopServices;
  readonly codePage?: number;
  readonly sortLocale?: number;
  readonly stringLocale?: number;
  readonly client?: ClientVersion;
}

const unknownClient: ClientVersion = { name: '', major: 0, minor: 0, build: 0, revision: 0 };
let sessionCount = 0;

/** A session without logons. */
export function createSession(options: SessionOptions): Session {
  sessionCount += 1;
  const handles = new HandleTable();
  const notifications = new NotificationQueue();
  const logons = new Map<number, { logon: LogonObject; handle: number }>();
  const atEnd: (() => void)[] = [];
  let closed = false;

  function removeLogon(logonId: number): void {
    const entry = logons.get(logonId);
    if (entry === undefined) return;
    logons.delete(logonId);
    handles.removeLogon(entry.logon);
    notifications.dropLogon(logonId);
  }

  return {
    id: `${sessionCount}`,
    identity: options.identity,
    services: options.services,
    codePage: options.codePage ?? 1252,
    sortLocale: options.sortLocale ?? 0x409,
    stringLocale: options.stringLocale ?? 0x409,
    client: options.client ?? unknownClient,
    handles,
    notifications,
    logon: (logonId) => logons.get(logonId)?.logon,
    addLogon(logon) {
      if (closed) throw new MapiError(ec.rpcFailed, 'session ended');
      removeLogon(logon.logonId);
      const handle = handles.add(logon);
      logons.set(logon.logonId, { logon, handle });
      return handle;
    },
    removeLogon,
    onClose(work) {
      if (closed) work();
      else atEnd.push(work);
    },
    close() {
      if (closed) return;
      closed = true;
      logons.clear();
      handles.close();
      notifications.close();
      for (const work of atEnd.splice(0)) work();
    },
    get closed() {
      return closed;
    },
  };
}

export { NotificationQueue, type PendingNotification } from './notification-queue.ts';

/** One Execute's operations, as they came out of the RopBuffer (MS-OXCROPS 2.2.1). */
export interface RopRequest {
  readonly rops: Buffer;
  readonly handles: number[];
}

/** One payload of a response: at most 32 KiB with RopSize and handle table. */
export interface RopAnswer {
  readonly rops: Buffer;
  readonly handles: number[];
  /** False for stream and FastTransfer data, which grow when compressed (MS-OXCRPC 3.1.4.1.1). */
  readonly compressible: boolean;
}

/**
 * Carries out the operations of one Execute. `room` is what all answers may take together in bytes, each counted with
 * its 8-byte header; `chain` allows more than one (MS-OXCRPC 3.1.4.2.1.2). Throws WireError when the operations cannot
 * be parsed, MapiError ecBufferTooSmall when nothing could be answered within the room.
 */
export type ExecuteRops = (
  session: Session,
  request: RopRequest,
  limits: { room: number; chain: boolean },
) => Promise<{ buffers: RopAnswer[] }>;
