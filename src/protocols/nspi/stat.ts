import { i32, struct, u32, type ValueOf } from '../../wire/index.ts';

/** STAT, MS-OXNSPI 2.2.8: a table and a position in it. */
export const stat = struct({
  sortType: u32,
  containerId: u32,
  currentRec: u32,
  delta: i32,
  numPos: u32,
  totalRecs: u32,
  codePage: u32,
  templateLocale: u32,
  sortLocale: u32,
});
export type Stat = ValueOf<typeof stat>;

/** Table sort orders, MS-OXNSPI 2.2.1.10. */
export const sortType = {
  displayName: 0,
  phoneticDisplayName: 3,
  displayNameReadOnly: 0x3e8,
  displayNameWritable: 0x3e9,
};

/** Positioning Minimal Entry IDs, MS-OXNSPI 2.2.1.8. */
export const position = { beginning: 0, current: 1, end: 2 } as const;

/** Results of ResolveNames, MS-OXNSPI 2.2.1.9. */
export const ambiguity = { unresolved: 0, ambiguous: 1, resolved: 2 } as const;

/** CP_WINUNICODE, which is no 8-bit code page, MS-OXNSPI 2.2.1.2. */
export const codePageUnicode = 1200;
