import { sql } from 'kysely';
import {
  ec,
  isLargeValue,
  MapiError,
  PidTag,
  type PropertyTag,
  Ptyp,
  type StoredValue,
  typeOf,
} from '../../mapi/index.ts';
import { batches } from '../batches.ts';
import { messageProperty, messagePropertyTags } from '../computed.ts';
import { type MailboxContext, type MessageRow, messageColumns } from '../internal.ts';
import { isMailValue } from '../mail-values.ts';
import { sortText } from '../rows.ts';
import type { FolderId, Message, Table } from '../types.ts';
import { indexView } from './index-view.ts';
import { limits } from './limits.ts';
import { firstRows, listView, type RowSource } from './list-view.ts';
import { type Lookup, type RestrictionNeeds, restrictionNeeds } from './matches.ts';
import { partsOf } from './message-parts.ts';
import { pacer } from './pacer.ts';
import { necessarySql, restrictionSql } from './restriction-sql.ts';
import type { SortPlan } from './sort-plan.ts';
import { createTable, type ObjectNeeds, type ObjectOfRow } from './table.ts';
import { noCategories, type SortKey, type View, type ViewRow, type ViewSpec } from './view.ts';
import { viewRows } from './view-rows.ts';

export interface ContentsTableOptions {
  readonly associated: boolean;
  readonly softDeleted: boolean;
  /** The messages found by a search folder instead of those in it. */
  readonly search: boolean;
  /** Calls back with ids of messages that a search folder took in or let go. */
  subscribeResults?(folderId: FolderId, touched: (messageId: number) => void): () => void;
}

/** The messages of a folder (MS-OXCFOLD 2.2.1.14). */
export function contentsTable(context: MailboxContext, folderId: FolderId, options: ContentsTableOptions): Table {
  let gone = false;
  const unsubscribe = context.subscribe((event) => {
    if (event.object === 'folder' && event.kind === 'deleted' && event.folderId === folderId) gone = true;
  });

  return createTable({
    rowCount: () => rowCount(context, folderId, options),
    view: async (spec, plan): Promise<View> => {
      const indexed = indexedSort(plan);
      const where = spec.restriction && restrictionSql(spec.restriction);
      if (indexed && !spec.instanceTag && !options.search && !options.softDeleted && (!spec.restriction || where)) {
        return indexView(context, {
          folderId,
          associated: options.associated,
          ...indexed,
          where,
          total: () => rowCount(context, folderId, options),
        });
      }
      const source = messageSource(context, folderId, options, spec, plan);
      const { restriction } = spec;
      return listView(plan, restriction?.kind === 'count' ? firstRows(source, restriction.count) : source);
    },
    objects: (rows, needs) =>
      objectsOf(
        context,
        rows.map((row) => row.id),
        needs,
        options.softDeleted,
      ),
    rowKey: (row) => ({ folderId: row.folderId, messageId: row.id, instance: row.instance }),
    idOf: (key) => key.messageId ?? 0,
    allColumns: () => allColumns(context, folderId, options),
    check: () => {
      if (gone) throw new MapiError(ec.objectDeleted, 'the folder was deleted');
    },
    close: unsubscribe,
  });
}

/** How an index gives this order; undefined when none does. */
function indexedSort(plan: SortPlan): { column: 'delivery_time' | undefined; descending: boolean } | undefined {
  if (plan.tags.length === 0) return { column: undefined, descending: false };
  if (plan.tags.length > 1 || plan.categoryCount > 0 || plan.tags[0] !== PidTag.MessageDeliveryTime) return undefined;
  return { column: 'delivery_time', descending: plan.directions[0] === -1 };
}

async function rowCount(context: MailboxContext, folderId: FolderId, options: ContentsTableOptions): Promise<number> {
  const db = context.db();
  if (options.softDeleted) {
    // Exact, or the dialog for recovering deleted items fails.
    const { n } = await db
      .selectFrom('message')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('mailbox_id', '=', context.mailbox.id)
      .where('folder_id', '=', folderId)
      .where('associated', '=', Number(options.associated))
      .where('deleted', '=', 1)
      .executeTakeFirstOrThrow();
    return n;
  }
  const row = await db
    .selectFrom('folder')
    .select(['content_count', 'associated_count'])
    .where('mailbox_id', '=', context.mailbox.id)
    .where('id', '=', folderId)
    .executeTakeFirst();
  if (!row) throw new MapiError(ec.objectDeleted, 'the folder was deleted');
  return options.associated ? row.associated_count : row.content_count;
}

/** All columns of a {@link MessageRow}. */
export const wholeMessage = sql.join(messageColumns.map((name) => sql.ref(`message.${name}`)));

