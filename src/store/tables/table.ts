import { createHash } from 'node:crypto';
import {
  counterOf,
  ec,
  MapiError,
  makeId,
  multiValue,
  multiValueInstance,
  PidTag,
  type PropertyTag,
  type Restriction,
  type SortOrderSet,
  typeOf,
  withType,
} from '../../mapi/index.ts';
import { Mutex } from '../mutex.ts';
import type { Row, RowKey, Table, TableEvent, TableOrigin } from '../types.ts';
import { checkColumns, rowOf } from './cells.ts';
import { limits } from './limits.ts';
import { compileRestriction, type Lookup, type MatchContext, type Matcher, restrictionNeeds } from './matches.ts';
import { pacer } from './pacer.ts';
import { isInstanceTag, type SortPlan, sortPlan } from './sort-plan.ts';
import type { Mark, RowChange, View, ViewRow, ViewSpec } from './view.ts';

/** What makes one kind of table. */
export interface TableKind {
  /** Rows without regard to restriction. */
  rowCount(): Promise<number>;
  view(spec: ViewSpec, plan: SortPlan): Promise<View>;
  /** The properties of these (leaf) rows; undefined for one that is gone. */
  objects(rows: readonly ViewRow[], needs: ObjectNeeds): Promise<(ObjectOfRow | undefined)[]>;
  rowKey(row: ViewRow): RowKey;
  /** The other way round: what the row is called in a view. */
  idOf(key: RowKey): number;
  allColumns(): Promise<PropertyTag[]>;
  /** PidTagDepth of a leaf, where it is not the number of its categories. */
  readonly ownDepth?: boolean;
  /** Throws when there can be no more rows (ecObjectDeleted). */
  check?(): void;
  close?(): void;
}

export interface ObjectNeeds {
  readonly tags: Iterable<PropertyTag>;
  readonly partTags?: ReadonlySet<PropertyTag>;
}

export interface ObjectOfRow {
  readonly lookup: Lookup;
  readonly context?: MatchContext;
}

/** PidTagRowType, MS-OXCTABL 2.2.1.3. */
const rowType = { leaf: 1, expanded: 3, collapsed: 4 } as const;

