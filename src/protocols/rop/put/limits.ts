/** Bounds of what one message, with all inside it, may have in a FastTransfer upload, in one place. */
export const putLimits = {
  /** Values that are held in memory until the message is saved, in bytes. Larger ones lie in files. */
  heldBytes: 32 * 1024 * 1024,
  /** Text above this many bytes goes to a file, too. */
  heldText: 1024 * 1024,
  /** Values in files; each keeps one open. */
  files: 2048,
  /** Properties of one object; as in the store. */
  properties: 4096,
  /** As in the store, for all messages inside together. */
  recipients: 16_384,
  attachments: 4096,
  /** Messages within messages, and folders under the one that is uploaded into; as in the store. */
  embeddingDepth: 16,
  folderDepth: 64,
  /** A value of a folder, which is held whole. */
  folderValue: 512 * 1024,
} as const;
