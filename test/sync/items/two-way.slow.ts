import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStore } from '../../../src/store/index.ts';
import { type Interlude, ItemWorld, type Step } from './two-way-world.ts';

/**
 * Two sides change the same contacts in any order, at any moment of a pass, while calls fail, answers are lost, the
 * engine is killed and requests of the killed one arrive late. When all is quiet both sides are equal, nothing is lost
 * and nothing is there twice. Runs: OXBOW_RUNS, seed and path as fast-check prints them: OXBOW_SEED, OXBOW_PATH.
 */
const runs = Number(process.env.OXBOW_RUNS ?? 150);
const seed = process.env.OXBOW_SEED === undefined ? undefined : Number(process.env.OXBOW_SEED);
const path = process.env.OXBOW_PATH;

const number = fc.nat(999);
const localOp = fc.record({
  side: fc.constant('local' as const),
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('create', 'edit', 'edit', 'move') },
    { weight: 2, arbitrary: fc.constantFrom('delete', 'deleteHard', 'throwAway', 'tag') },
    { weight: 2, arbitrary: fc.constantFrom('createFolder', 'moveFolder', 'deleteFolder') },
  ),
  a: number,
  b: number,
});
const remoteOp = fc.record({
  side: fc.constant('remote' as const),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('create', 'edit', 'edit', 'move') },
    { weight: 2, arbitrary: fc.constantFrom('delete') },
    { weight: 2, arbitrary: fc.constantFrom('createFolder', 'moveFolder', 'deleteFolder') },
  ),
  a: number,
  b: number,
});
const fault = fc.record({
  side: fc.constant('fault' as const),
  what: fc.constantFrom('failBefore', 'failAfter', 'kill', 'kill', 'killLate'),
});
const interlude: fc.Arbitrary<Interlude> = fc.record({
  at: fc.nat(9),
  when: fc.constantFrom('before', 'after'),
  do: fc.oneof(localOp, remoteOp, fault),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: localOp },
  { weight: 4, arbitrary: remoteOp },
  {
    weight: 4,
    arbitrary: fc.record({
      side: fc.constant('pass' as const),
      ms: fc.constantFrom(100, 5_000, 600_000),
      interludes: fc.array(interlude, { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ side: fc.constant('settle' as const) }) },
);

test('whatever both sides do and whatever fails: equal in the end, nothing lost, nothing twice', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'oxbow-items-'));
  const world = new ItemWorld();
  const store = await openStore({
    file: join(directory, 'oxbow.db'),
    cacheDirectory: join(directory, 'content'),
    clock: () => world.now,
  });
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 24 }), async (steps) => {
        run += 1;
        const mailbox = await store.ensureMailbox({
          address: `anna${run}@oxbow.test`,
          displayName: 'Anna',
          legacyDn: `/o=x/cn=anna${run}`,
        });
        try {
          await world.begin(mailbox);
          for (const one of steps) await world.step(one);
          await world.settle();
        } catch (error) {
          if (process.env.OXBOW_LOG) console.log(world.log.join('\n'));
          throw error;
        }
      }),
      {
        numRuns: runs,
        endOnFailure: process.env.OXBOW_SHRINK === undefined,
        ...(seed === undefined ? {} : { seed }),
        ...(path === undefined ? {} : { path }),
      },
    );
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
});
