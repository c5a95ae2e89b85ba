import {
  decodeBag,
  ec,
  encodeBag,
  fileTimeFromMs,
  MapiError,
  type PropertyBag,
  removeProperty,
  setProperty,
  sourceKey,
} from '../mapi/index.ts';
import { batches } from './batches.ts';
import { contentsChanges, hierarchyChanges } from './changes.ts';
import type { ContentReader } from './content.ts';
import { contentState } from './content-state.ts';
import type { EventSink, StoreDatabase } from './database.ts';
import { isRememberedDeleted, rememberDeleted } from './deleted-ids.ts';
import { mergeNotes } from './event-merge.ts';
import type { StoreEvent } from './events.ts';
import { type FolderIdsOfMailbox, folderIdsOf } from './folder-ids.ts';
import {
  childFolders,
  copyFolder,
  createFolder,
  deleteFolder,
  emptyFolder,
  folderRow,
  moveFolder,
  updateFolder,
} from './folders.ts';
import { messageFormerly } from './former-ids.ts';
import type { MailboxContext } from './internal.ts';
import { inMemory } from './large-value.ts';
import { type StoreLimits, storeLimits } from './limits.ts';
import { copyMessages } from './message-copy.ts';
import { deleteMessages, noteDeletedVersion } from './message-delete.ts';
import { moveMessages } from './message-move.ts';
import { messageRow, messageRows } from './message-rows.ts';
import { createMessages, saveMessage } from './message-save.ts';
import { setMessageStatus, setReadState } from './message-state.ts';
import { abortSubmit, submitMessage } from './message-submit.ts';
import { namedProperties } from './named-properties.ts';
import { receiveFolder, receiveFolders, setReceiveFolder } from './receive-folders.ts';
import { replicas } from './replicas.ts';
import { folderFromRow, messageFromRow } from './rows.ts';
import { findBySourceKey } from './source-keys.ts';
import { syncState } from './sync.ts';
import { createTables } from './tables/index.ts';
import type { FolderId, FolderRole, Mailbox, MailboxInfo, Message } from './types.ts';
import { unreadableMessages } from './unreadable.ts';

