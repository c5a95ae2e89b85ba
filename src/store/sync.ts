import type { Selectable } from 'kysely';
import type { ContentReader } from './content.ts';
import { type MailboxContext, messageColumns } from './internal.ts';
import { releaseContent } from './release.ts';
import type { MessageLinkTable, OutboxTable } from './schema.ts';
import type { MessageLink, OutboxRow, SyncState } from './sync-state.ts';

/** The sync engine's tables of one mailbox. `listen` takes the listener of {@link SyncState.onOutbox}. */
export function syncState(
  context: MailboxContext,
  contents: ContentReader,
  listen: (listener: () => void) => void,
): SyncState {
  const mailboxId = context.mailbox.id;
  const outbox = () => context.db().selectFrom('outbox').where('mailbox_id', '=', mailboxId);
  const change = (work: () => Promise<unknown>): Promise<void> =>
    context.transaction(async () => {
      await work();
    });
  const updateOutbox = (
    row: Pick<OutboxRow, 'kind' | 'objectKey'>,
    set: { due_at?: number; error?: string; note?: string; attempts?: number },
  ) =>
    change(() =>
      context
        .db()
        .updateTable('outbox')
        .set(set)
        .where('mailbox_id', '=', mailboxId)
        .where('kind', '=', row.kind)
        .where('object_key', '=', row.objectKey)
        .execute(),
    );
  const waits = async (kinds: readonly OutboxRow['kind'][], objectKey: number): Promise<boolean> => {
    const row = await outbox()
      .select('kind')
      .where('kind', 'in', kinds)
      .where('object_key', '=', objectKey)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  };
  const links = () => context.db().selectFrom('message_link').selectAll().where('mailbox_id', '=', mailboxId);
  const folderLinks = () =>
    context
      .db()
      .selectFrom('folder_link')
      .select(['folder_id as folderId', 'remote_id as remoteId', 'base'])
      .where('mailbox_id', '=', mailboxId);

  return {
    async dueOutbox(now, limit) {
      const due = async (submissions: boolean, most: number) =>
        (
          await outbox()
            .selectAll()
            .where('due_at', '<=', now)
            .where('kind', submissions ? '=' : '!=', 'submit')
            .orderBy('position')
            .limit(most)
            .execute()
        ).map(outboxRow);
      const first = await due(true, limit);
      return first.length < limit ? [...first, ...(await due(false, limit - first.length))] : first;
    },
    async outboxCount() {
      const { count } = await outbox()
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    isPending: (key) => waits(['message', 'submit'], key),
    isFolderPending: (folderId) => waits(['folder'], folderId),
    async noteOf(key) {
      const row = await outbox()
        .select('note')
        .where('kind', '=', 'message')
        .where('object_key', '=', key)
        .executeTakeFirst();
      return row?.note ?? undefined;
    },
    async nextDue() {
      const row = await outbox()
        .select((eb) => eb.fn.min('due_at').as('due'))
        .executeTakeFirst();
      return row?.due ?? undefined;
    },
    async finishOutbox(...rows) {
      if (rows.length === 0) return;
      await change(async () => {
        for (const row of rows)
          await context
            .db()
            .deleteFrom('outbox')
            .where('mailbox_id', '=', mailboxId)
            .where('kind', '=', row.kind)
            .where('object_key', '=', row.objectKey)
            .where('sequence', '=', row.sequence)
            .execute();
      });
    },
    postponeOutbox: (row, dueAt, error) => updateOutbox(row, { due_at: dueAt, error, attempts: row.attempts + 1 }),
    noteOutbox: (row, note) => updateOutbox(row, { note }),

    folderLink: (folderId) => folderLinks().where('folder_id', '=', folderId).executeTakeFirst(),
    folderLinks: () => folderLinks().execute(),
    setFolderLink: ({ folderId, remoteId, base }) =>
      change(() =>
        context
          .db()
          .insertInto('folder_link')
          .values({ mailbox_id: mailboxId, folder_id: folderId, remote_id: remoteId, base })
          .onConflict((c) => c.columns(['mailbox_id', 'folder_id']).doUpdateSet({ remote_id: remoteId, base }))
          .execute(),
      ),
    removeFolderLink: (folderId) =>
      change(() =>
        context
          .db()
          .deleteFrom('folder_link')
          .where('mailbox_id', '=', mailboxId)
          .where('folder_id', '=', folderId)
          .execute(),
      ),
    renameRemoteFolder: (from, to) =>
      change(async () => {
        const db = context.db();
        await db
          .updateTable('folder_link')
          .set({ remote_id: to })
          .where('mailbox_id', '=', mailboxId)
          .where('remote_id', '=', from)
          .execute();
        await db
          .updateTable('message_link')
          .set({ remote_folder: to })
          .where('mailbox_id', '=', mailboxId)
          .where('remote_folder', '=', from)
          .execute();
        await db
          .updateTable('sync_cursor')
          .set({ remote_folder: to })
          .where('mailbox_id', '=', mailboxId)
          .where('remote_folder', '=', from)
          .execute();
      }),

    async link(key) {
      const row = await links().where('message_key', '=', key).executeTakeFirst();
      return row && linkOf(row);
    },
    async linkByRemoteId(remoteFolder, remoteId) {
      const row = await links()
        .where('remote_folder', '=', remoteFolder)
        .where('remote_id', '=', remoteId)
        .executeTakeFirst();
      return row && linkOf(row);
    },
    async linkedRemoteIds(remoteFolder, remoteIds) {
      if (remoteIds.length === 0) return new Set();
      const rows = await links()
        .clearSelect()
        .select('remote_id')
        .where('remote_folder', '=', remoteFolder)
        .where('remote_id', 'in', remoteIds)
        .execute();
      return new Set(rows.map((row) => row.remote_id));
    },
    links: async (remoteFolder) => (await links().where('remote_folder', '=', remoteFolder).execute()).map(linkOf),
    async linkedFolders() {
      const found: string[] = [];
      // By the index, a row for each folder: not all links of a mailbox.
      for (;;) {
        let next = links().clearSelect().select('remote_folder').orderBy('remote_folder').limit(1);
        if (found.length > 0) next = next.where('remote_folder', '>', found.at(-1)!);
        const row = await next.executeTakeFirst();
        if (!row) return found;
        found.push(row.remote_folder);
      }
    },
    async setLink(...given) {
      if (given.length === 0) return;
      const rows = given.map(({ key, remoteFolder, remoteId, base, releaseAt }) => ({
        mailbox_id: mailboxId,
        message_key: key,
        remote_folder: remoteFolder,
        remote_id: remoteId,
        base,
        release_at: releaseAt ?? null,
      }));
      await change(() =>
        context
          .db()
          .insertInto('message_link')
          .values(rows)
          .onConflict((c) =>
            c.columns(['mailbox_id', 'message_key']).doUpdateSet((eb) => ({
              remote_folder: eb.ref('excluded.remote_folder'),
              remote_id: eb.ref('excluded.remote_id'),
              base: eb.ref('excluded.base'),
              release_at: eb.fn.coalesce(eb.ref('excluded.release_at'), eb.ref('message_link.release_at')),
            })),
          )
          .execute(),
      );
    },
    removeLink: (key) =>
      change(() =>
        context
          .db()
          .deleteFrom('message_link')
          .where('mailbox_id', '=', mailboxId)
          .where('message_key', '=', key)
          .execute(),
      ),
    async knownMessageIds(internetMessageIds) {
      if (internetMessageIds.length === 0) return new Set();
      const rows = await context
        .db()
        .selectFrom('message')
        .select('internet_message_id')
        .where('mailbox_id', '=', mailboxId)
        .where('internet_message_id', 'in', internetMessageIds)
        .execute();
      return new Set(rows.map((row) => row.internet_message_id!));
    },
    async unlinkedByMessageId(folderId, internetMessageId) {
      const rows = await context
        .db()
        .selectFrom('message')
        .select(messageColumns)
        .where('mailbox_id', '=', mailboxId)
        .where('internet_message_id', '=', internetMessageId)
        .where('folder_id', '=', folderId)
        .where('deleted', '=', 0)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('message_link')
                .select('message_link.base')
                .whereRef('message_link.mailbox_id', '=', 'message.mailbox_id')
                .whereRef('message_link.message_key', '=', 'message.key'),
            ),
          ),
        )
        .execute();
      return rows.map((row) => context.messageFromRow(row));
    },

    async linkedByMessageId(internetMessageId) {
      const rows = await context
        .db()
        .selectFrom('message')
        .innerJoin('message_link', (join) =>
          join
            .onRef('message_link.mailbox_id', '=', 'message.mailbox_id')
            .onRef('message_link.message_key', '=', 'message.key'),
        )
        .selectAll('message_link')
        .where('message.mailbox_id', '=', mailboxId)
        .where('message.internet_message_id', '=', internetMessageId)
        .where('message.deleted', '=', 0)
        .execute();
      return rows.map(linkOf);
    },

    async cursor(remoteFolder) {
      const row = await context
        .db()
        .selectFrom('sync_cursor')
        .select('value')
        .where('mailbox_id', '=', mailboxId)
        .where('remote_folder', '=', remoteFolder)
        .executeTakeFirst();
      return row?.value;
    },
    setCursor: (remoteFolder, value) =>
      change(async () => {
        const db = context.db();
        if (value === undefined) {
          await db
            .deleteFrom('sync_cursor')
            .where('mailbox_id', '=', mailboxId)
            .where('remote_folder', '=', remoteFolder)
            .execute();
          return;
        }
        await db
          .insertInto('sync_cursor')
          .values({ mailbox_id: mailboxId, remote_folder: remoteFolder, value })
          .onConflict((c) => c.columns(['mailbox_id', 'remote_folder']).doUpdateSet({ value }))
          .execute();
      }),

    async releasable(now, limit) {
      const rows = await links().where('release_at', '<=', now).orderBy('release_at').limit(limit).execute();
      return rows.map(linkOf);
    },
    releaseLater: (key, at) =>
      change(() =>
        context
          .db()
          .updateTable('message_link')
          .set({ release_at: at ?? null })
          .where('mailbox_id', '=', mailboxId)
          .where('message_key', '=', key)
          .execute(),
      ),
    releaseContent: (link, changeNumber) => releaseContent(context, contents, link, changeNumber),
    onOutbox: listen,
  };
}

const linkOf = (row: Selectable<MessageLinkTable>): MessageLink => ({
  key: row.message_key,
  remoteFolder: row.remote_folder,
  remoteId: row.remote_id,
  base: row.base,
});

const outboxRow = (row: Selectable<OutboxTable>): OutboxRow => ({
  kind: row.kind as OutboxRow['kind'],
  objectKey: row.object_key,
  sequence: row.sequence,
  attempts: row.attempts,
  dueAt: row.due_at,
  note: row.note ?? undefined,
  error: row.error ?? undefined,
  ...(row.kind === 'submit' ? { sentFolderId: row.sent_folder_id } : {}),
});
