import type { Kysely } from 'kysely';

/** A folder's messages by change number and by the change number of their read state: what a replica has not seen. */
export async function orderByChange(db: Kysely<unknown>): Promise<void> {
  const index = (name: string, column: string) =>
    db.schema
      .createIndex(name)
      .on('message')
      .columns(['mailbox_id', 'folder_id', 'associated', 'deleted', column])
      .execute();
  await index('message_by_change', 'cn');
  await index('message_by_read_change', 'read_cn');
}
