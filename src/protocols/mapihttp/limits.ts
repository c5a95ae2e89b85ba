/** Bounds of the MAPI/HTTP transport, in one place; each says why it has its value. */
export const mapiHttpLimits = {
  /** A RopBuffer of 0x40000 with its auxiliary buffer and fields (MS-OXCRPC 3.1.4.2), and some air for NSPI bodies. */
  requestBody: 0x48000,
  /** Read of a larger request before it is refused; beyond it the connection is closed without more ado. */
  readRest: 0x400000,
  /** RopBuffer of an Execute request (MS-OXCRPC 3.1.4.2, cbIn). */
  ropBufferIn: 0x40000,
  /** RopBuffer of a response; a larger MaxRopOut is clamped, as the server does not announce more. */
  ropBufferOut: 0x40000,
  /** Auxiliary buffer of a request (MS-OXCRPC 3.1.4.1, cbAuxIn). */
  auxiliaryIn: 0x1008,
  /** Payloads smaller than this gain nothing from compression. */
  compressFrom: 512,
  /** Contexts of one user; one Outlook with many shared mailboxes keeps dozens. The one unused longest goes. */
  contextsPerUser: 256,
  /** NotificationWaits of one context at a time: the running one and those whose client is gone unnoticed. */
  waitsPerContext: 8,
  /** UserDn and the like. */
  dnLength: 1024,
} as const;
