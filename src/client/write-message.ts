import {
  type AttachmentContent,
  idOf,
  isLargeValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type PropertyValue,
  type ReadonlyPropertyBag,
  recipientRow,
  recipientTypeOf,
  type StoredValue,
  type TaggedValue,
} from '../mapi/index.ts';
import * as d from '../protocols/rop/definitions/index.ts';
import { rowOfRecipient } from '../protocols/rop/recipients.ts';
import { encode } from '../wire/index.ts';
import { release } from './mailbox.ts';
import { type Handle, newHandle, type RopCall, ropCall, succeeded } from './rop-call.ts';
import type { RopClient } from './rop-client.ts';

/** Larger values go by stream, as Outlook does it. */
const inlineBytes = 4096;
/** Bytes of values in one RopSetProperties. */
const batchBytes = 8192;
/** Bytes in one RopWriteStream. */
const chunkBytes = 0x6000;
const recipientsAtOnce = 50;

/** Counted or computed by the server; not to be set. */
const computedIds = new Set(
  [
    PidTag.AttachNumber,
    PidTag.AttachSize,
    PidTag.HasAttachments,
    PidTag.MessageSize,
    PidTag.MessageSizeExtended,
    PidTag.ObjectType,
    PidTag.AccessLevel,
    PidTag.RecordKey,
  ].map(idOf),
);

/** Gives named properties the ids that the server has for them. */
export type MapTag = (tag: PropertyTag) => PropertyTag;
const sameTag: MapTag = (tag) => tag;

/**
 * Writes all of a message into an empty one that is open: properties, recipients, attachments with messages in them.
 * It is not saved. Gives the numbers that the attachments got. Throws MapiError, and an Error for a property that the
 * server does not take.
 */
export async function writeMessage(
  client: RopClient,
  message: Handle,
  content: MessageContent,
  mapTag: MapTag = sameTag,
): Promise<number[]> {
  await writeProperties(client, message, content.properties, mapTag);
  await writeRecipients(client, message, content.recipients, mapTag);
  const numbers: number[] = [];
  for (const attachment of content.attachments) {
    numbers.push(await writeAttachment(client, message, attachment, mapTag));
  }
  return numbers;
}

async function writeAttachment(
  client: RopClient,
  message: Handle,
  { properties, embedded }: AttachmentContent,
  mapTag: MapTag,
): Promise<number> {
  const attachment = newHandle();
  const { attachmentId } = await client.run(ropCall(d.RopCreateAttachment, [message, attachment], {}));
  await writeProperties(client, attachment, properties, mapTag);
  if (embedded) {
    const inner = newHandle();
    // OpenModeFlags 2: create (MS-OXCMSG 2.2.3.16.1).
    await client.run(ropCall(d.RopOpenEmbeddedMessage, [attachment, inner], { codePageId: 0x0fff, openModeFlags: 2 }));
    await writeMessage(client, inner, embedded, mapTag);
    await client.run(ropCall(d.RopSaveChangesMessage, [inner, inner], { saveFlags: 0x0a }));
    await release(client, inner);
  }
  await client.run(ropCall(d.RopSaveChangesAttachment, [attachment, attachment], { saveFlags: 0x0a }));
  await release(client, attachment);
  return attachmentId;
}

async function writeProperties(
  client: RopClient,
  handle: Handle,
  bag: ReadonlyPropertyBag,
  mapTag: MapTag,
): Promise<void> {
  let batch: TaggedValue[] = [];
  let size = 0;
  const send = async (): Promise<void> => {
    if (batch.length > 0) await setProperties(client, handle, batch);
    batch = [];
    size = 0;
  };
  for (const [kept, value] of bag) {
    if (computedIds.has(idOf(kept))) continue;
    const tag = mapTag(kept);
    const bytes = sizeOf(value);
    if (bytes > inlineBytes && !Array.isArray(value)) {
      await writeStream(client, handle, tag, value);
      continue;
    }
    if (size + bytes > batchBytes) await send();
    batch.push({ tag, value: value as PropertyValue });
    size += bytes;
  }
  await send();
}

/** Sets properties of what is open. Throws an Error when the server refuses one. */
export async function setProperties(
  client: RopClient,
  handle: Handle,
  propertyValues: readonly TaggedValue[],
): Promise<void> {
  const call = ropCall(d.RopSetProperties, handle, { propertyValues: [...propertyValues] });
  noProblems(await client.run(call));
}

function noProblems({ propertyProblems }: { propertyProblems: readonly { propertyTag: number; errorCode: number }[] }) {
  const [problem] = propertyProblems;
  if (problem) {
    throw new Error(`property 0x${problem.propertyTag.toString(16)} refused: 0x${problem.errorCode.toString(16)}`);
  }
}

function sizeOf(value: StoredValue): number {
  if (isLargeValue(value)) return value.size;
  if (typeof value === 'string') return value.length * 2;
  return value instanceof Uint8Array ? value.length : 8;
}

async function writeStream(client: RopClient, handle: Handle, propertyTag: PropertyTag, value: StoredValue) {
  const stream = newHandle();
  await client.run(ropCall(d.RopOpenStream, [handle, stream], { propertyTag, openModeFlags: 2 }));
  for await (const chunk of chunks(value))
    await client.run(ropCall(d.RopWriteStream, stream, { data: new Uint8Array(chunk) }));
  await client.run(ropCall(d.RopCommitStream, stream, {}));
  await release(client, stream);
}

async function* chunks(value: StoredValue): AsyncIterable<Uint8Array> {
  if (isLargeValue(value)) {
    for (let at = 0; at < value.size; at += chunkBytes) yield await value.read(at, chunkBytes);
    return;
  }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf16le') : (value as Uint8Array);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** In the fields of a row (MS-OXCDATA 2.8.3.2), not among its columns. */
const rowIds = new Set(
  [
    PidTag.Rowid,
    PidTag.RecipientType,
    PidTag.AddressType,
    PidTag.EmailAddress,
    PidTag.DisplayName,
    PidTag.TransmittableDisplayName,
    PidTag.AddressBookDisplayNamePrintable,
    PidTag.SendRichInfo,
    PidTag.Responsibility,
  ].map(idOf),
);

async function writeRecipients(
  client: RopClient,
  message: Handle,
  recipients: readonly PropertyBag[],
  mapTag: MapTag,
): Promise<void> {
  if (recipients.length === 0) return;
  const tags = new Map<number, PropertyTag>();
  for (const bag of recipients) for (const tag of bag.keys()) if (!rowIds.has(idOf(tag))) tags.set(idOf(tag), tag);
  const kept = [...tags.values()];
  const recipientColumns = kept.map(mapTag);
  const type = recipientRow(recipientColumns);
  const calls: RopCall[] = [];
  for (let at = 0; at < recipients.length; at += recipientsAtOnce) {
    const recipientRows = recipients.slice(at, at + recipientsAtOnce).map((bag, index) => ({
      rowId: at + index,
      recipientType: (bag.get(PidTag.RecipientType) as number | undefined) ?? recipientTypeOf(bag),
      recipientRow: encode(type, rowOfRecipient(bag, kept)),
    }));
    calls.push(ropCall(d.RopModifyRecipients, message, { recipientColumns, recipientRows }));
  }
  for (const call of calls) succeeded(call, (await client.execute(call))[0]);
}
