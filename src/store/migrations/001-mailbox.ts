import type { CreateTableBuilder, Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Mailboxes with folders, messages, named properties, replicas, receive folders, outbox and links. */
export async function createMailbox(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const ofMailbox = <T extends string>(name: T): CreateTableBuilder<T, 'mailbox_id'> =>
    db.schema
      .createTable(name)
      .addColumn('mailbox_id', 'bigint', (c) => c.notNull().references('mailbox.id').onDelete('cascade'));

  await db.schema
    .createTable('mailbox')
    .addColumn('id', types.identity as never, (c) => c.primaryKey())
    .addColumn('guid', 'text', (c) => c.notNull().unique())
    .addColumn('replica_guid', 'text', (c) => c.notNull())
    .addColumn('mapping_signature', 'text', (c) => c.notNull())
    .addColumn('address', types.key as never, (c) => c.notNull().unique())
    .addColumn('display_name', 'text', (c) => c.notNull())
    .addColumn('legacy_dn', 'text', (c) => c.notNull())
    .addColumn('next_counter', 'bigint', (c) => c.notNull())
    .addColumn('created', 'bigint', (c) => c.notNull())
    .addColumn('properties', types.bytes as never, (c) => c.notNull())
    .execute();

  await ofMailbox('folder')
    .addColumn('id', 'bigint', (c) => c.notNull())
    .addColumn('parent_id', 'bigint')
    .addColumn('role', 'text')
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('display_name', 'text', (c) => c.notNull())
    .addColumn('name_key', types.key as never, (c) => c.notNull())
    .addColumn('cn', 'bigint', (c) => c.notNull())
    .addColumn('change_key', types.bytes as never, (c) => c.notNull())
    .addColumn('pcl', types.bytes as never, (c) => c.notNull())
    .addColumn('source_key', types.bytes as never)
    .addColumn('content_count', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('unread_count', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('associated_count', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('child_count', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('deleted_count', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('deleted_total', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('size', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('created', 'bigint', (c) => c.notNull())
    .addColumn('last_modified', 'bigint', (c) => c.notNull())
    .addColumn('contents_modified', 'bigint', (c) => c.notNull())
    .addColumn('deleted', 'smallint', (c) => c.notNull().defaultTo(0))
    .addColumn('deleted_at', 'bigint')
    .addColumn('properties', types.bytes as never, (c) => c.notNull())
    .addPrimaryKeyConstraint('folder_pk', ['mailbox_id', 'id'])
    .execute();
  await db.schema
    .createIndex('folder_by_parent')
    .on('folder')
    .columns(['mailbox_id', 'parent_id', 'deleted', 'name_key'])
    .execute();

  await ofMailbox('message')
    .addColumn('key', 'bigint', (c) => c.notNull())
    .addColumn('id', 'bigint', (c) => c.notNull())
    .addColumn('folder_id', 'bigint', (c) => c.notNull())
    .addColumn('associated', 'smallint', (c) => c.notNull())
    .addColumn('deleted', 'smallint', (c) => c.notNull().defaultTo(0))
    .addColumn('deleted_at', 'bigint')
    .addColumn('created', 'bigint', (c) => c.notNull())
    .addColumn('last_modified', 'bigint', (c) => c.notNull())
    .addColumn('delivery_time', 'bigint', (c) => c.notNull())
    .addColumn('submit_time', 'bigint')
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('flags', 'bigint', (c) => c.notNull())
    .addColumn('read', 'smallint', (c) => c.notNull())
    .addColumn('status', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('has_attachments', 'smallint', (c) => c.notNull())
    .addColumn('importance', 'bigint', (c) => c.notNull())
    .addColumn('sensitivity', 'bigint', (c) => c.notNull())
    .addColumn('flag_status', 'bigint', (c) => c.notNull())
    .addColumn('message_class', types.key as never, (c) => c.notNull())
    .addColumn('subject_key', types.key as never, (c) => c.notNull())
    .addColumn('sender_key', types.key as never, (c) => c.notNull())
    .addColumn('to_key', types.key as never, (c) => c.notNull())
    .addColumn('topic_key', types.key as never, (c) => c.notNull())
    .addColumn('internet_message_id', types.key as never)
    .addColumn('cn', 'bigint', (c) => c.notNull())
    .addColumn('read_cn', 'bigint', (c) => c.notNull())
    .addColumn('change_key', types.bytes as never, (c) => c.notNull())
    .addColumn('pcl', types.bytes as never, (c) => c.notNull())
    .addColumn('source_key', types.bytes as never)
    .addColumn('content_state', 'smallint', (c) => c.notNull())
    .addColumn('content_version', 'bigint', (c) => c.notNull())
    .addColumn('properties', types.bytes as never, (c) => c.notNull())
    .addColumn('large_values', 'text')
    .addColumn('recipients', types.bytes as never)
    .addColumn('hidden_tags', 'text')
    .addPrimaryKeyConstraint('message_pk', ['mailbox_id', 'key'])
    .addUniqueConstraint('message_by_id', ['mailbox_id', 'id'])
    .addForeignKeyConstraint('message_folder', ['mailbox_id', 'folder_id'], 'folder', ['mailbox_id', 'id'])
    .execute();
  const index = (name: string, columns: string[]) =>
    db.schema.createIndex(name).on('message').columns(columns).execute();
  const inFolder = ['mailbox_id', 'folder_id', 'associated', 'deleted'];
  await index('message_by_delivery', [...inFolder, 'delivery_time', 'id']);
  await index('message_in_folder', [...inFolder, 'id']);
  await index('message_unread', [...inFolder, 'read', 'id']);
  await index('message_by_internet_id', ['mailbox_id', 'internet_message_id']);
  await index('message_by_source_key', ['mailbox_id', 'source_key']);

  await ofMailbox('attachment')
    .addColumn('message_key', 'bigint', (c) => c.notNull())
    .addColumn('id', 'bigint', (c) => c.notNull())
    .addColumn('parent_id', 'bigint')
    .addColumn('number', 'bigint', (c) => c.notNull())
    .addColumn('hidden', 'smallint', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('properties', types.bytes as never, (c) => c.notNull())
    .addColumn('large_values', 'text')
    .addColumn('embedded_properties', types.bytes as never)
    .addColumn('embedded_large_values', 'text')
    .addColumn('embedded_recipients', types.bytes as never)
    .addPrimaryKeyConstraint('attachment_pk', ['mailbox_id', 'message_key', 'id'])
    .addForeignKeyConstraint(
      'attachment_message',
      ['mailbox_id', 'message_key'],
      'message',
      ['mailbox_id', 'key'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();

  await ofMailbox('large_value')
    .addColumn('message_key', 'bigint', (c) => c.notNull())
    .addColumn('attachment_id', 'bigint')
    .addColumn('value_id', 'bigint', (c) => c.notNull())
    .addColumn('chunk_no', 'bigint', (c) => c.notNull())
    .addColumn('bytes', types.bytes as never, (c) => c.notNull())
    .addPrimaryKeyConstraint('large_value_pk', ['mailbox_id', 'message_key', 'value_id', 'chunk_no'])
    .addForeignKeyConstraint(
      'large_value_message',
      ['mailbox_id', 'message_key'],
      'message',
      ['mailbox_id', 'key'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute();

  await ofMailbox('named_property')
    .addColumn('id', 'bigint', (c) => c.notNull())
    .addColumn('guid', 'text', (c) => c.notNull())
    .addColumn('lid', 'bigint')
    .addColumn('name', 'text')
    .addColumn('name_key', types.key as never, (c) => c.notNull())
    .addPrimaryKeyConstraint('named_property_pk', ['mailbox_id', 'id'])
    .addUniqueConstraint('named_property_by_name', ['mailbox_id', 'name_key'])
    .execute();

  await ofMailbox('replica')
    .addColumn('replid', 'bigint', (c) => c.notNull())
    .addColumn('guid', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('replica_pk', ['mailbox_id', 'replid'])
    .addUniqueConstraint('replica_by_guid', ['mailbox_id', 'guid'])
    .execute();

  await ofMailbox('receive_folder')
    .addColumn('class_key', types.key as never, (c) => c.notNull())
    .addColumn('message_class', 'text', (c) => c.notNull())
    .addColumn('folder_id', 'bigint', (c) => c.notNull())
    .addColumn('last_modified', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('receive_folder_pk', ['mailbox_id', 'class_key'])
    .execute();

  await ofMailbox('outbox')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('object_key', 'bigint', (c) => c.notNull())
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('attempts', 'bigint', (c) => c.notNull().defaultTo(0))
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('error', 'text')
    .addColumn('sent_folder_id', 'bigint')
    .addPrimaryKeyConstraint('outbox_pk', ['mailbox_id', 'kind', 'object_key'])
    .execute();
  await db.schema.createIndex('outbox_due').on('outbox').columns(['mailbox_id', 'due_at']).execute();

  await ofMailbox('folder_link')
    .addColumn('folder_id', 'bigint', (c) => c.notNull())
    .addColumn('remote_id', types.key as never, (c) => c.notNull())
    .addColumn('base', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('folder_link_pk', ['mailbox_id', 'folder_id'])
    .execute();

  // Links outlive their message: they are what tells the engine that something has to go on the backend.
  await ofMailbox('message_link')
    .addColumn('message_key', 'bigint', (c) => c.notNull())
    .addColumn('remote_folder', types.key as never, (c) => c.notNull())
    .addColumn('remote_id', types.key as never, (c) => c.notNull())
    .addColumn('base', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('message_link_pk', ['mailbox_id', 'message_key'])
    .addUniqueConstraint('message_link_by_remote', ['mailbox_id', 'remote_folder', 'remote_id'])
    .execute();

  await ofMailbox('sync_cursor')
    .addColumn('remote_folder', types.key as never, (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('sync_cursor_pk', ['mailbox_id', 'remote_folder'])
    .execute();

  await db.schema
    .createTable('minimal_entry_id')
    .addColumn('id', types.identity as never, (c) => c.primaryKey())
    .addColumn('dn_key', types.key as never, (c) => c.notNull().unique())
    .execute();
}
