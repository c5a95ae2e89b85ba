import { ec, idOf, MapiError, type PropertyTag, type StoredValue } from '../../../mapi/index.ts';
import { metaTag } from '../../fasttransfer/index.ts';
import { createSpool, type Spool } from '../spool.ts';
import { type Budget, heldSize } from './budget.ts';
import { type PutContext, tagHere } from './context.ts';
import type { Elements, Rule } from './elements.ts';
import { putLimits } from './limits.ts';

/** Ids of the provider's own, which are not taken from outside (MS-OXCFXICS 3.2.5.11). */
const internal = { first: 0x6600, last: 0x67ff } as const;
/** Ids of what tells about the stream. */
const metaIds: ReadonlySet<number> = new Set(Object.values(metaTag).map(idOf));

const isKept = (tag: PropertyTag): boolean => {
  const id = idOf(tag);
  return id !== 0 && (id < internal.first || id > internal.last) && !metaIds.has(id);
};

/** Where the properties of an object go. */
export interface PropertySink {
  readonly budget: Budget;
  /** Takes over the file that a value lies in. */
  adopt(spool: Spool): void;
  /** Awaited. */
  put(tag: PropertyTag, value: StoredValue): unknown;
}

/** propList, MS-OXCFXICS 2.2.4.3.20: each property goes to the sink as soon as it is whole. */
export async function* propertyList(put: PutContext, sink: PropertySink): Rule {
  const { at } = put;
  for (let count = 0; ; count++) {
    const { current } = at;
    if (current.kind !== 'property' && current.kind !== 'begin') return;
    if (current.property.tag === metaTag.fxDelProp) return;
    if (count === putLimits.properties) throw new MapiError(ec.tooBig, 'too many properties');
    const tag = await tagHere(put, current.property);
    const kept = isKept(tag);
    if (current.kind === 'property') {
      if (kept) await sink.put(tag, held(sink, tag, current.value));
    } else {
      if (kept) sink.budget.spend('files', 1);
      const spool = yield* largeValue(at, kept);
      if (spool !== undefined) {
        sink.adopt(spool);
        await sink.put(tag, spool);
      }
    }
    if (!at.next()) yield;
  }
}

/** A value in memory, or in a file when it is a long text (8-bit text comes whole, however long). */
function held(sink: PropertySink, tag: PropertyTag, value: StoredValue): StoredValue {
  if (typeof value === 'string' && 2 * value.length > putLimits.heldText) {
    sink.budget.spend('files', 1);
    const spool = createSpool();
    sink.adopt(spool);
    spool.write(0, Buffer.from(value, 'utf16le'));
    return spool;
  }
  sink.budget.spend('heldBytes', heldSize(tag, value));
  return value;
}

/** A value that comes in parts, in a file; with its last element to look at. Undefined when it is not wanted. */
async function* largeValue(at: Elements, wanted: boolean): Rule<Spool | undefined> {
  const spool = wanted ? createSpool() : undefined;
  let whole = false;
  try {
    for (let size = 0; ; ) {
      if (!at.next()) yield;
      const { current } = at;
      if (current.kind !== 'part') break;
      spool?.write(size, current.bytes);
      size += current.bytes.length;
    }
    whole = true;
    return spool;
  } finally {
    if (!whole) spool?.release();
  }
}
