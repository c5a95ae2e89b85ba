import { type RawBuilder, sql } from 'kysely';
import { IdSet, type Restriction } from '../mapi/index.ts';
import { idsIn, type MemberCounts } from './folder-ids.ts';
import { type MailboxContext, type MessageRow, messageColumns } from './internal.ts';
import { storeLimits } from './limits.ts';
import { evaluable } from './tables/contents-table.ts';
import { compileRestriction, type Matcher, restrictionNeeds } from './tables/matches.ts';
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

/** What of a folder a synchronization is about. */
export interface ContentsScope {
  /** Errors: ecTooComplex for one that cannot be evaluated. */
  readonly restriction?: Restriction | undefined;
  /** Which messages are told as changed. */
  readonly normal: boolean;
  readonly associated: boolean;
  /** Whether read states are told. */
  readonly readStates: boolean;
}

/** Rows looked at between two turns of others. */
const page = 4000;
/** With a restriction that the database cannot answer each message is decoded. */
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

interface FolderState {
  readonly upTo: number;
  readonly counts: MemberCounts;
}

/**
 * Every change numbered up to `upTo` is committed: transactions follow one another, and each draws its numbers from here.
 * What is read after this therefore has them all, whatever is changed in between.
 */
async function stateOf(context: MailboxContext, folderId: FolderId): Promise<FolderState> {
  const row = await context
    .db()
    .selectFrom('mailbox')
    .leftJoin('folder', (join) => join.onRef('folder.mailbox_id', '=', 'mailbox.id').on('folder.id', '=', folderId))
    .select(['next_counter', 'content_count', 'associated_count'])
    .where('mailbox.id', '=', context.mailbox.id)
    .executeTakeFirstOrThrow();
  return {
    upTo: row.next_counter - 1,
    counts: { normal: row.content_count ?? 0, associated: row.associated_count ?? 0 },
  };
}

/**
 * See {@link ContentsChanges}. Right for whatever a client presents; costs as much as there are changes and ranges in
 * its sets, but for first synchronizations and sets with many gaps, for which the folder's rows are read.
 */
export async function contentsChanges(
  context: MailboxContext,
  folderId: FolderId,
  known: KnownContents,
  wanted: ContentsScope,
): Promise<ContentsChanges> {
  const state = await stateOf(context, folderId);
  const { upTo, counts } = state;
  const scope = wanted.restriction && (await scopeOf(context, folderId, wanted.restriction, state));
  const ids = await context.folderIds.of(folderId, counts);
  const deleted = known.given.without(ids.normal).without(ids.associated);
  const noLongerInScope = scope === undefined ? new IdSet() : known.given.without(deleted).without(scope);
  const looks = [
    { associated: 0, seen: known.seen, ids: ids.normal, told: wanted.normal, readStates: wanted.readStates },
    { associated: 1, seen: known.seenFai, ids: ids.associated, told: wanted.associated, readStates: false },
  ] as const;
  // Now, as the ids go on changing.
  const pieces = looks.map((look) => piecesOf(look, known, scope));

  const changed: ChangedMessage[] = [];
  const delivered = new Map<MessageId, number>();
  const nowRead = new IdSet();
  const nowUnread = new IdSet();
  const laterReadStates: number[] = [];
  for (const [index, look] of looks.entries()) {
    for await (const row of rowsOf(context, folderId, look.associated, pieces[index]!)) {
      if (scope !== undefined && !scope.has(row.id)) continue;
      if (!known.given.has(row.id) || !look.seen.has(row.cn)) {
        if (!look.told) continue;
        changed.push({ id: row.id, changeNumber: row.cn, associated: row.associated !== 0, size: row.size });
        delivered.set(row.id, Number(row.delivery_time));
      } else if (look.readStates && !known.read.has(row.read_cn)) {
        (row.read ? nowRead : nowUnread).add(row.id);
        if (row.read_cn > upTo) laterReadStates.push(row.read_cn);
      }
    }
  }
  changed.sort((a, b) => delivered.get(b.id)! - delivered.get(a.id)! || b.id - a.id);
  return { upTo, changed, deleted, noLongerInScope, nowRead, nowUnread, laterReadStates };
}

/** Some of a folder's messages of one kind: those with a number between two, both included. */
interface Piece {
  readonly by: 'id' | 'cn' | 'read_cn';
  readonly low: number;
  readonly high: number;
}

const everyNumber = new IdSet().addRange(0, storeLimits.lastCounter);
const wholeFolder: readonly Piece[] = [{ by: 'id', low: 0, high: storeLimits.lastCounter }];