/** What all mailboxes of a store share. */
export interface MailboxServices {
  readonly database: StoreDatabase;
  readonly contents: ContentReader;
  readonly limits: StoreLimits;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** A mailbox that is in use, and what the store itself does with it. */
export interface OpenMailbox {
  readonly context: MailboxContext;
  /** Name and DN may change. */
  info: MailboxInfo;
  readonly specialFolders: Map<FolderRole, FolderId>;
  /** Begins following events for search folders: after the special folders are there. */
  start(): void;
  close(): void;
}

/** A mailbox over its rows. */
export function openMailbox(services: MailboxServices, initial: MailboxInfo): OpenMailbox {
  const { database, contents, limits, clock } = services;
  const mailboxId = initial.id;
  const listeners = new Set<(event: StoreEvent) => void>();
  let outboxListener: (() => void) | undefined;
  let outboxTold = false;

  const sink: EventSink = {
    async prepare(notes, db) {
      const { events, counts } = mergeNotes(notes);
      if (counts.size === 0) return events;
      const rows = await db
        .selectFrom('folder')
        .select(['id', 'parent_id', 'content_count', 'unread_count'])
        .where('mailbox_id', '=', mailboxId)
        .where('id', 'in', [...counts.keys()])
        .where('deleted', '=', 0)
        .execute();
      for (const row of rows) {
        const counted = { contentCount: row.content_count, unreadCount: row.unread_count };
        const index = events.findIndex(
          (event) => event.object === 'folder' && event.kind === 'modified' && event.folderId === row.id,
        );
        if (index >= 0) {
          events[index] = { ...events[index]!, ...counted } as StoreEvent;
        } else {
          events.push({
            object: 'folder',
            kind: 'modified',
            folderId: row.id,
            parentId: row.parent_id ?? undefined,
            ...counted,
            origin: counts.get(row.id)!,
          });
        }
      }
      return events;
    },
    deliver(events) {
      for (const event of events) {
        for (const listener of [...listeners]) {
          try {
            listener(event);
          } catch (error) {
            // The change is committed: whoever made it has to learn that, and the other listeners of it.
            process.emitWarning(error instanceof Error ? error : String(error));
          }
        }
      }
    },
  };

  const context: MailboxContext = {
    get mailbox() {
      return mailbox;
    },
    limits,
    db: () => database.db(),
    chunks: {
      mailboxId,
      db: () => database.db(),
      async mail(key, version) {
        const row = await messageRow(context, 'key', key, { softDeleted: true });
        if (row?.content_state !== contentState.released || row.content_version !== version)
          throw new MapiError(ec.objectDeleted, 'the value was replaced');
        return contents.mail(context, row);
      },
    },
    transaction: (work) => database.transaction(work),
    inTransaction: () => database.inTransaction(),
    afterCommit: (action) => database.afterCommit(action),
    now: () => fileTimeFromMs(clock()),
    nowMs: clock,
    async allocate(count) {
      if (count < 1) return 0;
      const { next_counter } = await database
        .db()
        .updateTable('mailbox')
        .set((eb) => ({ next_counter: eb('next_counter', '+', count) }))
        .where('id', '=', mailboxId)
        .returning('next_counter')
        .executeTakeFirstOrThrow();
      if (next_counter > storeLimits.lastCounter) throw new MapiError(ec.storeFull, 'the mailbox has used up its ids');
      return next_counter - count;
    },
    emit: (event) => database.note(sink, { event }),
    countsChanged: (countsOf, origin) => database.note(sink, { countsOf, origin }),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get folderIds() {
      folderIds ??= folderIdsOf(context);
      return folderIds;
    },
    unreadable: unreadableMessages(clock),
    foreignFolderKeys: new Map(),
    outboxGrew() {
      database.afterCommit(() => {
        // One call however many rows came, and outside of whoever made the change.
        if (outboxTold || !outboxListener) return;
        outboxTold = true;
        setImmediate(() => {
          outboxTold = false;
          outboxListener?.();
        });
      });
    },
    messageFromRow: (row) => messageFromRow(context.chunks, row),
    folderFromRow,
  };

  let folderIds: FolderIdsOfMailbox | undefined;
  const specialFolders = new Map<FolderRole, FolderId>();
  const opened: OpenMailbox = {
    context,
    info: initial,
    specialFolders,
    start: () => void startTables(),
    close: () => tables?.close(),
  };
  let tables: ReturnType<typeof createTables> | undefined;
  const startTables = () => {
    tables ??= createTables(context);
    return tables;
  };

  const message = async (
    by: 'id' | 'key',
    value: number,
    options?: { softDeleted?: boolean },
  ): Promise<Message | undefined> => {
    const row = await messageRow(context, by, value, options);
    return row && context.messageFromRow(row);
  };

  const mailbox: Mailbox = {
    id: mailboxId,
    guid: initial.guid,
    replicaGuid: initial.replicaGuid,
    mappingSignature: initial.mappingSignature,
    get address() {
      return opened.info.address;
    },
    get displayName() {
      return opened.info.displayName;
    },
    get legacyDn() {
      return opened.info.legacyDn;
    },
    transaction: (work) => database.transaction(work),

    specialFolder(role) {
      const id = specialFolders.get(role);
      if (id === undefined) throw new MapiError(ec.notFound, `the mailbox has no ${role}`);
      return id;
    },
    folderSourceKey: (id) => context.foreignFolderKeys.get(id) ?? sourceKey(initial.replicaGuid, id),
    async folder(id) {
      const row = await folderRow(context, id);
      return row && folderFromRow(row);
    },
    childFolders: (id, options) => childFolders(context, id, options),
    createFolder: (input, origin) => createFolder(context, input, origin),
    updateFolder: (id, change, origin) => updateFolder(context, id, change, origin),
    moveFolder: (id, parentId, displayName, origin, version) =>
      moveFolder(context, id, parentId, displayName, origin, version),
    copyFolder: (id, parentId, displayName, deep, origin) =>
      copyFolder(context, id, parentId, displayName, deep, origin),
    deleteFolder: (id, options, origin) => deleteFolder(context, id, options, origin),
    emptyFolder: (id, options, origin) => emptyFolder(context, id, options, origin),

    message: (id, options) => message('id', id, options),
    messageFormerly: (id) => messageFormerly(context, id),
    noteDeletedVersion: (key, predecessors) => noteDeletedVersion(context, key, predecessors),
    messageByKey: (key, options) => message('key', key, options),
    async messageIds(folderId, options = {}) {
      const rows = await database
        .db()
        .selectFrom('message')
        .select('id')
        .where('mailbox_id', '=', mailboxId)
        .where('folder_id', '=', folderId)
        .where('associated', '=', options.associated ? 1 : 0)
        .where('deleted', '=', 0)
        .orderBy('delivery_time', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map((row) => row.id);
    },
    async content(of) {
      const row = await messageRow(context, 'key', of.key, { softDeleted: true });
      if (!row) throw new MapiError(ec.objectDeleted);
      return contents.read(context, row);
    },
    async messagesToRead(ids) {
      const rows = ids.length === 0 ? [] : await messageRows(context, ids);
      return new Map(
        rows.map((row) => [
          row.id,
          { message: context.messageFromRow(row), content: (passing) => contents.read(context, row, passing) },
        ]),
      );
    },
    async unreadableMessages() {
      const noted = context.unreadable.list();
      const present = new Set<number>();
      for (const some of batches(noted, storeLimits.batch)) {
        const rows = await messageRows(
          context,
          some.map(({ id }) => id),
        );
        for (const { id } of rows) present.add(id);
      }
      return noted.filter(({ id }) => present.has(id));
    },
    saveMessage: (change, origin) => saveMessage(context, change, origin),
    createMessages: (folderId, changes, origin) => createMessages(context, folderId, changes, origin),
    moveMessages: (from, ids, to, origin, identities) => moveMessages(context, from, ids, to, origin, identities),
    copyMessages: (from, ids, to, origin) => copyMessages(context, from, ids, to, origin),
    deleteMessages: (folderId, ids, options, origin) => deleteMessages(context, folderId, ids, options, origin),
    setReadState: (folderId, ids, read, origin) => setReadState(context, folderId, ids, read, origin),
    setMessageStatus: (id, mask, status, origin) => setMessageStatus(context, id, mask, status, origin),
    submitMessage: (id, options, origin) => submitMessage(context, id, options, origin),
    abortSubmit: (id) => abortSubmit(context, id),

    async storeProperties() {
      const { properties } = await database
        .db()
        .selectFrom('mailbox')
        .select('properties')
        .where('id', '=', mailboxId)
        .executeTakeFirstOrThrow();
      return decodeBag(properties);
    },
    setStoreProperties: (set, remove) =>
      database.transaction(async () => {
        const bag: PropertyBag = new Map(await mailbox.storeProperties());
        for (const tag of remove) removeProperty(bag, tag);
        for (const [tag, value] of set) setProperty(bag, tag, await inMemory(tag, value, storeLimits.unchunkedBytes));
        await database
          .db()
          .updateTable('mailbox')
          .set({ properties: encodeBag(bag) })
          .where('id', '=', mailboxId)
          .execute();
      }),

    propertyIds: (names, create) => named.ids(names, create),
    propertyNames: (ids) => named.names(ids),
    allPropertyNames: () => named.all(),

    async allocateIds(count) {
      if (!Number.isInteger(count) || count < 1 || count > storeLimits.reservedIds)
        throw new MapiError(ec.invalidParam);
      return database.transaction(() => context.allocate(count));
    },
    replidOf: (guid, create) => replids.replidOf(guid, create),
    guidOfReplid: (replid) => replids.guidOf(replid),
    findBySourceKey: (key, options) => findBySourceKey(context, key, options?.softDeleted ?? false),
    rememberDeleted: (folderId, ranges) => rememberDeleted(context, folderId, ranges),
    isRememberedDeleted: (folderId, guid, counter) => isRememberedDeleted(context, folderId, guid, counter),

    receiveFolder: (messageClass) => receiveFolder(context, messageClass),
    setReceiveFolder: (messageClass, folderId) => setReceiveFolder(context, messageClass, folderId),
    receiveFolders: () => receiveFolders(context),

    contentsChanges: (folderId, known, scope) => contentsChanges(context, folderId, known, scope),
    hierarchyChanges: (folderId, known) => hierarchyChanges(context, folderId, known),

    hierarchyTable: (folderId, options) => startTables().hierarchyTable(folderId, options),
    contentsTable: (folderId, options) => startTables().contentsTable(folderId, options),
    setSearchCriteria: (folderId, criteria) => startTables().setSearchCriteria(folderId, criteria),
    searchCriteria: (folderId) => startTables().searchCriteria(folderId),

    subscribe: (listener) => context.subscribe(listener),
    get sync() {
      return sync;
    },
  };
  const named = namedProperties(context);
  const replids = replicas(context);
  const sync = syncState(context, contents, (listener) => {
    outboxListener = listener;
  });
  return opened;
}
