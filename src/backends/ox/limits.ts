/** Bounds of the Open-Xchange client, in one place. */
export const oxLimits = {
  /** Connections of one account at most: as many mails are fetched at a time, so this divides the latency of many. */
  connections: 16,
  /** Those that stay open while there is nothing to ask. */
  idleConnections: 4,
  /** Until the headers of an answer must be there; a first listing of a large folder takes a while. */
  answerMs: 120_000,
  /** A JSON answer: 200,000 rows of id and flags are about 6 MB. */
  answerBytes: 256 * 1024 * 1024,
  /** Items of one `multiple` (ox-http-api 1.9 advises 50 to 100). */
  batch: 50,
  /** Ids of one `list`. */
  listIds: 500,
  /** Changes are asked for from so long before the last stamp … */
  overlapMs: 2_000,
  /** … for so long after it came up (cursor.ts). */
  overlapForMs: 10_000,
  /** A contact's picture; the server takes 4 MiB by default. */
  pictureBytes: 16 * 1024 * 1024,
} as const;
