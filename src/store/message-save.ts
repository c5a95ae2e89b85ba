import { randomUUID } from 'node:crypto';
import { splitSubject } from '../formats/index.ts';
import {
  ec,
  getBigint,
  getNumber,
  getString,
  idOf,
  MapiError,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  removeProperty,
  setProperty,
  storedTag,
} from '../mapi/index.ts';
import { attachmentIds, measureAttachments, removeAttachments, writeAttachment, writeBag } from './attachments.ts';
import { batches } from './batches.ts';
import { isStoredMessageTag } from './computed-message.ts';
import { contentState } from './content-state.ts';
import { applyCounts, count, noChange } from './counters.ts';
import type { MessageEvent } from './events.ts';
import { checkNewId } from './given-id.ts';
import type { MailboxContext } from './internal.ts';
import { splitBag } from './large-value.ts';
import { storeLimits } from './limits.ts';
import { derivedColumns, timeColumn } from './message-columns.ts';
import { isContentTag } from './message-content-tags.ts';
import { checkFolder, type FullMessageRow, messageRow } from './message-rows.ts';
import { queue, queueAll } from './outbox.ts';
import { encodeRecipients, setDisplayNames } from './recipients.ts';
import { bagOf, computedFlags, mf } from './rows.ts';
import { ownSourceKey } from './source-keys.ts';
import type { FolderId, Message, MessageChange, MessageId, MessageKey, NewMessage, Origin } from './types.ts';
import { nextVersion } from './versions.ts';

/** Remote content that was fetched because a change needs it here. */
interface Localised {
  readonly version: number;
  readonly content: MessageContent;
}

/** See {@link Mailbox.saveMessage}. `created` tells what a new message is announced as. */
export async function saveMessage(
  context: MailboxContext,
  change: MessageChange,
  origin: Origin,
  created?: Partial<MessageEvent>,
): Promise<Message> {
  // Before the transaction: the backend may take its time, and nobody can write meanwhile.
  const localised = context.inTransaction() ? undefined : await localise(context, change, origin);
  return context.transaction(async () => {
    if (change.id === undefined) return (await insertMessages(context, change.folderId, [change], origin, created))[0]!;
    const key = await updateMessage(context, change, change.id, origin, localised);
    return context.messageFromRow((await messageRow(context, 'key', key))!);
  });
}

/** Brings the content of a message here, whole, for what outlasts the backend's mail. Throws ContentUnavailable. */
export async function bringContentHere(context: MailboxContext, id: MessageId, origin: Origin): Promise<void> {
  const row = await messageRow(context, 'id', id);
  if (!row || row.content_state === contentState.local) return;
  const localised = await fetchContent(context, row);
  await context.transaction(() => updateMessage(context, { folderId: row.folder_id }, id, origin, localised, true));
}

/** See {@link Mailbox.createMessages}. */
export const createMessages = (
  context: MailboxContext,
  folderId: FolderId,
  changes: readonly NewMessage[],
  origin: Origin,
): Promise<Message[]> => context.transaction(() => insertMessages(context, folderId, changes, origin));

/**
 * Puts new messages into a folder, with as few statements as go for all of them. `event` changes what they are announced
 * as. Only in a transaction.
 */
async function insertMessages(
  context: MailboxContext,
  folderId: FolderId,
  changes: readonly NewMessage[],
  origin: Origin,
  event: Partial<MessageEvent> = {},
): Promise<Message[]> {
  if (changes.length === 0) return [];
  for (const associated of new Set(changes.map((change) => change.associated ?? false)))
    await checkFolder(context, folderId, associated);
  // One counter a message for key, id and change number, which are never compared with one another: so the ids of a
  // folder's messages are few ranges, and what replicas send as their state stays small.
  const first = await context.allocate(changes.length);
  const drafts: NewRow[] = [];
  for (const [index, change] of changes.entries())
    drafts.push(await newRow(context, folderId, change, first + index, origin));
  const rows = drafts.map(({ row }) => row);
  for (const batch of batches(rows, storeLimits.rowsPerInsert))
    await context.db().insertInto('message').values(batch).execute();

  const counts = noChange();
  const messages: Message[] = [];
  for (const draft of drafts) {
    const row = { ...draft.row, ...(await completion(context, draft)) };
    count(counts, row, 1);
    messages.push(context.messageFromRow(row));
    announce(context, draft.change, row, origin, event);
  }
  await applyCounts(context, folderId, counts, origin);
  await queueAll(
    context,
    'message',
    drafts.map(({ row }) => ({ objectKey: row.key, change: row.cn })),
    origin,
  );
  return messages;
}

