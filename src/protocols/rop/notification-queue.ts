/**
 * More than a busy mailbox or a search folder that fills brings between two requests; what comes then replaces the
 * oldest that can go. Exchange-like servers had to go that high as well.
 */
export const maxQueued = 16_384;

/** One notification on its way to the client (MS-OXCNOTIF 2.2.1.4). */
export interface PendingNotification {
  /** Handle of the subscription or table that it is for. */
  readonly handle: number;
  readonly logonId: number;
  /** A later notification with the same key makes this one needless; none when absent. */
  readonly key?: string;
  /** Keys of earlier ones of this handle that this one makes needless as well. */
  readonly replaces?: readonly string[];
  /** Key of an earlier one that this one takes back: when that is still queued, neither is told. */
  readonly takesBack?: string;
  /** Keys of earlier ones that this one builds on: they stay, whatever comes later. */
  readonly keeps?: readonly string[];
  /** The folder that it is about. However much comes, the last one of each handle and folder stays. */
  readonly folderId?: number;
  /** The bytes of NotificationData when it is delivered; undefined when there is nothing to tell any more. */
  data(): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/**
 * Notifications of a session in the order they came, and the wake-up of who waits for them. Wakes at once when
 * something is there already, so none is lost between looking and waiting.
 */
export class NotificationQueue {
  private queue = new Set<PendingNotification>();
  /** Queued ones that a later one with the same key may replace. */
  private replaceable = new Map<string, PendingNotification>();
  /** How many are queued of each handle and folder. */
  private ofFolder = new Map<string, number>();
  /** Taken and put back: goes first. */
  private front: PendingNotification | undefined;
  private waiting: Set<() => void> | undefined;
  private closed = false;
  /** Set when notifications had to be dropped; who delivers may tell "everything changed" and reset it. */
  overflowed = false;

  get size(): number {
    return this.queue.size + (this.front ? 1 : 0);
  }

  push(notification: PendingNotification): void {
    if (this.closed) return;
    const { handle, key, keeps = [], replaces = [], takesBack } = notification;
    for (const kept of keeps) this.replaceable.delete(`${handle} ${kept}`);
    for (const needless of key === undefined ? replaces : [...replaces, key]) this.dropKey(handle, needless);
    if (takesBack !== undefined && this.dropKey(handle, takesBack)) return;
    if (key !== undefined) this.replaceable.set(`${handle} ${key}`, notification);
    this.queue.add(notification);
    this.count(notification, 1);
    if (this.size > maxQueued) {
      this.dropOne();
      this.overflowed = true;
    }
    this.wake();
  }

  /** The oldest, taken out. */
  take(): PendingNotification | undefined {
    const { front } = this;
    if (front) {
      this.front = undefined;
      return front;
    }
    const [oldest] = this.queue;
    if (oldest) this.remove(oldest);
    return oldest;
  }

  /** Puts the one taken last back to the front: it did not fit. */
  putBack(notification: PendingNotification): void {
    if (!this.closed) this.front = notification;
  }

  /** Drops what is queued for a handle that was released. */
  dropHandle(handle: number): void {
    this.drop((notification) => notification.handle === handle);
  }

  dropLogon(logonId: number): void {
    this.drop((notification) => notification.logonId === logonId);
  }

  /**
   * True as soon as something is queued; false after `timeoutMs`, when `signal` aborts, or when the session ends.
   */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.size > 0) return Promise.resolve(true);
    if (this.closed || signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        this.waiting?.delete(end);
        resolve(this.size > 0);
      };
      const timer = setTimeout(end, timeoutMs);
      signal?.addEventListener('abort', end, { once: true });
      this.waiting ??= new Set();
      this.waiting.add(end);
    });
  }

  close(): void {
    this.closed = true;
    this.drop(() => true);
    this.wake();
  }

  /** False when none of that key is queued, or it has to stay. */
  private dropKey(handle: number, key: string): boolean {
    const queued = this.replaceable.get(`${handle} ${key}`);
    if (queued) this.remove(queued);
    return queued !== undefined;
  }

  private drop(which: (notification: PendingNotification) => boolean): void {
    if (this.front && which(this.front)) this.front = undefined;
    for (const notification of this.queue) if (which(notification)) this.remove(notification);
  }

  /** The oldest of which a client does not need to know: a later one sends it to the same folder. */
  private dropOne(): void {
    for (const notification of this.queue) {
      const name = folderName(notification);
      if (name !== undefined && this.ofFolder.get(name) === 1) continue;
      this.remove(notification);
      return;
    }
    this.take();
  }

  private count(notification: PendingNotification, by: 1 | -1): void {
    const name = folderName(notification);
    if (name === undefined) return;
    const count = (this.ofFolder.get(name) ?? 0) + by;
    if (count === 0) this.ofFolder.delete(name);
    else this.ofFolder.set(name, count);
  }

  private remove(notification: PendingNotification): void {
    if (this.queue.delete(notification)) this.count(notification, -1);
    if (notification.key === undefined) return;
    const name = `${notification.handle} ${notification.key}`;
    if (this.replaceable.get(name) === notification) this.replaceable.delete(name);
  }

  private wake(): void {
    for (const end of [...(this.waiting ?? [])]) end();
  }
}

const folderName = ({ handle, folderId }: PendingNotification): string | undefined =>
  folderId === undefined ? undefined : `${handle} ${folderId}`;
