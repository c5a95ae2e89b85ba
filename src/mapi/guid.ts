/** A GUID as lower-case text, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
export type Guid = string;

/** The text of 16 bytes in DCE mixed-endian form (MS-DTYP 2.3.4.2). */
export function guidFromBytes(bytes: Uint8Array): Guid {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  const part = (from: number, to: number) => hex.slice(from, to);
  const swap = (from: number, to: number) => part(from, to).match(/../g)!.reverse().join('');
  return `${swap(0, 8)}-${swap(8, 12)}-${swap(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
}

/** The 16 bytes of a GUID in DCE mixed-endian form. Throws RangeError for text that is none. */
export function guidToBytes(guid: Guid): Buffer {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i.exec(guid);
  if (!match) throw new RangeError(`not a GUID: ${guid}`);
  const swap = (hex: string) => hex.match(/../g)!.reverse().join('');
  return Buffer.from(swap(match[1]!) + swap(match[2]!) + swap(match[3]!) + match[4]! + match[5]!, 'hex');
}
