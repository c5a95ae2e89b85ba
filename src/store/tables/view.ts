import type { PropertyTag, PropertyValue, Restriction, SortOrderSet } from '../../mapi/index.ts';
import type { FolderId } from '../types.ts';
import type { Comparable } from './collation.ts';
import type { Matcher } from './matches.ts';

/**
 * A view is the rows of a table in order, under one sort order and restriction: what the cursor moves over. There are
 * two: list-view.ts holds all its rows in memory, index-view.ts asks an index of the database.
 */
export interface View {
  /** Visible rows. */
  count(): Promise<number>;
  /** Up to `count` rows from the mark on; backward, those before it, the nearest first. `next` is the mark after them. */
  read(from: Mark, count: number, backward: boolean): Promise<{ rows: readonly ViewRow[]; next: Mark }>;
  /** Clamps; `moved` is signed. */
  move(from: Mark, rows: number): Promise<{ mark: Mark; moved: number }>;
  /** Number of the rows before the mark. */
  position(mark: Mark): Promise<number>;
  /** Whether the row of the mark is no longer visible; the mark stands before the next one then. */
  gone(mark: Mark): Promise<boolean>;
  /** The row of that identity, when it is visible. */
  rowOf(id: number, instance: number): Promise<ViewRow | undefined>;
  /** The next row that matches, where the view can tell without looking at each; undefined when it cannot. */
  find?(from: Mark, restriction: Restriction, backward: boolean): Promise<{ row: ViewRow | undefined } | undefined>;
  /** Takes in what happened since; tells what that did to the rows, when `events` are wanted. */
  flush(events: boolean): Promise<RowChange[]>;
  /** Called, perhaps often, when there is something to take in. */
  onPending(listener: () => void): void;
  readonly categories?: Categories;
  close(): void;
}

/** Header rows of a categorised view. Errors: ecNotFound, ecNotCollapsed, ecNotExpanded; numbers of rows. */
export interface Categories {
  expand(categoryId: number): number;
  collapse(categoryId: number): number;
  /** Which categories are not as they started, told by what they stand for. */
  saveState(): Buffer;
  restoreState(state: Uint8Array): void;
}

/** A place between rows: before `row`. */
export type Mark = 'beginning' | 'end' | RowMark;
export interface RowMark {
  readonly row: ViewRow;
  /** Number of rows before it, while the view is at this version. */
  readonly position?: number;
  readonly version?: number;
}

export interface ViewRow {
  /** Message or folder id, or number of the row in a list; a header's category id. */
  readonly id: number;
  readonly instance: number;
  readonly folderId: FolderId;
  readonly unread: boolean;
  /** What the row is sorted by, in the order of the sort orders. */
  readonly keys: readonly SortKey[];
  /** Value of the multiple-value column in this instance. */
  readonly element?: PropertyValue;
  /** Categories that the row is in, the outermost first; a header's own is the last. */
  readonly chain: readonly Category[];
  /** Set for header rows: as it was when the row was made. */
  readonly header?: { readonly count: number; readonly unread: number; readonly expanded: boolean };
}

export type SortKey = Comparable | undefined;

export interface Category {
  readonly id: number;
  readonly level: number;
  /** Tells it from all others of the table, by the values it stands for. */
  readonly path: string;
  readonly key: SortKey;
  expanded: boolean;
  /** Leaf rows below it. */
  count: number;
  unread: number;
  /** Greatest value of the column of a MaximumCategory order. */
  maximum: SortKey;
  /** A row in it, to take values from. */
  sample: ViewRow;
}

/** Category ids lie above the counters of messages and folders. */
export const firstCategoryId = 2 ** 47;

export type RowChange =
  | { readonly kind: 'changed' }
  | { readonly kind: 'added' | 'modified'; readonly row: ViewRow; readonly after: ViewRow | undefined }
  | { readonly kind: 'deleted'; readonly row: ViewRow };

/** What a view is made for. */
export interface ViewSpec {
  readonly order: SortOrderSet | undefined;
  readonly restriction: Restriction | undefined;
  /** `restriction` made ready. */
  readonly matcher: Matcher | undefined;
  /** Tag (with the instance bits) of the column that gives a row for each of its values. */
  readonly instanceTag: PropertyTag | undefined;
}

export const noCategories: readonly Category[] = [];
export const sameRow = (a: ViewRow, b: ViewRow): boolean => a.id === b.id && a.instance === b.instance;
