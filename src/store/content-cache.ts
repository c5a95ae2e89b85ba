import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LargeValue } from '../mapi/index.ts';
import { storeLimits } from './limits.ts';

/** A raw mail. A small one is in memory for whoever reads all of it, until that is over. */
export interface RawMail extends LargeValue {
  /** From now on it is read from its file. */
  letGo(): void;
}

export interface ContentCache {
  /**
   * The file of this name (`folder/name`); fetched when it is not here. What comes back reads from the file, and has it
   * fetched again when it was pushed out meanwhile. With `passing` a small one that has to be fetched stays in memory for
   * who gets it and is no file: one of many that nobody asks for again, which would push out all others.
   */
  get(name: string, fetch: Fetch, passing?: boolean): Promise<RawMail>;
  /** Bytes of all files. */
  size(): number;
}

interface Entry {
  readonly size: number;
  /** Whether its last use is written down already, for the order after a restart. */
  noted: boolean;
}

type Fetch = () => Promise<AsyncIterable<Uint8Array>>;

/** Size of a file, and its bytes when they are at hand. */
interface Ensured {
  readonly size: number;
  readonly bytes?: Uint8Array;
  /** There is no file. */
  readonly passing?: boolean;
}

/**
 * Raw mails on disk, the least recently used going first when there are more than `limit` bytes. A file is
 * `name-bytes.eml`: one of another size was cut off by a crash and is swept at start.
 */
export async function openContentCache(directory: string, limit: number): Promise<ContentCache> {
  const entries = new Map<string, Entry>();
  const fetching = new Map<string, Promise<Ensured>>();
  const made = new Set<string>();
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

  const makeFolder = async (file: string) => {
    const folder = dirname(file);
    if (made.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    made.add(folder);
  };

  const fetchFile = async (name: string, fetch: Fetch, passing: boolean): Promise<Ensured> => {
    const source = await fetch();
    const temporary = join(directory, `${randomUUID()}.tmp`);
    let size = 0;
    /** What came so far, while that is little. */
    let held: Uint8Array[] | undefined = [];
    let bytes: Buffer | undefined;
    let file: FileHandle | undefined;
    try {
      try {
        for await (const chunk of source) {
          size += chunk.length;
          held?.push(chunk);
          if (held !== undefined && size <= storeLimits.rawInMemory) continue;
          file ??= await open(temporary, 'wx', 0o600);
          for (const part of held ?? [chunk]) await file.writeFile(part);
          held = undefined;
        }
      } finally {
        await file?.close();
      }
      if (passing && held !== undefined) return { size, bytes: Buffer.concat(held), passing };
      const path = fileOf(name, size);
      await makeFolder(path);
      if (held === undefined) await rename(temporary, path);
      else {
        bytes = Buffer.concat(held);
        // Small and to memory, as the operating system has it: handing that to a thread costs three times as much.
        writeFileSync(path, bytes, { mode: 0o600 });
      }
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    forget(name);
    entries.set(name, { size, noted: true });
    total += size;
    await makeRoom(name);
    return bytes === undefined ? { size } : { size, bytes };
  };

  const forget = (name: string) => {
    const entry = entries.get(name);
    if (!entry) return;
    entries.delete(name);
    total -= entry.size;
  };

  /** Size of the file, which is there afterwards; several callers share one fetch. */
  const ensure = async (name: string, fetch: Fetch, passing: boolean): Promise<Ensured> => {
    const entry = entries.get(name);
    if (entry) {
      entries.delete(name);
      entries.set(name, entry);
      if (!entry.noted) {
        entry.noted = true;
        const now = new Date();
        await utimes(fileOf(name, entry.size), now, now).catch(() => {});
      }
      return { size: entry.size };
    }
    let running = fetching.get(name);
    if (!running) {
      running = fetchFile(name, fetch, passing).finally(() => fetching.delete(name));
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
    async get(name, fetch, passing = false) {
      const { size, bytes, passing: stays } = await ensure(name, fetch, passing);
      const readFile = async (offset: number, length: number): Promise<Uint8Array> => {
        try {
          // As with writing: for what is small a thread costs more than the reading.
          if (length === size && size <= storeLimits.rawInMemory) return readFileSync(fileOf(name, size));
          return await readPart(fileOf(name, size), offset, length);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
        forget(name);
        const again = await ensure(name, fetch, passing);
        if (again.size !== size) throw new Error('the mail is not the same any more');
        return again.bytes?.subarray(offset, offset + length) ?? readPart(fileOf(name, size), offset, length);
      };
      let whole = bytes ?? (size <= storeLimits.rawInMemory ? await readFile(0, size) : undefined);
      return {
        size,
        async read(offset, length) {
          const wanted = Math.max(0, Math.min(length, size - offset));
          if (wanted === 0) return new Uint8Array(0);
          return whole?.subarray(offset, offset + wanted) ?? readFile(offset, wanted);
        },
        letGo() {
          if (!stays) whole = undefined;
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
