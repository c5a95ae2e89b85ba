import fc from 'fast-check';
import {
  multiValue,
  type PropertyType,
  type PropertyValue,
  Ptyp,
  type Restriction,
  tagOf,
} from '../../src/mapi/index.ts';

/** Records as literals make them: a strict comparison tells null prototypes apart. */
export const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as unknown as fc.Arbitrary<T>;

/** Text as it can be on the wire: any UTF-16 but NUL, which ends it. */
export const text = fc
  .array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units));
/** Text of Latin-1, for 8-bit strings. */
export const text8 = fc
  .array(fc.integer({ min: 1, max: 0xff }), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units));
export const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
export const guid = fc.uuid();
export const counter = fc.integer({ min: 1, max: 2 ** 48 - 1 });

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const double = fc.double({ noNaN: true });

/** Values of each type whose elements can be single or multiple. */
const elements: Readonly<Record<PropertyType, fc.Arbitrary<number | bigint | string | Uint8Array>>> = {
  [Ptyp.Integer16]: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  [Ptyp.Integer32]: int32,
  [Ptyp.Floating32]: fc.float({ noNaN: true }),
  [Ptyp.Floating64]: double,
  [Ptyp.Currency]: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  [Ptyp.FloatingTime]: double,
  [Ptyp.Integer64]: u64,
  [Ptyp.String8]: text8,
  [Ptyp.String]: text,
  [Ptyp.Time]: u64,
  [Ptyp.Guid]: guid,
  [Ptyp.Binary]: bytes,
};

type Typed = readonly [PropertyType, PropertyValue];
const typed = (type: PropertyType, value: fc.Arbitrary<PropertyValue>): fc.Arbitrary<Typed> =>
  value.map((v) => [type, v] as const);

/** A type and a value of it, without restrictions. */
export const plainValue: fc.Arbitrary<Typed> = fc.oneof(
  ...Object.entries(elements).map(([type, value]) => typed(Number(type), value)),
  ...Object.entries(elements).map(([type, value]) =>
    typed(Number(type) | multiValue, fc.array(value, { maxLength: 5 })),
  ),
  typed(Ptyp.Boolean, fc.boolean()),
  typed(Ptyp.ErrorCode, fc.integer({ min: 0, max: 0xffffffff })),
  typed(Ptyp.ServerId, bytes),
);

const id = fc.integer({ min: 1, max: 0xfffe });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const tagged = fc.tuple(id, plainValue).map(([number, [type, value]]) => ({ tag: tagOf(number, type), value }));
const relop = fc.integer({ min: 0, max: 6 });

export const restriction = fc.letrec<{ any: Restriction }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    record({ kind: fc.constant('exist' as const), tag: u32 }),
    record({ kind: fc.constant('property' as const), relop, tag: u32, value: tagged }),
    record({
      kind: fc.constant('content' as const),
      fuzzyLevelLow: fc.integer({ min: 0, max: 0xffff }),
      fuzzyLevelHigh: fc.integer({ min: 0, max: 0xffff }),
      tag: u32,
      value: tagged,
    }),
    record({ kind: fc.constant('compare' as const), relop, tag1: u32, tag2: u32 }),
    record({ kind: fc.constant('bitmask' as const), notEqualZero: fc.boolean(), tag: u32, mask: u32 }),
    record({ kind: fc.constant('size' as const), relop, tag: u32, size: u32 }),
    record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      restrictions: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
    }),
    record({ kind: fc.constant('not' as const), restriction: tie('any') }),
    record({ kind: fc.constant('subobject' as const), tag: u32, restriction: tie('any') }),
    record({ kind: fc.constant('count' as const), count: u32, restriction: tie('any') }),
    record({
      kind: fc.constant('comment' as const),
      values: fc.array(tagged, { maxLength: 3 }),
      restriction: fc.option(tie('any'), { nil: undefined }),
    }),
  ),
})).any;

export const anyValue: fc.Arbitrary<Typed> = fc.oneof(
  { arbitrary: plainValue, weight: 9 },
  { arbitrary: typed(Ptyp.Restriction, restriction), weight: 1 },
);
