import { sql } from 'kysely';
import { ec, MapiError, type PropertyTag, type Restriction, restriction as restrictionType } from '../../mapi/index.ts';
import { decode, encode } from '../../wire/index.ts';
import type { StoreEvent } from '../events.ts';
import { type MailboxContext, type MailboxTables, type MessageRow, messageColumns } from '../internal.ts';
import type { FolderId, Message, MessageId } from '../types.ts';
import { evaluable, messagesIn, wholeMessage } from './contents-table.ts';
import { limits } from './limits.ts';
import { compileRestriction, type Matcher, type RestrictionNeeds, restrictionNeeds } from './matches.ts';
import { pacer } from './pacer.ts';
import { changeResults, searchOrigin } from './search-results.ts';

/** Ordinary folders, and search folders whose results are looked into. */
interface Scope {
  readonly folders: ReadonlySet<FolderId>;
  readonly searches: ReadonlySet<FolderId>;
}

/** What a search folder looks for, and how far it is. */
interface Search {
  readonly folderId: FolderId;
  restriction: Restriction;
  matcher: Matcher;
  folderIds: readonly FolderId[];
  recursive: boolean;
  static: boolean;
  state: 'running' | 'complete' | 'stopped';
  generation: number;
  /** Folders looked into; undefined when that is to be found out. */
  scope: Scope | undefined;
  /** The scope that the results are of; undefined when that is not known to be so. */
  populated: Scope | undefined;
  /** Messages being gone through. */
  population: Population | undefined;
}

interface Population {
  readonly scope: Scope;
  /** Folders still to be looked into; of the first the messages after `last`. */
  readonly folders: FolderId[];
  last: MessageId;
  /** Its end is an event. */
  readonly told: boolean;
  /** Folders that left the scope, whose messages go; undefined: all goes that is not found now. */
  readonly left: readonly FolderId[] | undefined;
}

export interface SearchFolders {
  readonly set: MailboxTables['setSearchCriteria'];
  readonly get: MailboxTables['searchCriteria'];
  /** Calls back with ids of messages that came into or left the results, or changed in them. */
  subscribeResults(folderId: FolderId, touched: (messageId: MessageId) => void): () => void;
  close(): void;
}

const foldersOf = (scope: Scope): FolderId[] => [...scope.folders, ...scope.searches];

const encoding = restrictionType('extended');

/**
 * The search folders of one mailbox (MS-OXCFOLD 3.2.5.4). One worker goes through the scopes in slices and, between
 * these, takes in what happened to messages; what it finds is in `search_result`. The messages stay where they are.
 */