/** `from` and `where` of the messages in a folder, or of those that a search folder found. */
export function messagesIn(
  context: MailboxContext,
  folderId: FolderId,
  options: Pick<ContentsTableOptions, 'associated' | 'softDeleted' | 'search'>,
) {
  const mailboxId = context.mailbox.id;
  return options.search
    ? sql`search_result inner join message on message.mailbox_id = search_result.mailbox_id
        and message.id = search_result.message_id
        where search_result.mailbox_id = ${mailboxId} and search_result.folder_id = ${folderId} and message.deleted = 0`
    : sql`message where message.mailbox_id = ${mailboxId} and message.folder_id = ${folderId}
        and message.associated = ${Number(options.associated)} and message.deleted = ${Number(options.softDeleted)}`;
}

/** Columns that say what a row is sorted by, so that its properties need not be read. */
interface KeyColumn {
  readonly column: string;
  key(value: unknown): SortKey;
}
const asIs = (value: unknown): SortKey => (value === null ? undefined : (value as SortKey));
const keyColumns: ReadonlyMap<PropertyTag, KeyColumn> = new Map([
  [PidTag.MessageDeliveryTime, { column: 'delivery_time', key: asIs }],
  [PidTag.CreationTime, { column: 'created', key: asIs }],
  [PidTag.LastModificationTime, { column: 'last_modified', key: asIs }],
  [PidTag.MessageSize, { column: 'size', key: asIs }],
  [PidTag.Importance, { column: 'importance', key: asIs }],
  [PidTag.Sensitivity, { column: 'sensitivity', key: asIs }],
  [PidTag.HasAttachments, { column: 'has_attachments', key: asIs }],
  [PidTag.Read, { column: 'read', key: asIs }],
  [PidTag.MessageStatus, { column: 'status', key: asIs }],
  [PidTag.NormalizedSubject, { column: 'subject_key', key: asIs }],
  [PidTag.SentRepresentingName, { column: 'sender_key', key: asIs }],
  [PidTag.DisplayTo, { column: 'to_key', key: asIs }],
  [PidTag.ConversationTopic, { column: 'topic_key', key: asIs }],
  [PidTag.MessageClass, { column: 'message_class', key: (value: unknown) => sortText(value as string) }],
]);

