import { i64, sizedBytes, struct, u8, u16, u32, u64, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { noDestination } from './fields.ts';

/** MS-OXCROPS 2.2.9: streams. */

/** ByteCount with this value says that MaximumByteCount follows. */
export const useMaximum = 0xbabe;

export const RopOpenStream = rop(0x2b, 'RopOpenStream', {
  handles: ['input', 'output'],
  request: struct({ propertyTag: u32, openModeFlags: u8 }),
  response: struct({ streamSize: u32 }),
});

const readRequest: WireType<{ byteCount: number; maximumByteCount: number | undefined }> = {
  read: (r) => {
    const byteCount = r.u16();
    return { byteCount, maximumByteCount: byteCount === useMaximum ? r.u32() : undefined };
  },
  write: (w, value) => {
    w.u16(value.byteCount);
    if (value.byteCount === useMaximum) w.u32(value.maximumByteCount ?? 0);
  },
};
const readResponse = struct({ data: sizedBytes(u16) });
export const RopReadStream = rop(0x2c, 'RopReadStream', {
  handles: ['input'],
  request: readRequest,
  response: readResponse,
  failure: readResponse,
  failed: () => ({ data: new Uint8Array() as Uint8Array }),
});

const written = struct({ writtenSize: u16 });
const writing = {
  handles: ['input'] as const,
  request: struct({ data: sizedBytes(u16) }),
  response: written,
  failure: written,
  failed: () => ({ writtenSize: 0 }),
};
export const RopWriteStream = rop(0x2d, 'RopWriteStream', writing);
export const RopWriteAndCommitStream = rop(0x90, 'RopWriteAndCommitStream', writing);

const writtenLarge = struct({ writtenSize: u32 });
export const RopWriteStreamExtended = rop(0xa3, 'RopWriteStreamExtended', {
  handles: ['input'],
  request: struct({ data: sizedBytes(u16) }),
  response: writtenLarge,
  failure: writtenLarge,
  failed: () => ({ writtenSize: 0 }),
});

export const RopSeekStream = rop(0x2e, 'RopSeekStream', {
  handles: ['input'],
  request: struct({ origin: u8, offset: i64 }),
  response: struct({ newPosition: u64 }),
});

export const RopSetStreamSize = rop(0x2f, 'RopSetStreamSize', {
  handles: ['input'],
  request: struct({ streamSize: u64 }),
});

export const RopGetStreamSize = rop(0x5e, 'RopGetStreamSize', {
  handles: ['input'],
  response: struct({ streamSize: u32 }),
});

export const RopCommitStream = rop(0x5d, 'RopCommitStream', { handles: ['input'] });

const byteCounts = struct({ readByteCount: u64, writtenByteCount: u64 });
/** With ecDstNullObject the DestHandleIndex stands before the counts (MS-OXCROPS 2.2.9.9.3). */
const copied: WireType<{ destHandleIndex?: number | undefined; readByteCount: bigint; writtenByteCount: bigint }> = {
  read: (r, scope) => ({
    ...noDestination.read(r, scope),
    ...byteCounts.read(r),
  }),
  write: (w, value, scope) => {
    noDestination.write(w, value, scope);
    byteCounts.write(w, value);
  },
};
export const RopCopyToStream = rop(0x3a, 'RopCopyToStream', {
  handles: ['source', 'destination'],
  request: struct({ byteCount: u64 }),
  response: byteCounts,
  failure: copied,
  failed: (secondIndex) => ({ destHandleIndex: secondIndex, readByteCount: 0n, writtenByteCount: 0n }),
});

export const RopCloneStream = rop(0x3b, 'RopCloneStream', { handles: ['input', 'output'] });

const region = struct({ regionOffset: u64, regionSize: u64, lockFlags: u32 });
export const RopLockRegionStream = rop(0x5b, 'RopLockRegionStream', { handles: ['input'], request: region });
export const RopUnlockRegionStream = rop(0x5c, 'RopUnlockRegionStream', { handles: ['input'], request: region });

export const streamDefinitions = [
  RopOpenStream,
  RopReadStream,
  RopWriteStream,
  RopWriteAndCommitStream,
  RopWriteStreamExtended,
  RopSeekStream,
  RopSetStreamSize,
  RopGetStreamSize,
  RopCommitStream,
  RopCopyToStream,
  RopCloneStream,
  RopLockRegionStream,
  RopUnlockRegionStream,
];
