import {
  isLargeValue,
  type LargeValue,
  type MessageContent,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  type ReadonlyPropertyBag,
  type StoredValue,
  typeOf,
} from '../mapi/index.ts';
import { contentState } from './content-state.ts';
import { ContentUnavailable } from './content-unavailable.ts';
import { type ChunkSource, largeValueOf, readFully } from './large-value.ts';
import { storeLimits } from './limits.ts';

/**
 * A value of a released message that the backend's mail has: its tag; the number of the chunks that it was, 0 when it
 * stood in the row; its bytes, text being UTF-16; where it is in what the mail is read as (see {@link bagsOf}); and, of
 * the message's own values, what tables show of it, in base64.
 */
export type MailReference = readonly [
  tag: PropertyTag,
  valueId: number,
  size: number,
  place: string,
  beginning?: string,
];

/** A value that is read from the backend's mail when it is asked for. */
interface MailValue extends LargeValue {
  readonly inMail: true;
}

export const isMailValue = (value: StoredValue | undefined): value is MailValue =>
  value !== undefined && isLargeValue(value) && (value as Partial<MailValue>).inMail === true;

export const parseMailReferences = (text: string | null): MailReference[] =>
  text === null ? [] : (JSON.parse(text) as MailReference[]);

export const formatMailReferences = (references: readonly MailReference[]): string | null =>
  references.length === 0 ? null : JSON.stringify(references);

/**
 * All bags of a message with their places: `` is the message itself, `2` its third attachment, `2/` the message in that,
 * `2/0` the first attachment of that one.
 */
export function* bagsOf(content: MessageContent, place = ''): Generator<readonly [string, ReadonlyPropertyBag]> {
  yield [place, content.properties];
  for (const [index, { properties, embedded }] of content.attachments.entries()) {
    yield [`${place}${index}`, properties];
    if (embedded) yield* bagsOf(embedded, `${place}${index}/`);
  }
}

/** Text or bytes as a large value, text as UTF-16; undefined for anything else. */
export function bytesOf(value: StoredValue | undefined): LargeValue | undefined {
  if (typeof value === 'string') return largeValueOf(Buffer.from(value, 'utf16le'));
  if (value instanceof Uint8Array) return largeValueOf(value);
  return value !== undefined && isLargeValue(value) ? value : undefined;
}

/** The bytes behind a reference. Throws ContentUnavailable when the mail is another one. */
function valueIn(mail: MessageContent, [tag, , size, place]: MailReference): LargeValue {
  for (const [at, bag] of bagsOf(mail)) {
    const value = at === place ? bytesOf(bag.get(tag)) : undefined;
    if (value?.size === size) return value;
  }
  throw new ContentUnavailable('the mail does not have what it had', { lasting: true });
}

/** Puts the values of a released bag into it as they were before, given the mail. */
export async function putMailValues(bag: PropertyBag, mail: MessageContent, inMail: string | null): Promise<void> {
  for (const reference of parseMailReferences(inMail)) {
    const [tag, valueId, size] = reference;
    const value = valueIn(mail, reference);
    if (valueId === 0) {
      const bytes = await readFully(value, 0, size);
      bag.set(tag, typeOf(tag) === Ptyp.String ? Buffer.from(bytes).toString('utf16le') : bytes);
    } else bag.set(tag, value);
  }
}

/** A released value that is fetched only when it is read, and not for its beginning. */
export function mailValue(
  source: ChunkSource,
  messageKey: number,
  version: number,
  reference: MailReference,
): LargeValue {
  const [, , size, , encoded] = reference;
  const beginning = Buffer.from(encoded ?? '', 'base64');
  const value: MailValue = {
    inMail: true,
    size,
    async read(offset, length) {
      const end = Math.min(size, offset + Math.min(length, storeLimits.readBytes));
      if (end <= offset) return new Uint8Array(0);
      if (end <= beginning.length) return beginning.subarray(offset, end);
      return valueIn(await source.mail(messageKey, version), reference).read(offset, end - offset);
    },
  };
  return value;
}

/** What became of chunks that were released while somebody had them open; undefined when they were not. */
export async function releasedValue(
  source: ChunkSource,
  messageKey: number,
  valueId: number,
): Promise<LargeValue | undefined> {
  const message = await source
    .db()
    .selectFrom('message')
    .select(['in_mail', 'content_version'])
    .where('mailbox_id', '=', source.mailboxId)
    .where('key', '=', messageKey)
    .where('content_state', '=', contentState.released)
    .executeTakeFirst();
  if (!message) return undefined;
  const attachments = await source
    .db()
    .selectFrom('attachment')
    .select(['in_mail', 'embedded_in_mail'])
    .where('mailbox_id', '=', source.mailboxId)
    .where('message_key', '=', messageKey)
    .execute();
  const all = [message.in_mail, ...attachments.flatMap((row) => [row.in_mail, row.embedded_in_mail])];
  const reference = all.flatMap(parseMailReferences).find(([, released]) => released === valueId);
  return reference && mailValue(source, messageKey, message.content_version, reference);
}
