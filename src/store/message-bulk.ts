import { randomUUID } from 'node:crypto';
import { decodeBag, ec, encodeBag, MapiError, PidTag, setProperty } from '../mapi/index.ts';
import { ContentUnavailable } from './content.ts';
import { applyCounts, count, noChange } from './counters.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import { checkFolder, checkNewId, type FullMessageRow, messageRow, saveMessage } from './message-save.ts';
import { queueAll, queueSubmission } from './outbox.ts';
import { mf } from './rows.ts';
import { ownSourceKey } from './source-keys.ts';
import type { BulkResult, DeleteOptions, FolderId, MessageId, MovedIdentity, Origin } from './types.ts';
import { nextVersion } from './versions.ts';

type Moved = BulkResult & { ids: Map<MessageId, MessageId> };

/** These messages of a folder, in the order asked for; soft-deleted ones too. */
async function rowsOf(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[],
): Promise<FullMessageRow[]> {
  const rows = await context
    .db()
    .selectFrom('message')
    .selectAll()
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', 'in', ids)
    .where('folder_id', '=', folderId)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Where messages really are: a search folder shows messages of others, and what is done to them there is done in their
 * folders (MS-OXCFOLD 2.2.1.6). Messages that the search folder does not show are left out.
 */
async function homesOf(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[],
): Promise<Map<FolderId, MessageId[]>> {
  const folder = await folderType(context, folderId);
  if (folder !== 'search') return new Map([[folderId, [...ids]]]);
  const homes = new Map<FolderId, MessageId[]>();
  for (const batch of batches(ids)) {
    const rows = await shownIn(context, folderId).where('message.id', 'in', batch).execute();
    const folderOf = new Map(rows.map((row) => [row.id, row.folder_id]));
    for (const id of batch) {
      const home = folderOf.get(id);
      if (home === undefined) continue;
      const here = homes.get(home);
      if (here) here.push(id);
      else homes.set(home, [id]);
    }
  }
  return homes;
}

const shownIn = (context: MailboxContext, searchFolderId: FolderId) =>
  context
    .db()
    .selectFrom('search_result')
    .innerJoin('message', (join) =>
      join
        .onRef('message.mailbox_id', '=', 'search_result.mailbox_id')
        .onRef('message.id', '=', 'search_result.message_id'),
    )
    .select(['message.id', 'message.folder_id'])
    .where('search_result.mailbox_id', '=', context.mailbox.id)
    .where('search_result.folder_id', '=', searchFolderId)
    .where('message.deleted', '=', 0);

async function folderType(context: MailboxContext, id: FolderId): Promise<string | undefined> {
  const row = await context
    .db()
    .selectFrom('folder')
    .select('type')
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.type;
}

function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += storeLimits.batch) yield items.slice(at, at + storeLimits.batch);
}

/** See {@link Mailbox.deleteMessages}. Each batch is a transaction of its own. */
export async function deleteMessages(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[],
  options: DeleteOptions,
  origin: Origin,
): Promise<BulkResult> {
  let found = 0;
  const wanted = [...new Set(ids)];
  for (const [home, there] of await homesOf(context, folderId, wanted)) {
    for (const batch of batches(there)) {
      found += await context.transaction(async () => {
        const rows = await rowsOf(context, home, batch);
        await removeRows(context, home, rows, options, origin);
        return rows.length;
      });
    }
  }
  return { partial: found < wanted.length };
}

type RemovedRow = Pick<FullMessageRow, 'key' | 'id' | 'associated' | 'deleted' | 'read' | 'size'>;

