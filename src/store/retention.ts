import type { StoreDatabase } from './database.ts';
import { storeLimits } from './limits.ts';

/**
 * Removes for good what was deleted before a time (FILETIME): messages and folders, of all mailboxes, a bounded number
 * in each transaction. What the backend has not been told of yet stays. Gives how many messages went.
 */
export async function purgeDeleted(database: StoreDatabase, before: bigint): Promise<number> {
  let purged = 0;
  // By folder: there is an index for that, and none for deleted messages alone, of which there are few.
  const folders = await database
    .db()
    .selectFrom('folder')
    .select(['mailbox_id', 'id'])
    .where((eb) => eb.or([eb('deleted_count', '>', 0), eb('deleted', '=', 1)]))
    .execute();
  for (const folder of folders)
    for (;;) {
      const count = await database.transaction(() => purgeMessages(database, folder.mailbox_id, folder.id, before));
      purged += count;
      if (count < storeLimits.batch) break;
    }
  while ((await database.transaction(() => purgeFolders(database, before))) > 0);
  return purged;
}

async function purgeMessages(
  database: StoreDatabase,
  mailboxId: number,
  folderId: number,
  before: bigint,
): Promise<number> {
  const db = database.db();
  const rows = await db
    .selectFrom('message')
    .select('key')
    .where('mailbox_id', '=', mailboxId)
    .where('folder_id', '=', folderId)
    .where('associated', 'in', [0, 1])
    .where('deleted', '=', 1)
    .where('deleted_at', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('outbox')
            .select('outbox.object_key')
            .whereRef('outbox.mailbox_id', '=', 'message.mailbox_id')
            .whereRef('outbox.object_key', '=', 'message.key')
            .where('outbox.kind', '!=', 'folder'),
        ),
      ),
    )
    .limit(storeLimits.batch)
    .execute();
  if (rows.length === 0) return 0;
  await db
    .deleteFrom('message')
    .where('mailbox_id', '=', mailboxId)
    .where(
      'key',
      'in',
      rows.map((row) => row.key),
    )
    .execute();
  await db
    .updateTable('folder')
    .set((eb) => ({ deleted_count: eb('deleted_count', '-', rows.length) }))
    .where('mailbox_id', '=', mailboxId)
    .where('id', '=', folderId)
    .execute();
  return rows.length;
}

/** Empty folders only, so from below upwards. */
async function purgeFolders(database: StoreDatabase, before: bigint): Promise<number> {
  const db = database.db();
  const rows = await db
    .selectFrom('folder')
    .select(['mailbox_id', 'id'])
    .where('deleted', '=', 1)
    .where('deleted_at', '<', before)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('message')
            .select('message.key')
            .whereRef('message.mailbox_id', '=', 'folder.mailbox_id')
            .whereRef('message.folder_id', '=', 'folder.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('folder as child')
            .select('child.id')
            .whereRef('child.mailbox_id', '=', 'folder.mailbox_id')
            .whereRef('child.parent_id', '=', 'folder.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('outbox')
            .select('outbox.object_key')
            .whereRef('outbox.mailbox_id', '=', 'folder.mailbox_id')
            .whereRef('outbox.object_key', '=', 'folder.id')
            .where('outbox.kind', '=', 'folder'),
        ),
      ),
    )
    .limit(storeLimits.batch)
    .execute();
  for (const row of rows)
    await db.deleteFrom('folder').where('mailbox_id', '=', row.mailbox_id).where('id', '=', row.id).execute();
  return rows.length;
}
