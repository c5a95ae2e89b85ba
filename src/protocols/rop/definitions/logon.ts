import { ec, guid, longTermId, nilGuid, objectId } from '../../../mapi/index.ts';
import {
  array,
  bool8,
  bytes,
  mapped,
  sizedBytes,
  string8,
  struct,
  u8,
  u16,
  u32,
  u64,
  type WireType,
} from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { type Ghosting, ghosting } from './fields.ts';

/** MS-OXCROPS 2.2.3: logon and what belongs to the store as a whole. */

export const logonFlags = { private: 0x01, undercover: 0x02, ghosted: 0x04 } as const;

const logonTime = struct({ seconds: u8, minutes: u8, hour: u8, dayOfWeek: u8, day: u8, month: u8, year: u16 });
const folderIds: WireType<bigint[]> = {
  read: (r) => Array.from({ length: 13 }, () => objectId.read(r)),
  write: (w, ids) => {
    for (let i = 0; i < 13; i++) objectId.write(w, ids[i] ?? 0n);
  },
};

const privateLogon = struct({
  folderIds,
  responseFlags: u8,
  mailboxGuid: guid,
  replId: u16,
  replGuid: guid,
  logonTime,
  gwartTime: u64,
  storeState: u32,
});
const publicLogon = struct({ folderIds, replId: u16, replGuid: guid, perUserGuid: guid });

export interface LogonResponse {
  readonly logonFlags: number;
  readonly private?: ReturnType<typeof privateLogon.read> | undefined;
  readonly public?: ReturnType<typeof publicLogon.read> | undefined;
}
const logonResponse: WireType<LogonResponse> = {
  read: (r) => {
    const flags = r.u8();
    return flags & logonFlags.private
      ? { logonFlags: flags, private: privateLogon.read(r) }
      : { logonFlags: flags, public: publicLogon.read(r) };
  },
  write: (w, value) => {
    w.u8(value.logonFlags);
    if (value.private) privateLogon.write(w, value.private);
    else if (value.public) publicLogon.write(w, value.public);
  },
};

/** Only ecWrongServer carries fields: the server to go to (MS-OXCROPS 2.2.3.1.4). */
export interface LogonRedirect {
  readonly logonFlags?: number | undefined;
  /** 8-bit DN, NUL included. */
  readonly serverName?: Uint8Array | undefined;
}
const logonRedirect: WireType<LogonRedirect> = {
  read: (r, scope) =>
    scope?.returnValue === ec.wrongServer ? { logonFlags: r.u8(), serverName: sizedBytes(u8).read(r) } : {},
  write: (w, value, scope) => {
    if (scope?.returnValue !== ec.wrongServer) return;
    w.u8(value.logonFlags ?? 0);
    sizedBytes(u8).write(w, value.serverName ?? new Uint8Array());
  },
};

export const RopLogon = rop(0xfe, 'RopLogon', {
  handles: ['output'],
  request: struct({
    logonFlags: u8,
    openFlags: u32,
    storeState: u32,
    /** NUL included; empty when absent. */
    essdn: sizedBytes(u16),
  }),
  response: logonResponse,
  failure: logonRedirect,
  reserve: () => 256,
});

export const RopGetReceiveFolder = rop(0x27, 'RopGetReceiveFolder', {
  handles: ['input'],
  request: struct({ messageClass: string8 }),
  response: struct({ folderId: objectId, explicitMessageClass: string8 }),
});

export const RopSetReceiveFolder = rop(0x26, 'RopSetReceiveFolder', {
  handles: ['input'],
  request: struct({ folderId: objectId, messageClass: string8 }),
});

/** One row: PidTagFolderId, PidTagMessageClass (8-bit), PidTagLastModificationTime after the row's flag byte. */
const receiveFolderRow = struct({
  flag: u8,
  folderId: objectId,
  messageClass: string8,
  lastModificationTime: u64,
});
export const RopGetReceiveFolderTable = rop(0x68, 'RopGetReceiveFolderTable', {
  handles: ['input'],
  response: struct({ rows: array(u32, receiveFolderRow, 18) }),
});

