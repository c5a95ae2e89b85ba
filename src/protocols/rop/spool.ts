import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LargeValue } from '../../mapi/index.ts';

/** Bytes on a file that vanishes with the process: what is written through a stream and too large to be held. */
export interface Spool extends LargeValue {
  /** As `read`, at once. */
  readNow(offset: number, length: number): Buffer;
  /** Writes at `offset`, growing the file; bytes between the old end and `offset` are zero. */
  write(offset: number, data: Uint8Array): void;
  /** Cuts off, or grows with zeros. */
  resize(size: number): void;
  /** Closes the file and gives its space back. Reading afterwards fails. Can be repeated. */
  release(): void;
}

let folder: string | undefined;
let counter = 0;

/** Files whose owner forgot them are closed when the owner is collected. */
const forgotten = new FinalizationRegistry<{ close(): void }>((file) => file.close());

function openSpoolFile(): { fd: number; close(): void } {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'oxbow-spool-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  counter += 1;
  const path = join(folder, String(counter));
  const fd = openSync(path, 'wx+', 0o600);
  // Windows refuses to unlink an open file; there it goes when closed.
  let linked = true;
  if (process.platform !== 'win32') {
    unlinkSync(path);
    linked = false;
  }
  let open = true;
  return {
    fd,
    close() {
      if (!open) return;
      open = false;
      closeSync(fd);
      if (linked) unlinkSync(path);
    },
  };
}

/** Whether a value lies in a spool, and so lives no longer than the handle that wrote it. */
export const isSpool = (value: unknown): value is Spool =>
  typeof value === 'object' && value !== null && 'readNow' in value && 'release' in value;

/** A new empty spool. */
export function createSpool(): Spool {
  const file = openSpoolFile();
  let size = 0;

  const spool: Spool = {
    get size() {
      return size;
    },
    read: async (offset, length) => spool.readNow(offset, length),
    readNow(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const data = Buffer.alloc(wanted);
      let at = 0;
      while (at < wanted) {
        const count = readSync(file.fd, data, at, wanted - at, offset + at);
        // What was never written up to `size` reads as zeros.
        if (count === 0) break;
        at += count;
      }
      return data;
    },
    write(offset, data) {
      let at = 0;
      while (at < data.length) at += writeSync(file.fd, data, at, data.length - at, offset + at);
      size = Math.max(size, offset + data.length);
    },
    resize(newSize) {
      if (newSize < size) ftruncateSync(file.fd, newSize);
      size = newSize;
    },
    release() {
      forgotten.unregister(spool);
      file.close();
    },
  };
  forgotten.register(spool, file, spool);
  return spool;
}
