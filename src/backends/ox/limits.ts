/** Bounds of the Open-Xchange client, in one place. */
export const oxLimits = {
  /** Connections of one account: as many mails are fetched at a time. A little more than a browser opens. */
  connections: 8,
  /** Until the headers of an answer must be there; a first listing of a large folder takes a while. */
  answerMs: 120_000,
  /** A JSON answer: 200,000 rows of id and flags are about 6 MB. */
  answerBytes: 256 * 1024 * 1024,
  /** Items of one `multiple` (ox-http-api 1.9 advises 50 to 100). */
  batch: 50,
  /** Ids of one `list`. */
  listIds: 500,
} as const;
