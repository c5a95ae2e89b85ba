import { ec, MapiError } from '../../mapi/index.ts';
import type { LogonObject, ServerObject } from './objects.ts';

/** Handles of one session. Outlook needs thousands at a time; gromox had to raise its limit to this. */
export const maxHandles = 32_768;

/** The handle that stands for no object: a failed operation's output, or an unused slot. */
export const noHandle = 0xffffffff;

/** Ends what an object holds outside of the session. Never throws. */
export function releaseObject(object: ServerObject): void {
  if (object.kind === 'table') object.table.close();
  else if (object.kind === 'subscription') object.end();
  else if (object.kind === 'message') object.draft.release();
  else if (object.kind === 'attachment') object.message.draft.release();
  else if (object.kind === 'stream') object.stream.release();
  else if (object.kind === 'download') object.download.close();
  else if (object.kind === 'put') object.put.close();
}

/** Server objects by number (MS-OXCROPS 3.2.1). Numbers rise and are not used again before the range is through. */
export class HandleTable {
  private readonly objects = new Map<number, ServerObject>();
  private last = 0;
  private closed = false;

  get size(): number {
    return this.objects.size;
  }

  /** Gives the object its handle. Errors: ecNotEnoughMemory when there are {@link maxHandles}. */
  add(object: ServerObject): number {
    if (this.closed) {
      // An operation that was under way when its session ended.
      releaseObject(object);
      throw new MapiError(ec.rpcFailed, 'session ended');
    }
    if (this.objects.size >= maxHandles) throw new MapiError(ec.notEnoughMemory, 'too many open objects');
    do {
      this.last = this.last >= 0x7ffffffe ? 1 : this.last + 1;
    } while (this.objects.has(this.last));
    this.objects.set(this.last, object);
    return this.last;
  }

  get(handle: number): ServerObject | undefined {
    return this.objects.get(handle);
  }

  /** Whether the handle stood for an object once and does not any more. */
  wasReleased(handle: number): boolean {
    return handle > 0 && handle <= this.last && !this.objects.has(handle);
  }

  /**
   * Forgets one object and releases it; what was opened from it stays (MS-OXCROPS 3.1.5.3). Of a logon use
   * `session.removeLogon`. False when there is none.
   */
  remove(handle: number): boolean {
    const object = this.objects.get(handle);
    if (object === undefined) return false;
    this.objects.delete(handle);
    releaseObject(object);
    return true;
  }

  /** Forgets a logon and all objects that belong to it. */
  removeLogon(logon: LogonObject): void {
    for (const [handle, object] of this.objects) {
      if (object === logon || (object.kind !== 'logon' && object.logon === logon)) this.remove(handle);
    }
  }

  /** Releases everything, and whatever is added later. */
  close(): void {
    this.closed = true;
    for (const handle of [...this.objects.keys()]) this.remove(handle);
  }

  entries(): IterableIterator<[number, ServerObject]> {
    return this.objects.entries();
  }
}
