import {
  decodeBag,
  displayListsOf,
  ec,
  encodeBag,
  getNumber,
  MapiError,
  PidTag,
  type PropertyBag,
  type ReadonlyPropertyBag,
  setProperty,
} from '../mapi/index.ts';
import { inMemory } from './large-value.ts';
import { storeLimits } from './limits.ts';

/** Recipients as one value of a row: each a length (u32 LE) and its bag. Null when there are none. */
export async function encodeRecipients(recipients: readonly ReadonlyPropertyBag[]): Promise<Uint8Array | null> {
  if (recipients.length === 0) return null;
  if (recipients.length > storeLimits.recipientsPerMessage) throw new MapiError(ec.tooManyRecips);
  const parts: Uint8Array[] = [];
  for (const [index, recipient] of recipients.entries()) {
    const bag: PropertyBag = new Map();
    for (const [tag, value] of recipient) setProperty(bag, tag, await inMemory(tag, value, storeLimits.bagBytes));
    if (getNumber(bag, PidTag.Rowid) === undefined) setProperty(bag, PidTag.Rowid, index);
    const bytes = encodeBag(bag);
    const size = Buffer.allocUnsafe(4);
    size.writeUInt32LE(bytes.length);
    parts.push(size, bytes);
  }
  return Buffer.concat(parts);
}

export function decodeRecipients(bytes: Uint8Array | null): PropertyBag[] {
  const recipients: PropertyBag[] = [];
  if (bytes === null) return recipients;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length; ) {
    const end = at + 4 + buffer.readUInt32LE(at);
    recipients.push(decodeBag(buffer.subarray(at + 4, end)));
    at = end;
  }
  return recipients;
}

/** Sets PidTagDisplayTo, PidTagDisplayCc and PidTagDisplayBcc. */
export function setDisplayNames(bag: PropertyBag, recipients: readonly ReadonlyPropertyBag[]): void {
  for (const [tag, names] of displayListsOf(recipients)) setProperty(bag, tag, names);
}
