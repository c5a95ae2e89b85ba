/** Bits of column 611 (reference 4.3). */
export const mailFlag = {
  answered: 1,
  deleted: 2,
  draft: 4,
  flagged: 8,
  recent: 16,
  seen: 32,
  user: 64,
  spam: 128,
  forwarded: 256,
} as const;

/** What a client may set and clear. */
export const settableFlags =
  mailFlag.answered |
  mailFlag.deleted |
  mailFlag.draft |
  mailFlag.flagged |
  mailFlag.seen |
  mailFlag.spam |
  mailFlag.forwarded;

/** 0 none, 1–10. */
export const isColorLabel = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10;
