/** More than a client that does not ask for them could need; what comes then replaces the oldest. */
const maxQueued = 1_000;

/** One notification on its way to the client (MS-OXCNOTIF 2.2.1.4). */
export interface PendingNotification {
  /** Handle of the subscription or table that it is for. */
  readonly handle: number;
  readonly logonId: number;
  /** A later notification with the same key makes this one needless; none when absent. */
  readonly key?: string;
  /** The bytes of NotificationData when it is delivered; undefined when there is nothing to tell any more. */
  data(): Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/**
 * Notifications of a session in the order they came, and the wake-up of who waits for them. Wakes at once when
 * something is there already, so none is lost between looking and waiting.
 */
export class NotificationQueue {
  private queue: PendingNotification[] = [];
  private waiting: Set<() => void> | undefined;
  private closed = false;
  /** Set when notifications had to be dropped; who delivers may tell "everything changed" and reset it. */
  overflowed = false;

  get size(): number {
    return this.queue.length;
  }

  push(notification: PendingNotification): void {
    if (this.closed) return;
    if (notification.key !== undefined) {
      const same = this.queue.findIndex((n) => n.key === notification.key && n.handle === notification.handle);
      if (same >= 0) this.queue.splice(same, 1);
    }
    if (this.queue.length >= maxQueued) {
      this.queue.shift();
      this.overflowed = true;
    }
    this.queue.push(notification);
    this.wake();
  }

  /** The oldest, taken out. */
  take(): PendingNotification | undefined {
    return this.queue.shift();
  }

  /** Puts one back to the front: it did not fit. */
  putBack(notification: PendingNotification): void {
    if (!this.closed) this.queue.unshift(notification);
  }

  /** Drops what is queued for a handle that was released. */
  dropHandle(handle: number): void {
    this.queue = this.queue.filter((n) => n.handle !== handle);
  }

  dropLogon(logonId: number): void {
    this.queue = this.queue.filter((n) => n.logonId !== logonId);
  }

  /**
   * True as soon as something is queued; false after `timeoutMs`, when `signal` aborts, or when the session ends.
   */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.queue.length > 0) return Promise.resolve(true);
    if (this.closed || signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        this.waiting?.delete(end);
        resolve(this.queue.length > 0);
      };
      const timer = setTimeout(end, timeoutMs);
      signal?.addEventListener('abort', end, { once: true });
      this.waiting ??= new Set();
      this.waiting.add(end);
    });
  }

  close(): void {
    this.closed = true;
    this.queue = [];
    this.wake();
  }

  private wake(): void {
    for (const end of [...(this.waiting ?? [])]) end();
  }
}
