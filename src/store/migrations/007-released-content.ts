import { type Kysely, sql } from 'kysely';

/**
 * Values of a message that were given up because the mail on the backend has them, and when what was stored there may be
 * looked at for that. Messages that are held here whole and have a mail are looked at soon.
 */
export async function releaseContent(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('message').addColumn('in_mail', 'text').execute();
  await db.schema.alterTable('attachment').addColumn('in_mail', 'text').execute();
  await db.schema.alterTable('attachment').addColumn('embedded_in_mail', 'text').execute();
  await db.schema.alterTable('message_link').addColumn('release_at', 'bigint').execute();
  await sql`update message_link set release_at = 0 where exists (select 1 from message
    where message.mailbox_id = message_link.mailbox_id and message.key = message_link.message_key
      and message.content_state = 0)`.execute(db);
  await sql`create index message_link_by_release on message_link (mailbox_id, release_at)
    where release_at is not null`.execute(db);
}
