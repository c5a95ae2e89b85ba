/** Bounds of the tables, in one place. */
export const limits = {
  /** Nested levels of a restriction; Outlook's own stay below 20. */
  restrictionDepth: 64,
  /** Conditions in one restriction. */
  restrictionNodes: 4096,
  /** SortOrders of one sort order set; Outlook offers 4 categories and 4 sorts. */
  sortOrders: 16,
  /** Columns of one column set. */
  columns: 1024,
  /** Characters, and half the bytes, of a value in a row (MS-OXCTABL 2.2.2.5.2). */
  cellCharacters: 255,
  cellBytes: 510,
  /** Bookmarks that one table keeps; the oldest goes when there are more. */
  bookmarks: 4096,
  /** Rows fetched at once while a table is built or searched. */
  page: 500,
  /** Time that an evaluation runs before others get their turn, in ms. */
  slice: 10,
  /** Messages that a search folder looks at before others get their turn. */
  searchSlice: 200,
  /** Errors after which the search folders of a mailbox stop being kept up until it is opened again. */
  searchFailures: 100,
  /** ms without changes after which a search folder remembers that it has taken all in. */
  settleAfter: 1000,
  /** Bytes of the largest text or binary value that a restriction looks into. */
  searchedBytes: 1 << 20,
  /** Categories whose state a collapse state tells; 8 bytes each of the 64 KiB that it may have. */
  collapsedCategories: 8000,
} as const;