export const RopGetStoreState = rop(0x7b, 'RopGetStoreState', {
  handles: ['input'],
  response: struct({ storeState: u32 }),
});

const owningServers: WireType<{ owningServers: string[]; cheapServersCount: number }> = {
  read: (r) => {
    const count = r.u16();
    const cheapServersCount = r.u16();
    const servers: string[] = [];
    for (let i = r.count(count, 1); i > 0; i--) servers.push(r.string8());
    return { owningServers: servers, cheapServersCount };
  },
  write: (w, value) => {
    w.u16(value.owningServers.length);
    w.u16(value.cheapServersCount);
    for (const server of value.owningServers) w.string8(server);
  },
};
export const RopGetOwningServers = rop(0x42, 'RopGetOwningServers', {
  handles: ['input'],
  request: struct({ folderId: objectId }),
  response: owningServers,
});

export const RopPublicFolderIsGhosted = rop(0x45, 'RopPublicFolderIsGhosted', {
  handles: ['input'],
  request: struct({ folderId: objectId }),
  response: ghosting as WireType<Ghosting>,
});

export const RopLongTermIdFromId = rop(0x43, 'RopLongTermIdFromId', {
  handles: ['input'],
  request: struct({ objectId }),
  response: struct({ longTermId }),
});

export const RopIdFromLongTermId = rop(0x44, 'RopIdFromLongTermId', {
  handles: ['input'],
  request: struct({ longTermId }),
  response: struct({ objectId }),
});

export const RopGetPerUserLongTermIds = rop(0x60, 'RopGetPerUserLongTermIds', {
  handles: ['input'],
  request: struct({ databaseGuid: guid }),
  response: struct({ longTermIds: array(u16, longTermId, 24) }),
});

export const RopGetPerUserGuid = rop(0x61, 'RopGetPerUserGuid', {
  handles: ['input'],
  request: struct({ longTermId }),
  response: struct({ databaseGuid: guid }),
});

export const RopReadPerUserInformation = rop(0x63, 'RopReadPerUserInformation', {
  handles: ['input'],
  request: struct({ folderId: longTermId, reserved: u8, dataOffset: u32, maxDataSize: u16 }),
  response: struct({ hasFinished: bool8, data: sizedBytes(u16) }),
});

const perUserWrite = struct({
  folderId: longTermId,
  hasFinished: bool8,
  dataOffset: u32,
  data: sizedBytes(u16),
});
/** ReplGuid is there only with the first part, and only on private logons, which all of ours are. */
const replGuidAtStart: WireType<ReturnType<typeof perUserWrite.read> & { replGuid: string | undefined }> = {
  read: (r) => {
    const part = perUserWrite.read(r);
    return { ...part, replGuid: part.dataOffset === 0 ? guid.read(r) : undefined };
  },
  write: (w, value) => {
    perUserWrite.write(w, value);
    if (value.dataOffset === 0) guid.write(w, value.replGuid ?? nilGuid);
  },
};
export const RopWritePerUserInformation = rop(0x64, 'RopWritePerUserInformation', {
  handles: ['input'],
  request: replGuidAtStart,
});

/** A counter in the six big-endian bytes of a GlobalCount. */
const globalCount: WireType<number> = mapped(
  bytes(6),
  (b) => Buffer.from(b).readUIntBE(0, 6),
  (counter) => {
    const buffer = Buffer.alloc(6);
    buffer.writeUIntBE(counter, 0, 6);
    return buffer;
  },
);
export const RopGetLocalReplicaIds = rop(0x7f, 'RopGetLocalReplicaIds', {
  handles: ['input'],
  request: struct({ idCount: u32 }),
  response: struct({ replGuid: guid, globalCount }),
});

export const logonDefinitions = [
  RopLogon,
  RopGetReceiveFolder,
  RopSetReceiveFolder,
  RopGetReceiveFolderTable,
  RopGetStoreState,
  RopGetOwningServers,
  RopPublicFolderIsGhosted,
  RopLongTermIdFromId,
  RopIdFromLongTermId,
  RopGetPerUserLongTermIds,
  RopGetPerUserGuid,
  RopReadPerUserInformation,
  RopWritePerUserInformation,
  RopGetLocalReplicaIds,
];