function messageSource(
  context: MailboxContext,
  folderId: FolderId,
  options: ContentsTableOptions,
  spec: ViewSpec,
  plan: SortPlan,
): RowSource {
  const { restriction, matcher, instanceTag } = spec;
  const scope = messagesIn(context, folderId, options);
  const exact = restriction ? restrictionSql(restriction) : undefined;
  const necessary = restriction ? necessarySql(restriction) : undefined;
  const fromColumns =
    (!restriction || exact) && instanceTag === undefined && plan.tags.every((tag) => keyColumns.has(tag));
  const needs = restrictionNeeds(restriction);

  const page = async (
    condition: ReturnType<typeof sql>,
    count: number,
  ): Promise<{ rows: ViewRow[]; read: number; last: number }> => {
    const filter = necessary ? sql`and ${necessary}` : sql``;
    if (fromColumns) {
      const keys = plan.tags.map((tag) => keyColumns.get(tag)!);
      const columns = keys.map(
        ({ column }, index) => sql`, ${sql.ref(`message.${column}`)} as ${sql.ref(`k${index}`)}`,
      );
      const { rows } = await sql<Record<string, unknown>>`select message.id as id,
        message.folder_id as folder_id, message.read as read ${sql.join(columns, sql``)}
        from ${scope} ${filter} ${condition} limit ${count}`.execute(context.db());
      return {
        read: rows.length,
        last: Number(rows.at(-1)?.id ?? 0),
        rows: rows.map((row) => ({
          id: row.id as number,
          instance: 0,
          folderId: row.folder_id as number,
          unread: row.read === 0,
          keys: keys.length === 0 ? noKeys : keys.map(({ key }, index) => key(row[`k${index}`])),
          chain: noCategories,
        })),
      };
    }
    const { rows } = await sql<MessageRow>`select ${wholeMessage}
      from ${scope} ${filter} ${condition} limit ${count}`.execute(context.db());
    const found: ViewRow[] = [];
    const messages = rows.map((row) => context.messageFromRow(row));
    const objects = await evaluable(context, messages, needs);
    for (const [index, message] of messages.entries()) {
      const { lookup, context: parts } = objects[index]!;
      if (matcher && !exact && !matcher(lookup, parts)) continue;
      found.push(
        ...viewRows({ id: message.id, folderId: message.folderId, unread: !message.read }, lookup, plan, instanceTag),
      );
    }
    const last = rows.at(-1);
    return { rows: found, read: rows.length, last: last?.id ?? 0 };
  };

  return {
    async *load() {
      const pace = pacer();
      const size = fromColumns ? limits.page * 2 : limits.page / 2;
      const key = sql.ref(options.search ? 'search_result.message_id' : 'message.id');
      for (let last = 0; ; ) {
        const slice = await page(sql`and ${key} > ${last} order by ${key}`, size);
        yield slice.rows;
        if (slice.read < size) return;
        last = slice.last;
        await pace();
      }
    },
    fetch: async (ids) => (await page(sql`and message.id in (${sql.join([...ids])})`, ids.length)).rows,
    subscribe: (touched) => {
      const ends = [
        context.subscribe((event) => {
          if (event.object !== 'message') return;
          // What a search folder found lies anywhere.
          if (options.search || event.folderId === folderId) touched(event.messageId);
          if (
            event.oldMessageId !== undefined &&
            event.kind === 'moved' &&
            (options.search || event.oldFolderId === folderId)
          ) {
            touched(event.oldMessageId);
          }
        }),
      ];
      if (options.search && options.subscribeResults) ends.push(options.subscribeResults(folderId, touched));
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
const noKeys: readonly SortKey[] = [];

async function objectsOf(
  context: MailboxContext,
  ids: readonly number[],
  needs: ObjectNeeds,
  softDeleted: boolean,
): Promise<(ObjectOfRow | undefined)[]> {
  if (ids.length === 0) return [];
  const rows: MessageRow[] = [];
  for (const batch of batches(ids, limits.page)) {
    rows.push(
      ...(await context
        .db()
        .selectFrom('message')
        .select(messageColumns)
        .where('mailbox_id', '=', context.mailbox.id)
        .where('id', 'in', batch)
        .where('deleted', '=', Number(softDeleted))
        .execute()),
    );
  }
  const messages = rows.map((row) => context.messageFromRow(row));
  const wanted = { tags: new Set(needs.tags), partTags: needs.partTags ?? new Set<PropertyTag>() };
  const objects = needs.partTags
    ? await evaluable(context, messages, wanted)
    : messages.map((m) => plainObject(context, m));
  const byId = new Map(messages.map((message, index) => [message.id, objects[index]]));
  return ids.map((id) => byId.get(id));
}

const plainObject = (context: MailboxContext, message: Message): ObjectOfRow => ({
  lookup: (tag) => messageProperty(context.mailbox, message, tag),
});

/**
 * Messages with what a restriction asks of them in memory: large values up to a size, recipients, attachments. Nothing is
 * fetched from the backend.
 */
export async function evaluable(
  context: MailboxContext,
  messages: readonly Message[],
  needs: RestrictionNeeds,
): Promise<ObjectOfRow[]> {
  const { mailbox } = context;
  const parts = needs.partTags.size > 0 ? await partsOf(context, messages, needs.partTags) : undefined;
  const own = `EX:${mailbox.legacyDn}`.toUpperCase();
  const ownAddress = `SMTP:${mailbox.address}`.toUpperCase();
  const aliases = (key: string) => (key === own ? [ownAddress] : key === ownAddress ? [own] : []);
  const result: ObjectOfRow[] = [];
  for (const message of messages) {
    let large: Map<PropertyTag, StoredValue> | undefined;
    for (const tag of needs.tags) {
      const value = messageProperty(mailbox, message, tag);
      if (!isLargeValue(value) || isMailValue(value) || value.size > limits.searchedBytes) continue;
      const bytes = Buffer.from(await value.read(0, value.size));
      if (bytes.length < value.size) continue;
      large ??= new Map();
      large.set(tag, typeOf(tag) === Ptyp.String ? bytes.toString('utf16le') : bytes);
    }
    const lookup: Lookup = (tag) => large?.get(tag) ?? messageProperty(mailbox, message, tag);
    const ofMessage = parts?.get(message.key);
    result.push({
      lookup,
      context: { aliases, ...(ofMessage && { parts: (tag: PropertyTag) => ofMessage.get(tag) ?? [] }) },
    });
  }
  return result;
}

/** The columns of any message, and those of the newest ones here. */
async function allColumns(
  context: MailboxContext,
  folderId: FolderId,
  options: ContentsTableOptions,
): Promise<PropertyTag[]> {
  const tags = new Set<PropertyTag>([...messagePropertyTags, PidTag.RowType, PidTag.Depth]);
  const { rows } = await sql<MessageRow>`select ${wholeMessage}
    from ${messagesIn(context, folderId, options)} order by message.id desc limit 50`.execute(context.db());
  for (const row of rows) for (const tag of context.messageFromRow(row).properties.keys()) tags.add(tag);
  return [...tags];
}
