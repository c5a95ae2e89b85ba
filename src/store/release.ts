import { decodeBag, encodeBag, type LargeValue, type MessageContent, type PropertyTag } from '../mapi/index.ts';
import { batches } from './batches.ts';
import type { ContentReader } from './content.ts';
import { contentState } from './content-state.ts';
import type { MailboxContext } from './internal.ts';
import { formatReferences, parseReferences, readFully, storedLargeValue } from './large-value.ts';
import { storeLimits } from './limits.ts';
import { bagsOf, bytesOf, formatMailReferences, type MailReference } from './mail-values.ts';
import { isReleasedTag } from './message-content-tags.ts';
import { type FullMessageRow, messageRow } from './message-rows.ts';
import type { MessageLink } from './sync-state.ts';

/** See {@link SyncState.releaseContent}. The mail is read before the transaction, in which nobody else can write. */
export async function releaseContent(
  context: MailboxContext,
  contents: ContentReader,
  link: MessageLink,
  changeNumber: number,
): Promise<boolean> {
  const row = await messageRow(context, 'key', link.key);
  if (row?.content_state !== contentState.local || row.cn !== changeNumber) return false;
  const attachments = await context
    .db()
    .selectFrom('attachment')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('message_key', '=', link.key)
    .execute();

  let values: MailValues | undefined;
  const split = async (properties: Uint8Array, largeValues: string | null) => {
    const candidates = releasedValues(context, link.key, properties, largeValues);
    if (candidates.length === 0) return [];
    // Fetched for those that have something to give up alone.
    values ??= valuesOf(await contents.mail(context, row, true));
    return findAll(candidates, values);
  };
  const own = await split(row.properties, row.large_values);
  const parts = [];
  for (const one of attachments)
    parts.push({
      id: one.id,
      own: released(one.properties, one.large_values, await split(one.properties, one.large_values)),
      embedded:
        one.embedded_properties &&
        released(
          one.embedded_properties,
          one.embedded_large_values,
          await split(one.embedded_properties, one.embedded_large_values),
        ),
    });
  const message = released(row.properties, row.large_values, await withBeginnings(own));
  const chunks = [message, ...parts.flatMap((part) => [part.own, ...(part.embedded ? [part.embedded] : [])])].flatMap(
    ({ valueIds }) => valueIds,
  );
  const changed = parts.filter((part) => part.own.in_mail !== null || part.embedded?.in_mail);
  if (message.in_mail === null && changed.length === 0) return true;

  return context.transaction(async () => {
    if (!(await isAsBefore(context, row, link))) return false;
    const { properties, large_values, in_mail } = message;
    await context
      .db()
      .updateTable('message')
      .set({ content_state: contentState.released, properties, large_values, in_mail })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', link.key)
      .execute();
    for (const part of changed)
      await context
        .db()
        .updateTable('attachment')
        .set({
          properties: part.own.properties,
          large_values: part.own.large_values,
          in_mail: part.own.in_mail,
          ...(part.embedded
            ? {
                embedded_properties: part.embedded.properties,
                embedded_large_values: part.embedded.large_values,
                embedded_in_mail: part.embedded.in_mail,
              }
            : {}),
        })
        .where('mailbox_id', '=', context.mailbox.id)
        .where('message_key', '=', link.key)
        .where('id', '=', part.id)
        .execute();
    for (const some of batches(chunks, storeLimits.keysPerStatement))
      await context
        .db()
        .deleteFrom('large_value')
        .where('mailbox_id', '=', context.mailbox.id)
        .where('message_key', '=', link.key)
        .where('value_id', 'in', some)
        .execute();
    return true;
  });
}

/** Nobody changed it since it was compared with the mail, it does not wait for the backend, and that is its mail still. */
async function isAsBefore(context: MailboxContext, before: FullMessageRow, link: MessageLink): Promise<boolean> {
  const of = { mailbox_id: context.mailbox.id };
  const row = await messageRow(context, 'key', link.key);
  if (row?.content_state !== contentState.local || row.cn !== before.cn) return false;
  const waiting = await context
    .db()
    .selectFrom('outbox')
    .select('kind')
    .where((eb) => eb.and({ ...of, object_key: link.key }))
    .where('kind', 'in', ['message', 'submit'])
    .executeTakeFirst();
  const tied = await context
    .db()
    .selectFrom('message_link')
    .select('base')
    .where((eb) => eb.and({ ...of, message_key: link.key, remote_folder: link.remoteFolder, remote_id: link.remoteId }))
    .executeTakeFirst();
  return waiting === undefined && tied !== undefined;
}

