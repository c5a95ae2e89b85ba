import { type RawBuilder, sql } from 'kysely';
import { IdSet } from '../mapi/index.ts';
import type { MessageEvent, StoreEvent } from './events.ts';
import type { MailboxContext } from './internal.ts';
import { storeLimits } from './limits.ts';
import type { FolderId, MessageId } from './types.ts';

/** The ids of a folder's messages. Whoever gets them only looks at them. */
export interface FolderIds {
  readonly normal: IdSet;
  readonly associated: IdSet;
}

/** How many messages of each kind the folder has by its own count. */
export interface MemberCounts {
  readonly normal: number;
  readonly associated: number;
}

type Load = { readonly ids: Promise<FolderIds>; readonly meanwhile: MessageEvent[] };

/** What is kept of the folders of one mailbox that were asked for, the last used ones. */
export interface FolderIdsOfMailbox {
  /** As the database had them at some moment from now on; `counts` are those of now. */
  of(folderId: FolderId, counts: MemberCounts): Promise<FolderIds>;
  close(): void;
}

/**
 * Ids of folders that are synchronized, read once and then kept up to date by events. Comparing them with what a replica
 * has costs as much as both have ranges, where the rows of the folder would cost as much as it has messages. Events come
 * a moment after their commit, so a set that differs from the folder's counts is read anew.
 */
export function folderIdsOf(context: MailboxContext): FolderIdsOfMailbox {
  const kept = new Map<FolderId, FolderIds>();
  const loads = new Map<FolderId, Load>();

  const end = context.subscribe((event) => {
    if (!changesMembers(event)) return;
    for (const folderId of new Set([event.folderId, event.oldFolderId])) {
      if (folderId === undefined) continue;
      const ids = kept.get(folderId);
      if (ids !== undefined) apply(ids, folderId, event);
      loads.get(folderId)?.meanwhile.push(event);
    }
  });

  const load = (folderId: FolderId): Promise<FolderIds> => {
    const running = loads.get(folderId);
    if (running !== undefined) return running.ids;
    const meanwhile: MessageEvent[] = [];
    const read = async (): Promise<FolderIds> => {
      const ids = {
        normal: await readIds(context, folderId, 0),
        associated: await readIds(context, folderId, 1),
      };
      // Some of these are in what was read already; saying them again changes nothing.
      for (const event of meanwhile) apply(ids, folderId, event);
      keep(folderId, ids);
      return ids;
    };
    const ids = read().finally(() => loads.delete(folderId));
    loads.set(folderId, { ids, meanwhile });
    return ids;
  };

  const keep = (folderId: FolderId, ids: FolderIds): void => {
    kept.delete(folderId);
    kept.set(folderId, ids);
    let ranges = 0;
    for (const [id, one] of [...kept].reverse()) {
      ranges += one.normal.ranges().length + one.associated.ranges().length;
      if (ranges > storeLimits.keptIdRanges && id !== folderId) kept.delete(id);
    }
  };

  return {
    async of(folderId, counts) {
      const ids = kept.get(folderId);
      if (ids?.normal.size !== counts.normal || ids.associated.size !== counts.associated) return load(folderId);
      keep(folderId, ids);
      return ids;
    },
    close: end,
  };
}

/** Whether a message comes into a folder or leaves one. New mail is told as created, too. */
const changesMembers = (event: StoreEvent): event is MessageEvent =>
  event.object === 'message' && event.kind !== 'modified' && event.kind !== 'newMail';

function apply(ids: FolderIds, folderId: FolderId, event: MessageEvent): void {
  const set = event.associated ? ids.associated : ids.normal;
  if (event.kind === 'moved' && event.oldFolderId === folderId) set.remove(event.oldMessageId!);
  if (event.folderId !== folderId) return;
  if (event.kind === 'deleted') set.remove(event.messageId);
  else set.add(event.messageId);
}

/** Some thousands between two turns of others. */
async function readIds(context: MailboxContext, folderId: FolderId, associated: 0 | 1): Promise<IdSet> {
  const ids = new IdSet();
  for (let last: MessageId = -1; ; ) {
    const part = await idsIn(
      context,
      sql`select id from message where mailbox_id = ${context.mailbox.id} and folder_id = ${folderId}
        and associated = ${associated} and deleted = 0 and id > ${last} order by id limit ${storeLimits.idsPerRead}`,
    );
    ids.addAll(part);
    if (part.size < storeLimits.idsPerRead) return ids;
    last = part.ranges().at(-1)!.high;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The ids that a query gives, put together to ranges by the database. */
export async function idsIn(context: MailboxContext, query: RawBuilder<unknown>): Promise<IdSet> {
  const { rows } = await sql<{ low: number; high: number }>`select min(id) as low, max(id) as high
    from (select id, id - row_number() over (order by id) as run from (${query}) as found) as numbered
    group by run order by low`.execute(context.db());
  const ids = new IdSet();
  for (const { low, high } of rows) ids.addRange(low, high);
  return ids;
}
