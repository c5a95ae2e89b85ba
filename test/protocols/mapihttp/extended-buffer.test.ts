import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  readRopPayload,
  unwrapPayloads,
  wrapPayload,
  writeRopPayload,
} from '../../../src/protocols/mapihttp/extended-buffer.ts';
import { WireError } from '../../../src/wire/index.ts';

describe('extended buffers (MS-OXCRPC 2.2.2.1)', () => {
  it('have equal sizes and the Last flag when sent plainly (MS-OXCRPC_R38)', () => {
    const wrapped = wrapPayload(Buffer.from('abc'), { compress: false, xor: false, last: true });
    assert.deepEqual(wrapped, Buffer.from('0000040003000300616263', 'hex'));
  });

  it('are obfuscated with 0xA5 (MS-OXCRPC_R956)', () => {
    const wrapped = wrapPayload(Buffer.from([0, 0xa5]), { compress: false, xor: true, last: true });
    assert.deepEqual(wrapped, Buffer.from('0000060002000200a500', 'hex'));
  });

  it('have a Size below SizeActual when compressed (MS-OXCRPC_R4794)', () => {
    const wrapped = wrapPayload(Buffer.alloc(1000), { compress: true, xor: true, last: true });
    assert.equal(wrapped.readUInt16LE(2), 5);
    assert.ok(wrapped.readUInt16LE(4) < wrapped.readUInt16LE(6));
    assert.deepEqual(unwrapPayloads(wrapped), [Buffer.alloc(1000)]);
  });

  it('give back every payload, however it was wrapped', () => {
    const one = fc.record({
      payload: fc.uint8Array({ maxLength: 3000 }),
      compress: fc.boolean(),
      xor: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 5 }), (parts) => {
        const bytes = parts.map((part, i) => wrapPayload(part.payload, { ...part, last: i === parts.length - 1 }));
        assert.deepEqual(
          unwrapPayloads(Buffer.concat(bytes)),
          parts.map((part) => Buffer.from(part.payload)),
        );
      }),
    );
  });

  it('are undone XOR first, then compression (MS-OXCRPC_R4842)', () => {
    const wrapped = wrapPayload(Buffer.alloc(1000, 'x'), { compress: true, xor: false, last: true });
    for (let i = 8; i < wrapped.length; i++) wrapped[i] = wrapped[i]! ^ 0xa5;
    wrapped.writeUInt16LE(7, 2);
    assert.deepEqual(unwrapPayloads(wrapped), [Buffer.alloc(1000, 'x')]);
  });

  for (const [what, bytes] of [
    ['another version', '0100040000000000'],
    ['unknown flags', '00000c0000000000'],
    ['unequal sizes without compression', '0000040001000200ff'],
    ['a missing Last', '0000000000000000'],
    ['bytes behind the last', '000004000000000000'],
    ['a short header', '00000400'],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.throws(() => unwrapPayloads(Buffer.from(bytes, 'hex')), WireError);
    });
  }

  it('survive hostile bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const payload of unwrapPayloads(bytes)) readRopPayload(payload);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('payload of ROPs (MS-OXCROPS 2.2.1)', () => {
  it('counts RopSize without the handle table', () => {
    const payload = writeRopPayload(Buffer.from([1, 0, 0]), [5, 0xffffffff]);
    assert.deepEqual(payload, Buffer.from('050001000005000000ffffffff', 'hex'));
    assert.deepEqual(readRopPayload(payload), { rops: Buffer.from([1, 0, 0]), handles: [5, 0xffffffff] });
  });

  for (const [what, bytes] of [
    ['no RopSize', '02'],
    ['RopSize below 2', '0100'],
    ['RopSize beyond the end', '0500aa'],
    ['a torn handle', '0200aabb'],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => readRopPayload(Buffer.from(bytes, 'hex')), WireError);
    });
  }
});
