/** Bounds of the store, in one place. */
export const storeLimits = {
  /** Text and bytes above this many bytes leave the row and go to chunks. */
  inlineBytes: 8 * 1024,
  /** Bytes of one stored chunk of a large value. */
  chunkBytes: 64 * 1024,
  /** The most that one read of a large value gives. */
  readBytes: 1024 * 1024,
  /** All inline values of one object together; above it the larger ones go to chunks too. */
  bagBytes: 64 * 1024,
  /** All values of a folder or a mailbox, which have no chunks: what one of them may have. */
  unchunkedBytes: 512 * 1024,
  /** Bytes from which a value goes when the backend has it: of smaller ones the reference would be hardly less. */
  releasedFrom: 4 * 1024,
  /** Bytes kept of a released value: what a table shows of it (MS-OXCTABL 2.2.2.5.2). */
  beginningBytes: 510,
  /** Messages within messages. */
  embeddingDepth: 16,
  attachmentsPerMessage: 4096,
  recipientsPerMessage: 16_384,
  propertiesPerObject: 4096,
  /** Objects dealt with in one transaction by operations on many. */
  batch: 200,
  /** Keys that one statement asks for or puts in. */
  keysPerStatement: 500,
  /** Messages that one statement puts in; their values stay below SQLite's 32,766 parameters. */
  rowsPerInsert: 50,
  /** Ids that one statement puts together to ranges: some milliseconds. */
  idsPerRead: 20_000,
  /** Ranges of ids kept in memory for the folders of one mailbox that were synchronized last; some 50 bytes each. */
  keptIdRanges: 100_000,
  /** Gaps in what a replica has that are looked up one by one; with more of them the whole folder is compared. */
  gapsLookedUp: 256,
  /** Folders under one another. */
  folderDepth: 64,
  displayNameLength: 255,
  /** Ids 0x8000–0xfffe. */
  namedPropertyFirst: 0x8000,
  namedPropertyLast: 0xfffe,
  /** Counters that RopGetLocalReplicaIds may reserve at once. */
  reservedIds: 0x100_0000,
  /** The largest global counter: 48 bits. */
  lastCounter: 2 ** 48 - 1,
  replids: 0xffff,
  /** Raw mails kept on disk, all mailboxes together. */
  contentCacheBytes: 512 * 1024 * 1024,
  /** Raw mails up to here are read whole to be parsed; larger ones piece by piece from their file. */
  rawInMemory: 256 * 1024,
  /** Parsed mails kept in memory. */
  parsedContents: 64,
  parsedContentBytes: 32 * 1024 * 1024,
  /** Prepared statements a connection. */
  preparedStatements: 400,
  /** Characters of a text that take part in a stored order. */
  sortKeyLength: 128,
} as const;

export type StoreLimits = { readonly [K in keyof typeof storeLimits]: number };
