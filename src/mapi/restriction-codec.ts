import { type Reader, WireError, type WireType, type Writer, wireLimits } from '../wire/index.ts';
import { mapiLimits } from './limits.ts';
import { typeOf } from './property-type.ts';
import { readValue, taggedValue, takesHasValue, type ValueEncoding, valueType } from './property-value.ts';
import type { Restriction, TaggedValue } from './restriction.ts';

/** RestrictType, MS-OXCDATA 2.12. */
const restrictType = {
  and: 0x00,
  or: 0x01,
  not: 0x02,
  content: 0x03,
  property: 0x04,
  compare: 0x05,
  bitmask: 0x06,
  size: 0x07,
  exist: 0x08,
  subobject: 0x09,
  comment: 0x0a,
  count: 0x0b,
  /** RES_ANNOTATION of MAPI: laid out and evaluated like a comment, and read as one. */
  annotation: 0x0c,
} as const;

interface Budget {
  nodes: number;
}

/** A restriction, MS-OXCDATA 2.12. Throws WireError for unknown kinds and beyond the limits of depth and number. */
export const restriction = (encoding: ValueEncoding = 'rop'): WireType<Restriction> => codecs[encoding];

const codecOf = (encoding: ValueEncoding): WireType<Restriction> => ({
  read: (r) => readRestriction(r, encoding),
  write: (w, v) => writeRestriction(w, v, encoding),
});

const codecs: Readonly<Record<ValueEncoding, WireType<Restriction>>> = {
  rop: codecOf('rop'),
  addressBook: codecOf('addressBook'),
  extended: codecOf('extended'),
};

export function readRestriction(r: Reader, encoding: ValueEncoding): Restriction {
  return readNode(r, encoding, { nodes: 0 });
}

function readNode(r: Reader, encoding: ValueEncoding, budget: Budget): Restriction {
  budget.nodes += 1;
  if (budget.nodes > mapiLimits.restrictionNodes) r.fail('restriction of too many conditions');
  return r.nested(() => readKind(r, encoding, budget));
}

function readKind(r: Reader, encoding: ValueEncoding, budget: Budget): Restriction {
  const type = r.u8();
  switch (type) {
    case restrictType.and:
    case restrictType.or: {
      const count = r.count(readCount(r, encoding), 1);
      const restrictions: Restriction[] = [];
      for (let i = 0; i < count; i++) restrictions.push(readNode(r, encoding, budget));
      return { kind: type === restrictType.and ? 'and' : 'or', restrictions };
    }
    case restrictType.not:
      return { kind: 'not', restriction: readNode(r, encoding, budget) };
    case restrictType.content: {
      const fuzzyLevelLow = r.u16();
      const fuzzyLevelHigh = r.u16();
      const tag = r.u32();
      return { kind: 'content', fuzzyLevelLow, fuzzyLevelHigh, tag, value: readTagged(r, encoding) };
    }
    case restrictType.property: {
      const relop = r.u8();
      const tag = r.u32();
      return { kind: 'property', relop, tag, value: readTagged(r, encoding) };
    }
    case restrictType.compare:
      return { kind: 'compare', relop: r.u8(), tag1: r.u32(), tag2: r.u32() };
    case restrictType.bitmask:
      return { kind: 'bitmask', notEqualZero: r.u8() !== 0, tag: r.u32(), mask: r.u32() };
    case restrictType.size:
      return { kind: 'size', relop: r.u8(), tag: r.u32(), size: r.u32() };
    case restrictType.exist:
      return { kind: 'exist', tag: r.u32() };
    case restrictType.subobject:
      return { kind: 'subobject', tag: r.u32(), restriction: readNode(r, encoding, budget) };
    case restrictType.comment:
    case restrictType.annotation: {
      const count = r.count(r.u8(), 4);
      const values: TaggedValue[] = [];
      for (let i = 0; i < count; i++) values.push(readTagged(r, encoding));
      return { kind: 'comment', values, restriction: r.u8() !== 0 ? readNode(r, encoding, budget) : undefined };
    }
    case restrictType.count:
      return { kind: 'count', count: r.u32(), restriction: readNode(r, encoding, budget) };
    default:
      return r.fail(`restriction of type ${type}`);
  }
}

/**
 * RestrictCount. In the address book it has 32 bits by MS-OXCDATA 2.11.1.1, but clients that reuse their ROP encoding
 * send 16: then a restriction follows at once, whose first two bytes cannot both be zero.
 */
function readCount(r: Reader, encoding: ValueEncoding): number {
  if (encoding === 'rop') return r.u16();
  if (encoding === 'addressBook' && (r.remaining < 4 || r.buffer.readUInt16LE(r.position + 2) !== 0)) return r.u16();
  return r.u32();
}

/** As {@link taggedValue}, but in the address book the HasValue byte may be missing (then the value is as in ROPs). */
function readTagged(r: Reader, encoding: ValueEncoding): TaggedValue {
  const tag = r.u32();
  const type = valueType(typeOf(tag));
  const bare = encoding === 'addressBook' && takesHasValue(type) && r.buffer[r.position] !== 0xff;
  return { tag, value: readValue(r, type, bare ? 'rop' : encoding) };
}

export function writeRestriction(w: Writer, v: Restriction, encoding: ValueEncoding, depth = 0): void {
  if (depth >= wireLimits.depth) throw new WireError('restriction nested too deep');
  const inner = (value: Restriction) => writeRestriction(w, value, encoding, depth + 1);
  w.u8(restrictType[v.kind]);
  switch (v.kind) {
    case 'and':
    case 'or':
      if (encoding === 'rop') w.u16(v.restrictions.length);
      else w.u32(v.restrictions.length);
      for (const each of v.restrictions) inner(each);
      return;
    case 'not':
      inner(v.restriction);
      return;
    case 'content':
      w.u16(v.fuzzyLevelLow);
      w.u16(v.fuzzyLevelHigh);
      w.u32(v.tag);
      taggedValue(encoding).write(w, v.value);
      return;
    case 'property':
      w.u8(v.relop);
      w.u32(v.tag);
      taggedValue(encoding).write(w, v.value);
      return;
    case 'compare':
      w.u8(v.relop);
      w.u32(v.tag1);
      w.u32(v.tag2);
      return;
    case 'bitmask':
      w.u8(v.notEqualZero ? 1 : 0);
      w.u32(v.tag);
      w.u32(v.mask);
      return;
    case 'size':
      w.u8(v.relop);
      w.u32(v.tag);
      w.u32(v.size);
      return;
    case 'exist':
      w.u32(v.tag);
      return;
    case 'subobject':
      w.u32(v.tag);
      inner(v.restriction);
      return;
    case 'comment':
      w.u8(v.values.length);
      for (const each of v.values) taggedValue(encoding).write(w, each);
      w.u8(v.restriction === undefined ? 0 : 1);
      if (v.restriction !== undefined) inner(v.restriction);
      return;
    case 'count':
      w.u32(v.count);
      inner(v.restriction);
      return;
  }
}
