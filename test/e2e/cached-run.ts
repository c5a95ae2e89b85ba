import fc from 'fast-check';
import { ContentUnavailable } from '../../src/store/index.ts';
import { startWorld } from '../client/replica/world.ts';
import { OxSide } from './cached-ox.ts';
import { CachedWorld, type Change, type Interlude, type Step } from './cached-world.ts';

/** As fast-check prints them: OXBOW_SEED, and OXBOW_PATH to repeat one run; OXBOW_LOG=1 tells what happened in it. */
export const seed = Number(process.env.OXBOW_SEED ?? Date.now() & 0x7fffffff);
const path = process.env.OXBOW_PATH;

const number = fc.nat(999);

function steps(withOx: boolean): fc.Arbitrary<Step[]> {
  const messages = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('create', 'edit', 'move') },
    { weight: 2, arbitrary: fc.constantFrom('read', 'delete') },
    { weight: 1, arbitrary: fc.constantFrom('createFolder', 'renameFolder', 'moveFolder', 'deleteFolder') },
  );
  const people = ['first', 'second', 'online', ...(withOx ? ['ox', 'ox'] : [])] as const;
  const change = fc.record({
    who: fc.constantFrom(...people),
    what: messages,
    a: number,
    b: number,
  }) as fc.Arbitrary<Change>;
  const interlude: fc.Arbitrary<Interlude> = fc.record({
    at: fc.oneof(fc.nat(12), fc.nat(60)),
    when: fc.constantFrom('before', 'after'),
    do: fc.oneof({ weight: 1, arbitrary: fc.constant('cut' as const) }, { weight: 2, arbitrary: change }),
  });
  const synchronize = fc.record({
    who: fc.constantFrom('first', 'second'),
    what: fc.constant('synchronize' as const),
    interludes: fc.array(interlude, { maxLength: 4 }),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 10, arbitrary: change },
    { weight: 4, arbitrary: synchronize },
    { weight: withOx ? 3 : 0, arbitrary: fc.record({ what: fc.constant('pass' as const) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('settle' as const) }) },
  );
  return fc.array(step, { minLength: 4, maxLength: 30 });
}

/** Random changes by all, as often as asked. Throws what fast-check found, with seed and path. */
export async function randomChanges(runs: number, withOx: boolean): Promise<void> {
  const world = await startWorld();
  let run = 0;
  let ox: OxSide | undefined;
  world.store.setContentSource({
    fetch: (_, key) => ox?.fetch(key) ?? Promise.reject(new ContentUnavailable('no groupware')),
  });
  try {
    await fc.assert(
      fc.asyncProperty(steps(withOx), async (all) => {
        run += 1;
        const mailbox = await world.mailbox(`anna${run}`);
        ox = withOx ? new OxSide(mailbox, world.now) : undefined;
        const people = await CachedWorld.begin(world, mailbox, ox);
        try {
          for (const one of all) await people.step(one);
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
}
