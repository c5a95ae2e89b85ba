import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { collationKey, compare, compareCodePoints } from '../../../src/store/tables/collation.ts';

const sorted = (...texts: string[]) => texts.sort((a, b) => compareCodePoints(collationKey(a), collationKey(b)));

describe('the order of text', () => {
  it('has no case, and marks next to their letters', () => {
    assert.deepEqual(sorted('zebra', 'Äpfel', 'apfel', 'Birne', 'apfelmus'), [
      'apfel',
      'Äpfel',
      'apfelmus',
      'Birne',
      'zebra',
    ]);
    assert.equal(collationKey('ÉTÉ'), collationKey('été'));
    assert.notEqual(collationKey('ete'), collationKey('été'));
  });

  it('is that of UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        assert.equal(Math.sign(compareCodePoints(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('can be kept by any database', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !collationKey(text).includes('\0')));
  });
});

describe('the order of values', () => {
  it('has what is missing first', () => {
    for (const value of [-5, 0, -5n, '', 'a', new Uint8Array()]) {
      assert.equal(compare(undefined, value), -1);
      assert.equal(compare(value, undefined), 1);
    }
  });

  it('has whole numbers of any width in one row', () => {
    assert.ok(compare(5, 6n) < 0 && compare(6n, 5) > 0 && compare(5, 5n) === 0);
  });

  it('has bytes from the first on', () => {
    assert.ok(
      compare(Buffer.from([1, 2]), Buffer.from([1, 2, 0])) < 0 && compare(Buffer.from([2]), Buffer.from([1, 9])) > 0,
    );
  });
});
