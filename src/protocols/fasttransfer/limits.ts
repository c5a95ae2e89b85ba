/** Bounds of FastTransfer streams and ICS state, in one place; each says why it has its value. */
export const fastTransferLimits = {
  /** Values above this many bytes are given in parts by the reader, so that an attachment is never whole in memory. */
  inlineValue: 32 * 1024,
  /** 8-bit text is converted as a whole; a plain-text body comes nowhere near. */
  text8: 16 * 1024 * 1024,
  /** Bytes of one multiple value. */
  multipleValue: 4 * 1024 * 1024,
  /** Bytes of one value: PidTagAttachDataBinary can be large, but a length has 31 bits for Outlook. */
  value: 0x7fffffff,
  /** Characters of a property's name (MS-OXCDATA 2.6.1: its size has one byte on other wires). */
  name: 512,
  /** Shorter values are not cut between buffers when they can go whole into the next one. */
  uncutValue: 512,
  /** Bytes read at a time of a value that is too large for memory. */
  part: 32 * 1024,
  /** One state property of a client; a set of a million ids without neighbours takes about 3 MB. */
  stateProperty: 32 * 1024 * 1024,
  /** Portions that one comes in: each takes memory, however small. */
  statePortions: 16_384,
} as const;
