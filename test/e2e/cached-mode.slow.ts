import { test } from 'node:test';
import fc from 'fast-check';
import { startWorld } from '../client/replica/world.ts';
import { CachedWorld, type Change, type Interlude, type Step } from './cached-world.ts';

/**
 * Two cached-mode clients and an online one change the same mailbox while connections break and others change something
 * in the middle of a synchronization. When all is quiet all views are equal, nothing is lost and nothing is there twice.
 * Runs: OXBOW_RUNS; seed and path as fast-check prints them: OXBOW_SEED, OXBOW_PATH; what happened in the run that
 * fails: OXBOW_LOG=1.
 */
const runs = Number(process.env.OXBOW_RUNS ?? 1000);
const seed = Number(process.env.OXBOW_SEED ?? Date.now() & 0x7fffffff);
const path = process.env.OXBOW_PATH;

const number = fc.nat(999);
const change: fc.Arbitrary<Change> = fc.record({
  who: fc.constantFrom('first', 'second', 'online'),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('create', 'edit', 'move') },
    { weight: 2, arbitrary: fc.constantFrom('read', 'delete') },
    { weight: 1, arbitrary: fc.constantFrom('createFolder', 'renameFolder', 'moveFolder', 'deleteFolder') },
  ),
  a: number,
  b: number,
});
const interlude: fc.Arbitrary<Interlude> = fc.record({
  at: fc.oneof(fc.nat(12), fc.nat(60)),
  when: fc.constantFrom('before', 'after'),
  do: fc.oneof({ weight: 1, arbitrary: fc.constant('cut' as const) }, { weight: 2, arbitrary: change }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: change },
  {
    weight: 4,
    arbitrary: fc.record({
      who: fc.constantFrom('first', 'second'),
      what: fc.constant('synchronize' as const),
      interludes: fc.array(interlude, { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('settle' as const) }) },
);

test(`cached clients, an online client and broken connections: all equal, nothing lost, nothing twice (seed ${seed})`, async () => {
  const world = await startWorld();
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
        run += 1;
        const mailbox = await world.mailbox(`anna${run}`);
        const people = await CachedWorld.begin(world, mailbox);
        try {
          for (const one of steps) await people.step(one);
          await people.settle();
        } catch (error) {
          if (process.env.OXBOW_LOG) console.log(people.log.join('\n'));
          throw error;
        } finally {
          people.close();
        }
      }),
      {
        numRuns: path ? 1 : runs,
        seed,
        endOnFailure: process.env.OXBOW_SHRINK === undefined,
        ...(path ? { path } : {}),
      },
    );
  } finally {
    await world.close();
  }
});