type NewRow = Awaited<ReturnType<typeof newRow>>;

/** The row of a new message. What has chunks or attachments gets them, and its bag, by {@link completion}. */
async function newRow(
  context: MailboxContext,
  folderId: FolderId,
  change: NewMessage,
  key: MessageKey,
  origin: Origin,
) {
  const associated = change.associated ?? false;
  const cn = key;
  const id = change.newId ?? key;
  if (change.newId !== undefined) await checkNewId(context, 'message', change.newId, key);

  const now = context.now();
  const created = timeColumn(getBigint(change.set ?? new Map(), PidTag.CreationTime) ?? now);
  const bag: PropertyBag = new Map();
  applyProperties(bag, change);
  setDefaults(bag, created);
  const recipients = change.recipients ? await encodeRecipients(change.recipients) : null;
  if (change.recipients) setDisplayNames(bag, change.recipients);

  const givenFlags = change.flags ?? getNumber(change.set ?? new Map(), PidTag.MessageFlags);
  const fromClient = origin.kind === 'client';
  const read = change.read ?? (givenFlags === undefined ? fromClient || associated : (givenFlags & mf.read) !== 0);
  const flags = (givenFlags ?? (fromClient && !associated ? mf.unsent : 0)) & ~computedFlags;
  const remote = change.remoteContent;
  const attachments = remote ? [] : (change.putAttachments ?? []);
  checkAttachmentCount(attachments.length);
  const inParts = attachments.length > 0 || splitBag(bag).large.length > 0;
  const whole = inParts ? emptyBag : await writeBag(context, key, null, bag);
  const row = {
    mailbox_id: context.mailbox.id,
    key,
    id,
    folder_id: folderId,
    associated: associated ? 1 : 0,
    deleted: 0,
    deleted_at: null,
    created,
    last_modified: timeColumn(change.lastModified ?? now),
    size: remote?.size ?? whole.size + (recipients?.length ?? 0),
    flags: flags | mf.unmodified | (read ? mf.everRead : 0),
    read: read ? 1 : 0,
    status: getNumber(change.set ?? new Map(), PidTag.MessageStatus) ?? 0,
    has_attachments: remote?.hasAttachments ? 1 : 0,
    ...nextVersion(context, cn, undefined, change),
    read_cn: cn,
    source_key: ownSourceKey(context, change.sourceKey, id),
    content_state: remote ? contentState.remote : contentState.local,
    content_version: cn,
    ...derivedColumns(bag, created),
    recipients,
    properties: whole.properties,
    large_values: whole.large_values,
    in_mail: null,
  };
  return { row, change, parts: inParts ? { bag, attachments } : undefined };
}

/** Chunks and attachments hang on the row, so it came first and is completed after them. Returns what changed in it. */
async function completion(context: MailboxContext, { row, change, parts }: NewRow) {
  if (!parts) return {};
  const { key } = row;
  const written = await writeBag(context, key, null, parts.bag);
  let size = written.size + (row.recipients?.length ?? 0);
  for (const attachment of parts.attachments) size += await writeAttachment(context, key, null, attachment);
  const visible = parts.attachments.length > 0 && (await measureAttachments(context, key)).visible;
  const completed = {
    size: change.remoteContent?.size ?? size,
    properties: written.properties,
    large_values: written.large_values,
    ...(visible ? { has_attachments: 1 } : {}),
  };
  await context
    .db()
    .updateTable('message')
    .set(completed)
    .where('mailbox_id', '=', context.mailbox.id)
    .where('key', '=', key)
    .execute();
  return completed;
}

function announce(
  context: MailboxContext,
  change: NewMessage,
  row: NewRow['row'],
  origin: Origin,
  event: Partial<MessageEvent>,
): void {
  const of = {
    object: 'message',
    folderId: row.folder_id,
    messageId: row.id,
    associated: row.associated !== 0,
    origin,
  } as const;
  context.emit({ ...of, kind: 'created', ...event });
  if (!change.newMail) return;
  context.emit({
    ...of,
    kind: 'newMail',
    messageClass: row.message_class,
    messageFlags: (row.flags & ~mf.everRead) | (row.has_attachments ? mf.hasAttach : 0) | (row.read ? mf.read : 0),
  });
}

