import { longTermId, objectId } from '../../../mapi/index.ts';
import { array, bool8, sized, sizedBytes, struct, u8, u16, u32, untilEnd } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import { sizedRestriction, tags, values } from './fields.ts';

/** MS-OXCROPS 2.2.13: incremental change synchronization. */

const inputOutput = ['input', 'output'] as const;

export const RopSynchronizationConfigure = rop(0x70, 'RopSynchronizationConfigure', {
  handles: inputOutput,
  request: struct({
    synchronizationType: u8,
    sendOptions: u8,
    synchronizationFlags: u16,
    restriction: sizedRestriction,
    synchronizationExtraFlags: u32,
    propertyTags: tags,
  }),
});

export const RopSynchronizationImportMessageChange = rop(0x72, 'RopSynchronizationImportMessageChange', {
  handles: inputOutput,
  request: struct({ importFlag: u8, propertyValues: values }),
  response: struct({ messageId: objectId }),
});

const messageReadState = struct({ messageId: sizedBytes(u16), markAsRead: bool8 });
export const RopSynchronizationImportReadStateChanges = rop(0x80, 'RopSynchronizationImportReadStateChanges', {
  handles: ['input'],
  request: struct({ messageReadStates: sized(u16, untilEnd(messageReadState)) }),
});

export const RopSynchronizationImportHierarchyChange = rop(0x73, 'RopSynchronizationImportHierarchyChange', {
  handles: ['input'],
  request: struct({ hierarchyValues: values, propertyValues: values }),
  response: struct({ folderId: objectId }),
});

export const RopSynchronizationImportDeletes = rop(0x74, 'RopSynchronizationImportDeletes', {
  handles: ['input'],
  request: struct({ importDeleteFlags: u8, propertyValues: values }),
});

export const RopSynchronizationImportMessageMove = rop(0x78, 'RopSynchronizationImportMessageMove', {
  handles: ['input'],
  request: struct({
    sourceFolderId: sizedBytes(u32),
    sourceMessageId: sizedBytes(u32),
    predecessorChangeList: sizedBytes(u32),
    destinationMessageId: sizedBytes(u32),
    changeNumber: sizedBytes(u32),
  }),
  response: struct({ messageId: objectId }),
});

export const RopSynchronizationOpenCollector = rop(0x7e, 'RopSynchronizationOpenCollector', {
  handles: inputOutput,
  request: struct({ isContentsCollector: bool8 }),
});

export const RopSynchronizationGetTransferState = rop(0x82, 'RopSynchronizationGetTransferState', {
  handles: inputOutput,
});

export const RopSynchronizationUploadStateStreamBegin = rop(0x75, 'RopSynchronizationUploadStateStreamBegin', {
  handles: ['input'],
  request: struct({ stateProperty: u32, transferBufferSize: u32 }),
});

export const RopSynchronizationUploadStateStreamContinue = rop(0x76, 'RopSynchronizationUploadStateStreamContinue', {
  handles: ['input'],
  request: struct({ streamData: sizedBytes(u32) }),
});

export const RopSynchronizationUploadStateStreamEnd = rop(0x77, 'RopSynchronizationUploadStateStreamEnd', {
  handles: ['input'],
});

/** DataSize counts what follows it. */
export const RopSetLocalReplicaMidsetDeleted = rop(0x93, 'RopSetLocalReplicaMidsetDeleted', {
  handles: ['input'],
  request: sized(
    u16,
    struct({ longTermIdRanges: array(u32, struct({ minLongTermId: longTermId, maxLongTermId: longTermId }), 48) }),
  ),
});

export const syncDefinitions = [
  RopSynchronizationConfigure,
  RopSynchronizationImportMessageChange,
  RopSynchronizationImportReadStateChanges,
  RopSynchronizationImportHierarchyChange,
  RopSynchronizationImportDeletes,
  RopSynchronizationImportMessageMove,
  RopSynchronizationOpenCollector,
  RopSynchronizationGetTransferState,
  RopSynchronizationUploadStateStreamBegin,
  RopSynchronizationUploadStateStreamContinue,
  RopSynchronizationUploadStateStreamEnd,
  RopSetLocalReplicaMidsetDeleted,
];
