import { after, before, describe, test } from 'node:test';
import {
  sendAltered,
  sendAnyOperations,
  sendAnything,
  sendToOthers,
  startTarget,
  type Target,
  worksAsBefore,
} from './hostile.ts';

/** Each kind for this long. */
const eachMs = 60_000;
const endless = 1_000_000;

describe('hostile clients, at length', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.close());

  const kinds = { sendAnything, sendAltered, sendAnyOperations, sendToOthers };
  for (const [name, kind] of Object.entries(kinds))
    test(name, async () => {
      await kind(target, endless, eachMs);
      await worksAsBefore(target);
    });
});
