// Brings a fresh clone to the state in which every command runs: installs the locked packages (Node itself among
// them) when they are missing or older than the lock file. Plain JavaScript for the machine's own Node 20.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, 'package-lock.json');
const stamp = join(root, 'node_modules', '.oxbow-lock');
const pinnedNode = join(root, 'node_modules', '.bin', 'node');

/** Installs the locked packages if need be. Throws when npm fails. */
export function setUp() {
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  const have = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (have === wanted && existsSync(pinnedNode)) return;
  process.stderr.write('Oxbow: installing the locked packages (once) …\n');
  const result = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: '' },
  });
  if (result.status !== 0) throw new Error('npm ci failed; its message stands above');
  writeFileSync(stamp, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setUp();
  } catch (error) {
    process.stderr.write(`Oxbow: ${error.message}\n`);
    process.exit(1);
  }
}
