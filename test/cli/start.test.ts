import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const start = join(import.meta.dirname, '../../bin/start.mjs');
/** Tells of each program that the process becomes. */
const tell = `data:text/javascript,console.error(JSON.stringify([process.pid, process.execArgv.includes('--max-semi-space-size=8'),
  process.env.MALLOC_MMAP_THRESHOLD_]))`;

function run(env: Record<string, string>, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tell, start, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  const told = stderr.trim().split('\n');
  return { status, stdout, programs: told.map((line) => JSON.parse(line) as [number, boolean, string | null]) };
}

test('a server starts itself again, in its own process, with less memory', () => {
  const { status, stdout, programs } = run({}, 'serve', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /^oxbow serve --config/);
  const [[pid] = [], ...rest] = programs;
  assert.deepEqual(rest, [[pid, true, '1048576']]);
});

test('what the operator sets for the memory of the libraries stays', () => {
  const { programs } = run({ MALLOC_MMAP_THRESHOLD_: '65536' }, 'serve', '--help');
  assert.equal(programs.at(-1)![2], '65536');
});

test('other commands run as they are', () => {
  assert.equal(run({}, 'status', '--help').programs.length, 1);
});
