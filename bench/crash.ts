import { crashRun } from '../test/crash/crash-run.ts';
import { type Figure, figure } from './harness.ts';

/**
 * The long form of the crash test: a gateway is killed 1,000 times (OXBOW_KILLS) while both sides change the same
 * things and answers are lost. Ends with an error at the first thing that is lost or there twice.
 */
export async function crash(): Promise<Figure[]> {
  const seed = Number(process.env.OXBOW_SEED ?? Date.now() % 2 ** 31);
  console.log(`  seed ${seed}`);
  const result = await crashRun({
    kills: Number(process.env.OXBOW_KILLS ?? 1_000),
    compareEvery: 50,
    seed,
    pollMs: 100,
    report: (text) => console.log(`  ${text}`),
  });
  return [
    figure('kills with nothing lost and nothing twice', result.kills, 'kills', { aim: '≥ 200' }),
    figure('changes acknowledged between them', result.operations, 'changes'),
    figure('changes cut off by a kill', result.unacknowledged, 'changes'),
    figure('comparisons of both sides', result.comparisons, 'times'),
    figure('time', result.seconds, 's'),
  ];
}
