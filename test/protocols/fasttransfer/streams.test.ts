import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type LargeValue, MapiError, PidTag, Ptyp, type StoredValue, tagOf } from '../../../src/mapi/index.ts';
import {
  type Block,
  createStreamReader,
  cutIntoBuffers,
  marker,
  metaTag,
  StreamWriter,
  sendOptions,
  type TextForm,
  textForm,
} from '../../../src/protocols/fasttransfer/index.ts';
import { WireError } from '../../../src/wire/index.ts';
import { readStream, type Whole } from './elements.ts';

const unicode = textForm(sendOptions.unicode, 1252);
const set = '00062008-0000-0000-c000-000000000046';

/** Text as properties have it: no NUL, and no half of a character. */
const text = (maxLength = 40) => fc.string({ unit: 'grapheme', maxLength }).filter((one) => !one.includes('\0'));
const bytes = (maxLength = 60) => fc.uint8Array({ maxLength }).map((one) => Buffer.from(one));
const id = fc.integer({ min: 0x1000, max: 0x3fff });
const property = (type: number, value: fc.Arbitrary<StoredValue>): fc.Arbitrary<Whole> =>
  fc.record(
    { tag: id.map((one) => tagOf(one, type)), name: fc.constant(undefined), value },
    { noNullPrototype: true },
  ) as fc.Arbitrary<Whole>;
const element: fc.Arbitrary<Whole> = fc
  .oneof(
    fc.constantFrom(...Object.values(marker)).map((one): Whole => ({ marker: one })),
    property(Ptyp.Integer16, fc.integer({ min: -0x8000, max: 0x7fff })),
    property(Ptyp.Integer32, fc.integer()),
    property(Ptyp.Integer64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    property(Ptyp.Time, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })),
    property(Ptyp.Currency, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    property(Ptyp.Floating64, fc.double({ noNaN: true })),
    property(Ptyp.Boolean, fc.boolean()),
    property(Ptyp.Guid, fc.uuid()),
    property(Ptyp.String, text()),
    property(Ptyp.String, fc.string({ minLength: 600, maxLength: 900, unit: fc.constantFrom('a', 'ß', '語') })),
    property(Ptyp.Binary, bytes()),
    property(Ptyp.Binary, fc.uint8Array({ minLength: 600, maxLength: 3000 }).map(Buffer.from) as fc.Arbitrary<Buffer>),
    property(Ptyp.String | 0x1000, fc.array(text(), { maxLength: 4 })),
    property(Ptyp.Binary | 0x1000, fc.array(bytes(), { maxLength: 4 })),
    property(Ptyp.Integer32 | 0x1000, fc.array(fc.integer(), { maxLength: 4 })),
    property(Ptyp.Time | 0x1000, fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), { maxLength: 4 })),
    text().map((value): Whole => ({ tag: 0x8123001f, name: { guid: set, lid: 0x8503 }, value })),
    text(12)
      .filter((name) => name !== '')
      .map((name): Whole => ({ tag: 0x8124000b, name: { guid: set, name }, value: true })),
  )
  .filter((one) => 'marker' in one || !(Object.values(metaTag) as number[]).includes(one.tag));
const elements = fc.array(element, { minLength: 1, maxLength: 12 });

async function* written(stream: readonly Whole[], form: TextForm = unicode): AsyncGenerator<Block> {
  const out = new StreamWriter(form);
  for (const one of stream) {
    if ('marker' in one) out.marker(one.marker);
    else out.property(one.tag, one.value, one.name);
    if (out.length > 700) yield out.take()!;
  }
  const last = out.take();
  if (last) yield last;
}

async function buffersOf(stream: AsyncGenerator<Block>, size: () => number): Promise<Uint8Array[]> {
  const source = cutIntoBuffers(stream);
  const buffers: Uint8Array[] = [];
  for (;;) {
    const { data, done } = await source.next(size());
    buffers.push(Buffer.from(data));
    if (done) return buffers;
  }
}

interface Atom {
  readonly start: number;
  readonly end: number;
  /** In which it can be cut; 0: not at all. */
  readonly unit: number;
}

