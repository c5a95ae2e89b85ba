/** Bounds and rhythms of the sync engine, in one place. */
export const syncLimits = {
  /** Items of other kinds that are taken in one transaction; their pictures are fetched before. */
  itemBatch: 50,
  /** Pictures fetched at a time. */
  pictures: 6,
  /** A value of an item that is compared: texts of items are small; a larger one stays with our side. */
  itemValueBytes: 4 * 1024 * 1024,
  /** Between two comparisons of all stamps of a folder of items, in ms: what the changes did not tell. */
  itemCheckMs: 15 * 60_000,
  /** Attempts to bring a change to the backend while somebody else changes the same item all the time. */
  itemTries: 3,
  /** Mails taken into the index in one transaction. */
  ingestBatch: 200,
  /** Newest mails looked at before a whole folder is listed. */
  peek: 100,
  /** Outbox rows dealt with before the backend is asked for news again. */
  pushBatch: 200,
  /** After a change by a client, before the outbox is looked at. */
  gatherMs: 20,
  /** A folder with more items than this stops when more than half would vanish (docs/architecture.md, "The brake"). */
  brakeFrom: 20,
  /** Shortest and longest wait after a failed call. */
  retryMs: 1_000,
  longestRetryMs: 5 * 60_000,
  /**
   * A call that was not answered may still be carried out this long, in ms: a request on its way when the connection
   * broke or Oxbow was killed. Before that, not finding its effect means nothing.
   */
  settleMs: 10_000,
  /** How long an invitation waits for its meeting to come into the calendar, in ms: cached clients bring it afterwards. */
  meetingMs: 60_000,
  /**
   * After a message was stored on the backend, before its content is released here: longer than between two times that
   * Outlook saves a draft that is being written (three minutes), and than a client takes to fetch what it sent.
   */
  releaseAfterMs: 5 * 60_000,
  /** Messages whose content is released after a look for changes; each is a request, see fullEveryMs. */
  releaseBatch: 20,
  /** Between two looks at the folder tree, in polls. */
  treeEveryPolls: 10,
  /** A whole listing, to see flags changed elsewhere, is due after this many polls, but not sooner than in … */
  fullEveryPolls: 4,
  /** … ms, since Open-Xchange allows some 1,500 requests in five minutes … */
  fullEveryMs: 5_000,
  /** … or, for large folders, this many ms per mail in it. */
  fullMsPerMail: 3,
} as const;
