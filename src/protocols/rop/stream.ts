import { ec, type LargeValue, MapiError } from '../../mapi/index.ts';
import { createSpool, type Spool } from './spool.ts';

/** Bytes up to this many are held in memory, more go to a file. */
export const inMemoryLimit = 0x100000;
/** MS-OXCPRPT 2.2.21: a stream's position is a signed 32-bit number for Outlook. */
export const streamSizeLimit = 0x7fffffff;

/** Where a stream's bytes come from and go to. */
export interface StreamTarget {
  /** Takes the stream's bytes as the property's new value. A Spool given here is the target's to release, while the stream may go on writing to it. */
  commit(value: Uint8Array | Spool): void | Promise<void>;
  /** The stream was written to. The target may commit it before somebody reads the property. */
  written?(stream: StreamState): void;
}

/** Source of a stream that cannot be changed or has not been. */
type Source = Uint8Array | LargeValue;

/**
 * A property's value opened as a stream (MS-OXCPRPT 3.2.5.13). Writes stay here until {@link commit}, which RopRelease
 * does as well. The first change copies the source, to memory or, when large, to a spool.
 */
export class StreamState {
  readonly writable: boolean;
  position = 0;
  private source: Source;
  private readonly target: StreamTarget | undefined;
  private readonly released: () => void;
  /** `source` is ours to change. */
  private owned = false;
  /** A spool that is the property's as well, and so not ours to release. */
  private shared = false;
  private dirty = false;
  /** Bytes used of an owned buffer, which may be longer. */
  private used = 0;

  /**
   * `target` undefined: read-only. `changed`: the value is new (created empty) and has to be committed as it is.
   * `released` is called once, at the end.
   */
  constructor(source: Source, target: StreamTarget | undefined, changed = false, released: () => void = () => {}) {
    this.source = source;
    this.released = released;
    this.target = target;
    this.writable = target !== undefined;
    if (changed) this.changed();
  }

  get size(): number {
    if (this.source instanceof Uint8Array) return this.owned ? this.used : this.source.length;
    return this.source.size;
  }

  /** Up to `length` bytes from the position, which moves on. */
  async read(length: number): Promise<Uint8Array> {
    const data = await this.peek(this.position, length);
    this.position += data.length;
    return data;
  }

  private async peek(offset: number, length: number): Promise<Uint8Array> {
    const count = Math.max(0, Math.min(length, this.size - offset));
    if (count === 0) return new Uint8Array(0);
    if (this.source instanceof Uint8Array) return this.source.slice(offset, offset + count);
    return this.source.read(offset, count);
  }

  /** Writes at the position, which moves on. Errors: ecStreamAccessDenied, ecTooBig. */
  async write(data: Uint8Array): Promise<number> {
    const end = this.position + data.length;
    if (end > streamSizeLimit) throw new MapiError(ec.tooBig);
    await this.own(end);
    if (this.source instanceof Uint8Array) {
      (this.source as Buffer).set(data, this.position);
      this.used = Math.max(this.used, end);
    } else {
      (this.source as Spool).write(this.position, data);
    }
    this.position = end;
    this.changed();
    return data.length;
  }

  /** Cuts off or grows with zeros; the position stays, but not beyond the end. */
  async resize(size: number): Promise<void> {
    if (size > streamSizeLimit) throw new MapiError(ec.tooBig);
    await this.own(size);
    if (this.source instanceof Uint8Array) {
      if (size < this.used) (this.source as Buffer).fill(0, size, this.used);
      this.used = size;
    } else {
      (this.source as Spool).resize(size);
    }
    this.position = Math.min(this.position, size);
    this.changed();
  }

  private changed(): void {
    if (this.dirty) return;
    this.dirty = true;
    this.target?.written?.(this);
  }

  /** Makes the bytes ours and gives them room for `size`. */
  private async own(size: number): Promise<void> {
    if (!this.writable) throw new MapiError(ec.streamAccessDenied);
    const had = this.size;
    const needed = Math.max(size, had);
    if (needed > inMemoryLimit) {
      if (this.owned && !(this.source instanceof Uint8Array)) return;
      const spool = createSpool();
      for (let at = 0; at < had; ) {
        const part = await this.peek(at, 0x10000);
        if (part.length === 0) break;
        spool.write(at, part);
        at += part.length;
      }
      this.source = spool;
      this.owned = true;
      this.shared = false;
      return;
    }
    if (this.owned && (!(this.source instanceof Uint8Array) || this.source.length >= needed)) return;
    const grown = Buffer.alloc(Math.min(inMemoryLimit, Math.max(needed, this.owned ? had * 2 : needed, 0x1000)));
    grown.set(await this.peek(0, had));
    this.source = grown;
    this.used = had;
    this.owned = true;
  }

  /** Gives what was written to the property. */
  commit(): void | Promise<void> {
    if (!this.dirty || this.target === undefined) return;
    this.dirty = false;
    if (this.source instanceof Uint8Array) {
      return this.target.commit(this.owned ? Buffer.from(this.source.subarray(0, this.used)) : this.source);
    }
    // Shared with the property, which sees later writes at once as it should (MS-OXCPRPT 3.2.5.13).
    this.shared = true;
    return this.target.commit(this.source as Spool);
  }

  /**
   * RopRelease: commits, and frees what the property did not take over. Errors are not told (MS-OXCROPS 3.2.5.3); who
   * wants to know commits before.
   */
  release(): void {
    try {
      const done = this.commit();
      if (done instanceof Promise) done.catch(() => {});
    } catch {
      // Not told.
    }
    this.released();
    if (this.owned && !this.shared && !(this.source instanceof Uint8Array)) (this.source as Spool).release();
  }
}
