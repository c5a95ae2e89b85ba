import type { TaggedValue } from '../../../mapi/index.ts';
import { objectId } from '../../../mapi/index.ts';
import { bool8, sizedBytes, string8, struct, u8, u16, u32, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { values } from './fields.ts';

/** MS-OXCROPS 2.2.7: submission and transport. */

export const RopSubmitMessage = rop(0x32, 'RopSubmitMessage', {
  handles: ['input'],
  request: struct({ submitFlags: u8 }),
});

export const RopAbortSubmit = rop(0x34, 'RopAbortSubmit', {
  handles: ['input'],
  request: struct({ folderId: objectId, messageId: objectId }),
});

/** AddressTypeSize counts the bytes of the strings. */
const addressTypes: WireType<{ addressTypes: string[] }> = {
  read: (r) => {
    const count = r.u16();
    const part = r.slice(r.u16());
    const types: string[] = [];
    for (let left = part.count(count, 1); left > 0; left--) types.push(part.string8());
    part.done();
    return { addressTypes: types };
  },
  write: (w, value) => {
    w.u16(value.addressTypes.length);
    const at = w.length;
    w.u16(0);
    for (const type of value.addressTypes) w.string8(type);
    w.patchU16(at, w.length - at - 2);
  },
};
export const RopGetAddressTypes = rop(0x49, 'RopGetAddressTypes', { handles: ['input'], response: addressTypes });

export const RopSetSpooler = rop(0x47, 'RopSetSpooler', { handles: ['input'] });

export const lockState = { lock: 0x00, unlock: 0x01, finished: 0x02 } as const;
export const RopSpoolerLockMessage = rop(0x48, 'RopSpoolerLockMessage', {
  handles: ['input'],
  request: struct({ messageId: objectId, lockState: u8 }),
});

/** Property values only when NoPropertiesReturned is not set. */
const transportSendResponse: WireType<{ propertyValues: TaggedValue[] | undefined }> = {
  read: (r) => ({ propertyValues: bool8.read(r) ? undefined : values.read(r) }),
  write: (w, value) => {
    bool8.write(w, value.propertyValues === undefined);
    if (value.propertyValues !== undefined) values.write(w, value.propertyValues);
  },
};
export const RopTransportSend = rop(0x4a, 'RopTransportSend', {
  handles: ['input'],
  response: transportSendResponse,
});

export const RopTransportNewMail = rop(0x51, 'RopTransportNewMail', {
  handles: ['input'],
  request: struct({ messageId: objectId, folderId: objectId, messageClass: string8, messageFlags: u32 }),
});

export const RopGetTransportFolder = rop(0x6d, 'RopGetTransportFolder', {
  handles: ['input'],
  response: struct({ folderId: objectId }),
});

/** HelpFileName follows only a help file. */
const optionsDataResponse: WireType<{
  reserved: number;
  optionsInfo: Uint8Array;
  helpFile: Uint8Array;
  helpFileName: string | undefined;
}> = {
  read: (r) => {
    const reserved = r.u8();
    const optionsInfo = sizedBytes(u16).read(r);
    const helpFile = sizedBytes(u16).read(r);
    return { reserved, optionsInfo, helpFile, helpFileName: helpFile.length > 0 ? r.string8() : undefined };
  },
  write: (w, value) => {
    w.u8(value.reserved);
    sizedBytes(u16).write(w, value.optionsInfo);
    sizedBytes(u16).write(w, value.helpFile);
    if (value.helpFile.length > 0) w.string8(value.helpFileName ?? '');
  },
};
export const RopOptionsData = rop(0x6f, 'RopOptionsData', {
  handles: ['input'],
  request: struct({ addressType: string8, wantWin32: u8 }),
  response: optionsDataResponse,
});

export const transportDefinitions = [
  RopSubmitMessage,
  RopAbortSubmit,
  RopGetAddressTypes,
  RopSetSpooler,
  RopSpoolerLockMessage,
  RopTransportSend,
  RopTransportNewMail,
  RopGetTransportFolder,
  RopOptionsData,
];
