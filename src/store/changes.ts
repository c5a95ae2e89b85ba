import { sql } from 'kysely';
import { IdSet, type Restriction } from '../mapi/index.ts';
import { type MailboxContext, messageColumns } from './internal.ts';
import { evaluable } from './tables/contents-table.ts';
import { compileRestriction, restrictionNeeds } from './tables/matches.ts';
import { necessarySql, restrictionSql } from './tables/restriction-sql.ts';
import type { Folder, FolderId, MessageId } from './types.ts';

/** What a replica of a folder's messages has: ids and change numbers of the mailbox's own replica. */
export interface KnownContents {
  readonly given: IdSet;
  readonly seen: IdSet;
  readonly seenFai: IdSet;
  readonly read: IdSet;
}

export interface ChangedMessage {
  readonly id: MessageId;
  readonly changeNumber: number;
  readonly associated: boolean;
  /** In bytes. */
  readonly size: number;
}

/** How a folder differs from a replica of it (MS-OXCFXICS 3.2.5.3). */
export interface ContentsChanges {
  /**
   * Every change numbered up to here that is in the folder is either told below or was known. Changes with higher
   * numbers can be told, too, but others of them may be missing.
   */
  readonly upTo: number;
  /** New messages and those changed since; newest first. */
  readonly changed: readonly ChangedMessage[];
  /** Ids of the replica that are not in the folder any more. */
  readonly deleted: IdSet;
  /** Ids of the replica in the folder that do not meet the restriction any more. */
  readonly noLongerInScope: IdSet;
  /** Normal messages, otherwise unchanged, whose read state changed. */
  readonly nowRead: IdSet;
  readonly nowUnread: IdSet;
  /** Change numbers of read states that were looked at and are above {@link upTo}. */
  readonly laterReadStates: readonly number[];
}

/** How the folders under one differ from a replica of them. */
export interface HierarchyChanges {
  readonly upTo: number;
  /** New and changed folders, parents before their children. */
  readonly changed: readonly Folder[];
  /** Ids of the replica that are not below the folder any more. */
  readonly deleted: IdSet;
}

/** Rows looked at between two turns of others. */
const page = 4000;
/** With a restriction each message is decoded. */
const evaluatedPage = 250;

interface Row {
  readonly id: number;
  readonly cn: number;
  readonly read_cn: number;
  readonly read: number;
  readonly associated: number;
  readonly size: number;
  readonly delivery_time: number | bigint;
}

/**
 * Every change numbered below is committed: transactions follow one another, and each draws its numbers from here. What
 * is read after this therefore has them all, whatever is changed in between.
 */
async function lastChange(context: MailboxContext): Promise<number> {
  const { next_counter } = await context
    .db()
    .selectFrom('mailbox')
    .select('next_counter')
    .where('id', '=', context.mailbox.id)
    .executeTakeFirstOrThrow();
  return next_counter - 1;
}

/** See {@link ContentsChanges}. Errors: ecTooComplex for a restriction that cannot be evaluated. */
export async function contentsChanges(
  context: MailboxContext,
  folderId: FolderId,
  known: KnownContents,
  restriction: Restriction | undefined,
): Promise<ContentsChanges> {
  const upTo = await lastChange(context);
  const inScope = restriction === undefined ? undefined : await scopeOf(context, folderId, restriction);
  const present = new IdSet();
  const changed: (ChangedMessage & { readonly delivered: bigint })[] = [];
  const noLongerInScope = new IdSet();
  const nowRead = new IdSet();
  const nowUnread = new IdSet();
  const laterReadStates: number[] = [];
  for await (const row of rowsOf(context, folderId)) {
    const given = known.given.has(row.id);
    if (given) present.add(row.id);
    if (inScope !== undefined && !inScope.has(row.id)) {
      if (given) noLongerInScope.add(row.id);
      continue;
    }
    const seen = row.associated ? known.seenFai : known.seen;
    if (!given || !seen.has(row.cn)) {
      const { id, cn: changeNumber, size } = row;
      changed.push({ id, changeNumber, associated: row.associated !== 0, size, delivered: BigInt(row.delivery_time) });
    } else if (!row.associated && !known.read.has(row.read_cn)) {
      (row.read ? nowRead : nowUnread).add(row.id);
      if (row.read_cn > upTo) laterReadStates.push(row.read_cn);
    }
  }
  changed.sort((a, b) => (a.delivered === b.delivered ? b.id - a.id : a.delivered < b.delivered ? 1 : -1));
  const deleted = known.given.without(present);
  return { upTo, changed, deleted, noLongerInScope, nowRead, nowUnread, laterReadStates };
}

/** The messages of a folder, in pages. */
async function* rowsOf(context: MailboxContext, folderId: FolderId): AsyncGenerator<Row> {
  for (let last = -1; ; ) {
    const rows: Row[] = await context
      .db()
      .selectFrom('message')
      .select(['id', 'cn', 'read_cn', 'read', 'associated', 'size', 'delivery_time'])
      .where('mailbox_id', '=', context.mailbox.id)
      .where('folder_id', '=', folderId)
      .where('deleted', '=', 0)
      .where('id', '>', last)
      .orderBy('id')
      .limit(page)
      .execute();
    yield* rows;
    if (rows.length < page) return;
    last = rows.at(-1)!.id;
    await turn();
  }
}

/** Ids of a folder's messages that meet a restriction. */
async function scopeOf(context: MailboxContext, folderId: FolderId, restriction: Restriction): Promise<IdSet> {
  const matcher = compileRestriction(restriction);
  const exact = restrictionSql(restriction) !== undefined;
  const condition = necessarySql(restriction);
  const needs = restrictionNeeds(restriction);
  const size = exact ? page : evaluatedPage;
  const ids = new IdSet();
  for (let last = -1; ; ) {
    const query = context
      .db()
      .selectFrom('message')
      .where('mailbox_id', '=', context.mailbox.id)
      .where('folder_id', '=', folderId)
      .where('deleted', '=', 0)
      .where('id', '>', last)
      .where(condition ?? sql<boolean>`1 = 1`)
      .orderBy('id')
      .limit(size);
    let found: readonly { readonly id: number }[];
    if (exact) {
      found = await query.select('id').execute();
      for (const { id } of found) ids.add(id);
    } else {
      const messages = (await query.select(messageColumns).execute()).map((row) => context.messageFromRow(row));
      const objects = await evaluable(context, messages, needs);
      for (const [index, { id }] of messages.entries()) {
        const { lookup, context: parts } = objects[index]!;
        if (matcher(lookup, parts)) ids.add(id);
      }
      found = messages;
    }
    if (found.length < size) return ids;
    last = found.at(-1)!.id;
    await turn();
  }
}

/** See {@link HierarchyChanges}. */
export async function hierarchyChanges(
  context: MailboxContext,
  folderId: FolderId,
  known: Pick<KnownContents, 'given' | 'seen'>,
): Promise<HierarchyChanges> {
  const upTo = await lastChange(context);
  const folders = await context.mailbox.childFolders(folderId, { deep: true });
  const changed = folders.filter(({ id, changeNumber }) => !known.given.has(id) || !known.seen.has(changeNumber));
  return { upTo, changed, deleted: known.given.without(IdSet.of(folders.map(({ id }) => id))) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
