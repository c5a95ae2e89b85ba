/** Bounds of the decoders of this folder, in one place. Each says why it has its value. */
export const mapiLimits = {
  /** Conditions in one restriction, all levels together: Outlook's largest (search folders, ANR) have some hundred. */
  restrictionNodes: 10_000,
  /** Keys of a sort order set; Exchange refuses more than a handful. */
  sortOrders: 64,
  /** GUID + 1…8 bytes (MS-OXCFXICS 2.2.2.2). */
  xidBytes: { least: 17, most: 24 },
  /** XIDs of one predecessor change list: one for each client that ever wrote the object. */
  predecessors: 10_000,
  /** Ranges of one id set: a mailbox of a million messages with gaps after each second one. */
  idSetRanges: 2_000_000,
  /** Entry ids inside entry ids (contact addresses, wrapped ids). */
  entryIdDepth: 4,
} as const;
