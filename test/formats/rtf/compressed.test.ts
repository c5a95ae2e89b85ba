import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { compressRtf, decompressRtf, RtfError } from '../../../src/formats/index.ts';

const hello = Buffer.from(
  '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0',
  'hex',
);
const crossing = Buffer.from('1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0', 'hex');

test('MS-OXRTFCP 3.1.1, 3.2.1: the simple example, both ways, byte for byte', () => {
  const rtf = '{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n';
  assert.equal(decompressRtf(hello).toString('latin1'), rtf);
  assert.deepEqual(compressRtf(Buffer.from(rtf)), hello);
});

test('MS-OXRTFCP 3.1.2, 3.2.2: the example whose reference runs into itself, both ways, byte for byte', () => {
  const rtf = '{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}';
  assert.equal(decompressRtf(crossing).toString('latin1'), rtf);
  assert.deepEqual(compressRtf(Buffer.from(rtf)), crossing);
});

test('uncompressed contents are given as they are', () => {
  const raw = Buffer.from('{\\rtf1 x}');
  const header = Buffer.alloc(16);
  header.writeUInt32LE(raw.length + 12, 0);
  header.writeUInt32LE(raw.length, 4);
  header.write('MELA', 8, 'latin1');
  assert.deepEqual(decompressRtf(Buffer.concat([header, raw])), raw);
});

test('what is compressed comes back, whatever it is', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc
      .array(fc.constantFrom('{\\b ', '\\par ', 'abc', '}', 'abcabcabd', '\\fs20 '), { maxLength: 1500 })
      .map((parts) => Buffer.from(parts.join(''))),
  );
  fc.assert(
    fc.property(bytes, (rtf) => decompressRtf(compressRtf(rtf)).equals(rtf)),
    { numRuns: 60 },
  );
});

test('wrong header, wrong checksum and cut data are told apart from RTF', () => {
  for (const bytes of [Buffer.alloc(0), hello.subarray(0, 15), hello.subarray(0, 30)])
    assert.throws(() => decompressRtf(bytes), RtfError);
  const damaged = Buffer.from(hello);
  damaged[20]! ^= 1;
  assert.throws(() => decompressRtf(damaged), /checksum/);
  const huge = Buffer.from(hello);
  huge.writeUInt32LE(0x7fffffff, 4);
  assert.throws(() => decompressRtf(huge), RtfError);
});

test('hostile bytes end in RTF or in RtfError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        decompressRtf(bytes);
        return true;
      } catch (error) {
        return error instanceof RtfError;
      }
    }),
  );
});

const folder = join(import.meta.dirname, '../../../../shared/samples/rtf/compressed');
test('the samples of real clients are RTF, and come back when compressed', {
  skip: !existsSync(folder) && 'no samples here',
}, () => {
  for (const file of globSync('*.rtfcomp', { cwd: folder })) {
    const rtf = decompressRtf(readFileSync(join(folder, file)));
    assert.ok(rtf.subarray(0, 5).toString('latin1') === '{\\rtf', file);
    assert.deepEqual(decompressRtf(compressRtf(rtf)), rtf, file);
  }
});
