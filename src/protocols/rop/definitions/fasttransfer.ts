import { ec } from '../../../mapi/index.ts';
import { bytes, sizedBytes, struct, u8, u16, u32, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { objectIds, tags } from './fields.ts';
import { useMaximum } from './stream.ts';

/** MS-OXCROPS 2.2.12: FastTransfer. */

const inputOutput = ['input', 'output'] as const;

export const RopFastTransferDestinationConfigure = rop(0x53, 'RopFastTransferDestinationConfigure', {
  handles: inputOutput,
  request: struct({ sourceOperation: u8, copyFlags: u8 }),
});

const putResponse = struct({
  transferStatus: u16,
  inProgressCount: u16,
  totalStepCount: u16,
  reserved: u8,
  bufferUsedSize: u16,
});
export const RopFastTransferDestinationPutBuffer = rop(0x54, 'RopFastTransferDestinationPutBuffer', {
  handles: ['input'],
  request: struct({ transferData: sizedBytes(u16) }),
  response: putResponse,
  failure: putResponse,
  failed: () => ({ transferStatus: 0, inProgressCount: 0, totalStepCount: 1, reserved: 0, bufferUsedSize: 0 }),
});

const putExtendedResponse = struct({
  transferStatus: u16,
  inProgressCount: u32,
  totalStepCount: u32,
  reserved: u8,
  bufferUsedSize: u16,
});
export const RopFastTransferDestinationPutBufferExtended = rop(0x9d, 'RopFastTransferDestinationPutBufferExtended', {
  handles: ['input'],
  request: struct({ transferData: sizedBytes(u16) }),
  response: putExtendedResponse,
  failure: putExtendedResponse,
  failed: () => ({ transferStatus: 0, inProgressCount: 0, totalStepCount: 1, reserved: 0, bufferUsedSize: 0 }),
});

export const transferStatus = { error: 0, partial: 1, noRoom: 2, done: 3 } as const;
const getRequest: WireType<{ bufferSize: number; maximumBufferSize: number | undefined }> = {
  read: (r) => {
    const bufferSize = r.u16();
    return { bufferSize, maximumBufferSize: bufferSize === useMaximum ? r.u16() : undefined };
  },
  write: (w, value) => {
    w.u16(value.bufferSize);
    if (value.bufferSize === useMaximum) w.u16(value.maximumBufferSize ?? 0xffff);
  },
};
const getResponse = struct({
  transferStatus: u16,
  inProgressCount: u16,
  totalStepCount: u16,
  reserved: u8,
  transferBuffer: sizedBytes(u16),
});
type GetResponse = ReturnType<typeof getResponse.read>;
/** BackoffTime, in milliseconds, only when the server is busy. */
const getFailure: WireType<GetResponse & { backoffTime?: number | undefined }> = {
  read: (r, scope) => ({
    ...getResponse.read(r),
    backoffTime: scope?.returnValue === ec.serverBusy ? r.u32() : undefined,
  }),
  write: (w, value, scope) => {
    getResponse.write(w, value);
    if (scope?.returnValue === ec.serverBusy) w.u32(value.backoffTime ?? 0);
  },
};
export const RopFastTransferSourceGetBuffer = rop(0x4e, 'RopFastTransferSourceGetBuffer', {
  handles: ['input'],
  request: getRequest,
  response: getResponse,
  failure: getFailure,
  failed: () => ({
    transferStatus: transferStatus.error,
    inProgressCount: 0,
    totalStepCount: 1,
    reserved: 0,
    transferBuffer: new Uint8Array() as Uint8Array,
  }),
});

export const RopFastTransferSourceCopyFolder = rop(0x4c, 'RopFastTransferSourceCopyFolder', {
  handles: inputOutput,
  request: struct({ copyFlags: u8, sendOptions: u8 }),
});

export const RopFastTransferSourceCopyMessages = rop(0x4b, 'RopFastTransferSourceCopyMessages', {
  handles: inputOutput,
  request: struct({ messageIds: objectIds, copyFlags: u8, sendOptions: u8 }),
});

export const RopFastTransferSourceCopyTo = rop(0x4d, 'RopFastTransferSourceCopyTo', {
  handles: inputOutput,
  request: struct({ level: u8, copyFlags: u32, sendOptions: u8, propertyTags: tags }),
});

export const RopFastTransferSourceCopyProperties = rop(0x69, 'RopFastTransferSourceCopyProperties', {
  handles: inputOutput,
  request: struct({ level: u8, copyFlags: u8, sendOptions: u8, propertyTags: tags }),
});

export const RopTellVersion = rop(0x86, 'RopTellVersion', {
  handles: ['input'],
  request: struct({ version: bytes(6) }),
});

export const fastTransferDefinitions = [
  RopFastTransferDestinationConfigure,
  RopFastTransferDestinationPutBuffer,
  RopFastTransferDestinationPutBufferExtended,
  RopFastTransferSourceGetBuffer,
  RopFastTransferSourceCopyFolder,
  RopFastTransferSourceCopyMessages,
  RopFastTransferSourceCopyTo,
  RopFastTransferSourceCopyProperties,
  RopTellVersion,
];
