import { sql } from 'kysely';
import type { Restriction } from '../../mapi/index.ts';
import { batches } from '../batches.ts';
import type { StoreEvent } from '../events.ts';
import type { MailboxContext } from '../internal.ts';
import type { FolderId } from '../types.ts';
import { limits } from './limits.ts';
import { pacer } from './pacer.ts';
import { type Predicate, restrictionSql } from './restriction-sql.ts';
import { type Mark, noCategories, type RowChange, type RowMark, type View, type ViewRow } from './view.ts';

export interface IndexViewOptions {
  readonly folderId: FolderId;
  readonly associated: boolean;
  /** Column of an index on (mailbox_id, folder_id, associated, deleted, column, id); undefined: by id alone. */
  readonly column: 'delivery_time' | undefined;
  readonly descending: boolean;
  readonly where: Predicate | undefined;
  /** Rows without `where`, from a counter. */
  total(): Promise<number>;
}

/** What may have happened to a message since the view looked. */
interface Touched {
  /** It came into the folder. */
  came: boolean;
}

/**
 * A view that asks an index of the database each time and holds no rows: it costs the same whatever the size of the
 * folder. Rows are found by key; their number is known while nothing changes, and counted by the index otherwise.
 */
export function indexView(context: MailboxContext, options: IndexViewOptions): View {
  const { folderId, column, descending, where } = options;
  const mailboxId = context.mailbox.id;
  let version = 0;
  let counted: { version: number; rows: number } | undefined;
  let touched = new Map<number, Touched>();
  let pendingListener: (() => void) | undefined;
  /** Ids of the rows of a restricted view whose events are told: what was a row before cannot be asked for. */
  let members: Set<number> | undefined;

  const unsubscribe = context.subscribe((event: StoreEvent) => {
    if (event.object !== 'message' || event.associated !== options.associated) return;
    const mine = event.folderId === folderId;
    const left = event.kind === 'moved' && event.oldFolderId === folderId;
    if (!mine && !left) return;
    version++;
    const touch = (id: number, came: boolean) => {
      const known = touched.get(id);
      if (known) known.came ||= came;
      else touched.set(id, { came });
    };
    if (left && event.oldMessageId !== undefined) touch(event.oldMessageId, false);
    if (mine) touch(event.messageId, cameKinds.has(event.kind));
    pendingListener?.();
  });

  const inFolder = sql`message.mailbox_id = ${mailboxId} and message.folder_id = ${folderId}
    and message.associated = ${Number(options.associated)} and message.deleted = 0`;
  const base = where ? sql`${inFolder} and ${where}` : inFolder;
  const keyColumns = column ? sql`${sql.ref(`message.${column}`)}, message.id` : sql`message.id`;
  const order = (backward: boolean) => {
    const direction = sql.raw(descending !== backward ? 'desc' : 'asc');
    return column
      ? sql`${sql.ref(`message.${column}`)} ${direction}, message.id ${direction}`
      : sql`message.id ${direction}`;
  };
  /** Rows on one side of this one: `from` it on, `after` or `before` it. */
  const side = (row: ViewRow, which: 'from' | 'after' | 'before') => {
    const sign = sql.raw(
      { from: descending ? '<=' : '>=', after: descending ? '<' : '>', before: descending ? '>' : '<' }[which],
    );
    return column ? sql`(${keyColumns}) ${sign} (${row.keys[0]}, ${row.id})` : sql`message.id ${sign} ${row.id}`;
  };
  const beyond = (mark: Mark, backward: boolean) => {
    if (typeof mark !== 'string') return sql`and ${side(mark.row, backward ? 'before' : 'from')}`;
    return (mark === 'end') === backward ? sql`` : sql`and 1 = 0`;
  };

  interface KeyRow {
    id: number;
    read: number;
    key: number | bigint;
  }
  const selected = sql`message.id as id, message.read as read, ${column ? sql.ref(`message.${column}`) : sql.ref('message.id')} as key`;
  const toRow = (row: KeyRow): ViewRow => ({
    id: row.id,
    instance: 0,
    folderId,
    unread: row.read === 0,
    keys: column ? [row.key] : [],
    chain: noCategories,
  });
  const query = async (condition: ReturnType<typeof beyond>, backward: boolean, count: number, offset = 0) => {
    const { rows } = await sql<KeyRow>`select ${selected} from message where ${base} ${condition}
      order by ${order(backward)} limit ${count} offset ${offset}`.execute(context.db());
    return rows.map(toRow);
  };
  const countOf = async (condition: ReturnType<typeof beyond>) => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from message where ${base} ${condition}`.execute(
      context.db(),
    );
    return rows[0]!.n;
  };
  const count = async (): Promise<number> => {
    if (!where) return options.total();
    if (counted?.version !== version) counted = { version, rows: await countOf(sql``) };
    return counted.rows;
  };
  const position = async (mark: Mark): Promise<number> => {
    if (mark === 'beginning') return 0;
    if (mark === 'end') return count();
    if (mark.version === version && mark.position !== undefined) return mark.position;
    return countOf(sql`and ${side(mark.row, 'before')}`);
  };
  /** Number of the rows before the mark, when that is known without counting. */
  const known = (mark: Mark): number | undefined =>
    mark === 'beginning' ? 0 : typeof mark !== 'string' && mark.version === version ? mark.position : undefined;
  const markAt = (row: ViewRow, at: number | undefined): RowMark =>
    at === undefined ? { row } : { row, position: at, version };

  const rowById = async (id: number): Promise<ViewRow | undefined> =>
    (await query(sql`and message.id = ${id}`, false, 1))[0];

  const loadMembers = async () => {
    members = new Set();
    const pace = pacer();
    for (let last = 0; ; ) {
      const { rows } = await sql<{ id: number }>`select message.id as id from message
        where ${base} and message.id > ${last} order by message.id limit ${limits.page}`.execute(context.db());
      for (const row of rows) members.add(row.id);
      if (rows.length < limits.page) break;
      last = rows.at(-1)!.id;
      await pace();
    }
  };

  const changes = async (): Promise<RowChange[]> => {
    if (touched.size === 0 && (!where || members)) return [];
    // The writer's turn: nothing is committed meanwhile, and the events of all that was committed are here.
    return context.transaction(async () => {
      const batch = touched;
      touched = new Map();
      if (where && !members) {
        await loadMembers();
        return [];
      }
      const result: RowChange[] = [];
      const now: ViewRow[] = [];
      for (const ids of batches([...batch.keys()], limits.page))
        now.push(...(await query(sql`and message.id in (${sql.join(ids)})`, false, limits.page)));
      const present = new Set(now.map((row) => row.id));
      for (const [id, { came }] of batch) {
        if (present.has(id)) continue;
        if (members ? members.delete(id) : !came) {
          result.push({ kind: 'deleted', row: toRow({ id, read: 1, key: 0 }) });
        }
      }
      now.sort((a, b) => compareRows(a, b) * (descending ? -1 : 1));
      for (const row of now) {
        const was = members ? members.has(row.id) : !batch.get(row.id)!.came;
        members?.add(row.id);
        const [after] = await query(sql`and ${side(row, 'before')}`, true, 1);
        result.push({ kind: was ? 'modified' : 'added', row, after });
      }
      return result;
    });
  };

  return {
    count,
    position,
    read: async (from, wanted, backward) => {
      // One more tells where the next reading begins.
      const rows = await query(beyond(from, backward), backward, backward ? wanted : wanted + 1);
      const before = known(from);
      if (backward) {
        const last = rows.at(-1);
        if (!last) return { rows, next: from === 'end' ? 'end' : 'beginning' };
        return {
          rows,
          next:
            rows.length < wanted ? 'beginning' : markAt(last, before === undefined ? undefined : before - rows.length),
        };
      }
      const next = rows[wanted];
      return {
        rows: rows.slice(0, wanted),
        next: next ? markAt(next, before === undefined ? undefined : before + wanted) : 'end',
      };
    },
    move: async (from, rows) => {
      const before = known(from);
      if (rows === 0) return { mark: from, moved: 0 };
      if (rows > 0) {
        const [row] = await query(beyond(from, false), false, 1, rows);
        if (row) return { mark: markAt(row, before === undefined ? undefined : before + rows), moved: rows };
        return { mark: 'end', moved: await countOf(beyond(from, false)) };
      }
      const [row] = await query(beyond(from, true), true, 1, -rows - 1);
      if (row) return { mark: markAt(row, before === undefined ? undefined : before + rows), moved: rows };
      return { mark: 'beginning', moved: 0 - (await countOf(beyond(from, true))) };
    },
    gone: async (mark) => typeof mark !== 'string' && (await rowById(mark.row.id)) === undefined,
    rowOf: async (id, instance) => (instance === 0 ? rowById(id) : undefined),
    find: async (from, restriction: Restriction, backward) => {
      const condition = restrictionSql(restriction);
      if (!condition) return undefined;
      const [row] = await query(sql`${beyond(from, backward)} and ${condition}`, backward, 1);
      return { row };
    },
    flush: async (events) => {
      if (events) return changes();
      touched = new Map();
      return [];
    },
    onPending: (listener) => {
      pendingListener = listener;
      if (touched.size > 0 || (where && !members)) listener();
    },
    close: unsubscribe,
  };

  function compareRows(a: ViewRow, b: ViewRow): number {
    const [x, y] = [a.keys[0], b.keys[0]];
    if (x !== undefined && y !== undefined && x !== y) return x < y ? -1 : 1;
    return a.id - b.id;
  }
}

/** Events that say of a message that it is new in its folder. */
const cameKinds: ReadonlySet<string> = new Set(['created', 'newMail', 'copied', 'moved']);