interface Candidate {
  readonly tag: PropertyTag;
  /** 0: it stands in the row. */
  readonly valueId: number;
  readonly value: LargeValue;
}

/** The values of a bag that are large enough to go, and of properties that may. */
function releasedValues(
  context: MailboxContext,
  key: number,
  properties: Uint8Array,
  largeValues: string | null,
): Candidate[] {
  const inline = [...decodeBag(properties)].flatMap(([tag, value]) => {
    const bytes = bytesOf(value);
    return bytes ? [{ tag, valueId: 0, value: bytes }] : [];
  });
  const large = parseReferences(largeValues).map(([tag, valueId, size]) => ({
    tag,
    valueId,
    value: storedLargeValue(context.chunks, key, valueId, size),
  }));
  return [...inline, ...large].filter(({ tag, value }) => isReleasedTag(tag) && value.size >= storeLimits.releasedFrom);
}

/** All values of a mail with their places, by tag and size. */
type MailValues = ReadonlyMap<string, readonly { readonly place: string; readonly value: LargeValue }[]>;

function valuesOf(mail: MessageContent): MailValues {
  const values = new Map<string, { place: string; value: LargeValue }[]>();
  for (const [place, bag] of bagsOf(mail))
    for (const [tag, stored] of bag) {
      const value = isReleasedTag(tag) ? bytesOf(stored) : undefined;
      if (!value) continue;
      const name = `${tag} ${value.size}`;
      const same = values.get(name);
      if (same) same.push({ place, value });
      else values.set(name, [{ place, value }]);
    }
  return values;
}

interface Found extends Candidate {
  readonly reference: MailReference;
}

/** Those that the mail has, wherever in it, with the same bytes. */
async function findAll(candidates: readonly Candidate[], values: MailValues): Promise<Found[]> {
  const found: Found[] = [];
  for (const candidate of candidates) {
    const { tag, valueId, value } = candidate;
    for (const there of values.get(`${tag} ${value.size}`) ?? []) {
      if (!(await isSame(value, there.value))) continue;
      found.push({ ...candidate, reference: [tag, valueId, value.size, there.place] });
      break;
    }
  }
  return found;
}

/** Compares values of one size a piece at a time. */
async function isSame(a: LargeValue, b: LargeValue): Promise<boolean> {
  for (let at = 0; at < a.size; at += storeLimits.chunkBytes) {
    const length = Math.min(storeLimits.chunkBytes, a.size - at);
    if (Buffer.compare(await readFully(a, at, length), await readFully(b, at, length)) !== 0) return false;
  }
  return true;
}

/** For the message's own values, which tables show. */
const withBeginnings = (found: readonly Found[]): Promise<Found[]> =>
  Promise.all(
    found.map(async (one) => {
      const beginning = await readFully(one.value, 0, Math.min(one.value.size, storeLimits.beginningBytes));
      const [tag, valueId, size, place] = one.reference;
      return { ...one, reference: [tag, valueId, size, place, Buffer.from(beginning).toString('base64')] };
    }),
  );

/** The columns of a bag without what was found in the mail, and the numbers of the chunks that go. */
function released(properties: Uint8Array, largeValues: string | null, found: readonly Found[]) {
  const bag = decodeBag(properties);
  const valueIds = new Set<number>();
  for (const { tag, valueId } of found)
    if (valueId === 0) bag.delete(tag);
    else valueIds.add(valueId);
  return {
    properties: encodeBag(bag),
    large_values: formatReferences(parseReferences(largeValues).filter(([, valueId]) => !valueIds.has(valueId))),
    in_mail: formatMailReferences(found.map(({ reference }) => reference)),
    valueIds: [...valueIds],
  };
}
