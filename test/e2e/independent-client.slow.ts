import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTrial } from '../../src/server/index.ts';

// A strict client of MAPI over HTTP that others wrote from the specifications; not part of the project.
const program = join(import.meta.dirname, '../../../shared/tools/mapihttp_check.py');
const python = spawnSync('python3', ['--version']).status === 0;
const missing = !existsSync(program) ? 'the client is not here' : !python ? 'there is no python3' : false;

test('an independent strict client finds nothing wrong and nothing that differs from the documents', {
  skip: missing,
}, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'oxbow-independent-'));
  const trial = await startTrial({ listen: '127.0.0.1:0', data, log: 'silent' });
  t.after(async () => {
    await trial.close();
    rmSync(data, { recursive: true });
  });
  const people = ['anna@oxbow.test', 'oxbow', 'ben@oxbow.test', 'oxbow'];
  const child = spawn('python3', [program, trial.url, ...people, '--insecure'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));

  const steps = [...output.matchAll(/^(ok|FAIL) +(\w+).*(?:\n +DIFFERS: .*)*/gm)].map(([text, result, step]) => ({
    text,
    result,
    step,
  }));
  assert.ok(steps.length >= 24, output);
  const wrong = steps.filter(({ text, result }) => result === 'FAIL' || text.includes('DIFFERS'));
  assert.deepEqual(
    wrong.map(({ text }) => text),
    [],
  );
});
