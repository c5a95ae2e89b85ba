// `npm test`: types, lint, floors, then the tests. `--slow`: the random, crash and load tests instead; `--long`: the one
// that still finds what is rare (not in CI). Names after it choose test files, as in `npm test -- rop`.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const options = process.argv.slice(2);
const kind = options.includes('--slow') ? 'slow' : options.includes('--long') ? 'long' : 'test';
const names = options.filter((option) => !option.startsWith('--'));

function run(what: string, command: string, args: readonly string[]): void {
  console.log(`# ${what}`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  if (result.status !== 0) {
    console.error(`# ${what} failed`);
    process.exit(result.status ?? 1);
  }
}

if (kind === 'test' && names.length === 0) {
  run('types', bin('tsc'), ['--noEmit']);
  run('lint', bin('biome'), ['check', '.']);
  run('floors', process.execPath, [join(root, 'scripts/check-floors.ts')]);
}
const files = globSync(`test/**/*.${kind}.ts`, { cwd: root })
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort();
if (files.length === 0) {
  console.error('no test files match');
  process.exit(1);
}
run(kind === 'test' ? 'tests' : `${kind} tests`, process.execPath, ['--test', '--test-reporter=spec', ...files]);
