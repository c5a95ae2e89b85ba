import {
  ec,
  isLargeValue,
  type LargeValue,
  MapiError,
  type MessageContent,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  type ReadonlyPropertyBag,
  type StoredValue,
  typeOf,
} from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import { releasedValue } from './mail-values.ts';
import type { Db } from './schema.ts';

/** A large property of a row: its tag, the number of its chunks' value, its bytes. */
export type LargeReference = readonly [tag: PropertyTag, valueId: number, size: number];

/** A value in the chunks of a message; never changes, is gone when the message gets another one. */
export interface StoredLargeValue extends LargeValue {
  readonly mailboxId: number;
  readonly messageKey: number;
  readonly valueId: number;
}

/** Where the large values of a mailbox are read from: its chunks, and the mails of what was released. */
export interface ChunkSource {
  readonly mailboxId: number;
  db(): Db;
  /** The backend's mail of a released message. Errors: ecObjectDeleted when its content is of another version by now. */
  mail(messageKey: number, version: number): Promise<MessageContent>;
}

export function parseReferences(text: string | null): LargeReference[] {
  return text === null ? [] : (JSON.parse(text) as LargeReference[]);
}

export const formatReferences = (references: readonly LargeReference[]): string | null =>
  references.length === 0 ? null : JSON.stringify(references);

/** The value behind a reference. Reading it after the message got another one fails with ecObjectDeleted. */
export function storedLargeValue(
  source: ChunkSource,
  messageKey: number,
  valueId: number,
  size: number,
): StoredLargeValue {
  const { chunkBytes, readBytes } = storeLimits;
  return {
    mailboxId: source.mailboxId,
    messageKey,
    valueId,
    size,
    async read(offset, length) {
      const end = Math.min(size, offset + Math.min(length, readBytes));
      if (end <= offset) return new Uint8Array(0);
      const first = Math.floor(offset / chunkBytes);
      const chunks = await source
        .db()
        .selectFrom('large_value')
        .select('bytes')
        .where('mailbox_id', '=', source.mailboxId)
        .where('message_key', '=', messageKey)
        .where('value_id', '=', valueId)
        .where('chunk_no', '>=', first)
        .where('chunk_no', '<=', Math.floor((end - 1) / chunkBytes))
        .orderBy('chunk_no')
        .execute();
      const bytes = chunks.length === 1 ? chunks[0]!.bytes : Buffer.concat(chunks.map((chunk) => chunk.bytes));
      const start = offset - first * chunkBytes;
      if (bytes.length >= start + end - offset) return bytes.subarray(start, start + end - offset);
      const released = await releasedValue(source, messageKey, valueId);
      if (!released) throw new MapiError(ec.objectDeleted, 'the value was replaced');
      return released.read(offset, end - offset);
    },
  };
}

/** Copies a value into chunks of a message, a piece at a time. Returns its number. Only in a transaction. */
export async function writeLargeValue(
  context: MailboxContext,
  messageKey: number,
  attachmentId: number | null,
  value: LargeValue,
): Promise<number> {
  const valueId = await context.allocate(1);
  const { chunkBytes } = storeLimits;
  for (let offset = 0, chunk = 0; offset < value.size; offset += chunkBytes, chunk++) {
    const wanted = Math.min(chunkBytes, value.size - offset);
    await context
      .db()
      .insertInto('large_value')
      .values({
        mailbox_id: context.mailbox.id,
        message_key: messageKey,
        attachment_id: attachmentId,
        value_id: valueId,
        chunk_no: chunk,
        bytes: await readFully(value, offset, wanted),
      })
      .execute();
  }
  return valueId;
}

/** As many bytes as asked for, of a value that has them. Errors: ecCorruptData. */
export async function readFully(value: LargeValue, offset: number, length: number): Promise<Uint8Array> {
  const first = await value.read(offset, length);
  if (first.length === length) return first;
  const bytes = Buffer.alloc(length);
  bytes.set(first);
  for (let filled = first.length; filled < length; ) {
    const piece = await value.read(offset + filled, length - filled);
    if (piece.length === 0) throw new MapiError(ec.corruptData, 'a value ended before its size');
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

/**
 * A value for a bag without chunks: a large one of at most `limit` bytes is read, text being UTF-16. Errors: ecTooBig.
 */
export async function inMemory(tag: PropertyTag, value: StoredValue, limit: number): Promise<StoredValue> {
  if (!isLargeValue(value)) return value;
  if (value.size > limit) throw new MapiError(ec.tooBig);
  const bytes = await readFully(value, 0, value.size);
  return typeOf(tag) === Ptyp.String ? Buffer.from(bytes).toString('utf16le') : bytes;
}

/** A value in memory as a LargeValue. */
export const largeValueOf = (bytes: Uint8Array): LargeValue => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
});

/** Parts a bag into what stands in the row and what goes to chunks. */
export function splitBag(bag: ReadonlyPropertyBag): { inline: PropertyBag; large: [PropertyTag, LargeValue][] } {
  const inline: PropertyBag = new Map();
  const large: [PropertyTag, LargeValue][] = [];
  const candidates: [PropertyTag, number][] = [];
  let total = 0;
  for (const [tag, value] of bag) {
    if (isLargeValue(value)) {
      large.push([tag, value]);
      continue;
    }
    inline.set(tag, value);
    const size = typeof value === 'string' ? value.length * 2 : value instanceof Uint8Array ? value.length : 0;
    if (size > 256) candidates.push([tag, size]);
    total += size;
  }
  candidates.sort((a, b) => b[1] - a[1]);
  for (const [tag, size] of candidates) {
    if (size <= storeLimits.inlineBytes && total <= storeLimits.bagBytes) break;
    const value = inline.get(tag);
    large.push([tag, largeValueOf(typeof value === 'string' ? Buffer.from(value, 'utf16le') : (value as Uint8Array))]);
    inline.delete(tag);
    total -= size;
  }
  return { inline, large };
}
