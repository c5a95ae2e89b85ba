import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCursor, sinceOf } from '../../../src/backends/ox/cursor.ts';

test('what became visible late is asked for, for a while after each stamp, and not for ever', () => {
  const first = nextCursor(undefined, 50_000, 1_000_000);
  assert.equal(sinceOf(first, 1_000_500), 48_000);
  const same = nextCursor(first, 0, 1_005_000);
  assert.equal(sinceOf(same, 1_009_000), 48_000);
  assert.equal(sinceOf(same, 1_011_000), 50_000);
  assert.equal(sinceOf(nextCursor(same, 60_000, 1_020_000), 1_021_000), 58_000);
});

test('the token never goes back', () => {
  assert.equal(sinceOf(nextCursor('50000 1', 40_000, 2_000_000), 3_000_000), 50_000);
});