/** The atoms and values of a stream, by the lexical structure alone (MS-OXCFXICS 2.2.4.1). */
function atomsOf(stream: Buffer): Atom[] {
  const sizes: Record<number, number> = { 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 11: 2, 20: 8, 64: 8, 72: 16 };
  const markers: ReadonlySet<number> = new Set(Object.values(marker));
  const atoms: Atom[] = [];
  let at = 0;
  const atom = (size: number, unit = 0) => {
    atoms.push({ start: at, end: at + size, unit });
    at += size;
  };
  const value = (type: number) => {
    if (sizes[type] !== undefined) return atom(sizes[type]);
    const length = stream.readUInt32LE(at);
    atom(4);
    return atom(length, type === Ptyp.String ? 2 : 1);
  };
  while (at < stream.length) {
    const tag = stream.readUInt32LE(at);
    if (markers.has(tag)) {
      atom(4);
      continue;
    }
    let definition = 4;
    if (tag >>> 16 >= 0x8000) {
      const kind = stream[at + 20];
      definition += 17;
      if (kind === 0) {
        definition += 4;
      } else {
        while (stream.readUInt16LE(at + definition) !== 0) definition += 2;
        definition += 2;
      }
    }
    atom(definition);
    const type = tag & 0xffff;
    if ((type & 0x1000) === 0) {
      value(type);
      continue;
    }
    const count = stream.readUInt32LE(at);
    atom(4);
    for (let i = 0; i < count; i++) value(type & ~0x1000);
  }
  return atoms;
}

const largeValue = (whole: Buffer): LargeValue => ({
  size: whole.length,
  read: async (from, length) => whole.subarray(from, from + length),
});

describe('a FastTransfer stream', () => {
  test('is read as it was written, however it is cut into buffers and portions (MS-OXCFXICS_R3253)', () =>
    fc.assert(
      fc.asyncProperty(elements, fc.infiniteStream(fc.integer({ min: 700, max: 2000 })), async (stream, sizes) => {
        const buffers = await buffersOf(written(stream), () => sizes.next().value as number);
        assert.deepEqual(readStream(buffers), stream);
      }),
      { numRuns: 150 },
    ));

  test('is read from every split of its bytes', () =>
    fc.assert(
      fc.asyncProperty(elements, fc.infiniteStream(fc.integer({ min: 1, max: 60 })), async (stream, cuts) => {
        const whole = Buffer.concat(await buffersOf(written(stream), () => 0xffff));
        const portions: Uint8Array[] = [];
        for (let at = 0; at < whole.length; ) {
          const length = cuts.next().value as number;
          portions.push(whole.subarray(at, at + length));
          at += length;
        }
        assert.deepEqual(readStream(portions), stream);
      }),
      { numRuns: 150 },
    ));

  test('is cut between atoms or inside a long value only, text between characters (MS-OXCFXICS_R981 MS-OXCFXICS_R982)', () =>
    fc.assert(
      fc.asyncProperty(elements, fc.integer({ min: 700, max: 1500 }), async (stream, size) => {
        const buffers = await buffersOf(written(stream), () => size);
        const atoms = atomsOf(Buffer.concat(buffers));
        let cut = 0;
        for (const buffer of buffers) {
          assert.ok(buffer.length <= size);
          cut += buffer.length;
          const inside = atoms.find(({ start, end }) => start < cut && cut < end);
          if (inside) assert.ok(inside.unit > 0 && (cut - inside.start) % inside.unit === 0, `cut at ${cut}`);
        }
      }),
      { numRuns: 50 },
    ));

  test('in portions of one byte is read in the time that its bytes take', { timeout: 10_000 }, async () => {
    const value = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`${i}`));
    const stream: Whole[] = [
      { tag: tagOf(0x1001, Ptyp.Binary | 0x1000), name: undefined, value },
      { tag: PidTag.Body, name: undefined, value: 'x'.repeat(300_000) },
    ];
    const whole = Buffer.concat(await buffersOf(written(stream, textForm(0, 1252)), () => 0xffff));
    assert.deepEqual(readStream(Array.from(whole, (byte) => Buffer.of(byte))), stream);
  });

  test('gives what comes before the damage', () => {
    const reader = createStreamReader();
    const elements: unknown[] = [];
    const bytes = Buffer.from('03000c40' + '77000110' + '00000000', 'hex');
    assert.throws(() => {
      for (const element of reader.push(bytes)) elements.push(element);
    }, WireError);
    assert.deepEqual(elements, [{ kind: 'marker', marker: marker.startMessage }]);
  });

  test('ends inside an element only by an error', async () => {
    const whole = Buffer.concat(
      await buffersOf(written([{ tag: PidTag.Subject, name: undefined, value: 'Tea' }]), () => 999),
    );
    assert.throws(() => readStream([whole.subarray(0, -1)]), WireError);
  });

  test('of any bytes at all is read or refused', () =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), (portions) => {
        try {
          readStream(portions);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }),
      { numRuns: 500 },
    ));

  test('with bytes changed is read or refused', () =>
    fc.assert(
      fc.asyncProperty(elements, fc.nat(), fc.integer({ min: 1, max: 255 }), async (stream, place, change) => {
        const whole = Buffer.concat(await buffersOf(written(stream), () => 0xffff));
        whole[place % whole.length]! ^= change;
        try {
          readStream([whole]);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }),
      { numRuns: 200 },
    ));
});

