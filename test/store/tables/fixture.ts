import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeBag,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type StoredValue,
  sourceKey,
} from '../../../src/mapi/index.ts';
import { type EventSink, openDatabase } from '../../../src/store/database.ts';
import type { StoreEvent } from '../../../src/store/events.ts';
import type { FolderRow, MailboxContext, MessageRow } from '../../../src/store/internal.ts';
import { storeLimits } from '../../../src/store/limits.ts';
import { encodeRecipients } from '../../../src/store/recipients.ts';
import { folderFromRow, messageFromRow, sortText } from '../../../src/store/rows.ts';
import { createTables } from '../../../src/store/tables/index.ts';
import type { FolderId, Mailbox, MessageId, Origin } from '../../../src/store/types.ts';

const origin: Origin = { kind: 'client' };
export const root = 1;

export interface TestMessage {
  readonly read: boolean;
  readonly values: Readonly<Record<PropertyTag, StoredValue>>;
  readonly recipients?: readonly PropertyBag[];
}

/** A mailbox in a database, with as much of one as its tables ask for, changed without ceremony. */
export async function openFixture(file?: string) {
  const folder = file ? undefined : mkdtempSync(join(tmpdir(), 'oxbow-tables-'));
  const database = await openDatabase(file ?? join(folder!, 'store.db'));
  const listeners = new Set<(event: StoreEvent) => void>();
  const heard: StoreEvent[] = [];
  const sink: EventSink = {
    prepare: async (notes, db) => {
      const events = notes.flatMap((note) => ('event' in note ? [note.event] : []));
      for (const id of new Set(notes.flatMap((note) => ('countsOf' in note ? [note.countsOf] : [])))) {
        const row = await db.selectFrom('folder').selectAll().where('id', '=', id).executeTakeFirst();
        if (!row) continue;
        const counts = { contentCount: row.content_count, unreadCount: row.unread_count };
        events.push({
          object: 'folder',
          kind: 'modified',
          folderId: id,
          parentId: row.parent_id ?? undefined,
          origin,
          ...counts,
        });
      }
      return events;
    },
    deliver: (events) => {
      for (const event of events) {
        heard.push(event);
        for (const listener of listeners) listener(event);
      }
    },
  };
  const guid = '00000000-0000-0000-0000-000000000001';
  const source = {
    mailboxId: 1,
    db: () => database.db(),
    mail: () => Promise.reject(new Error('nothing is released')),
  };
  const foldersWhere = async (deleted: boolean): Promise<FolderRow[]> =>
    database.db().selectFrom('folder').selectAll().where('deleted', '=', Number(deleted)).orderBy('name_key').execute();

  const mailbox = {
    id: 1,
    guid,
    replicaGuid: guid,
    mappingSignature: guid,
    address: 'anna@oxbow.test',
    displayName: 'Anna',
    legacyDn: '/o=oxbow/cn=anna',
    folderSourceKey: (id: FolderId) => sourceKey(guid, id),
    folder: async (id: FolderId) => {
      const row = (await foldersWhere(false)).find((one) => one.id === id);
      return row && folderFromRow(row);
    },
    childFolders: async (id: FolderId, options?: { deep?: boolean; softDeleted?: boolean }) => {
      const rows = await foldersWhere(options?.softDeleted ?? false);
      const below = (parent: FolderId): FolderRow[] =>
        rows.filter((row) => row.parent_id === parent).flatMap((row) => [row, ...(options?.deep ? below(row.id) : [])]);
      return below(id).map(folderFromRow);
    },
  } as Partial<Mailbox> as Mailbox;

  const context = {
    mailbox,
    limits: storeLimits,
    db: () => database.db(),
    transaction: (work) => database.transaction(work),
    now: () => 0n,
    nowMs: () => 0,
    allocate: async (count) => {
      const db = database.db();
      const { next_counter } = await db
        .selectFrom('mailbox')
        .select('next_counter')
        .where('id', '=', 1)
        .executeTakeFirstOrThrow();
      await db
        .updateTable('mailbox')
        .set({ next_counter: next_counter + count })
        .where('id', '=', 1)
        .execute();
      return next_counter;
    },
    emit: (event) => database.note(sink, { event }),
    countsChanged: (countsOf, by) => database.note(sink, { countsOf, origin: by }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    messageFromRow: (row) => messageFromRow(source, row),
    folderFromRow,
    inTransaction: () => database.inTransaction(),
    afterCommit: (action) => database.afterCommit(action),
  } as Partial<MailboxContext> as MailboxContext;

  const empty = Buffer.alloc(0);
  const addFolder = async (id: FolderId, parentId: FolderId | null, name: string, type = 'generic') => {
    const times = { created: 0, last_modified: 0, contents_modified: 0 };
    const keys = { cn: 0, change_key: empty, pcl: empty, properties: encodeBag(new Map()) };
    await context
      .db()
      .insertInto('folder')
      .values({
        mailbox_id: 1,
        id,
        parent_id: parentId,
        role: null,
        type,
        display_name: name,
        name_key: sortText(name),
        source_key: null,
        content_count: 0,
        unread_count: 0,
        associated_count: 0,
        child_count: 0,
        hierarchy_changes: 0,
        deleted_count: 0,
        deleted_total: 0,
        size: 0,
        deleted: 0,
        deleted_at: null,
        ...times,
        ...keys,
      })
      .execute();
    context.emit({ object: 'folder', kind: 'created', folderId: id, parentId: parentId ?? undefined, origin });
  };

  const count = async (folderId: FolderId, content: number, unread: number) => {
    await context
      .db()
      .updateTable('folder')
      .set((eb) => ({
        content_count: eb('content_count', '+', content),
        unread_count: eb('unread_count', '+', unread),
      }))
      .where('id', '=', folderId)
      .execute();
    context.countsChanged(folderId, origin);
  };
  const tell = (
    kind: 'created' | 'modified' | 'moved' | 'deleted',
    folderId: FolderId,
    messageId: MessageId,
    from?: { oldFolderId: FolderId; oldMessageId: MessageId },
  ) => context.emit({ object: 'message', kind, folderId, messageId, associated: false, origin, ...from });
  const rowOf = async (message: TestMessage) => {
    const bag: PropertyBag = new Map(Object.entries(message.values).map(([tag, value]) => [Number(tag), value]));
    const text = (tag: PropertyTag) => sortText(bag.get(tag) as string | undefined);
    return {
      read: Number(message.read),
      delivery_time: (bag.get(PidTag.MessageDeliveryTime) as bigint | undefined) ?? 0n,
      submit_time: (bag.get(PidTag.ClientSubmitTime) as bigint | undefined) ?? null,
      importance: (bag.get(PidTag.Importance) as number | undefined) ?? 1,
      sensitivity: (bag.get(PidTag.Sensitivity) as number | undefined) ?? 0,
      flag_status: (bag.get(PidTag.FlagStatus) as number | undefined) ?? 0,
      message_class: (bag.get(PidTag.MessageClass) as string | undefined) ?? 'IPM.Note',
      subject_key: text(PidTag.NormalizedSubject),
      sender_key: text(PidTag.SentRepresentingName),
      to_key: text(PidTag.DisplayTo),
      topic_key: sortText(
        (bag.get(PidTag.ConversationTopic) ?? bag.get(PidTag.NormalizedSubject)) as string | undefined,
      ),
      properties: encodeBag(bag),
      recipients: await encodeRecipients(message.recipients ?? []),
    };
  };
  const insert = async (
    folderId: FolderId,
    message: TestMessage,
    kind: 'created' | 'moved' = 'created',
    old?: { folderId: FolderId; id: MessageId },
  ) => {
    const id = await context.allocate(1);
    await context
      .db()
      .insertInto('message')
      .values({
        mailbox_id: 1,
        key: id,
        id,
        folder_id: folderId,
        associated: 0,
        deleted: 0,
        deleted_at: null,
        created: 0,
        last_modified: 0,
        size: 100,
        flags: 0,
        status: 0,
        has_attachments: 0,
        internet_message_id: null,
        cn: id,
        read_cn: id,
        change_key: empty,
        pcl: empty,
        source_key: null,
        content_state: 0,
        content_version: 0,
        large_values: null,
        hidden_tags: null,
        ...(await rowOf(message)),
      })
      .execute();
    await count(folderId, 1, message.read ? 0 : 1);
    const from = old && { oldFolderId: old.folderId, oldMessageId: old.id };
    tell(kind, folderId, id, from);
    return id;
  };
  const rowById = (id: MessageId) =>
    context.db().selectFrom('message').selectAll().where('id', '=', id).where('deleted', '=', 0).executeTakeFirst();
  const remove = async (id: MessageId, silent = false) => {
    const row = await rowById(id);
    if (!row) return undefined;
    await context.db().deleteFrom('message').where('id', '=', id).execute();
    await count(row.folder_id, -1, row.read ? 0 : -1);
    if (!silent) tell('deleted', row.folder_id, id);
    return row;
  };
  const actions = {
    add: (folderId: FolderId, message: TestMessage) => context.transaction(() => insert(folderId, message)),
    addMany: (folderId: FolderId, messages: readonly TestMessage[]) =>
      context.transaction(async () => {
        const ids: MessageId[] = [];
        for (const message of messages) ids.push(await insert(folderId, message));
        return ids;
      }),
    change: (id: MessageId, message: TestMessage) =>
      context.transaction(async () => {
        const row = await rowById(id);
        if (!row) return;
        const cn = await context.allocate(1);
        await context
          .db()
          .updateTable('message')
          .set({ cn, ...(await rowOf(message)) })
          .where('id', '=', id)
          .execute();
        await count(row.folder_id, 0, Number(!message.read) - (row.read ? 0 : 1));
        tell('modified', row.folder_id, id);
      }),
    remove: (id: MessageId) => context.transaction(() => remove(id)),
    softDelete: (id: MessageId) =>
      context.transaction(async () => {
        const row = await rowById(id);
        if (!row) return;
        await context.db().updateTable('message').set({ deleted: 1, deleted_at: 1 }).where('id', '=', id).execute();
        await count(row.folder_id, -1, row.read ? 0 : -1);
        tell('deleted', row.folder_id, id);
      }),
    move: (id: MessageId, to: FolderId, message: TestMessage) =>
      context.transaction(async () => {
        const row = await remove(id, true);
        return row && insert(to, message, 'moved', { folderId: row.folder_id, id });
      }),
    addFolder: (id: FolderId, parentId: FolderId, name: string, type?: string) =>
      context.transaction(() => addFolder(id, parentId, name, type)),
    renameFolder: (id: FolderId, name: string) =>
      context.transaction(async () => {
        await context
          .db()
          .updateTable('folder')
          .set({ display_name: name, name_key: sortText(name) })
          .where('id', '=', id)
          .execute();
        const row = await context.db().selectFrom('folder').select('parent_id').where('id', '=', id).executeTakeFirst();
        context.emit({
          object: 'folder',
          kind: 'modified',
          folderId: id,
          parentId: row?.parent_id ?? undefined,
          origin,
        });
      }),
    moveFolder: (id: FolderId, parentId: FolderId) =>
      context.transaction(async () => {
        await context.db().updateTable('folder').set({ parent_id: parentId }).where('id', '=', id).execute();
        context.emit({ object: 'folder', kind: 'moved', folderId: id, parentId, origin });
      }),
    deleteFolder: (id: FolderId) =>
      context.transaction(async () => {
        await context.db().updateTable('folder').set({ deleted: 1, deleted_at: 1 }).where('id', '=', id).execute();
        context.emit({ object: 'folder', kind: 'deleted', folderId: id, parentId: root, origin });
      }),
  };

  if ((await database.db().selectFrom('mailbox').select('id').execute()).length === 0) {
    await context.transaction(async () => {
      await context
        .db()
        .insertInto('mailbox')
        .values({
          id: 1,
          guid,
          replica_guid: guid,
          mapping_signature: guid,
          address: mailbox.address,
          display_name: 'Anna',
          legacy_dn: mailbox.legacyDn,
          next_counter: 1000,
          created: 0,
          properties: empty,
        })
        .execute();
      await addFolder(root, null, 'root');
    });
  }
  const tables = createTables(context);
  return {
    context,
    mailbox,
    tables,
    heard,
    ...actions,
    folderCounts: async (id: FolderId) => {
      const row = await database
        .db()
        .selectFrom('folder')
        .select(['content_count', 'unread_count'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return [row.content_count, row.unread_count];
    },
    close: async () => {
      tables.close();
      await database.close();
      if (folder) rmSync(folder, { recursive: true });
    },
  };
}

export type Fixture = Awaited<ReturnType<typeof openFixture>>;
export type { MessageRow };

/** Waits until nothing more happens. */
export async function settled(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, i < 50 ? 0 : 2));
  }
  throw new Error(`did not happen: ${what}`);
}