const emptyBag = { properties: new Uint8Array(0), large_values: null, size: 0 };

function checkAttachmentCount(number: number): void {
  if (number > storeLimits.attachmentsPerMessage) throw new MapiError(ec.tooBig, 'too many attachments');
}

async function updateMessage(
  context: MailboxContext,
  change: MessageChange,
  id: number,
  origin: Origin,
  localised: Localised | undefined,
  needsContent = false,
): Promise<MessageKey> {
  const before = await messageRow(context, 'id', id);
  if (!before || before.folder_id !== change.folderId) throw new MapiError(ec.notFound, 'no such message');
  if (change.baseChangeNumber !== undefined && change.baseChangeNumber !== before.cn) {
    throw new MapiError(ec.objectModified);
  }
  const { key } = before;
  let bag = bagOf(context.chunks, key, before.properties, before.large_values);
  const touchesContent = change.replace || changesContent(change, bag);
  let recipients = before.recipients;
  let remote = before.content_state !== contentState.local;
  /** Those that are here of a released message, written anew with what was not. */
  let stale: number[] = [];

  if (change.replace) {
    bag = keptOnReplacement(bag);
    recipients = null;
    remote = false;
  } else if (remote && (needsContent || (touchesContent && origin.kind === 'client'))) {
    const { content } = localised?.version === before.content_version ? localised : await fetchContent(context, before);
    stale = await attachmentIds(context, key, 'all');
    bag = new Map();
    for (const [tag, value] of content.properties) if (isStoredMessageTag(tag)) setProperty(bag, tag, value);
    recipients = await encodeRecipients(content.recipients);
    for (const attachment of content.attachments) await writeAttachment(context, key, null, attachment);
    remote = false;
  }

  applyProperties(bag, change);
  if (change.recipients) {
    recipients = await encodeRecipients(change.recipients);
    setDisplayNames(bag, change.recipients);
  }
  let attachmentSize: number | undefined;
  let hasAttachments = before.has_attachments;
  if (!remote) {
    const put = change.putAttachments ?? [];
    const replaced = change.replace ? 'all' : [...(change.removeAttachments ?? []), ...put.map(({ number }) => number)];
    const gone = await attachmentIds(context, key, replaced);
    // The new ones may be read from the old ones.
    for (const attachment of put) await writeAttachment(context, key, null, attachment);
    await removeAttachments(context, key, [...gone, ...stale]);
    const measured = await measureAttachments(context, key);
    checkAttachmentCount(measured.count);
    attachmentSize = measured.size;
    hasAttachments = measured.visible ? 1 : 0;
  }
  const written = await writeBag(context, key, null, bag, before.large_values);

  const cn = await context.allocate(1);
  const read = change.read === undefined ? before.read : change.read ? 1 : 0;
  const flags =
    (change.flags === undefined ? before.flags : (change.flags & ~computedFlags) | (before.flags & mf.unmodified)) |
    (read ? mf.everRead : 0);
  const after = {
    ...nextVersion(context, cn, before.pcl, change),
    ...(read === before.read ? {} : { read_cn: cn }),
    ...(change.sourceKey ? { source_key: ownSourceKey(context, change.sourceKey, id) } : {}),
    last_modified: timeColumn(change.lastModified ?? context.now()),
    flags: touchesContent && origin.kind === 'client' ? flags & ~mf.unmodified : flags,
    read,
    size: remote ? before.size : written.size + (recipients?.length ?? 0) + (attachmentSize ?? 0),
    has_attachments: hasAttachments,
    content_state: remote ? before.content_state : contentState.local,
    content_version: remote ? before.content_version : cn,
    ...derivedColumns(bag, BigInt(before.created)),
    recipients,
    properties: written.properties,
    large_values: written.large_values,
    in_mail: remote ? before.in_mail : null,
    hidden_tags: remote ? hiddenTags(before.hidden_tags, change) : null,
  };
  await context
    .db()
    .updateTable('message')
    .set(after)
    .where('mailbox_id', '=', context.mailbox.id)
    .where('key', '=', key)
    .execute();

  const counts = noChange();
  count(counts, before, -1);
  count(counts, { ...before, ...after }, 1);
  await applyCounts(context, before.folder_id, counts, origin);
  context.emit({
    object: 'message',
    kind: 'modified',
    folderId: before.folder_id,
    messageId: id,
    associated: before.associated !== 0,
    origin,
  });
  await queue(context, 'message', key, cn, origin);
  return key;
}

