import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashRun } from './crash-run.ts';

/** OXBOW_SEED repeats the choices of a run (not its timing), OXBOW_KILLS sets its length. */
const seed = Number(process.env.OXBOW_SEED ?? Date.now() % 2 ** 31);
const kills = Number(process.env.OXBOW_KILLS ?? 200);

test('killed at any moment of a two-way sync: nothing lost, nothing twice, on either side', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const result = await crashRun({
    kills,
    compareEvery: 50,
    seed,
    pollMs: 100,
    report: (text) => t.diagnostic(text),
  });
  assert.equal(result.kills, kills);
});