/** Deletes rows of one folder and tells everybody. Only in a transaction. */
async function removeRows(
  context: MailboxContext,
  folderId: FolderId,
  rows: readonly RemovedRow[],
  options: DeleteOptions,
  origin: Origin,
): Promise<void> {
  const affected = options.hard ? rows : rows.filter((row) => !row.deleted);
  if (affected.length === 0) return;
  const keys = affected.map((row) => row.key);
  const of = context.db();
  if (options.hard) {
    await of.deleteFrom('message').where('mailbox_id', '=', context.mailbox.id).where('key', 'in', keys).execute();
  } else {
    await of
      .updateTable('message')
      .set({ deleted: 1, deleted_at: context.now() })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', 'in', keys)
      .execute();
  }
  const counts = noChange();
  for (const row of affected) {
    count(counts, row, -1);
    if (!options.hard) count(counts, { ...row, deleted: 1 }, 1);
  }
  const live = affected.filter((row) => !row.deleted);
  counts.deletedTotal = live.length;
  await applyCounts(context, folderId, counts, origin);
  for (const row of live) emitDeleted(context, folderId, row, origin);
  const first = await context.allocate(live.length);
  await queueAll(
    context,
    'message',
    live.map((row, index) => ({ objectKey: row.key, change: first + index })),
    origin,
  );
}

function emitDeleted(
  context: MailboxContext,
  folderId: FolderId,
  row: Pick<RemovedRow, 'id' | 'associated'>,
  origin: Origin,
): void {
  context.emit({
    object: 'message',
    kind: 'deleted',
    folderId,
    messageId: row.id,
    associated: row.associated !== 0,
    origin,
  });
}

/** Deletes a folder's messages, a batch a transaction; associated ones and those soft-deleted before on demand. */
export async function deleteAll(
  context: MailboxContext,
  folderId: FolderId,
  options: DeleteOptions & { associated: boolean },
  origin: Origin,
): Promise<void> {
  for (;;) {
    const done = await context.transaction(async () => {
      const rows = await context
        .db()
        .selectFrom('message')
        .select(['key', 'id', 'associated', 'deleted', 'read', 'size'])
        .where('mailbox_id', '=', context.mailbox.id)
        .where('folder_id', '=', folderId)
        .where('deleted', 'in', options.hard ? [0, 1] : [0])
        .where('associated', 'in', options.associated ? [0, 1] : [0])
        .limit(storeLimits.batch)
        .execute();
      await removeRows(context, folderId, rows, options, origin);
      return rows.length < storeLimits.batch;
    });
    if (done) return;
  }
}

/**
 * Takes all messages out of a folder that is being deleted, which the backend learns of as a whole. Only in the
 * transaction that deletes the folder.
 */
export async function clearFolder(
  context: MailboxContext,
  folderId: FolderId,
  options: DeleteOptions,
  origin: Origin,
): Promise<void> {
  const ofFolder = { mailbox_id: context.mailbox.id, folder_id: folderId };
  const live = await context
    .db()
    .selectFrom('message')
    .select(['id', 'associated'])
    .where((eb) => eb.and({ ...ofFolder, deleted: 0 }))
    .execute();
  if (options.hard) {
    await context
      .db()
      .deleteFrom('message')
      .where((eb) => eb.and(ofFolder))
      .execute();
  } else {
    await context
      .db()
      .updateTable('message')
      .set({ deleted: 1, deleted_at: context.now() })
      .where((eb) => eb.and({ ...ofFolder, deleted: 0 }))
      .execute();
    await context
      .db()
      .updateTable('folder')
      .set((eb) => ({
        content_count: 0,
        unread_count: 0,
        associated_count: 0,
        size: 0,
        deleted_count: eb('deleted_count', '+', live.length),
        deleted_total: eb('deleted_total', '+', live.length),
      }))
      .where('mailbox_id', '=', context.mailbox.id)
      .where('id', '=', folderId)
      .execute();
  }
  for (const row of live) emitDeleted(context, folderId, row, origin);
}

/** See {@link Mailbox.moveMessages}. Soft-deleted messages come back by it. */
export async function moveMessages(
  context: MailboxContext,
  from: FolderId,
  ids: readonly MessageId[],
  to: FolderId,
  origin: Origin,
  identities: ReadonlyMap<MessageId, MovedIdentity> = new Map(),
): Promise<Moved> {
  const result = new Map<MessageId, MessageId>();
  const wanted = [...new Set(ids)];
  await checkFolder(context, to, false);
  for (const [home, there] of await homesOf(context, from, wanted)) {
    for (const batch of batches(there)) {
      const moved = await context.transaction(async () => {
        const rows = await rowsOf(context, home, batch);
        const stays = (row: FullMessageRow) => !row.deleted && !identities.has(row.id);
        if (home === to && rows.every(stays)) return rows.map((row) => [row.id, row.id] as const);
        await checkFolder(context, to, false);
        return moveRows(context, home, rows, to, origin, identities);
      });
      for (const [before, after] of moved) result.set(before, after);
    }
  }
  return { partial: result.size < wanted.length, ids: result };
}