describe('a large value', () => {
  const body = 'Grüße aus Łódź 🍵 '.repeat(9000);
  async function* large(form: TextForm): AsyncGenerator<Block> {
    const out = new StreamWriter(form);
    yield* out.any(PidTag.Body, largeValue(Buffer.from(body, 'utf16le')));
    yield* out.any(PidTag.AttachDataBinary, largeValue(Buffer.alloc(200_000, 7)));
    yield out.take()!;
  }

  test('goes through in parts, never whole in memory', async () => {
    const buffers = await buffersOf(large(unicode), () => 0x7000);
    assert.ok(buffers.length > 15);
    const [first, second] = readStream(buffers) as { tag: number; value: unknown }[];
    assert.equal(first!.value, body);
    assert.deepEqual(second!.value, Buffer.alloc(200_000, 7));
  });

  test('of text is converted for clients without Unicode, with the length it then has', async () => {
    const form = textForm(0, 65001);
    const [first] = readStream(await buffersOf(large(form), () => 0x7000), 65001) as { value: unknown }[];
    assert.equal(first!.value, body);
  });

  test('that ends too early fails the stream, and fails again when asked again (MS-OXCFXICS_R2146)', async () => {
    const source = cutIntoBuffers(
      (async function* () {
        const out = new StreamWriter(unicode);
        yield* out.any(PidTag.AttachDataBinary, { size: 50_000, read: async () => new Uint8Array() });
      })(),
    );
    await assert.rejects(source.next(0x7000), RangeError);
    await assert.rejects(source.next(0x7000), RangeError);
  });
});

describe('text', () => {
  const subject: Whole[] = [{ tag: PidTag.Subject, name: undefined, value: 'Grüße' }];
  const typeIn = async (options: number): Promise<number> => {
    const [buffer] = await buffersOf(written(subject, textForm(options, 1252)), () => 999);
    return (buffer as Buffer).readUInt16LE(0);
  };
  const { unicode: asStored, useCpid, forceUnicode } = sendOptions;

  test('has the property type that SendOptions ask for (MS-OXCFXICS_R3447 MS-OXCFXICS_R3451 MS-OXCFXICS_R3453)', async () => {
    assert.equal(await typeIn(0), Ptyp.String8);
    assert.equal(await typeIn(asStored), Ptyp.String);
    assert.equal(await typeIn(forceUnicode), Ptyp.String);
    assert.equal(await typeIn(asStored | forceUnicode), Ptyp.String);
    for (const options of [useCpid, useCpid | asStored, useCpid | forceUnicode])
      assert.equal(await typeIn(options), 0x84b0);
  });

  test('is the same again in each of these types', async () => {
    for (const options of [0, asStored, useCpid]) {
      assert.deepEqual(readStream(await buffersOf(written(subject, textForm(options, 1252)), () => 999)), subject);
    }
  });

  test('in a code page property type is in that code page (MS-OXCFXICS_R3258)', () => {
    const bytesOf = Buffer.concat([Buffer.from([0xe2, 0x84, 0x37, 0, 4, 0, 0, 0]), Buffer.from([0xb9, 0xe6, 0xea, 0])]);
    assert.deepEqual(readStream([bytesOf]), [{ tag: PidTag.Subject, name: undefined, value: 'ąćę' }]);
  });
});

test('a value of the wrong kind is refused and leaves nothing in the stream', () => {
  const out = new StreamWriter(unicode);
  out.marker(marker.startMessage);
  const { length } = out;
  assert.throws(() => out.property(PidTag.Subject, 5), TypeError);
  assert.equal(out.length, length);
});

test('a buffer that holds not one atom is an error of the request', async () => {
  const source = cutIntoBuffers(written([{ tag: PidTag.Subject, name: undefined, value: 'Tea at four' }]));
  await assert.rejects(source.next(6), MapiError);
});

test('MetaTagIdsetGiven is a binary value under the type of a number (MS-OXCFXICS_R1881)', async () => {
  const value = Buffer.from('0102', 'hex');
  const stream: Whole[] = [{ tag: metaTag.idsetGiven, name: undefined, value }];
  const [buffer] = await buffersOf(written(stream), () => 999);
  assert.deepEqual(Buffer.from(buffer!), Buffer.from('030017400200000001' + '02', 'hex'));
  assert.deepEqual(readStream([buffer!]), stream);
});
