import {
  type AttachmentContent,
  decodeBag,
  getString,
  isLargeValue,
  type LargeValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  setProperty,
} from '../mapi/index.ts';
import { readAttachments } from './attachments.ts';
import { isStoredMessageTag } from './computed-message.ts';
import type { ContentCache } from './content-cache.ts';
import { classOfContent, correctClass } from './content-class.ts';
import { contentState } from './content-state.ts';
import { ContentUnavailable } from './content-unavailable.ts';
import type { MailboxContext } from './internal.ts';
import type { StoreLimits } from './limits.ts';
import { putMailValues } from './mail-values.ts';
import type { FullMessageRow } from './message-rows.ts';
import { decodeRecipients } from './recipients.ts';
import { bagOf } from './rows.ts';
import type { ContentSource } from './types.ts';

/** Turns a raw mail into what MAPI holds of it; parseMime of formats/. */
export type Convert = (raw: LargeValue) => Promise<MessageContent>;

export interface ContentReader {
  /**
   * All of a message: from its rows, or from the backend's mail with what is stored laid over it. `passing`: it is one of
   * many that are asked for once, and is not kept where others would have to go for it.
   */
  read(context: MailboxContext, row: FullMessageRow, passing?: boolean): Promise<MessageContent>;
  /** What the backend's mail is read as, by itself. */
  mail(context: MailboxContext, row: FullMessageRow, passing?: boolean): Promise<MessageContent>;
}

/** Reads contents; keeps a few parsed ones in memory and raw ones in the cache. */
export function createContentReader(
  cache: ContentCache,
  source: () => ContentSource | undefined,
  convert: Convert,
  limits: StoreLimits,
): ContentReader {
  const parsed = new Map<string, { content: MessageContent; size: number }>();
  let parsedBytes = 0;

  const keep = (name: string, content: MessageContent) => {
    const size = memoryOf(content);
    parsed.set(name, { content, size });
    parsedBytes += size;
    for (const [oldest, entry] of parsed) {
      if (parsed.size <= limits.parsedContents && parsedBytes <= limits.parsedContentBytes) break;
      parsed.delete(oldest);
      parsedBytes -= entry.size;
    }
  };

  const remote = async (context: MailboxContext, row: FullMessageRow, passing: boolean): Promise<MessageContent> => {
    const name = `${context.mailbox.guid}/${row.key}-${row.content_version}`;
    const known = parsed.get(name);
    if (known) {
      parsed.delete(name);
      parsed.set(name, known);
      return known.content;
    }
    const raw = await cache
      .get(
        name,
        async () => {
          const from = source();
          if (!from) throw new ContentUnavailable('there is no source of message contents');
          return from.fetch(context.mailbox, row.key);
        },
        passing,
      )
      .catch((error) => {
        if (error instanceof ContentUnavailable) throw error;
        throw new ContentUnavailable('the content of the message could not be fetched', { cause: error });
      });
    try {
      const content = await convert(raw);
      if (!passing && !parsed.has(name)) keep(name, content);
      return content;
    } catch (error) {
      if (error instanceof ContentUnavailable) throw error;
      throw new ContentUnavailable('the content of the message could not be made out', { cause: error, lasting: true });
    } finally {
      raw.letGo();
    }
  };

  return {
    mail: (context, row, passing = false) => remote(context, row, passing),
    async read(context, row, passing = false) {
      const stored = bagOf(context.chunks, row.key, row.properties, row.large_values);
      const recipients = decodeRecipients(row.recipients);
      if (row.content_state === contentState.local)
        return { properties: stored, recipients, attachments: await readAttachments(context, row.key) };
      if (row.content_state === contentState.released) {
        const attachments = await noting(context, row, () =>
          readAttachments(context, row.key, async () => {
            const mail = await remote(context, row, passing);
            await putMailValues(stored, mail, row.in_mail);
            return mail;
          }),
        );
        return { properties: stored, recipients, attachments };
      }
      const content = await noting(context, row, () => remote(context, row, passing));
      const properties: PropertyBag = new Map();
      const hidden = new Set(row.hidden_tags === null ? [] : (JSON.parse(row.hidden_tags) as PropertyTag[]));
      for (const [tag, value] of content.properties) {
        if (!hidden.has(tag) && isStoredMessageTag(tag)) properties.set(tag, value);
      }
      for (const [tag, value] of stored) properties.set(tag, value);
      const messageClass = classOfContent(row.message_class, content.properties);
      if (messageClass !== undefined) {
        setProperty(properties, PidTag.MessageClass, messageClass);
        await correctClass(context, row, messageClass);
      }
      return {
        properties,
        recipients: row.recipients === null ? content.recipients.map((recipient) => new Map(recipient)) : recipients,
        attachments: content.attachments.map(copyAttachment),
      };
    },
  };
}

/** Notes a message that cannot be read for good, and does not try it again at once. */
async function noting<T>(context: MailboxContext, row: FullMessageRow, read: () => Promise<T>): Promise<T> {
  const { key, id, content_version: version, folder_id: folderId } = row;
  const before = context.unreadable.recent(key, version);
  if (before !== undefined) throw before;
  try {
    const content = await read();
    context.unreadable.forget(key);
    return content;
  } catch (error) {
    if (error instanceof ContentUnavailable && error.lasting) {
      const subject = getString(decodeBag(row.properties), PidTag.Subject) ?? '';
      context.unreadable.note(key, version, { id, folderId, subject }, error);
    }
    throw error;
  }
}

/** Bags of their own, so that who gets them may change them. */
const copyAttachment = (attachment: AttachmentContent): AttachmentContent => ({
  ...attachment,
  properties: new Map(attachment.properties),
  ...(attachment.embedded
    ? {
        embedded: {
          properties: new Map(attachment.embedded.properties),
          recipients: attachment.embedded.recipients.map((recipient) => new Map(recipient)),
          attachments: attachment.embedded.attachments.map(copyAttachment),
        },
      }
    : {}),
});

/** About how many bytes a content holds in memory; values read from the cache count a little. */
function memoryOf(content: MessageContent): number {
  const ofBag = (bag: PropertyBag): number => {
    let size = 200;
    for (const value of bag.values()) {
      if (typeof value === 'string') size += value.length * 2;
      else if (value instanceof Uint8Array) size += value.length;
      else size += isLargeValue(value) ? 1000 : 50;
    }
    return size;
  };
  let size = ofBag(content.properties);
  for (const recipient of content.recipients) size += ofBag(recipient);
  for (const { properties, embedded } of content.attachments)
    size += ofBag(properties) + (embedded ? memoryOf(embedded) : 0);
  return size;
}
