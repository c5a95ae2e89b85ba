import { decode, encode, untilEnd, WireError, type WireType } from '../wire/index.ts';
import { type Guid, guidFromBytes, guidToBytes } from './guid.ts';
import { globalCounterBytes } from './ids.ts';
import { mapiLimits } from './limits.ts';

/** XID, MS-OXCFXICS 2.2.2.2: an external identifier of a change. `localId` has 6 bytes from servers, 4 from Outlook. */
export interface Xid {
  readonly guid: Guid;
  /** Big-endian number. */
  readonly localId: Uint8Array;
}

/** PidTagPredecessorChangeList in memory: one XID a GUID, ascending by the bytes of the GUID. */
export type PredecessorChangeList = readonly Xid[];

/** PidTagChangeKey of a change made here: 22 bytes. */
export const changeKey = (guid: Guid, counter: number): Buffer =>
  Buffer.concat([guidToBytes(guid), globalCounterBytes(counter)]);

/** Throws WireError unless the bytes are a GUID and 1…8 more. */
export function parseXid(bytes: Uint8Array): Xid {
  const { least, most } = mapiLimits.xidBytes;
  if (bytes.length < least || bytes.length > most) throw new WireError(`change key of ${bytes.length} bytes`);
  return { guid: guidFromBytes(bytes), localId: bytes.subarray(16) };
}

/** SizedXid, MS-OXCFXICS 2.2.2.3.1. */
const sizedXid: WireType<Xid> = {
  read: (r) => parseXid(r.bytes(r.u8())),
  write: (w, v) => {
    w.u8(16 + v.localId.length);
    w.bytes(guidToBytes(v.guid));
    w.bytes(v.localId);
  },
};
const sizedXids = untilEnd(sizedXid);

/** Reads PidTagPredecessorChangeList (MS-OXCFXICS 2.2.2.3); of several XIDs of a GUID the latest counts. */
export function parsePredecessorChangeList(bytes: Uint8Array): PredecessorChangeList {
  const xids = decode(sizedXids, bytes);
  if (xids.length > mapiLimits.predecessors) throw new WireError(`predecessor change list of ${xids.length} changes`);
  return merge(xids);
}

export const serializePredecessorChangeList = (list: PredecessorChangeList): Buffer => encode(sizedXids, [...list]);

/** The list of everything that either list has seen. */
export const mergePredecessorChangeLists = (
  a: PredecessorChangeList,
  b: PredecessorChangeList,
): PredecessorChangeList => merge([...a, ...b]);

function merge(xids: readonly Xid[]): PredecessorChangeList {
  const latest = new Map<Guid, Xid>();
  for (const xid of xids) {
    const known = latest.get(xid.guid);
    if (known === undefined || compareLocalIds(xid.localId, known.localId) > 0) latest.set(xid.guid, xid);
  }
  return [...latest.values()]
    .map((xid) => ({ xid, bytes: guidToBytes(xid.guid) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ xid }) => xid);
}

/** Whether `a` has seen every change that `b` has (MS-OXCFXICS 3.1.5.6.1): then it is the same version or a later one. */
export function includesPredecessors(a: PredecessorChangeList, b: PredecessorChangeList): boolean {
  const seen = new Map(a.map((xid) => [xid.guid, xid.localId]));
  return b.every((xid) => {
    const localId = seen.get(xid.guid);
    return localId !== undefined && compareLocalIds(localId, xid.localId) >= 0;
  });
}

/** The bytes of a list after one more change, of which `change` is the PidTagChangeKey. */
export const addPredecessor = (list: Uint8Array, change: Uint8Array): Buffer =>
  serializePredecessorChangeList(mergePredecessorChangeLists(parsePredecessorChangeList(list), [parseXid(change)]));

/** Compares big-endian numbers, also of different lengths. */
function compareLocalIds(a: Uint8Array, b: Uint8Array): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i - length + a.length] ?? 0) - (b[i - length + b.length] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
