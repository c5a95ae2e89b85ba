import { decodeBag, getProperty, PidTag, type PropertyBag, type PropertyTag } from '../../mapi/index.ts';
import type { MailboxContext } from '../internal.ts';
import { decodeRecipients } from '../recipients.ts';
import type { Message, MessageKey } from '../types.ts';
import type { Lookup } from './matches.ts';

/**
 * Recipients and attachments that a restriction asks for, by the property that stands for them. Of a message whose
 * content is on the backend only those that are here; nothing is fetched.
 */
export async function partsOf(
  context: MailboxContext,
  messages: readonly Message[],
  partTags: ReadonlySet<PropertyTag>,
): Promise<Map<MessageKey, ReadonlyMap<PropertyTag, readonly Lookup[]>>> {
  const result = new Map<MessageKey, Map<PropertyTag, Lookup[]>>(messages.map(({ key }) => [key, new Map()]));
  const keys = [...result.keys()];
  if (keys.length === 0) return result;
  if (partTags.has(PidTag.MessageRecipients)) {
    const rows = await context
      .db()
      .selectFrom('message')
      .select(['key', 'recipients'])
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', 'in', keys)
      .execute();
    for (const row of rows) {
      result.get(row.key)!.set(PidTag.MessageRecipients, decodeRecipients(row.recipients).map(lookupOf));
    }
  }
  if (partTags.has(PidTag.MessageAttachments)) {
    const rows = await context
      .db()
      .selectFrom('attachment')
      .select(['message_key', 'properties', 'number', 'size'])
      .where('mailbox_id', '=', context.mailbox.id)
      .where('message_key', 'in', keys)
      .where('parent_id', 'is', null)
      .orderBy('number')
      .execute();
    for (const row of rows) {
      const bag = decodeBag(row.properties);
      bag.set(PidTag.AttachNumber, row.number);
      bag.set(PidTag.AttachSize, row.size);
      const parts = result.get(row.message_key)!;
      parts.set(PidTag.MessageAttachments, [...(parts.get(PidTag.MessageAttachments) ?? []), lookupOf(bag)]);
    }
  }
  return result;
}

const lookupOf =
  (bag: PropertyBag): Lookup =>
  (tag) =>
    getProperty(bag, tag);
