import {
  type AttachmentContent,
  ec,
  encodeBag,
  getBoolean,
  MapiError,
  type MessageContent,
  PidTag,
  type ReadonlyPropertyBag,
  removeProperty,
  setProperty,
} from '../mapi/index.ts';
import type { MailboxContext } from './internal.ts';
import {
  formatReferences,
  type LargeReference,
  parseReferences,
  type StoredLargeValue,
  splitBag,
  writeLargeValue,
} from './large-value.ts';
import { storeLimits } from './limits.ts';
import { putMailValues } from './mail-values.ts';
import { decodeRecipients, encodeRecipients } from './recipients.ts';
import { bagOf } from './rows.ts';

interface WrittenBag {
  readonly properties: Uint8Array;
  readonly large_values: string | null;
  readonly size: number;
}

/**
 * Writes the bag of a message, or of an object inside it: large values into chunks, the rest as bytes for the row. Of
 * the large values that the row referred to `before`, those still in the bag stay and the others are removed.
 */
export async function writeBag(
  context: MailboxContext,
  messageKey: number,
  attachmentId: number | null,
  bag: ReadonlyPropertyBag,
  before: string | null = null,
): Promise<WrittenBag> {
  if (bag.size > storeLimits.propertiesPerObject) throw new MapiError(ec.tooBig, 'too many properties');
  const { inline, large } = splitBag(bag);
  const known = new Set(parseReferences(before).map(([, valueId]) => valueId));
  const references: LargeReference[] = [];
  let size = 0;
  for (const [tag, value] of large) {
    const stored: Partial<StoredLargeValue> = value;
    const kept =
      stored.mailboxId === context.mailbox.id && stored.messageKey === messageKey && known.has(stored.valueId ?? -1);
    const valueId = kept ? stored.valueId! : await writeLargeValue(context, messageKey, attachmentId, value);
    if (kept) known.delete(valueId);
    references.push([tag, valueId, value.size]);
    size += value.size;
  }
  if (known.size > 0) {
    await context
      .db()
      .deleteFrom('large_value')
      .where('mailbox_id', '=', context.mailbox.id)
      .where('message_key', '=', messageKey)
      .where('value_id', 'in', [...known])
      .execute();
  }
  const properties = encodeBag(inline);
  return { properties, large_values: formatReferences(references), size: size + properties.length };
}

/** Writes an attachment with all that is in it. Returns its bytes. Only in a transaction. */
export async function writeAttachment(
  context: MailboxContext,
  messageKey: number,
  parentId: number | null,
  attachment: AttachmentContent,
  depth = 0,
): Promise<number> {
  if (depth > storeLimits.embeddingDepth) throw new MapiError(ec.tooBig, 'messages are nested too deeply');
  const id = await context.allocate(1);
  const bag = new Map(attachment.properties);
  setProperty(bag, PidTag.AttachNumber, attachment.number);
  // Told from the row, where it counts itself: kept as well it would grow with each writing.
  removeProperty(bag, PidTag.AttachSize);
  const own = await writeBag(context, messageKey, id, bag);
  let size = own.size;
  let embedded: WrittenBag | undefined;
  let recipients: Uint8Array | null = null;
  if (attachment.embedded) {
    embedded = await writeBag(context, messageKey, id, attachment.embedded.properties);
    recipients = await encodeRecipients(attachment.embedded.recipients);
    size += embedded.size + (recipients?.length ?? 0);
    for (const inner of attachment.embedded.attachments) {
      size += await writeAttachment(context, messageKey, id, inner, depth + 1);
    }
  }
  await context
    .db()
    .insertInto('attachment')
    .values({
      mailbox_id: context.mailbox.id,
      message_key: messageKey,
      id,
      parent_id: parentId,
      number: attachment.number,
      hidden: getBoolean(bag, PidTag.AttachmentHidden) ? 1 : 0,
      size,
      properties: own.properties,
      large_values: own.large_values,
      embedded_properties: embedded?.properties ?? null,
      embedded_large_values: embedded?.large_values ?? null,
      embedded_recipients: recipients,
    })
    .execute();
  return size;
}

/**
 * All attachments of a message, in the order of their numbers; large values are read when asked for. Of a released
 * message `mail`, asked for once the rows are read, has those that are not here.
 */
export async function readAttachments(
  context: MailboxContext,
  messageKey: number,
  mail?: () => Promise<MessageContent>,
): Promise<AttachmentContent[]> {
  const rows = await context
    .db()
    .selectFrom('attachment')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('message_key', '=', messageKey)
    .orderBy('number')
    .execute();
  const released = await mail?.();
  const bag = async (properties: Uint8Array, largeValues: string | null, inMail: string | null) => {
    const read = bagOf(context.chunks, messageKey, properties, largeValues);
    if (released) await putMailValues(read, released, inMail);
    return read;
  };
  const inside = async (parentId: number | null): Promise<AttachmentContent[]> => {
    const attachments: AttachmentContent[] = [];
    for (const row of rows) {
      if (row.parent_id !== parentId) continue;
      const properties = await bag(row.properties, row.large_values, row.in_mail);
      setProperty(properties, PidTag.AttachSize, row.size);
      const embedded = row.embedded_properties && {
        properties: await bag(row.embedded_properties, row.embedded_large_values, row.embedded_in_mail),
        recipients: decodeRecipients(row.embedded_recipients),
        attachments: await inside(row.id),
      };
      attachments.push({ number: row.number, properties, ...(embedded ? { embedded } : {}) });
    }
    return attachments;
  };
  return inside(null);
}

/** Ids of the message's own attachments, all or those with one of these numbers. */
export async function attachmentIds(
  context: MailboxContext,
  messageKey: number,
  numbers: readonly number[] | 'all',
): Promise<number[]> {
  if (numbers.length === 0) return [];
  const own = context
    .db()
    .selectFrom('attachment')
    .select('id')
    .where('mailbox_id', '=', context.mailbox.id)
    .where('message_key', '=', messageKey)
    .where('parent_id', 'is', null);
  const rows = await (numbers === 'all' ? own : own.where('number', 'in', numbers)).execute();
  return rows.map((row) => row.id);
}

/** Removes attachments with all that is in them. Only in a transaction. */
export async function removeAttachments(
  context: MailboxContext,
  messageKey: number,
  ids: readonly number[],
): Promise<void> {
  const of = { mailbox_id: context.mailbox.id, message_key: messageKey };
  for (let level = [...ids]; level.length > 0; ) {
    const inner = await context
      .db()
      .selectFrom('attachment')
      .select('id')
      .where((eb) => eb.and(of))
      .where('parent_id', 'in', level)
      .execute();
    await context
      .db()
      .deleteFrom('large_value')
      .where((eb) => eb.and(of))
      .where('attachment_id', 'in', level)
      .execute();
    await context
      .db()
      .deleteFrom('attachment')
      .where((eb) => eb.and(of))
      .where('id', 'in', level)
      .execute();
    level = inner.map((row) => row.id);
  }
}

/** Number, bytes, and whether there is one that people see, of a message's own attachments. */
export async function measureAttachments(
  context: MailboxContext,
  messageKey: number,
): Promise<{ count: number; size: number; visible: boolean }> {
  const rows = await context
    .db()
    .selectFrom('attachment')
    .select(['size', 'hidden'])
    .where('mailbox_id', '=', context.mailbox.id)
    .where('message_key', '=', messageKey)
    .where('parent_id', 'is', null)
    .execute();
  return {
    count: rows.length,
    size: rows.reduce((sum, row) => sum + row.size, 0),
    visible: rows.some((row) => !row.hidden),
  };
}
