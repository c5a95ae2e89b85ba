import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Criteria of search folders and the messages that they found. */
export async function createSearchFolders(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('search_folder')
    .addColumn('mailbox_id', 'bigint', (c) => c.notNull().references('mailbox.id').onDelete('cascade'))
    .addColumn('folder_id', 'bigint', (c) => c.notNull())
    .addColumn('restriction', types.bytes as never, (c) => c.notNull())
    .addColumn('folder_ids', 'text', (c) => c.notNull())
    .addColumn('recursive', 'smallint', (c) => c.notNull())
    .addColumn('static', 'smallint', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('generation', 'bigint', (c) => c.notNull())
    .addColumn('seen', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('search_folder_pk', ['mailbox_id', 'folder_id'])
    .execute();

  // Results may outlive their message for a moment: the search takes them out and corrects the folder's counts.
  await db.schema
    .createTable('search_result')
    .addColumn('mailbox_id', 'bigint', (c) => c.notNull().references('mailbox.id').onDelete('cascade'))
    .addColumn('folder_id', 'bigint', (c) => c.notNull())
    .addColumn('message_id', 'bigint', (c) => c.notNull())
    .addColumn('unread', 'smallint', (c) => c.notNull())
    .addColumn('generation', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('search_result_pk', ['mailbox_id', 'folder_id', 'message_id'])
    .execute();
  await db.schema
    .createIndex('search_result_by_message')
    .on('search_result')
    .columns(['mailbox_id', 'message_id'])
    .execute();
}
