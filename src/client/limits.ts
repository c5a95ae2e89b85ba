/** Bounds of what the client takes from a server. */
export const clientLimits = {
  /** One response with its meta-tags; a RopBuffer is 0x40000 at most, an address book answer a few megabytes. */
  responseBody: 32 * 1024 * 1024,
  /** For any request but NotificationWait, which may take five minutes and some. */
  requestMs: 60_000,
  waitMs: 330_000,
  /** Values of one message that a replica takes; Outlook's own bound of an attachment is far below. */
  messageBytes: 256 * 1024 * 1024,
} as const;