export function searchFolders(context: MailboxContext): SearchFolders {
  const { mailbox } = context;
  const mailboxId = mailbox.id;
  const searches = new Map<FolderId, Search>();
  const listeners = new Map<FolderId, Set<(messageId: MessageId) => void>>();
  let pending = new Set<MessageId>();
  let closed = false;
  let wake: (() => void) | undefined;
  let awake = false;
  const kick = () => {
    awake = true;
    wake?.();
  };

  const unsubscribe = context.subscribe((event: StoreEvent) => {
    if (event.object === 'message') {
      if (event.associated) return;
      pending.add(event.messageId);
      if (event.kind === 'moved' && event.oldMessageId !== undefined) pending.add(event.oldMessageId);
      kick();
      return;
    }
    if (event.kind === 'modified' || event.kind === 'searchComplete') return;
    if (event.kind === 'deleted' && searches.has(event.folderId)) forgotten.add(event.folderId);
    for (const search of searches.values()) if (search.recursive || event.kind === 'deleted') search.scope = undefined;
    kick();
  });
  const forgotten = new Set<FolderId>();

  const toSearch = (row: {
    folder_id: number;
    restriction: Uint8Array;
    folder_ids: string;
    recursive: number;
    static: number;
    state: string;
    generation: number;
  }): Search => {
    const restriction = decode(encoding, row.restriction);
    return {
      folderId: row.folder_id,
      restriction,
      matcher: compileRestriction(restriction),
      folderIds: JSON.parse(row.folder_ids) as FolderId[],
      recursive: row.recursive !== 0,
      static: row.static !== 0,
      state: row.state as Search['state'],
      generation: row.generation,
      scope: undefined,
      populated: undefined,
      population: undefined,
    };
  };

  const nextCounter = async (): Promise<number> =>
    (
      await context
        .db()
        .selectFrom('mailbox')
        .select('next_counter')
        .where('id', '=', mailboxId)
        .executeTakeFirstOrThrow()
    ).next_counter;

  /** Reads the criteria, and takes in what happened while nobody was there. */
  const load = async () => {
    const rows = await context
      .db()
      .selectFrom('search_folder')
      .selectAll()
      .where('mailbox_id', '=', mailboxId)
      .execute();
    const counter = rows.length > 0 ? await nextCounter() : 0;
    for (const row of rows) {
      const search = toSearch(row);
      searches.set(row.folder_id, search);
      if (search.state === 'running') await populate(search, true);
      else if (search.state === 'complete' && !search.static) {
        if (row.seen === counter) search.populated = await scopeOf(search);
        else await populate(search, false);
      }
    }
  };
  const ready = Promise.resolve().then(load);
  ready.then(kick, () => {});

  const scopeOf = async (search: Search): Promise<Scope> => {
    if (search.scope) return search.scope;
    const folders = new Set<FolderId>();
    const within = new Set<FolderId>();
    for (const id of search.folderIds) {
      const folder = await mailbox.folder(id);
      if (!folder || id === search.folderId) continue;
      (folder.type === 'search' ? within : folders).add(id);
      if (!search.recursive) continue;
      for (const child of await mailbox.childFolders(id, { deep: true }))
        if (child.type !== 'search') folders.add(child.id);
    }
    search.scope = { folders, searches: within };
    return search.scope;
  };

  const begin = (search: Search, population: Population) => {
    search.populated = undefined;
    search.population = population;
    kick();
  };
  /** Goes through all of the scope. */
  const populate = async (search: Search, told: boolean) => {
    search.scope = undefined;
    const scope = await scopeOf(search);
    search.generation++;
    begin(search, { scope, folders: foldersOf(scope), last: 0, told, left: undefined });
  };
  /** The scope may have changed: goes through the folders that are new in it. */
  const rescope = async (search: Search) => {
    const before = search.populated;
    if (!before) return populate(search, false);
    const scope = await scopeOf(search);
    const [was, is] = [foldersOf(before), foldersOf(scope)];
    const folders = is.filter((id) => !was.includes(id));
    const left = was.filter((id) => !is.includes(id));
    if (left.some((id) => before.searches.has(id))) return populate(search, false);
    if (folders.length > 0 || left.length > 0) begin(search, { scope, folders, last: 0, told: false, left });
    else search.populated = scope;
  };

  const tell = (folderId: FolderId, ids: Iterable<MessageId>) => {
    const dependent = [...searches.values()].some((search) => search.scope?.searches.has(folderId));
    for (const id of ids) {
      for (const listener of listeners.get(folderId) ?? []) listener(id);
      if (dependent) pending.add(id);
    }
  };

  const messagesOf = async (rows: readonly MessageRow[], needs: RestrictionNeeds) => {
    const messages = rows.map((row) => context.messageFromRow(row));
    const objects = await evaluable(context, messages, needs);
    return messages.map((message, index) => ({ message, object: objects[index]! }));
  };

  /** One slice of a population. */
  const advance = async (search: Search) => {
    const population = search.population!;
    const folderId = population.folders[0];
    const current = () => search.population === population;
    if (folderId === undefined) {
      await finish(search, population);
      if (!current()) return;
      search.population = undefined;
      search.populated = population.scope;
      return;
    }
    const of = { associated: false, softDeleted: false, search: population.scope.searches.has(folderId) };
    const { rows } = await sql<MessageRow>`select ${wholeMessage}
      from ${messagesIn(context, folderId, of)} and message.id > ${population.last}
      order by message.id limit ${limits.searchSlice}`.execute(context.db());
    const found = new Map<MessageId, boolean>();
    for (const { message, object } of await messagesOf(rows, restrictionNeeds(search.restriction))) {
      if (search.matcher(object.lookup, object.context)) found.set(message.id, !message.read);
    }
    if (!current()) return;
    if (found.size > 0)
      tell(search.folderId, await context.transaction(() => changeResults(context, search, found, [])));
    if (rows.length < limits.searchSlice) {
      population.folders.shift();
      population.last = 0;
    } else population.last = rows.at(-1)!.id;
  };

  /** The end of a population: what is no longer in the scope or did not match goes. */
  const finish = async (search: Search, population: Population) => {
    const { told, left } = population;
    const stale = left
      ? sql`message.id is null or message.deleted <> 0 or message.folder_id in (${sql.join([0, ...left])})`
      : sql`search_result.generation < ${search.generation}`;
    for (;;) {
      const { rows } = await sql<{ message_id: MessageId }>`select search_result.message_id as message_id
        from search_result left join message on message.mailbox_id = search_result.mailbox_id
        and message.id = search_result.message_id
        where search_result.mailbox_id = ${mailboxId} and search_result.folder_id = ${search.folderId} and (${stale})
        limit ${limits.page}`.execute(context.db());
      if (rows.length === 0) break;
      const taken = rows.map((row) => row.message_id);
      tell(search.folderId, await context.transaction(() => changeResults(context, search, new Map(), taken)));
    }
    const folder = await mailbox.folder(search.folderId);
    if (!folder) return;
    await context.transaction(async () => {
      if (search.state === 'running') search.state = 'complete';
      await save(search);
      if (told)
        context.emit({
          object: 'folder',
          kind: 'searchComplete',
          folderId: search.folderId,
          parentId: folder.parentId,
          origin: searchOrigin,
        });
    });
  };

  const save = async (
    search: Pick<Search, 'folderId' | 'restriction' | 'folderIds' | 'recursive' | 'static' | 'state' | 'generation'>,
  ) => {
    const row = {
      restriction: encode(encoding, search.restriction),
      folder_ids: JSON.stringify(search.folderIds),
      recursive: Number(search.recursive),
      static: Number(search.static),
      state: search.state,
      generation: search.generation,
      seen: await nextCounter(),
    };
    await context
      .db()
      .insertInto('search_folder')
      .values({ mailbox_id: mailboxId, folder_id: search.folderId, ...row })
      .onConflict((oc) => oc.columns(['mailbox_id', 'folder_id']).doUpdateSet(row))
      .execute();
  };

  /** Takes in what happened to these messages. */
  const takeIn = async (ids: readonly MessageId[]) => {
    const live = [...searches.values()].filter((search) => !search.static);
    if (live.length === 0) return;
    const rows = await context
      .db()
      .selectFrom('message')
      .select(messageColumns)
      .where('mailbox_id', '=', mailboxId)
      .where('id', 'in', ids)
      .where('associated', '=', 0)
      .where('deleted', '=', 0)
      .execute();
    const needs = { tags: new Set<PropertyTag>(), partTags: new Set<PropertyTag>() };
    for (const search of live) {
      const one = restrictionNeeds(search.restriction);
      for (const tag of one.tags) needs.tags.add(tag);
      for (const tag of one.partTags) needs.partTags.add(tag);
    }
    const messages = await messagesOf(rows, needs);
    const listed = new Map<FolderId, Set<MessageId>>();
    const known = await context
      .db()
      .selectFrom('search_result')
      .select(['folder_id', 'message_id'])
      .where('mailbox_id', '=', mailboxId)
      .where('message_id', 'in', ids)
      .execute();
    for (const row of known) listed.set(row.folder_id, (listed.get(row.folder_id) ?? new Set()).add(row.message_id));
    const plans: { search: Search; put: Map<MessageId, boolean> }[] = [];
    for (const search of live) {
      const scope = await scopeOf(search);
      const inScope = (message: Message) =>
        scope.folders.has(message.folderId) || [...scope.searches].some((id) => listed.get(id)?.has(message.id));
      const put = new Map<MessageId, boolean>();
      for (const { message, object } of messages) {
        if (inScope(message) && search.matcher(object.lookup, object.context)) put.set(message.id, !message.read);
      }
      plans.push({ search, put });
    }
    const needed = plans.filter(({ search, put }) => put.size > 0 || listed.has(search.folderId));
    if (needed.length === 0) return;
    const told = await context.transaction(async () => {
      const result: [FolderId, MessageId[]][] = [];
      for (const { search, put } of needed) {
        result.push([
          search.folderId,
          await changeResults(
            context,
            search,
            put,
            ids.filter((id) => !put.has(id)),
          ),
        ]);
      }
      return result;
    });
    for (const [folderId, changed] of told) tell(folderId, changed);
  };

  const forget = async (folderId: FolderId) => {
    searches.delete(folderId);
    await context.transaction(async () => {
      const db = context.db();
      await db
        .deleteFrom('search_folder')
        .where('mailbox_id', '=', mailboxId)
        .where('folder_id', '=', folderId)
        .execute();
      await db
        .deleteFrom('search_result')
        .where('mailbox_id', '=', mailboxId)
        .where('folder_id', '=', folderId)
        .execute();
    });
  };

  /** All is taken in: remembered, so that the next start need not look. */
  let settledAt = 0;
  const settle = async () => {
    const live = [...searches.values()].filter((search) => !search.static && search.state === 'complete');
    if (live.length === 0) return;
    const counter = await nextCounter();
    if (counter === settledAt || pending.size > 0) return;
    await context.transaction(async () => {
      await context
        .db()
        .updateTable('search_folder')
        .set({ seen: counter })
        .where('mailbox_id', '=', mailboxId)
        .where('static', '=', 0)
        .where('state', '=', 'complete')
        .execute();
    });
    settledAt = counter;
  };

  const step = async (): Promise<boolean> => {
    for (const folderId of forgotten) {
      forgotten.delete(folderId);
      await forget(folderId);
      return true;
    }
    if (pending.size > 0) {
      const ids = [...pending].slice(0, limits.page);
      if (ids.length === pending.size) pending = new Set();
      else for (const id of ids) pending.delete(id);
      await takeIn(ids);
      return true;
    }
    for (const search of searches.values()) {
      if (!search.static && search.state === 'complete' && !search.population && !(search.scope && search.populated)) {
        await rescope(search);
      }
      if (!search.population) continue;
      await advance(search);
      return true;
    }
    return false;
  };

  const work = async () => {
    await ready;
    const pace = pacer();
    let settleDue: NodeJS.Timeout | undefined;
    while (!closed) {
      awake = false;
      try {
        if (await step()) {
          await pace();
          continue;
        }
      } catch (error) {
        if (closed) break;
        // What failed is tried again when something happens next.
        for (const search of searches.values()) search.populated = undefined;
        failures++;
        if (failures > limits.searchFailures) throw error;
      }
      if (awake) continue;
      clearTimeout(settleDue);
      settleDue = setTimeout(() => void settle().catch(() => {}), limits.settleAfter).unref();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = undefined;
    }
    clearTimeout(settleDue);
  };
  let failures = 0;
  void work().catch(() => {});

  const folderOf = async (folderId: FolderId) => {
    await ready;
    const folder = await mailbox.folder(folderId);
    if (!folder) throw new MapiError(ec.notFound, 'no such folder');
    if (folder.type !== 'search') throw new MapiError(ec.notSearchFolder, 'not a search folder');
    return folder;
  };

  return {
    set: async (folderId, criteria) => {
      await folderOf(folderId);
      const known = searches.get(folderId);
      if (criteria.stop) {
        if (known?.state !== 'running') return;
        await context.transaction(async () => {
          await save({ ...known, state: 'stopped' });
          context.afterCommit(() => {
            known.population = undefined;
            known.state = 'stopped';
          });
        });
        return;
      }
      const restriction = criteria.restriction ?? known?.restriction;
      const folderIds = criteria.folderIds?.length ? criteria.folderIds : known?.folderIds;
      if (!restriction || !folderIds) throw new MapiError(ec.notInitialized, 'nothing to search for or in');
      if (folderIds.includes(folderId))
        throw new MapiError(ec.searchFolderScopeViolation, 'a search folder cannot search itself');
      const matcher = compileRestriction(restriction);
      const bytes = encode(encoding, restriction);
      const isStatic = criteria.static ?? false;
      const same =
        known !== undefined &&
        known.recursive === criteria.recursive &&
        known.static === isStatic &&
        JSON.stringify(known.folderIds) === JSON.stringify(folderIds) &&
        encode(encoding, known.restriction).equals(bytes);
      // Outlook asks again and again while the search runs; beginning anew each time would never end.
      if (same && known.state === 'running') return;
      const search: Search = {
        folderId,
        restriction,
        matcher,
        folderIds: [...folderIds],
        recursive: criteria.recursive,
        static: isStatic,
        state: 'running',
        generation: known?.generation ?? 0,
        scope: undefined,
        populated: undefined,
        population: undefined,
      };
      search.scope = await scopeOf(search);
      const { scope } = search;
      const population = { scope, folders: foldersOf(scope), last: 0, told: true, left: undefined };
      await context.transaction(async () => {
        search.generation++;
        await save(search);
        context.afterCommit(() => {
          if (known) known.population = undefined;
          search.population = population;
          searches.set(folderId, search);
          kick();
        });
      });
    },
    get: async (folderId) => {
      await folderOf(folderId);
      const search = searches.get(folderId);
      if (!search) {
        const nothing = { running: false, rebuilding: false, complete: false, static: false };
        return { restriction: undefined, folderIds: [], recursive: false, ...nothing };
      }
      const running = search.state === 'running';
      return {
        restriction: search.restriction,
        folderIds: search.folderIds,
        recursive: search.recursive,
        running,
        rebuilding: running,
        complete: search.state === 'complete',
        static: search.static,
      };
    },
    subscribeResults: (folderId, touched) => {
      const known = listeners.get(folderId) ?? new Set();
      listeners.set(folderId, known);
      known.add(touched);
      return () => {
        known.delete(touched);
        if (known.size === 0) listeners.delete(folderId);
      };
    },
    close: () => {
      closed = true;
      unsubscribe();
      kick();
    },
  };
}
