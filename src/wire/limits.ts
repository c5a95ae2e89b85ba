/** Bounds of every wire decoder, in one place. Each says why it has its value. */
export const wireLimits = {
  /** Elements of one counted array: no ROP or address-book structure of Outlook's comes near it. */
  arrayCount: 100_000,
  /** Nested structures (restrictions, embedded rows); MS-OXCDATA sets none, Exchange refuses at 256. */
  depth: 100,
} as const;
