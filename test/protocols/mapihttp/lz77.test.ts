import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compress, decompress } from '../../../src/protocols/mapihttp/lz77.ts';
import { WireError } from '../../../src/wire/index.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('plain LZ77 with DIRECT2', () => {
  it('compresses repetition as MS-XCA 3.1 shows, byte for byte', () => {
    const input = Buffer.from('abc'.repeat(100));
    assert.deepEqual(compress(input), hex('ff ff ff 1f 61 62 63 17 00 0f ff 26 01'));
  });

  it('reads the literals of MS-XCA 3.1', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz';
    assert.equal(decompress(Buffer.concat([hex('3f 00 00 00'), Buffer.from(text)]), 26).toString(), text);
  });

  it('reads ABCABCDEF with the end bit set behind its last element (MS-OXCRPC_R1874 to R1876)', () => {
    // 0001 0001 and the rest of 32 bits; the match is offset 3, length 3.
    assert.equal(
      decompress(
        Buffer.concat([hex('00 00 00 11'), Buffer.from('ABC'), hex('10 00'), Buffer.from('DEF')]),
        9,
      ).toString(),
      'ABCABCDEF',
    );
  });

  it('writes an indicator word for the end bit alone when 32 elements fill one (MS-OXCRPC_R1877)', () => {
    // 31 different bytes and one long match.
    const input = Buffer.concat([Buffer.from(Array.from({ length: 31 }, (_, i) => i)), Buffer.alloc(200, 30)]);
    const packed = compress(input)!;
    assert.deepEqual(packed.subarray(-4), hex('ff ff ff ff'));
    assert.deepEqual(decompress(packed, input.length), input);
  });

  for (const length of [3, 9, 10, 24, 25, 26, 279, 280, 281, 20_000]) {
    it(`round-trips a match of ${length} bytes (MS-OXCRPC_R937 to R946)`, () => {
      const lead = Buffer.from(Array.from({ length: 60 }, (_, i) => 100 + i));
      const input = Buffer.concat([lead, Buffer.alloc(length, 7), lead, Buffer.alloc(length, 7), lead, lead, lead]);
      assert.deepEqual(decompress(compress(input)!, input.length), input);
    });
  }

  it('shares a byte between the nibbles of two long matches', () => {
    const input = Buffer.from(`${'a'.repeat(20)}${'b'.repeat(20)}${'c'.repeat(20)}${'d'.repeat(20)}`);
    assert.deepEqual(decompress(compress(input)!, input.length), input);
  });

  it('gives nothing when the outcome would not be smaller', () => {
    assert.equal(compress(Buffer.from(Array.from({ length: 256 }, (_, i) => i))), undefined);
    assert.equal(compress(Buffer.alloc(0)), undefined);
  });

  it('round-trips whatever it compresses', () => {
    const repetitive = fc
      .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), {
        maxLength: 60,
      })
      .map((parts) =>
        Buffer.concat(parts.flatMap(([bytes, times]) => Array<Uint8Array>(times).fill(bytes))).subarray(0, 32768),
      );
    fc.assert(
      fc.property(repetitive, (input) => {
        const packed = compress(input);
        if (packed === undefined) return;
        assert.ok(packed.length < input.length);
        assert.deepEqual(decompress(packed, input.length), Buffer.from(input));
      }),
      { numRuns: 200 },
    );
  });

  it('survives hostile bytes: exactly the announced size, or WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 0, max: 0xffff }), (bytes, size) => {
        try {
          assert.equal(decompress(bytes, size).length, size);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
