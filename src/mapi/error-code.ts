/** Error codes, MS-OXCDATA 2.4, under the names the specifications use. */
export const ec = {
  success: 0x00000000,
  unknownUser: 0x000003eb,
  loginPerm: 0x000003f2,
  wrongServer: 0x00000478,
  bufferTooSmall: 0x0000047d,
  serverBusy: 0x00000480,
  searchFolderScopeViolation: 0x00000490,
  rpcFormat: 0x000004b6,
  nullObject: 0x000004b9,
  quotaExceeded: 0x000004d9,
  notExpanded: 0x000004f7,
  notCollapsed: 0x000004f8,
  dstNullObject: 0x00000503,
  tooManyRecips: 0x00000505,
  warnWithErrors: 0x00040380,
  partialCompletion: 0x00040680,
  error: 0x80004005,
  notSupported: 0x80040102,
  unexpectedType: 0x80040fff,
  notImplemented: 0x80040fff,
  invalidBookmark: 0x80040405,
  invalidEntryId: 0x80040107,
  invalidObject: 0x80040108,
  objectModified: 0x80040109,
  objectDeleted: 0x8004010a,
  notFound: 0x8004010f,
  loginFailure: 0x80040111,
  unableToAbort: 0x80040114,
  rpcFailed: 0x80040115,
  computed: 0x8004011a,
  corruptData: 0x8004011b,
  invalidCodepage: 0x8004011e,
  tooBig: 0x80040305,
  tableTooBig: 0x80040403,
  duplicateName: 0x80040604,
  notInitialized: 0x80040605,
  noRecipients: 0x80040607,
  storeFull: 0x8004060c,
  folderCycle: 0x8004060b,
  submitted: 0x80040608,
  hasFolders: 0x80040609,
  hasMessages: 0x8004060a,
  ambiguousRecip: 0x80040700,
  syncObjectDeleted: 0x80040800,
  syncIgnore: 0x80040801,
  syncConflict: 0x80040802,
  syncNoParent: 0x80040803,
  streamAccessDenied: 0x80030005,
  streamSeekError: 0x80030019,
  accessDenied: 0x80070005,
  notEnoughMemory: 0x8007000e,
  invalidParam: 0x80070057,
} as const;

/** A failure that has a MAPI error code: what a ROP or address-book call answers with. */
export class MapiError extends Error {
  readonly code: number;

  constructor(code: number, message?: string) {
    super(message ?? `MAPI error 0x${code.toString(16).padStart(8, '0')}`);
    this.name = 'MapiError';
    this.code = code;
  }
}