async function moveRows(
  context: MailboxContext,
  from: FolderId,
  rows: readonly FullMessageRow[],
  to: FolderId,
  origin: Origin,
  identities: ReadonlyMap<MessageId, MovedIdentity>,
): Promise<[MessageId, MessageId][]> {
  if (rows.length === 0) return [];
  const first = await context.allocate(rows.length * 2);
  const left = noChange();
  const entered = noChange();
  const moved: [MessageId, MessageId][] = [];
  const changes: { objectKey: number; change: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const given = identities.get(row.id);
    const id = given?.newId ?? first + index * 2;
    const cn = first + index * 2 + 1;
    if (given?.newId !== undefined) await checkNewId(context, id, first);
    await context
      .db()
      .updateTable('message')
      .set({
        id,
        former_id: row.id,
        folder_id: to,
        deleted: 0,
        deleted_at: null,
        source_key: ownSourceKey(context, given?.sourceKey, id),
        ...(given?.keepVersion ? { cn } : nextVersion(context, cn, row.pcl, given)),
      })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', row.key)
      .execute();
    count(left, row, -1);
    if (!row.deleted) left.deletedTotal++;
    count(entered, { ...row, deleted: 0 }, 1);
    moved.push([row.id, id]);
    changes.push({ objectKey: row.key, change: cn });
    context.emit({
      object: 'message',
      kind: 'moved',
      folderId: to,
      messageId: id,
      associated: row.associated !== 0,
      oldFolderId: from,
      oldMessageId: row.id,
      origin,
    });
  }
  await applyCounts(context, from, left, origin);
  await applyCounts(context, to, entered, origin);
  await queueAll(context, 'message', changes, origin);
  return moved;
}

/** See {@link Mailbox.copyMessages}. Copies hold their content themselves; what cannot be fetched is left out. */
export async function copyMessages(
  context: MailboxContext,
  from: FolderId,
  ids: readonly MessageId[],
  to: FolderId,
  origin: Origin,
): Promise<Moved> {
  const result = new Map<MessageId, MessageId>();
  const wanted = [...new Set(ids)];
  await checkFolder(context, to, false);
  for (const [home, there] of await homesOf(context, from, wanted)) {
    for (const id of there) {
      const copied = await copyMessage(context, home, id, to, origin);
      if (copied !== undefined) result.set(id, copied);
    }
  }
  return { partial: result.size < wanted.length, ids: result };
}

async function copyMessage(
  context: MailboxContext,
  from: FolderId,
  id: MessageId,
  to: FolderId,
  origin: Origin,
): Promise<MessageId | undefined> {
  const row = await messageRow(context, 'id', id);
  if (!row || row.folder_id !== from) return undefined;
  if (row.content_state === 0) return context.transaction(() => copyLocal(context, id, to, origin));
  const message = context.messageFromRow(row);
  try {
    const content = await context.mailbox.content(message);
    const copy = await saveMessage(
      context,
      {
        folderId: to,
        associated: message.associated,
        set: content.properties,
        recipients: content.recipients,
        putAttachments: content.attachments,
        flags: message.flags,
        read: message.read,
      },
      origin,
      { kind: 'copied', oldFolderId: from, oldMessageId: id },
    );
    return copy.id;
  } catch (error) {
    if (error instanceof ContentUnavailable) return undefined;
    throw error;
  }
}

