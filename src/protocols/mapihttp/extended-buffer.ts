import { Reader, WireError } from '../../wire/index.ts';
import { mapiHttpLimits } from './limits.ts';
import { compress, decompress } from './lz77.ts';

/** RPC_HEADER_EXT.Flags (MS-OXCRPC 2.2.2.1). */
const extendedFlag = { compressed: 0x1, xorMagic: 0x2, last: 0x4 } as const;
const knownFlags = 0x7;
const extendedHeaderSize = 8;

/** How a payload may be wrapped: each only where the receiver allows it. */
export interface Wrapping {
  readonly compress: boolean;
  readonly xor: boolean;
  readonly last: boolean;
}

/** A payload of at most 65,535 bytes with its RPC_HEADER_EXT. Compressed only when that makes it smaller. */
export function wrapPayload(payload: Uint8Array, wrapping: Wrapping): Buffer {
  const packed = wrapping.compress && payload.length >= mapiHttpLimits.compressFrom ? compress(payload) : undefined;
  const bytes = packed ?? payload;
  // What is compressed cannot be read easily any more, which is all that obfuscation is for.
  const xor = wrapping.xor && packed === undefined;
  const out = Buffer.allocUnsafe(extendedHeaderSize + bytes.length);
  out.writeUInt16LE(0, 0);
  out.writeUInt16LE(
    (packed ? extendedFlag.compressed : 0) |
      (xor ? extendedFlag.xorMagic : 0) |
      (wrapping.last ? extendedFlag.last : 0),
    2,
  );
  out.writeUInt16LE(bytes.length, 4);
  out.writeUInt16LE(payload.length, 6);
  out.set(bytes, extendedHeaderSize);
  if (xor) obfuscate(out, extendedHeaderSize);
  return out;
}

/** The payloads of a buffer that extended buffers fill up to the one with the Last flag. Throws WireError. */
export function unwrapPayloads(data: Uint8Array): Buffer[] {
  const reader = new Reader(data);
  const payloads: Buffer[] = [];
  for (;;) {
    const version = reader.u16();
    const flags = reader.u16();
    const size = reader.u16();
    const actual = reader.u16();
    if (version !== 0) throw new WireError(`RPC_HEADER_EXT version ${version}`);
    if ((flags & ~knownFlags) !== 0) throw new WireError(`RPC_HEADER_EXT flags ${flags}`);
    let bytes = reader.bytes(size);
    if (flags & extendedFlag.xorMagic) {
      bytes = Buffer.from(bytes);
      obfuscate(bytes, 0);
    }
    if (flags & extendedFlag.compressed) bytes = decompress(bytes, actual);
    else if (size !== actual) throw new WireError('RPC_HEADER_EXT sizes differ without compression');
    payloads.push(bytes);
    if (flags & extendedFlag.last) {
      reader.done();
      return payloads;
    }
  }
}

/** MS-OXCRPC 3.1.4.1.1.3. */
function obfuscate(bytes: Buffer, from: number): void {
  for (let i = from; i < bytes.length; i++) bytes[i] = bytes[i]! ^ 0xa5;
}

/** What a payload of ROPs holds (MS-OXCROPS 2.2.1): RopSize counts itself, not the handle table. */
export interface RopPayload {
  readonly rops: Buffer;
  readonly handles: number[];
}

export function readRopPayload(payload: Buffer): RopPayload {
  if (payload.length < 2) throw new WireError('payload without RopSize');
  const size = payload.readUInt16LE(0);
  if (size < 2 || size > payload.length || (payload.length - size) % 4 !== 0)
    throw new WireError(`RopSize ${size} in a payload of ${payload.length} bytes`);
  const handles: number[] = [];
  for (let at = size; at < payload.length; at += 4) handles.push(payload.readUInt32LE(at));
  return { rops: payload.subarray(2, size), handles };
}

export function writeRopPayload(rops: Uint8Array, handles: readonly number[]): Buffer {
  const out = Buffer.allocUnsafe(2 + rops.length + handles.length * 4);
  out.writeUInt16LE(2 + rops.length, 0);
  out.set(rops, 2);
  let at = 2 + rops.length;
  for (const handle of handles) at = out.writeUInt32LE(handle >>> 0, at);
  return out;
}
