import { decode, encode, type Reader, type WireType, type Writer } from '../wire/index.ts';
import { globset } from './globset.ts';
import { type Guid, guidFromBytes, guidToBytes } from './guid.ts';
import type { IdSet } from './id-set.ts';

export { type CounterRange, IdSet } from './id-set.ts';

/** Ids of several replicas by replica GUID: the state properties of ICS (MetaTagIdsetGiven, MetaTagCnsetSeen, …). */
export type ReplGuidIdSet = Map<Guid, IdSet>;
/** Ids of several replicas by replid: the properties that tell of deletions and read states. */
export type ReplIdIdSet = Map<number, IdSet>;

function setsUntilEnd<K>(readKey: (r: Reader) => K): (r: Reader) => Map<K, IdSet> {
  return (r) => {
    const sets = new Map<K, IdSet>();
    while (r.remaining > 0) {
      const key = readKey(r);
      const set = globset.read(r);
      const known = sets.get(key);
      if (known) known.addAll(set);
      else sets.set(key, set);
    }
    return sets;
  };
}

function writeSets(w: Writer, sets: Iterable<readonly [Uint8Array, IdSet]>): void {
  for (const [key, set] of sets) {
    if (set.isEmpty) continue;
    w.bytes(key);
    globset.write(w, set);
  }
}

const replidBytes = (replid: number): Buffer => Buffer.from([replid & 0xff, replid >> 8]);

/** IDSET of REPLGUID and GLOBSET pairs up to the end of the bytes (MS-OXCFXICS 2.2.2.4.2), by the bytes of the GUID. */
export const replGuidIdSet: WireType<ReplGuidIdSet> = {
  read: setsUntilEnd((r) => guidFromBytes(r.bytes(16))),
  write: (w, sets) =>
    writeSets(
      w,
      [...sets].map(([guid, set]) => [guidToBytes(guid), set] as const).sort((a, b) => Buffer.compare(a[0], b[0])),
    ),
};

/** IDSET of REPLID and GLOBSET pairs up to the end of the bytes (MS-OXCFXICS 2.2.2.4.1), by replid. */
export const replIdIdSet: WireType<ReplIdIdSet> = {
  read: setsUntilEnd((r) => r.u16()),
  write: (w, sets) =>
    writeSets(
      w,
      [...sets].sort((a, b) => a[0] - b[0]).map(([replid, set]) => [replidBytes(replid), set] as const),
    ),
};

/** Throws WireError for bytes that are no such set. */
export const decodeReplGuidIdSet = (bytes: Uint8Array): ReplGuidIdSet => decode(replGuidIdSet, bytes);
export const encodeReplGuidIdSet = (sets: ReplGuidIdSet): Buffer => encode(replGuidIdSet, sets);
export const decodeReplIdIdSet = (bytes: Uint8Array): ReplIdIdSet => decode(replIdIdSet, bytes);
export const encodeReplIdIdSet = (sets: ReplIdIdSet): Buffer => encode(replIdIdSet, sets);