/** What a message keeps when a whole new version of it does not say: what every message has. */
function keptOnReplacement(before: PropertyBag): PropertyBag {
  const bag: PropertyBag = new Map([[PidTag.MessageClass, 'IPM.Note']]);
  for (const tag of [PidTag.SearchKey, PidTag.MessageDeliveryTime]) {
    const value = before.get(tag);
    if (value !== undefined) bag.set(tag, value);
  }
  return bag;
}

/** Fetches the content of a remote message that the change needs to be here. */
async function localise(
  context: MailboxContext,
  change: MessageChange,
  origin: Origin,
): Promise<Localised | undefined> {
  if (change.id === undefined || change.replace || origin.kind !== 'client') return undefined;
  const row = await messageRow(context, 'id', change.id);
  if (!row || row.content_state === contentState.local) return undefined;
  return changesContent(change, context.messageFromRow(row).properties) ? fetchContent(context, row) : undefined;
}

const fetchContent = async (context: MailboxContext, row: FullMessageRow): Promise<Localised> => ({
  version: row.content_version,
  content: await context.mailbox.content(context.messageFromRow(row)),
});

/** Whether a change reaches what a mail on the backend has in itself. Setting what is already so does not. */
function changesContent(change: MessageChange, bag: ReadonlyPropertyBag): boolean {
  if (change.recipients || change.putAttachments?.length || change.removeAttachments?.length) return true;
  if (change.remove?.some((tag) => isContentTag(tag))) return true;
  for (const [tag, value] of change.set ?? []) {
    if (isContentTag(tag) && !sameValue(bag.get(storedTag(bag, tag) ?? tag), value)) return true;
  }
  return false;
}

function sameValue(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}

/** Puts the changed properties into a bag, and the subject and its parts in step (MS-OXCMSG 2.2.1.46). */
function applyProperties(bag: PropertyBag, change: NewMessage): void {
  const set = change.set ?? new Map();
  for (const tag of change.remove ?? []) removeProperty(bag, tag);
  for (const [tag, value] of set) if (isStoredMessageTag(tag)) setProperty(bag, tag, value);
  const has = (tag: PropertyTag) => getString(set, tag) !== undefined;
  const subject = has(PidTag.Subject) ? getString(bag, PidTag.Subject) : undefined;
  if (subject !== undefined) {
    const prefix = getString(set, PidTag.SubjectPrefix);
    const parts =
      prefix !== undefined && subject.startsWith(prefix)
        ? { prefix, normalized: subject.slice(prefix.length) }
        : splitSubject(subject);
    setProperty(bag, PidTag.SubjectPrefix, parts.prefix);
    setProperty(bag, PidTag.NormalizedSubject, parts.normalized);
  } else if (has(PidTag.SubjectPrefix) || has(PidTag.NormalizedSubject)) {
    const prefix = getString(bag, PidTag.SubjectPrefix) ?? '';
    setProperty(bag, PidTag.Subject, prefix + (getString(bag, PidTag.NormalizedSubject) ?? ''));
  } else if (change.remove?.some((tag) => idOf(tag) === idOf(PidTag.Subject))) {
    removeProperty(bag, PidTag.SubjectPrefix);
    removeProperty(bag, PidTag.NormalizedSubject);
  }
}

/** What every new message has (MS-OXCMSG 3.2.5.2). */
function setDefaults(bag: PropertyBag, created: bigint): void {
  if (!getString(bag, PidTag.MessageClass)) setProperty(bag, PidTag.MessageClass, 'IPM.Note');
  if (storedTag(bag, PidTag.SearchKey) === undefined) setProperty(bag, PidTag.SearchKey, uniqueBytes());
  if (storedTag(bag, PidTag.MessageDeliveryTime) === undefined) setProperty(bag, PidTag.MessageDeliveryTime, created);
}

/** 16 bytes that no other message has; of the same source as UUIDs, which comes in stock. */
const uniqueBytes = (): Buffer => Buffer.from(randomUUID().replaceAll('-', ''), 'hex');

/** Which properties of the remote source are not to be seen any more. */
function hiddenTags(before: string | null, change: MessageChange): string | null {
  const hidden = new Set(before === null ? [] : (JSON.parse(before) as PropertyTag[]));
  for (const tag of change.remove ?? []) hidden.add(tag);
  for (const tag of change.set?.keys() ?? []) hidden.delete(tag);
  return hidden.size === 0 ? null : JSON.stringify([...hidden]);
}