/** Copies rows as they are, without reading what is in them. Only in a transaction. */
async function copyLocal(
  context: MailboxContext,
  id: MessageId,
  to: FolderId,
  origin: Origin,
): Promise<MessageId | undefined> {
  const row = await messageRow(context, 'id', id);
  if (!row) return undefined;
  const mailbox = context.mailbox.id;
  const key = await context.allocate(3);
  const cn = key + 1;
  const copy = {
    ...row,
    key,
    id: key + 2,
    folder_id: to,
    source_key: null,
    former_id: null,
    created: context.now(),
    flags: row.flags & ~mf.submitted,
    ...nextVersion(context, cn, undefined),
    read_cn: cn,
    content_version: cn,
  };
  const db = context.db();
  await db.insertInto('message').values(copy).execute();
  const attachmentColumns = [
    'id',
    'parent_id',
    'number',
    'hidden',
    'size',
    'properties',
    'large_values',
    'embedded_properties',
    'embedded_large_values',
    'embedded_recipients',
  ] as const;
  await db
    .insertInto('attachment')
    .columns(['mailbox_id', 'message_key', ...attachmentColumns])
    .expression((eb) =>
      eb
        .selectFrom('attachment')
        .select((e) => [e.lit(mailbox).as('mailbox_id'), e.lit(key).as('message_key')])
        .select(attachmentColumns)
        .where('mailbox_id', '=', mailbox)
        .where('message_key', '=', row.key),
    )
    .execute();
  const chunkColumns = ['attachment_id', 'value_id', 'chunk_no', 'bytes'] as const;
  await db
    .insertInto('large_value')
    .columns(['mailbox_id', 'message_key', ...chunkColumns])
    .expression((eb) =>
      eb
        .selectFrom('large_value')
        .select((e) => [e.lit(mailbox).as('mailbox_id'), e.lit(key).as('message_key')])
        .select(chunkColumns)
        .where('mailbox_id', '=', mailbox)
        .where('message_key', '=', row.key),
    )
    .execute();
  const counts = noChange();
  count(counts, copy, 1);
  await applyCounts(context, to, counts, origin);
  context.emit({
    object: 'message',
    kind: 'copied',
    folderId: to,
    messageId: copy.id,
    associated: copy.associated !== 0,
    oldFolderId: row.folder_id,
    oldMessageId: row.id,
    origin,
  });
  await queueAll(context, 'message', [{ objectKey: key, change: cn }], origin);
  return copy.id;
}

/** See {@link Mailbox.setReadState}. */
export async function setReadState(
  context: MailboxContext,
  folderId: FolderId,
  ids: readonly MessageId[] | 'all',
  read: boolean,
  origin: Origin,
): Promise<MessageId[]> {
  const changed: MessageId[] = [];
  if ((await folderType(context, folderId)) === 'search') {
    const shown = ids === 'all' ? (await shownIn(context, folderId).execute()).map((row) => row.id) : ids;
    for (const [home, there] of await homesOf(context, folderId, shown))
      changed.push(...(await setReadState(context, home, there, read, origin)));
    return changed;
  }
  const of = (only: readonly MessageId[] | undefined) =>
    context.transaction(async () => {
      const query = context
        .db()
        .selectFrom('message')
        .select(['key', 'id', 'associated', 'flags', 'read', 'size', 'deleted'])
        .where('mailbox_id', '=', context.mailbox.id)
        .where('folder_id', '=', folderId)
        .where('deleted', '=', 0)
        .where('read', '=', read ? 0 : 1);
      const rows = await (only
        ? query.where('id', 'in', only)
        : query.where('associated', '=', 0).limit(storeLimits.batch)
      ).execute();
      await setRowsRead(context, folderId, rows, read, origin);
      for (const row of rows) changed.push(row.id);
      return rows.length;
    });
  if (ids === 'all') while ((await of(undefined)) === storeLimits.batch);
  else for (const batch of batches(ids)) await of(batch);
  return changed;
}

async function setRowsRead(
  context: MailboxContext,
  folderId: FolderId,
  rows: readonly Pick<FullMessageRow, 'key' | 'id' | 'associated' | 'flags' | 'read' | 'size' | 'deleted'>[],
  read: boolean,
  origin: Origin,
): Promise<void> {
  if (rows.length === 0) return;
  const first = await context.allocate(rows.length);
  const counts = noChange();
  for (const [index, row] of rows.entries()) {
    await context
      .db()
      .updateTable('message')
      .set({ read: read ? 1 : 0, read_cn: first + index, flags: row.flags | (read ? mf.everRead : 0) })
      .where('mailbox_id', '=', context.mailbox.id)
      .where('key', '=', row.key)
      .execute();
    count(counts, row, -1);
    count(counts, { ...row, read: read ? 1 : 0 }, 1);
    context.emit({
      object: 'message',
      kind: 'modified',
      folderId,
      messageId: row.id,
      associated: row.associated !== 0,
      readStateOnly: true,
      origin,
    });
  }
  await applyCounts(context, folderId, counts, origin);
  await queueAll(
    context,
    'message',
    rows.map((row, index) => ({ objectKey: row.key, change: first + index })),
    origin,
  );
}

