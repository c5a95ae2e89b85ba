import type { WireType } from '../wire/index.ts';

/** A GUID as lower-case text, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
export type Guid = string;

/** 16 zero bytes. */
export const nilGuid: Guid = '00000000-0000-0000-0000-000000000000';

const scratch = Buffer.alloc(16);

/** The text of 16 bytes in DCE mixed-endian form (MS-DTYP 2.3.4.2). Throws RangeError for fewer bytes. */
export function guidFromBytes(bytes: Uint8Array): Guid {
  if (bytes.length < 16) throw new RangeError(`${bytes.length} bytes where a GUID has 16`);
  for (let i = 8; i < 16; i++) scratch[i] = bytes[i]!;
  scratch[0] = bytes[3]!;
  scratch[1] = bytes[2]!;
  scratch[2] = bytes[1]!;
  scratch[3] = bytes[0]!;
  scratch[4] = bytes[5]!;
  scratch[5] = bytes[4]!;
  scratch[6] = bytes[7]!;
  scratch[7] = bytes[6]!;
  const hex = scratch.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a GUID in DCE mixed-endian form. Throws RangeError for text that is none. */
export function guidToBytes(guid: Guid): Buffer {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(guid)) {
    throw new RangeError(`not a GUID: ${guid}`);
  }
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** A GUID on the wire. */
export const guid: WireType<Guid> = {
  read: (r) => guidFromBytes(r.bytes(16)),
  write: (w, v) => w.bytes(guidToBytes(v)),
};
