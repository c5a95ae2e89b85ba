import type { Guid, PropertyName } from '../../../mapi/index.ts';
import { ec, guid, propertyName } from '../../../mapi/index.ts';
import { array, bool8, sized, struct, u8, u16, u32, type WireType } from '../../../wire/index.ts';
import { nothing, rop } from '../definition.ts';
import { noDestination, problemRoom, propertyProblems, rowBytes, scoped, tags, values } from './fields.ts';

/** MS-OXCROPS 2.2.8: properties and named properties of every object. */

const propertyIds = struct({ propertyIds: array(u16, u16, 2) });
/** A name in a request: one without name asks for nothing. */
const askedName: WireType<PropertyName> = {
  read: (r) => propertyName.read(r) ?? r.fail('property without name'),
  write: (w, value) => propertyName.write(w, value),
};
const propertyNames = struct({ propertyNames: array(u16, propertyName, 17) });
const hresultWarning = (type: WireType<unknown>): WireType<unknown> => ({
  read: (r, scope) => (scope?.returnValue === ec.warnWithErrors ? type.read(r, scope) : nothing.read(r)),
  write: (w, value, scope) => {
    if (scope?.returnValue === ec.warnWithErrors) type.write(w, value, scope);
  },
});

/** With ecWarnWithErrors (some names have no id) the response follows all the same: throw RopFailure with it. */
export const RopGetPropertyIdsFromNames = rop(0x56, 'RopGetPropertyIdsFromNames', {
  handles: ['input'],
  request: struct({ flags: u8, propertyNames: array(u16, askedName, 17) }),
  response: propertyIds,
  failure: hresultWarning(propertyIds as WireType<unknown>),
  reserve: (request) => 2 + 2 * Math.max(request.propertyNames.length, 31),
});

/** A property id without a name answers with the name undefined (kind 0xFF). */
export const RopGetNamesFromPropertyIds = rop(0x55, 'RopGetNamesFromPropertyIds', {
  handles: ['input'],
  request: propertyIds,
  response: propertyNames,
  failure: hresultWarning(propertyNames as WireType<unknown>),
});

/** RowData is one PropertyRow of the tags asked for, as its bytes; read it with the scope `{ columns: tags }`. */
export const RopGetPropertiesSpecific = rop(0x07, 'RopGetPropertiesSpecific', {
  handles: ['input'],
  request: struct({ propertySizeLimit: u16, wantUnicode: u16, propertyTags: tags }),
  response: scoped<{ rowData: Uint8Array }>({ rowData: rowBytes }),
});

export const RopGetPropertiesAll = rop(0x08, 'RopGetPropertiesAll', {
  handles: ['input'],
  request: struct({ propertySizeLimit: u16, wantUnicode: u16 }),
  response: struct({ propertyValues: values }),
});

export const RopGetPropertiesList = rop(0x09, 'RopGetPropertiesList', {
  handles: ['input'],
  response: struct({ propertyTags: tags }),
});

/** PropertyValueSize counts the bytes from PropertyValueCount on. */
const setRequest = sized(u16, struct({ propertyValues: values }));
const setting = {
  handles: ['input'] as const,
  request: setRequest,
  response: propertyProblems,
  reserve: (request: { propertyValues: readonly unknown[] }) => problemRoom(request.propertyValues.length),
};
export const RopSetProperties = rop(0x0a, 'RopSetProperties', setting);
export const RopSetPropertiesNoReplicate = rop(0x79, 'RopSetPropertiesNoReplicate', setting);

const deleting = {
  handles: ['input'] as const,
  request: struct({ propertyTags: tags }),
  response: propertyProblems,
  reserve: (request: { propertyTags: readonly unknown[] }) => problemRoom(request.propertyTags.length),
};
export const RopDeleteProperties = rop(0x0b, 'RopDeleteProperties', deleting);
export const RopDeletePropertiesNoReplicate = rop(0x7a, 'RopDeletePropertiesNoReplicate', deleting);

/** PropertyGuid is there only when HasGuid says so. */
const queryNamedRequest: WireType<{ queryFlags: number; propertyGuid: Guid | undefined }> = {
  read: (r) => ({ queryFlags: r.u8(), propertyGuid: bool8.read(r) ? guid.read(r) : undefined }),
  write: (w, value) => {
    w.u8(value.queryFlags);
    bool8.write(w, value.propertyGuid !== undefined);
    if (value.propertyGuid !== undefined) guid.write(w, value.propertyGuid);
  },
};
/** IdCount ids, then as many names. */
const queryNamedResponse: WireType<{ named: { id: number; name: PropertyName | undefined }[] }> = {
  read: (r) => {
    const ids = propertyIds.read(r).propertyIds;
    return { named: ids.map((id) => ({ id, name: propertyName.read(r) })) };
  },
  write: (w, value) => {
    propertyIds.write(w, { propertyIds: value.named.map((entry) => entry.id) });
    for (const entry of value.named) propertyName.write(w, entry.name);
  },
};
export const RopQueryNamedProperties = rop(0x5f, 'RopQueryNamedProperties', {
  handles: ['input'],
  request: queryNamedRequest,
  response: queryNamedResponse,
});

const copying = {
  handles: ['source', 'destination'] as const,
  response: propertyProblems,
  failure: noDestination,
  failed: (secondIndex: number) => ({ destHandleIndex: secondIndex }),
  reserve: () => 4096,
};
export const copyFlags = { move: 0x01, noOverwrite: 0x02 } as const;

export const RopCopyProperties = rop(0x67, 'RopCopyProperties', {
  ...copying,
  request: struct({ wantAsynchronous: bool8, copyFlags: u8, propertyTags: tags }),
});

export const RopCopyTo = rop(0x39, 'RopCopyTo', {
  ...copying,
  request: struct({ wantAsynchronous: bool8, wantSubObjects: bool8, copyFlags: u8, excludedTags: tags }),
});

/** MS-OXCROPS 2.2.8.13. LogonId stands before the counts. */
export const RopProgress = rop(0x50, 'RopProgress', {
  handles: ['input'],
  request: struct({ wantCancel: bool8 }),
  response: struct({ logonId: u8, completedTaskCount: u32, totalTaskCount: u32 }),
});

export const propertyDefinitions = [
  RopGetPropertyIdsFromNames,
  RopGetNamesFromPropertyIds,
  RopGetPropertiesSpecific,
  RopGetPropertiesAll,
  RopGetPropertiesList,
  RopSetProperties,
  RopSetPropertiesNoReplicate,
  RopDeleteProperties,
  RopDeletePropertiesNoReplicate,
  RopQueryNamedProperties,
  RopCopyProperties,
  RopCopyTo,
  RopProgress,
];
