import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ec, PidTag } from '../../../src/mapi/index.ts';
import { propertyProblems } from '../../../src/protocols/rop/definitions/fields.ts';
import { ropDefinitions } from '../../../src/protocols/rop/definitions/index.ts';
import { Reader, type Scope, WireError, type WireType, Writer } from '../../../src/wire/index.ts';
import { samples } from './samples.ts';

function roundTrip(type: WireType<unknown>, value: unknown, scope?: Scope): { value: unknown; left: number } {
  const writer = new Writer();
  type.write(writer, value, scope);
  const reader = new Reader(writer.finish());
  return { value: type.read(reader, scope), left: reader.remaining };
}

/** Buffers and views of them compare by their bytes, absent and undefined fields are the same. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, plain(field)]),
  );
}

describe('layouts of operations', () => {
  test('a property problem has its index, the tag and the error (MS-OXCDATA 2.7)', () => {
    const writer = new Writer();
    const problem = { index: 1, propertyTag: PidTag.Subject, errorCode: ec.accessDenied };
    propertyProblems.write(writer, { propertyProblems: [problem] });
    assert.equal(writer.finish().toString('hex'), '010001001f00370005000780');
  });

  test('each operation has a sample here', () => {
    const missing = [...ropDefinitions.values()].filter((d) => !samples.some((s) => s.definition === d));
    assert.deepEqual(
      missing.map((d) => d.name),
      [],
    );
  });

  for (const { definition, request, response, columns } of samples) {
    test(`${definition.name}: request and response read as they were written`, () => {
      const asked = roundTrip(definition.request, request);
      assert.deepEqual(plain(asked.value), plain(request));
      assert.equal(asked.left, 0);
      const answered = roundTrip(definition.response, response, columns && { columns });
      assert.deepEqual(plain(answered.value), plain(response));
      assert.equal(answered.left, 0);
    });

    test(`${definition.name}: a failure can be written without fields of its own`, () => {
      for (const returnValue of [ec.error, ec.dstNullObject, ec.nullObject, ec.serverBusy, ec.wrongServer]) {
        const failed = definition.failed(3);
        assert.equal(roundTrip(definition.failure, failed, { returnValue }).left, 0);
      }
    });
  }

  test('any bytes read as a request or are refused, and what was read is written the same again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.uint8Array({ maxLength: 120 }), ({ definition }, noise) => {
        let value: unknown;
        try {
          value = definition.request.read(new Reader(noise));
        } catch (error) {
          assert.ok(error instanceof WireError, `${definition.name}: ${error}`);
          return;
        }
        let again: { value: unknown };
        try {
          again = roundTrip(definition.request, value);
        } catch (error) {
          // Text that the 8-bit code page or the size field of a name cannot hold.
          assert.ok(error instanceof RangeError || error instanceof WireError, `${definition.name}: ${error}`);
          return;
        }
        assert.deepEqual(plain(again.value), plain(value));
      }),
      { numRuns: 3000 },
    );
  });

  test('a request that was cut or altered anywhere is refused with a WireError or reads as something else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), fc.nat(255), ({ definition, request }, at, byte) => {
        const writer = new Writer();
        definition.request.write(writer, request);
        const bytes = writer.finish();
        if (bytes.length === 0) return;
        bytes[at % bytes.length] = byte;
        for (const part of [bytes, bytes.subarray(0, at % bytes.length)]) {
          try {
            definition.request.read(new Reader(part));
          } catch (error) {
            assert.ok(error instanceof WireError, `${definition.name}: ${error}`);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
