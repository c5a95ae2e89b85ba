import { test } from 'node:test';
import { randomChanges, seed } from './cached-run.ts';

/**
 * Two cached-mode clients and an online one change the same mailbox while connections break and others change something
 * in the middle of a synchronization. When all is quiet all views are equal, nothing is lost and nothing is there twice.
 */
const runs = Number(process.env.OXBOW_RUNS ?? 1000);

test(`cached clients, an online client and broken connections: all equal, nothing lost, nothing twice (seed ${seed})`, () =>
  randomChanges(runs, false));
