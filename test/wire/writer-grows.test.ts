import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../../src/wire/index.ts';

test('a writer that outgrows its buffer in the middle of a value loses nothing', () => {
  for (let before = 0; before < 9; before++) {
    const writer = new Writer(4);
    writer.zeros(before);
    writer.u8(1);
    writer.u16(0x0302);
    writer.u32(0x07060504);
    writer.u64(0x0f0e0d0c0b0a0908n);
    writer.bytes(Buffer.from([0x10, 0x11]));
    assert.deepEqual(
      [...writer.finish().subarray(before)],
      Array.from({ length: 17 }, (_, i) => i + 1),
    );
  }
});