/** A table of some kind: what MS-OXCTABL says of all of them. */
export function createTable(kind: TableKind): Table {
  let columns: readonly PropertyTag[] | undefined;
  let order: SortOrderSet | undefined;
  let plan = sortPlan(undefined);
  let restriction: Restriction | undefined;
  let matcher: Matcher | undefined;
  let view: View | undefined;
  let cursor: Mark = 'beginning';
  /** What was read last from the cursor: moving over it goes by these rows, whatever came between them since. */
  let peeked: { from: Mark; backward: boolean; rows: readonly ViewRow[]; next: Mark } | undefined;
  let bookmarks = new Map<number, Mark>();
  let lastBookmark = 0;
  let listener: ((event: TableEvent) => void) | undefined;
  let flushDue = false;
  let closed = false;
  const queue = new Mutex();

  const instanceTag = () => plan.tags.find(isInstanceTag) ?? columns?.find(isInstanceTag);
  const dropView = () => {
    view?.close();
    view = undefined;
    cursor = 'beginning';
    peeked = undefined;
    bookmarks = new Map();
  };

  /** The place after so many of the rows read last; undefined when they were not read from here. */
  const placeAfter = (rows: number): Mark | undefined => {
    if (!peeked || peeked.from !== cursor || peeked.backward !== rows < 0) return undefined;
    const { rows: known, next, backward } = peeked;
    const count = Math.abs(rows);
    if (count === 0 || count > known.length) return undefined;
    if (count === known.length) return next;
    const row = backward ? known[count - 1]! : known[count]!;
    if (backward || typeof next === 'string' || next.position === undefined) return { row };
    return { ...next, row, position: next.position - (known.length - count) };
  };

  const emit = (changes: readonly RowChange[]) => {
    for (const change of changes) {
      if (change.kind === 'changed') listener?.({ kind: 'changed' });
      else if (change.kind === 'deleted') listener?.({ kind: 'rowDeleted', row: kind.rowKey(change.row) });
      else {
        listener?.({
          kind: change.kind === 'added' ? 'rowAdded' : 'rowModified',
          row: kind.rowKey(change.row),
          after: change.after && kind.rowKey(change.after),
        });
      }
    }
  };

  /** The view, up to date. */
  const current = async (): Promise<View> => {
    if (closed) throw new MapiError(ec.nullObject, 'table is closed');
    kind.check?.();
    if (!view) {
      const spec: ViewSpec = { order, restriction, matcher, instanceTag: instanceTag() };
      view = await kind.view(spec, plan);
      if (listener) watch(view);
    }
    emit(await view.flush(listener !== undefined));
    return view;
  };
  const watch = (watched: View) =>
    watched.onPending(() => {
      if (flushDue) return;
      flushDue = true;
      setImmediate(() => void queue.run(flushEvents));
    });
  const flushEvents = async () => {
    flushDue = false;
    const flushed = view;
    if (closed || !flushed || !listener) return;
    let changes: RowChange[];
    try {
      changes = await flushed.flush(true);
    } catch {
      changes = [{ kind: 'changed' }];
    }
    if (view === flushed) emit(changes);
  };

  const needColumns = (): readonly PropertyTag[] => {
    if (!columns) throw new MapiError(ec.nullObject, 'no columns were set');
    return columns;
  };

  /** What rows say of themselves; the object behind tells the rest. */
  const lookupOf = (row: ViewRow, object: ObjectOfRow | undefined): Lookup => {
    const inner = object?.lookup ?? (() => undefined);
    if (row.header) return headerLookup(row, row.header, inner);
    return (tag) => {
      switch (tag) {
        case PidTag.InstanceNum:
          return row.instance;
        case PidTag.RowType:
          return rowType.leaf;
        case PidTag.Depth:
          return kind.ownDepth ? inner(tag) : row.chain.length;
        default:
          if (isInstanceTag(tag)) return row.element;
          return inner(tag);
      }
    };
  };
  const headerLookup = (row: ViewRow, header: NonNullable<ViewRow['header']>, sample: Lookup): Lookup => {
    const level = row.chain.length - 1;
    return (tag) => {
      switch (tag) {
        case PidTag.InstID:
        case PidTag.Mid:
          return makeId(1, row.id);
        case PidTag.FolderId:
          return makeId(1, row.folderId);
        case PidTag.InstanceNum:
          return 0;
        case PidTag.RowType:
          return header.expanded ? rowType.expanded : rowType.collapsed;
        case PidTag.Depth:
          return level;
        case PidTag.ContentCount:
          return header.count;
        case PidTag.ContentUnreadCount:
          return header.unread;
      }
      const index = plan.tags.findIndex(
        (sorted) => sorted === tag || withType(sorted, typeOf(sorted) & ~instanceBits) === tag,
      );
      if (index < 0 || (index > level && !(index === plan.maximumOf && level === plan.categoryCount - 1)))
        return undefined;
      if (index === plan.maximumOf) {
        const { maximum } = row.chain[level]!;
        return typeof maximum === 'string' ? undefined : typeof sample(tag) === 'boolean' ? maximum === 1 : maximum;
      }
      return isInstanceTag(plan.tags[index]!) ? row.chain[level]!.sample.element : sample(tag);
    };
  };

  const objectsOf = (rows: readonly ViewRow[], needs: ObjectNeeds) =>
    kind.objects(
      rows.map((row) => (row.header ? row.chain.at(-1)!.sample : row)),
      needs,
    );

  const rowsOf = async (rows: readonly ViewRow[]): Promise<Row[]> => {
    const wanted = needColumns();
    const objects = await objectsOf(rows, { tags: wanted });
    const result: Row[] = [];
    for (const [index, row] of rows.entries()) {
      // A row whose object vanished meanwhile is still a row until the table says otherwise.
      const cells = rowOf(wanted, lookupOf(row, objects[index]));
      result.push(cells instanceof Promise ? await cells : cells);
    }
    return result;
  };

  const bookmarked = (bookmark: Uint8Array): Mark => {
    const mark = bookmark.length === 4 ? bookmarks.get(Buffer.from(bookmark).readUInt32LE()) : undefined;
    if (!mark) throw new MapiError(ec.invalidBookmark);
    return mark;
  };
  const newBookmark = (mark: Mark): Uint8Array => {
    bookmarks.set(++lastBookmark, mark);
    if (bookmarks.size > limits.bookmarks) bookmarks.delete(bookmarks.keys().next().value!);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(lastBookmark);
    return bytes;
  };
  const markOf = (origin: TableOrigin): Mark => (origin === 'current' ? cursor : origin);

  const find = async (now: View, from: Mark, wanted: Restriction, backward: boolean): Promise<ViewRow | undefined> => {
    const test = compileRestriction(wanted);
    const told = await now.find?.(from, wanted, backward);
    if (told) return told.row;
    const { tags, partTags } = restrictionNeeds(wanted);
    const pace = pacer();
    let mark = from;
    for (let size = 50; ; size = limits.page) {
      const { rows, next } = await now.read(mark, size, backward);
      if (rows.length === 0) return undefined;
      const objects = await objectsOf(rows, { tags, partTags });
      for (const [index, row] of rows.entries()) {
        if (test(lookupOf(row, objects[index]), row.header ? undefined : objects[index]?.context)) return row;
      }
      mark = next;
      await pace();
    }
  };

  const stateOf = () =>
    createHash('sha1')
      .update(JSON.stringify([order, restriction], plainJson))
      .digest()
      .subarray(0, 8);
  const run = <T>(work: (now: View) => Promise<T>): Promise<T> => queue.run(async () => work(await current()));
  const categories = (now: View) => {
    if (!now.categories) throw new MapiError(ec.notFound, 'the table has no categories');
    return now.categories;
  };

  return {
    rowCount: () => {
      kind.check?.();
      return kind.rowCount();
    },
    columns: () => columns,
    setColumns: (tags) => {
      const before = instanceTag();
      columns = undefined;
      checkColumns(tags);
      columns = [...tags];
      if (instanceTag() !== before) dropView();
    },
    sort: (wanted) =>
      queue.run(async () => {
        plan = sortPlan(wanted);
        order = wanted;
        dropView();
      }),
    restrict: (wanted) =>
      queue.run(async () => {
        matcher = wanted && compileRestriction(wanted);
        restriction = wanted;
        dropView();
      }),
    peek: (count, backward = false) =>
      run(async (now) => {
        needColumns();
        const { rows, next } = await now.read(cursor, count, backward);
        peeked = { from: cursor, backward, rows, next };
        return rowsOf(rows);
      }),
    move: (rows) =>
      run(async (now) => {
        const place = placeAfter(rows);
        peeked = undefined;
        if (place !== undefined) {
          cursor = place;
          return rows;
        }
        const { mark, moved } = await now.move(cursor, rows);
        cursor = mark;
        return moved;
      }),
    atBeginning: () => run(async (now) => (await now.read(cursor, 1, true)).rows.length === 0),
    atEnd: () => run(async (now) => (await now.read(cursor, 1, false)).rows.length === 0),
    position: () =>
      run(async (now) => {
        const denominator = await now.count();
        return { numerator: Math.min(await now.position(cursor), denominator), denominator };
      }),
    seek: (origin, rows) =>
      run(async (now) => {
        const { mark, moved } = await now.move(markOf(origin), rows);
        cursor = mark;
        return moved;
      }),
    seekFractional: (numerator, denominator) =>
      run(async (now) => {
        if (denominator === 0) throw new MapiError(ec.invalidParam, 'denominator 0');
        if (numerator >= denominator) cursor = 'end';
        else cursor = (await now.move('beginning', Math.floor(((await now.count()) * numerator) / denominator))).mark;
      }),
    createBookmark: () =>
      run(async (now) => {
        // What stands before no row in particular stays where it is; a bookmark is on a row where there is one.
        const row = (await now.read(cursor, 1, false)).rows[0];
        return newBookmark(row ? { row } : 'end');
      }),
    seekBookmark: (bookmark, rows) =>
      run(async (now) => {
        const mark = bookmarked(bookmark);
        const rowGone = await now.gone(mark);
        const to = await now.move(mark, rows);
        cursor = to.mark;
        return { moved: to.moved, rowGone };
      }),
    freeBookmark: (bookmark) => {
      bookmarked(bookmark);
      bookmarks.delete(Buffer.from(bookmark).readUInt32LE());
    },
    findRow: (wanted, origin, backward) =>
      run(async (now) => {
        needColumns();
        const row = await find(now, typeof origin === 'string' ? markOf(origin) : bookmarked(origin), wanted, backward);
        if (!row) return undefined;
        cursor = { row };
        return (await rowsOf([row]))[0];
      }),
    allColumns: () => kind.allColumns(),
    expandRow: (categoryId) => run(async (now) => categories(now).expand(counterOf(categoryId))),
    collapseRow: (categoryId) => run(async (now) => categories(now).collapse(counterOf(categoryId))),
    collapseState: (rowId, instance) =>
      run(async (now) => {
        const head = Buffer.alloc(12);
        head.writeBigUInt64LE(rowId, 0);
        head.writeUInt32LE(instance, 8);
        return Buffer.concat([stateOf(), head, now.categories?.saveState() ?? Buffer.alloc(0)]);
      }),
    setCollapseState: (state) =>
      run(async (now) => {
        const bytes = Buffer.from(state);
        if (bytes.length < 20 || (bytes.length - 20) % 8 !== 0) throw new MapiError(ec.corruptData, 'collapse state');
        if (!bytes.subarray(0, 8).equals(stateOf()))
          throw new MapiError(ec.invalidParam, 'collapse state of another order');
        now.categories?.restoreState(bytes.subarray(20));
        const row = await now.rowOf(counterOf(bytes.readBigUInt64LE(8)), bytes.readUInt32LE(16));
        cursor = row ? { row } : 'beginning';
        return newBookmark(cursor);
      }),
    reset: () => {
      columns = undefined;
      order = undefined;
      plan = sortPlan(undefined);
      restriction = undefined;
      matcher = undefined;
      dropView();
    },
    rowOf: (key) =>
      run(async (now) => {
        needColumns();
        const row = await now.rowOf(kind.idOf(key), key.instance);
        return row && (await rowsOf([row]))[0];
      }),
    listen: (wanted) => {
      listener = wanted;
      // The view is made now, in its turn, so that what happens from here on is told.
      void queue.run(async () => {
        if (closed) return;
        try {
          const had = view !== undefined;
          const now = await current();
          if (had) watch(now);
        } catch {
          listener?.({ kind: 'changed' });
        }
      });
    },
    close: () => {
      closed = true;
      listener = undefined;
      dropView();
      kind.close?.();
    },
  };
}

const instanceBits = multiValue | multiValueInstance;
const plainJson = (_: string, value: unknown) =>
  typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
