// Runs a command of Oxbow in the Node.js that runs this file, set up so that it takes little memory (docs/performance.md).
// Plain JavaScript: a single TypeScript file that is loaded before the compile cache is on brings in what strips types,
// 30 MB that stay.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Commands that go on running. */
const servers = ['serve', 'trial'];
/** MB of a half of the heap for new objects: of its own accord it grows to 32, to be emptied less often. */
const heap = '--max-semi-space-size=8';
/** Memory blocks from this many bytes go back to the system at once: hashing a password takes 16 MB in each thread. */
const allocator = { MALLOC_MMAP_THRESHOLD_: String(1 << 20) };

if (servers.includes(process.argv[2]) && !process.execArgv.includes(heap) && process.platform !== 'win32') {
  const args = [process.execPath, ...process.execArgv, heap, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...allocator, ...process.env });
}

enableCompileCache(join(root, 'node_modules/.cache/compile'));
await import('../src/cli/main.ts');
