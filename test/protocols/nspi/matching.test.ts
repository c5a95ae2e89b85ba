import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ListedEntry } from '../../../src/protocols/nspi/entry.ts';
import { resolveName } from '../../../src/protocols/nspi/matching.ts';
import { person } from './address-book-client.ts';

const list = (displayNames: readonly string[]): ListedEntry[] =>
  displayNames.map((displayName, at) => ({ entry: person(`p${at}`, { displayName }), minimalId: 0x10 + at }));

/** The rule as it is written down, for names in lower case without accents that are nobody's address. */
function byTheRule(name: string, rows: readonly ListedEntry[]): ListedEntry | 'ambiguous' | undefined {
  const text = name.trim();
  if (text === '') return undefined;
  const same = rows.filter(({ entry }) => entry.displayName === text);
  const parts = text.split(/[\s,]+/);
  const begins = rows.filter(
    ({ entry }) =>
      entry.displayName.startsWith(text) ||
      entry.address.startsWith(text) ||
      parts.every((part) => entry.displayName.split(/[\s,]+/).some((word) => word.startsWith(part))),
  );
  const found = same.length > 0 ? same : begins;
  return found.length > 1 ? 'ambiguous' : found[0];
}

test('a typed name means the rows that the rule says, whatever the names are', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ',', 'p', '1', '\u{1f600}'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), word, (displayNames, name) => {
      const rows = list(displayNames);
      assert.equal(resolveName(name, rows), byTheRule(name, rows));
    }),
    { numRuns: 500 },
  );
});

test('a thousand names among ten thousand are resolved without looking at each for each', () => {
  const rows = list(Array.from({ length: 10_000 }, (_, at) => `anna berg${at}`));
  resolveName('first', rows);
  const begun = performance.now();
  for (let at = 0; at < 1000; at++) {
    assert.equal(resolveName(`nobody ${at}`, rows), undefined);
    assert.equal(resolveName(`berg${at + 1000} anna`, rows), rows[at + 1000]);
  }
  // Looking at each takes seconds.
  const took = performance.now() - begun;
  assert.ok(took < 500, `${took} ms`);
});