/** Where there are messages that a replica does not know as they are: all of these, and as few others as go. */
function piecesOf(
  look: { seen: IdSet; ids: IdSet; told: boolean; readStates: boolean },
  known: KnownContents,
  scope: IdSet | undefined,
): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (by: Piece['by'], set: IdSet): void => {
    for (const { low, high } of set.ranges()) pieces.push({ by, low, high });
  };
  if (look.told) {
    const there = scope === undefined ? look.ids : look.ids.without(everyNumber.without(scope));
    const unknown = there.without(known.given);
    if (unknown.size * 2 > look.ids.size) return wholeFolder;
    add('id', unknown);
    add('cn', everyNumber.without(look.seen));
  }
  if (look.readStates) add('read_cn', everyNumber.without(known.read));
  return pieces.length > storeLimits.gapsLookedUp ? wholeFolder : pieces;
}

/** The messages in the pieces, each once. */
async function* rowsOf(
  context: MailboxContext,
  folderId: FolderId,
  associated: 0 | 1,
  pieces: readonly Piece[],
): AsyncGenerator<Row> {
  const told = new Set<MessageId>();
  for (const { by, low, high } of pieces) {
    for (let from = low; from <= high; ) {
      const rows: Row[] = await context
        .db()
        .selectFrom('message')
        .select(['id', 'cn', 'read_cn', 'read', 'associated', 'size', 'delivery_time'])
        .where('mailbox_id', '=', context.mailbox.id)
        .where('folder_id', '=', folderId)
        .where('associated', '=', associated)
        .where('deleted', '=', 0)
        .where(by, '>=', from)
        .where(by, '<=', high)
        .orderBy(by)
        .limit(page)
        .execute();
      for (const row of rows) {
        if (pieces !== wholeFolder) {
          if (told.has(row.id)) continue;
          told.add(row.id);
        }
        yield row;
      }
      if (rows.length < page) break;
      from = rows.at(-1)![by] + 1;
      await turn();
    }
  }
}

/** A set that has those of a folder's messages that meet a restriction, and none that does not. */
async function scopeOf(
  context: MailboxContext,
  folderId: FolderId,
  restriction: Restriction,
  { upTo, counts }: FolderState,
): Promise<IdSet> {
  const matcher = compileRestriction(restriction);
  const exact = restrictionSql(restriction);
  const messages = sql`message where message.mailbox_id = ${context.mailbox.id} and message.folder_id = ${folderId}
    and message.associated in (0, 1) and message.deleted = 0`;
  if (exact === undefined) return evaluatedScope(context, messages, restriction, matcher);
  const found = await sql<{ count: number }>`select count(*) as count from ${messages} and ${exact}`.execute(
    context.db(),
  );
  if (found.rows[0]!.count * 2 <= counts.normal + counts.associated)
    return idsIn(context, sql`select id from ${messages} and ${exact}`);
  // The fewer ids are read. What comes into the folder meanwhile waits for the next time.
  const outside = await idsIn(context, sql`select id from ${messages} and not (${exact})`);
  return new IdSet().addRange(0, upTo).without(outside);
}

async function evaluatedScope(
  context: MailboxContext,
  messages: RawBuilder<unknown>,
  restriction: Restriction,
  matcher: Matcher,
): Promise<IdSet> {
  const condition = necessarySql(restriction) ?? sql`1 = 1`;
  const needs = restrictionNeeds(restriction);
  const columns = sql.join(messageColumns.map((column) => sql.ref(column)));
  const ids = new IdSet();
  for (let last = -1; ; ) {
    const { rows } = await sql<MessageRow>`select ${columns} from ${messages} and ${condition} and id > ${last}
      order by id limit ${evaluatedPage}`.execute(context.db());
    const found = rows.map((row) => context.messageFromRow(row));
    const objects = await evaluable(context, found, needs);
    for (const [index, { id }] of found.entries()) {
      const { lookup, context: parts } = objects[index]!;
      if (matcher(lookup, parts)) ids.add(id);
    }
    if (found.length < evaluatedPage) return ids;
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
  const { upTo } = await stateOf(context, folderId);
  const folders = await context.mailbox.childFolders(folderId, { deep: true });
  const changed = folders.filter(({ id, changeNumber }) => !known.given.has(id) || !known.seen.has(changeNumber));
  return { upTo, changed, deleted: known.given.without(IdSet.of(folders.map(({ id }) => id))) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
