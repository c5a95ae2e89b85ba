import { type Kysely, sql } from 'kysely';

/**
 * Every id that a moved message ever had, instead of its last one alone: a client that was offline during several moves
 * names the message by the first.
 */
export async function keepFormerIds(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('former_id')
    .addColumn('mailbox_id', 'bigint', (c) => c.notNull().references('mailbox.id').onDelete('cascade'))
    .addColumn('id', 'bigint', (c) => c.notNull())
    .addColumn('message_key', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('former_id_pk', ['mailbox_id', 'id'])
    .execute();
  await sql`insert into former_id (mailbox_id, id, message_key)
    select mailbox_id, former_id, key from message where former_id is not null`.execute(db);
  await db.schema.dropIndex('message_by_former_id').execute();
  await db.schema.alterTable('message').dropColumn('former_id').execute();
}
