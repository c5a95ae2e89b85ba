import {
  type AttachmentContent,
  attachMethod,
  ec,
  idOf,
  isPropertyError,
  isTypedValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  propertyRow,
  recipientRow,
  storedTag,
  typeOf,
} from '../mapi/index.ts';
import * as d from '../protocols/rop/definitions/index.ts';
import { recipientOfRow } from '../protocols/rop/recipients.ts';
import { decode } from '../wire/index.ts';
import { type OpenMailbox, readRows, release } from './mailbox.ts';
import { type Handle, newHandle, ropCall, succeeded } from './rop-call.ts';
import type { RopClient } from './rop-client.ts';

/** What follows from other properties of a message: it is there, but lists leave it out (MS-OXCPRPT 3.2.5.3). */
const unlisted: readonly PropertyTag[] = [
  PidTag.SubjectPrefix,
  PidTag.NormalizedSubject,
  PidTag.ConversationTopic,
  PidTag.ConversationId,
  PidTag.Priority,
  PidTag.NativeBody,
  PidTag.RtfInSync,
];

/** Bytes asked for at a time. */
const chunkBytes = 0x7000;

/**
 * All of a stored message as it is read online: every property, large ones by stream, recipients, attachments with
 * messages in them. Throws MapiError, ecNotFound for one that is not there.
 */
export async function readMessage(
  client: RopClient,
  mailbox: OpenMailbox,
  folderId: bigint,
  messageId: bigint,
): Promise<MessageContent> {
  const message = newHandle();
  const opened = await client.run(
    ropCall(d.RopOpenMessage, [mailbox.logon, message], { codePageId: 0x0fff, folderId, openModeFlags: 0, messageId }),
  );
  const content = await readOpened(client, message, opened);
  await release(client, message);
  return content;
}

/** These of the properties of an open object, as far as it has them and they fit into an answer. */
async function readProperties(
  client: RopClient,
  handle: Handle,
  propertyTags: PropertyTag[],
): Promise<Map<PropertyTag, PropertyValue>> {
  if (propertyTags.length === 0) return new Map();
  const get = { propertySizeLimit: 0, wantUnicode: 1, propertyTags };
  const { rowData } = await client.run(ropCall(d.RopGetPropertiesSpecific, handle, get, propertyTags));
  const cells = decode(propertyRow(propertyTags), rowData);
  return new Map(
    cells.flatMap((cell, i) =>
      isPropertyError(cell) || isTypedValue(cell) ? [] : [[propertyTags[i]!, cell] as const],
    ),
  );
}

async function readOpened(client: RopClient, message: Handle, opened: d.OpenedMessage): Promise<MessageContent> {
  const properties = await readAllProperties(client, message);
  const others = unlisted.filter((tag) => storedTag(properties, tag) === undefined);
  for (const [tag, value] of await readProperties(client, message, others)) properties.set(tag, value);
  return {
    properties,
    recipients: await readRecipients(client, message, opened),
    attachments: await readAttachments(client, message),
  };
}

/** Every property of an open object; what does not fit into an answer comes by stream. */
export async function readAllProperties(client: RopClient, handle: Handle): Promise<PropertyBag> {
  const { propertyValues } = await client.run(
    ropCall(d.RopGetPropertiesAll, handle, { propertySizeLimit: 0, wantUnicode: 1 }),
  );
  const bag: PropertyBag = new Map();
  const large = new Set<number>();
  for (const { tag, value } of propertyValues) {
    if (typeOf(tag) !== Ptyp.ErrorCode) bag.set(tag, value);
    else if (value === ec.notEnoughMemory) large.add(idOf(tag));
    else throw new Error(`property 0x${tag.toString(16)}: 0x${(value as number).toString(16)}`);
  }
  if (large.size === 0) return bag;
  const { propertyTags } = await client.run(ropCall(d.RopGetPropertiesList, handle, {}));
  for (const tag of propertyTags.filter((one) => large.has(idOf(one)))) {
    // What is embedded is opened, not read.
    if (typeOf(tag) === Ptyp.Object) continue;
    const bytes = await readStream(client, handle, tag);
    if (bytes !== undefined) bag.set(tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
  }
  return bag;
}

/** A property by RopOpenStream and RopReadStream; undefined when there is none. */
export async function readStream(
  client: RopClient,
  handle: Handle,
  propertyTag: PropertyTag,
): Promise<Buffer | undefined> {
  const stream = newHandle();
  const open = ropCall(d.RopOpenStream, [handle, stream], { propertyTag, openModeFlags: 0 });
  const [opened] = await client.execute(open);
  if (opened.returnValue === ec.notFound) return undefined;
  const { streamSize } = succeeded(open, opened);
  const chunks: Uint8Array[] = [];
  for (;;) {
    const read = ropCall(d.RopReadStream, stream, { byteCount: d.useMaximum, maximumByteCount: chunkBytes });
    const { data } = await client.run(read);
    if (data.length === 0) break;
    chunks.push(data);
  }
  await release(client, stream);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== streamSize) throw new Error(`a stream of ${streamSize} bytes gave ${bytes.length}`);
  return bytes;
}

async function readRecipients(
  client: RopClient,
  message: Handle,
  { recipientCount, recipientColumns, recipientRows }: d.OpenedMessage,
): Promise<PropertyBag[]> {
  const columns = [...recipientColumns];
  const rows: { recipientType: number; recipientRow: Uint8Array }[] = [...recipientRows];
  while (rows.length < recipientCount) {
    const more = await client.run(ropCall(d.RopReadRecipients, message, { rowId: rows.length, reserved: 0 }));
    rows.push(...more.recipientRows);
  }
  return rows.map(({ recipientType, recipientRow: bytes }, rowId) =>
    recipientOfRow(decode(recipientRow(columns), bytes), columns, rowId, recipientType),
  );
}

async function readAttachments(client: RopClient, message: Handle): Promise<AttachmentContent[]> {
  const table = newHandle();
  const columns = [PidTag.AttachNumber];
  await client.runAll(
    ropCall(d.RopGetAttachmentTable, [message, table], { tableFlags: d.tableFlags.useUnicode }),
    ropCall(d.RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
  );
  const numbers = (await readRows(client, table, columns)).map(([number]) => number as number);
  await release(client, table);
  const found: AttachmentContent[] = [];
  for (const attachmentId of numbers) {
    const attachment = newHandle();
    await client.run(ropCall(d.RopOpenAttachment, [message, attachment], { openAttachmentFlags: 0, attachmentId }));
    const properties = await readAllProperties(client, attachment);
    if (properties.get(PidTag.AttachMethod) === attachMethod.embeddedMessage) {
      const inner = newHandle();
      const { message: opened } = await client.run(
        ropCall(d.RopOpenEmbeddedMessage, [attachment, inner], { codePageId: 0x0fff, openModeFlags: 0 }),
      );
      found.push({ number: attachmentId, properties, embedded: await readOpened(client, inner, opened) });
      await release(client, inner);
    } else found.push({ number: attachmentId, properties });
    await release(client, attachment);
  }
  return found;
}
