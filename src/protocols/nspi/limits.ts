/** Bounds of the address book endpoint, in one place. */
export const nspiLimits = {
  /** Columns of one call (outlook-on-the-wire 6.3). */
  columns: 100,
  /** Rows of one answer, whatever was asked for: 1,000 rows of usual columns stay below a megabyte. */
  rows: 1_000,
  /** Entries of an explicit table that GetMatches builds. */
  matches: 5_000,
  /** Names of one ResolveNames. */
  names: 1_000,
} as const;
