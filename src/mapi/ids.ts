import { u64, WireError, type WireType } from '../wire/index.ts';
import { type Guid, guidFromBytes, guidToBytes } from './guid.ts';

/**
 * Folder ids, message ids and change numbers (MS-OXCDATA 2.2.1): on the wire a replid (u16, little-endian) and a
 * global counter (6 bytes, big-endian), as one bigint when read as a little-endian u64. Counters in code are numbers.
 */

const scratch = Buffer.alloc(8);

/** The id of a counter in the replica that `replid` stands for. Throws RangeError when one does not fit. */
export function makeId(replid: number, counter: number): bigint {
  scratch.writeUInt16LE(replid, 0);
  scratch.writeUIntBE(counter, 2, 6);
  return scratch.readBigUInt64LE(0);
}

/** The global counter of an id. */
export function counterOf(id: bigint): number {
  scratch.writeBigUInt64LE(BigInt.asUintN(64, id), 0);
  return scratch.readUIntBE(2, 6);
}

/** The replid of an id. */
export const replidOfId = (id: bigint): number => Number(id & 0xffffn);

/** An id on the wire. */
export const objectId: WireType<bigint> = u64;

/** A counter as its 6 big-endian bytes (GLOBCNT). */
export function globalCounterBytes(counter: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(counter, 0, 6);
  return bytes;
}

/** The counter of 6 big-endian bytes at `offset`. */
export function counterFromBytes(bytes: Uint8Array, offset = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUIntBE(offset, 6);
}

/** The name of an object across mailboxes: a replica and a counter in it. */
export interface LongTermId {
  readonly guid: Guid;
  readonly counter: number;
}

/** LongTermId on the wire, 24 bytes: GUID, counter, two bytes of padding (MS-OXCDATA 2.2.1.3.1). */
export const longTermId: WireType<LongTermId> = {
  read: (r) => {
    const guid = guidFromBytes(r.bytes(16));
    const counter = r.bytes(6).readUIntBE(0, 6);
    r.u16();
    return { guid, counter };
  },
  write: (w, v) => {
    w.bytes(guidToBytes(v.guid));
    w.bytes(globalCounterBytes(v.counter));
    w.u16(0);
  },
};

/** PidTagSourceKey of an object: the 22 bytes of its GID (MS-OXCFXICS 2.2.1.2.5). */
export function sourceKey(guid: Guid, counter: number): Buffer {
  return Buffer.concat([guidToBytes(guid), globalCounterBytes(counter)]);
}

/** Reverse of {@link sourceKey}. Throws WireError unless there are 22 bytes. */
export function parseSourceKey(bytes: Uint8Array): LongTermId {
  if (bytes.length !== 22) throw new WireError(`source key of ${bytes.length} bytes`);
  return { guid: guidFromBytes(bytes), counter: counterFromBytes(bytes, 16) };
}
