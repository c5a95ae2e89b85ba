/** Bounds of downloads, in one place. */
export const downloadLimits = {
  /**
   * Messages whose content is asked for before their turn, so that a backend's latency is not paid for each, and their
   * bytes: as many as a few connections to the backend have to do with, and no more than memory takes.
   */
  ahead: { count: 32, size: 16 * 1024 * 1024 },
  /** With more messages in one download, their contents pass through: as many would push everything out of the cache. */
  keptContents: 200,
  /** Messages whose rows are read together. */
  rowsAtOnce: 64,
  /** Contents in a row that could not be had, for no reason of their own: the backend is taken for away, and the others wait for the next time. */
  failuresInARow: 8,
  /** Bytes written before they are handed on; a message of many small properties is one piece of work. */
  block: 16 * 1024,
  /** Least TransferBuffer worth an answer: the longest name of a property must fit. */
  leastBuffer: 2048,
} as const;
