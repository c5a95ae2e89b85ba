import { test } from 'node:test';
import { randomChanges, seed } from './cached-run.ts';

/** As cached-mode.slow.ts, with a groupware server behind the mailbox on which somebody works as well. */
const runs = Number(process.env.OXBOW_RUNS ?? 40);

test(`cached clients, an online client and Open-Xchange: all equal, nothing lost, nothing twice (seed ${seed})`, () =>
  randomChanges(runs, true));
