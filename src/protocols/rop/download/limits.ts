/** Bounds of downloads, in one place. */
export const downloadLimits = {
  /** Messages whose content is asked for before their turn, so that a backend's latency is not paid for each. */
  ahead: 8,
  /** Contents in a row that could not be had: the backend is taken for away, and the others wait for the next time. */
  failuresInARow: 8,
  /** Bytes written before they are handed on; a message of many small properties is one piece of work. */
  block: 16 * 1024,
  /** Least TransferBuffer worth an answer: the longest name of a property must fit. */
  leastBuffer: 2048,
} as const;