/** Changes columns that are no content; the message gets a new version. Only in a transaction. */
async function touch(
  context: MailboxContext,
  row: FullMessageRow,
  set: { status?: number; flags?: number; properties?: Uint8Array; internet_message_id?: string },
  origin: Origin,
): Promise<number> {
  const cn = await context.allocate(1);
  await context
    .db()
    .updateTable('message')
    .set({ ...set, ...nextVersion(context, cn, row.pcl) })
    .where('mailbox_id', '=', context.mailbox.id)
    .where('key', '=', row.key)
    .execute();
  context.emit({
    object: 'message',
    kind: 'modified',
    folderId: row.folder_id,
    messageId: row.id,
    associated: row.associated !== 0,
    origin,
  });
  return cn;
}

async function needRow(context: MailboxContext, id: MessageId): Promise<FullMessageRow> {
  const row = await messageRow(context, 'id', id);
  if (!row) throw new MapiError(ec.notFound, 'no such message');
  return row;
}

/** See {@link Mailbox.setMessageStatus}. */
export const setMessageStatus = (
  context: MailboxContext,
  id: MessageId,
  mask: number,
  status: number,
  origin: Origin,
): Promise<number> =>
  context.transaction(async () => {
    const row = await needRow(context, id);
    const after = ((row.status & ~mask) | (status & mask)) >>> 0;
    if (after !== row.status) {
      const cn = await touch(context, row, { status: after }, origin);
      await queueAll(context, 'message', [{ objectKey: row.key, change: cn }], origin);
    }
    return row.status;
  });

/**
 * See {@link Mailbox.submitMessage}. The message gets a PidTagInternetMessageId when it has none: by it a copy on the
 * backend is recognised, so that nothing is sent twice.
 */
export const submitMessage = (
  context: MailboxContext,
  id: MessageId,
  options: { sentFolderId: FolderId | null; notBefore?: number },
  origin: Origin,
): Promise<void> =>
  context.transaction(async () => {
    const row = await needRow(context, id);
    const named = row.internet_message_id === null && row.content_state === 0 ? withMessageId(context, row) : {};
    const cn = await touch(context, row, { flags: row.flags | mf.submitted, ...named }, origin);
    await queueSubmission(context, row.key, cn, options.sentFolderId, options.notBefore ?? context.nowMs());
  });

function withMessageId(context: MailboxContext, row: FullMessageRow) {
  const domain = context.mailbox.address.split('@')[1] || 'localhost';
  const messageId = `<${randomUUID()}@${domain}>`;
  const bag = decodeBag(row.properties);
  setProperty(bag, PidTag.InternetMessageId, messageId);
  return { internet_message_id: messageId, properties: encodeBag(bag) };
}

/** See {@link Mailbox.abortSubmit}. A note on the outbox row says that sending has begun. */
export const abortSubmit = (context: MailboxContext, id: MessageId): Promise<void> =>
  context.transaction(async () => {
    const row = await needRow(context, id);
    const of = { mailbox_id: context.mailbox.id, kind: 'submit', object_key: row.key };
    const waiting = await context
      .db()
      .selectFrom('outbox')
      .select('note')
      .where((eb) => eb.and(of))
      .executeTakeFirst();
    if (!waiting) throw new MapiError(ec.notFound, 'the message is not waiting to be sent');
    if (waiting.note !== null) throw new MapiError(ec.unableToAbort);
    await context
      .db()
      .deleteFrom('outbox')
      .where((eb) => eb.and(of))
      .execute();
    await touch(context, row, { flags: row.flags & ~mf.submitted }, { kind: 'client' });
  });
