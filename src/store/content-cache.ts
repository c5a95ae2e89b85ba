import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LargeValue } from '../mapi/index.ts';

export interface ContentCache {
  /**
   * The file of this name (`folder/name`); fetched when it is not here. What comes back reads from the file, and has it
   * fetched again when it was pushed out meanwhile.
   */
  get(name: string, fetch: () => Promise<AsyncIterable<Uint8Array>>): Promise<LargeValue>;
  /** Bytes of all files. */
  size(): number;
}

interface Entry {
  readonly size: number;
  /** Whether its last use is written down already, for the order after a restart. */
  noted: boolean;
}

/**
 * Raw mails on disk, the least recently used going first when there are more than `limit` bytes. A file is
 * `name-bytes.eml`; it appears whole by renaming, so one of another size was cut off by a crash and is swept at start.
 */
export async function openContentCache(directory: string, limit: number): Promise<ContentCache> {
  const entries = new Map<string, Entry>();
  const fetching = new Map<string, Promise<number>>();
  let total = 0;

  const fileOf = (name: string, size: number) => join(directory, `${name}-${size}.eml`);

  const makeRoom = async (keep: string) => {
    for (const [name, entry] of entries) {
      if (total <= limit) return;
      if (name === keep) continue;
      entries.delete(name);
      total -= entry.size;
      await rm(fileOf(name, entry.size), { force: true });
    }
  };

  const fetchFile = async (name: string, fetch: () => Promise<AsyncIterable<Uint8Array>>): Promise<number> => {
    const source = await fetch();
    const temporary = join(directory, `${randomUUID()}.tmp`);
    let size = 0;
    const file = await open(temporary, 'wx', 0o600);
    try {
      try {
        for await (const chunk of source) {
          await file.writeFile(chunk);
          size += chunk.length;
        }
      } finally {
        await file.close();
      }
      await mkdir(dirname(fileOf(name, size)), { recursive: true, mode: 0o700 });
      await rename(temporary, fileOf(name, size));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    forget(name);
    entries.set(name, { size, noted: true });
    total += size;
    await makeRoom(name);
    return size;
  };

  const forget = (name: string) => {
    const entry = entries.get(name);
    if (!entry) return;
    entries.delete(name);
    total -= entry.size;
  };

  /** Size of the file, which is there afterwards; several callers share one fetch. */
  const ensure = async (name: string, fetch: () => Promise<AsyncIterable<Uint8Array>>): Promise<number> => {
    const entry = entries.get(name);
    if (entry) {
      entries.delete(name);
      entries.set(name, entry);
      if (!entry.noted) {
        entry.noted = true;
        const now = new Date();
        await utimes(fileOf(name, entry.size), now, now).catch(() => {});
      }
      return entry.size;
    }
    let running = fetching.get(name);
    if (!running) {
      running = fetchFile(name, fetch).finally(() => fetching.delete(name));
      fetching.set(name, running);
    }
    return running;
  };

  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, size] of await sweep(directory)) {
    entries.set(name, { size, noted: false });
    total += size;
  }
  await makeRoom('');

  return {
    size: () => total,
    async get(name, fetch) {
      const size = await ensure(name, fetch);
      return {
        size,
        async read(offset, length) {
          const wanted = Math.max(0, Math.min(length, size - offset));
          if (wanted === 0) return new Uint8Array(0);
          try {
            return await readPart(fileOf(name, size), offset, wanted);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
          }
          forget(name);
          if ((await ensure(name, fetch)) !== size) throw new Error('the mail is not the same any more');
          return readPart(fileOf(name, size), offset, wanted);
        },
      };
    },
  };
}

async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Files of an earlier run, the least recently used first; what is not whole is removed. */
async function sweep(directory: string): Promise<[name: string, size: number][]> {
  const found: { name: string; size: number; used: number }[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const match = /^(.+)-(\d+)\.eml$/.exec(entry.name);
    const { size, mtimeMs } = await stat(path);
    if (match && Number(match[2]) === size) {
      const folder = path.slice(directory.length, -entry.name.length).replaceAll('\\', '/').replace(/^\/+/, '');
      found.push({ name: folder + match[1], size, used: mtimeMs });
    } else if (match || entry.name.endsWith('.tmp')) {
      await rm(path, { force: true });
    }
  }
  return found.sort((a, b) => a.used - b.used).map(({ name, size }) => [name, size]);
}
