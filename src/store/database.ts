import { AsyncLocalStorage } from 'node:async_hooks';
import { type ControlledTransaction, Kysely, Migrator } from 'kysely';
import { openDurability } from './durability.ts';
import type { StoreEvent } from './events.ts';
import { migrations } from './migrations/index.ts';
import { Mutex } from './mutex.ts';
import type { Db, Database as Tables } from './schema.ts';
import { openSqlite, sqliteDialect } from './sqlite-dialect.ts';
import type { FolderId, Origin } from './types.ts';

/** Something to tell after the commit: an event, or that a folder's counts changed. */
export type Note = { readonly event: StoreEvent } | { readonly countsOf: FolderId; readonly origin: Origin };

/** Takes what a transaction has to tell about one mailbox. */
export interface EventSink {
  /** Before the commit: the events to send, merged and with their counts. */
  prepare(notes: readonly Note[], db: Db): Promise<StoreEvent[]>;
  deliver(events: readonly StoreEvent[]): void;
}

/** A running transaction, or a part of one that can be undone alone. */
interface Scope {
  readonly db: ControlledTransaction<Tables, string[]>;
  readonly depth: number;
  readonly notes: { sink: EventSink; note: Note }[];
  readonly afterCommit: (() => void)[];
  /** Parts of one transaction take turns, as savepoints do not overlap. */
  readonly parts: Mutex;
  ended: boolean;
}

export interface StoreDatabase {
  /** The transaction around the caller, or a connection that sees what is committed. */
  db(): Db;
  inTransaction(): boolean;
  /** Resolves once the commit is on the disk; the next transaction begins before that. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Only in a transaction. */
  note(sink: EventSink, note: Note): void;
  /** Runs when the transaction around the caller is committed. */
  afterCommit(action: () => void): void;
  close(): Promise<void>;
}

/**
 * The database of the store: one connection that writes, one transaction at a time in the order in which they were
 * asked for, and one that only reads. The scope of a transaction follows the caller's async context; work left running
 * after its transaction ended is outside of it.
 */
export async function openDatabase(file: string): Promise<StoreDatabase> {
  const writing = new Kysely<Tables>({ dialect: sqliteDialect(openSqlite(file)) });
  const { error } = await new Migrator({
    db: writing,
    provider: { getMigrations: async () => migrations('sqlite') },
  }).migrateToLatest();
  if (error) {
    await writing.destroy();
    throw error;
  }
  const reading = new Kysely<Tables>({ dialect: sqliteDialect(openSqlite(file)) });
  const durability = await openDurability(file);
  const scopes = new AsyncLocalStorage<Scope>();
  const writer = new Mutex();

  const current = (): Scope | undefined => {
    const scope = scopes.getStore();
    return scope?.ended ? undefined : scope;
  };
  const needed = (): Scope => {
    const scope = current();
    if (!scope) throw new Error('only in a transaction');
    return scope;
  };
  const scopeOf = (db: Scope['db'], depth: number): Scope => ({
    db,
    depth,
    notes: [],
    afterCommit: [],
    parts: new Mutex(),
    ended: false,
  });

  const outermost = async <T>(work: () => Promise<T>): Promise<T> => {
    const transaction = (await writing.startTransaction().execute()) as Scope['db'];
    const scope = scopeOf(transaction, 0);
    let result: T;
    let events: [EventSink, StoreEvent[]][];
    try {
      result = await scopes.run(scope, work);
      // Parts that were started and not awaited still belong to it.
      await scope.parts.lock();
      events = await prepared(scope);
      scope.ended = true;
      await transaction.commit().execute();
    } catch (failure) {
      scope.ended = true;
      await transaction.rollback().execute();
      throw failure;
    }
    for (const action of scope.afterCommit) action();
    for (const [sink, list] of events) sink.deliver(list);
    return result;
  };

  const lasting = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await writer.run(() => outermost(work));
    await durability.flush();
    return result;
  };

  const part = async <T>(parent: Scope, work: () => Promise<T>): Promise<T> => {
    const name = `part${parent.depth}`;
    const savepoint = await parent.db.savepoint(name).execute();
    const scope = scopeOf(savepoint as unknown as Scope['db'], parent.depth + 1);
    try {
      const result = await scopes.run(scope, work);
      await scope.parts.lock();
      scope.ended = true;
      await savepoint.releaseSavepoint(name as never).execute();
      parent.notes.push(...scope.notes);
      parent.afterCommit.push(...scope.afterCommit);
      return result;
    } catch (failure) {
      scope.ended = true;
      await savepoint.rollbackToSavepoint(name as never).execute();
      throw failure;
    }
  };

  return {
    db: () => current()?.db ?? reading,
    inTransaction: () => current() !== undefined,
    transaction: (work) => {
      const parent = current();
      return parent ? parent.parts.run(() => part(parent, work)) : lasting(work);
    },
    note: (sink, note) => void needed().notes.push({ sink, note }),
    afterCommit: (action) => void needed().afterCommit.push(action),
    close: async () => {
      await writer.lock();
      await durability.close();
      await reading.destroy();
      await writing.destroy();
    },
  };
}

async function prepared(scope: Scope): Promise<[EventSink, StoreEvent[]][]> {
  const bySink = new Map<EventSink, Note[]>();
  for (const { sink, note } of scope.notes) {
    const notes = bySink.get(sink);
    if (notes) notes.push(note);
    else bySink.set(sink, [note]);
  }
  const events: [EventSink, StoreEvent[]][] = [];
  for (const [sink, notes] of bySink) events.push([sink, await sink.prepare(notes, scope.db)]);
  return events;
}
