/** Bounds of the ROP layer, in one place; each says why it has its value. */
export const ropLimits = {
  /** One payload with RopSize and handle table, before compression (MS-OXCRPC 3.1.4.2.1). */
  payload: 0x8000,
  /** RPC_HEADER_EXT before each payload. */
  header: 8,
  /** Payloads of one response; Exchange stops there as well. */
  payloads: 96,
  /** Chaining goes on while this much is free: rows, or stream and transfer data (MS-OXCRPC 3.1.4.2.1.2.2). */
  chainRows: 0x8000,
  chainData: 0x2000,
  /** Bytes of one value in the row of a recipient; as in the row of a table (MS-OXCTABL 2.2.2.5.2). */
  rowValue: 510,
  /** Rows read from a table at a time, and so the most in one answer. */
  rowsAtOnce: 512,
  /** Columns of a table: Outlook's widest views stay below 200. */
  columns: 1024,
  /** Sort orders; Outlook offers four categories and four sorts. */
  sortOrders: 16,
  /** Ids that one RopGetLocalReplicaIds may take; Outlook asks for 65,536. */
  localReplicaIds: 0x1000000,
} as const;
