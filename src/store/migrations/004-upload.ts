import type { Kysely } from 'kysely';

/** What uploads of cached-mode clients need: ids that are not to come back, and where moved messages went. */
export async function prepareUpload(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deleted_id')
    .addColumn('mailbox_id', 'bigint', (c) => c.notNull().references('mailbox.id').onDelete('cascade'))
    .addColumn('folder_id', 'bigint', (c) => c.notNull())
    .addColumn('guid', 'text', (c) => c.notNull())
    .addColumn('low', 'bigint', (c) => c.notNull())
    .addColumn('high', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('deleted_id_pk', ['mailbox_id', 'folder_id', 'guid', 'low'])
    .execute();
  await db.schema.alterTable('message').addColumn('former_id', 'bigint').execute();
  await db.schema.createIndex('message_by_former_id').on('message').columns(['mailbox_id', 'former_id']).execute();
}
