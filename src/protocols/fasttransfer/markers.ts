/** Markers, MS-OXCFXICS 2.2.4.1.4: like property tags, but never with a value. */
export const marker = {
  startTopFld: 0x40090003,
  endFolder: 0x400b0003,
  startSubFld: 0x400a0003,
  startMessage: 0x400c0003,
  endMessage: 0x400d0003,
  startFaiMsg: 0x40100003,
  startEmbed: 0x40010003,
  endEmbed: 0x40020003,
  startRecip: 0x40030003,
  endToRecip: 0x40040003,
  newAttach: 0x40000003,
  endAttach: 0x400e0003,
  incrSyncChg: 0x40120003,
  incrSyncChgPartial: 0x407d0003,
  incrSyncDel: 0x40130003,
  incrSyncEnd: 0x40140003,
  incrSyncRead: 0x402f0003,
  incrSyncStateBegin: 0x403a0003,
  incrSyncStateEnd: 0x403b0003,
  incrSyncProgressMode: 0x4074000b,
  incrSyncProgressPerMsg: 0x4075000b,
  incrSyncMessage: 0x40150003,
  incrSyncGroupInfo: 0x407b0102,
  fxErrorInfo: 0x40180003,
} as const;
export type Marker = (typeof marker)[keyof typeof marker];

const markers: ReadonlySet<number> = new Set(Object.values(marker));
export const isMarker = (tag: number): tag is Marker => markers.has(tag);

/** Meta-properties, MS-OXCFXICS 2.2.1.1, 2.2.1.3 and 2.2.4.1.5. MetaTagIdsetGiven with the type that servers send. */
export const metaTag = {
  fxDelProp: 0x40160003,
  ecWarning: 0x400f0003,
  newFxFolder: 0x40110102,
  incrSyncGroupId: 0x407c0003,
  incrementalSyncMessagePartial: 0x407a0003,
  dnPrefix: 0x4008001e,
  idsetGiven: 0x40170003,
  cnsetSeen: 0x67960102,
  cnsetSeenFai: 0x67da0102,
  cnsetRead: 0x67d20102,
  idsetDeleted: 0x67e50102,
  idsetNoLongerInScope: 0x40210102,
  idsetExpired: 0x67930102,
  idsetRead: 0x402d0102,
  idsetUnread: 0x402e0102,
} as const;

/** Values that stand for themselves, without a property: progress and error structures. */
export const plainTag = { integer32: 0x00000003, boolean: 0x0000000b, binary: 0x00000102 } as const;
