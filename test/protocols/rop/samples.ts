import type { Restriction } from '../../../src/mapi/index.ts';
import { guidToBytes, makeId, PidTag } from '../../../src/mapi/index.ts';
import * as d from '../../../src/protocols/rop/definitions/index.ts';
import type { RopDefinition } from '../../../src/protocols/rop/index.ts';

/** A request and a response of each operation, as values; `columns` where rows have to be told apart. */
export interface Sample {
  readonly definition: RopDefinition;
  readonly request: unknown;
  readonly response: unknown;
  readonly columns?: readonly number[];
}

const guid = '00112233-4455-6677-8899-aabbccddeeff';
const id = makeId(1, 0x1234);
const other = makeId(1, 0x99);
const longTermId = { guid, counter: 0x1234 };
const bytes = (...values: number[]) => Buffer.from(values);
const values = [{ tag: PidTag.Subject, value: 'Grüße' }];
const restriction: Restriction = { kind: 'exist', tag: PidTag.Subject };
const none = {};
const partial = { partialCompletion: true };
const columns = [PidTag.Mid, PidTag.Subject];
const row = Buffer.concat([bytes(0, 1, 0, 0, 0, 0, 0, 0x12, 0x34), Buffer.from('a\0', 'utf16le')]);
const status = { tableStatus: 0 };
const logonTime = { seconds: 1, minutes: 2, hour: 3, dayOfWeek: 4, day: 5, month: 6, year: 2026 };
const recipientRow = bytes(3, 2, 0, 0, 0);
const opened = {
  hasNamedProperties: true,
  subjectPrefix: 'Re: ',
  normalizedSubject: 'Ω',
  recipientCount: 1,
  recipientColumns: [PidTag.ObjectType],
  recipientRows: [{ recipientType: 1, codePageId: 1252, reserved: 0, recipientRow }],
};
const emptying = { wantAsynchronous: false, wantDeleteAssociated: true };
const deletion = { wantAsynchronous: false, notifyNonRead: true, messageIds: [id, other] };
const problems = { propertyProblems: [{ index: 0, propertyTag: PidTag.Subject, errorCode: 0x80070005 }] };
const transfer = { transferStatus: 1, inProgressCount: 2, totalStepCount: 3, reserved: 0 };
const region = { regionOffset: 1n, regionSize: 2n, lockFlags: 1 };
const copy = { sendOptions: 9, propertyTags: [PidTag.Subject] };

type Values = readonly [request: unknown, response: unknown, columns?: readonly number[]];
const samplesByDefinition = new Map<unknown, Values>([
  [
    d.RopLogon,
    [
      { logonFlags: 1, openFlags: 0x01000000, storeState: 0, essdn: Buffer.from('/o=X\0') },
      {
        logonFlags: 1,
        private: {
          folderIds: Array.from({ length: 13 }, (_, i) => makeId(1, i + 1)),
          responseFlags: 7,
          mailboxGuid: guid,
          replId: 5,
          replGuid: guid,
          logonTime,
          gwartTime: 1n,
          storeState: 0,
        },
      },
    ],
  ],
  [d.RopGetReceiveFolder, [{ messageClass: 'IPM.Note' }, { folderId: id, explicitMessageClass: 'IPM' }]],
  [d.RopSetReceiveFolder, [{ folderId: id, messageClass: 'IPM.X' }, none]],
  [
    d.RopGetReceiveFolderTable,
    [none, { rows: [{ flag: 0, folderId: id, messageClass: 'IPM', lastModificationTime: 5n }] }],
  ],
  [d.RopGetStoreState, [none, { storeState: 0x01000000 }]],
  [d.RopGetOwningServers, [{ folderId: id }, { owningServers: ['/o=X'], cheapServersCount: 1 }]],
  [d.RopPublicFolderIsGhosted, [{ folderId: id }, { isGhosted: true, servers: ['/o=X'], cheapServerCount: 1 }]],
  [d.RopLongTermIdFromId, [{ objectId: id }, { longTermId }]],
  [d.RopIdFromLongTermId, [{ longTermId }, { objectId: id }]],
  [d.RopGetPerUserLongTermIds, [{ databaseGuid: guid }, { longTermIds: [longTermId] }]],
  [d.RopGetPerUserGuid, [{ longTermId }, { databaseGuid: guid }]],
  [
    d.RopReadPerUserInformation,
    [
      { folderId: longTermId, reserved: 0, dataOffset: 0, maxDataSize: 0 },
      { hasFinished: true, data: bytes(1) },
    ],
  ],
  [
    d.RopWritePerUserInformation,
    [{ folderId: longTermId, hasFinished: true, dataOffset: 0, data: bytes(1), replGuid: guid }, none],
  ],
  [d.RopGetLocalReplicaIds, [{ idCount: 65536 }, { replGuid: guid, globalCount: 0x123456 }]],
  [
    d.RopOpenFolder,
    [
      { folderId: id, openModeFlags: 0 },
      { hasRules: false, isGhosted: false },
    ],
  ],
  [
    d.RopCreateFolder,
    [
      {
        folderType: 1,
        useUnicodeStrings: true,
        openExisting: false,
        reserved: 0,
        displayName: 'Übung',
        comment: 'c',
      },
      { folderId: id, isExistingFolder: true, hasRules: false, ghosting: { isGhosted: false } },
    ],
  ],
  [d.RopDeleteFolder, [{ deleteFolderFlags: 5, folderId: id }, partial]],
  [d.RopSetSearchCriteria, [{ restriction, folderIds: [id], searchFlags: 6 }, none]],
  [
    d.RopGetSearchCriteria,
    [
      { useUnicode: true, includeRestriction: true, includeFolders: true },
      { restriction, logonId: 0, folderIds: [id], searchFlags: 1 },
    ],
  ],
  [d.RopMoveCopyMessages, [{ messageIds: [id], wantAsynchronous: false, wantCopy: true }, partial]],
  [d.RopMoveFolder, [{ wantAsynchronous: false, useUnicode: true, folderId: id, newFolderName: 'n' }, partial]],
  [
    d.RopCopyFolder,
    [{ wantAsynchronous: false, wantRecursive: true, useUnicode: false, folderId: id, newFolderName: 'n' }, partial],
  ],
  [d.RopEmptyFolder, [emptying, partial]],
  [d.RopHardDeleteMessagesAndSubfolders, [emptying, partial]],
  [d.RopDeleteMessages, [deletion, partial]],
  [d.RopHardDeleteMessages, [deletion, partial]],
  [d.RopGetHierarchyTable, [{ tableFlags: 4 }, { rowCount: 3 }]],
  [d.RopGetContentsTable, [{ tableFlags: 2 }, { rowCount: 3 }]],
  [d.RopSetColumns, [{ setColumnsFlags: 0, propertyTags: columns }, status]],
  [
    d.RopSortTable,
    [
      {
        sortTableFlags: 0,
        categoryCount: 1,
        expandedCount: 0,
        sortOrders: [{ tag: PidTag.Subject, direction: 1 }],
      },
      status,
    ],
  ],
  [d.RopRestrict, [{ restrictFlags: 0, restriction }, status]],
  [d.RopQueryRows, [{ queryRowsFlags: 0, forwardRead: true, rowCount: 9 }, { origin: 2, rows: [row, row] }, columns]],
  [d.RopGetStatus, [none, status]],
  [d.RopQueryPosition, [none, { numerator: 1, denominator: 2 }]],
  [
    d.RopSeekRow,
    [
      { origin: 1, rowCount: -3, wantRowMovedCount: true },
      { hasSoughtLess: true, rowsSought: -1 },
    ],
  ],
  [
    d.RopSeekRowBookmark,
    [
      { bookmark: bytes(1, 2), rowCount: 3, wantRowMovedCount: true },
      { rowNoLongerVisible: false, hasSoughtLess: true, rowsSought: 1 },
    ],
  ],
  [d.RopSeekRowFractional, [{ numerator: 1, denominator: 2 }, none]],
  [d.RopCreateBookmark, [none, { bookmark: bytes(1, 2, 3) }]],
  [d.RopFreeBookmark, [{ bookmark: bytes(1) }, none]],
  [d.RopQueryColumnsAll, [none, { propertyTags: columns }]],
  [d.RopAbort, [none, status]],
  [
    d.RopFindRow,
    [{ findRowFlags: 1, restriction, origin: 3, bookmark: bytes(7) }, { rowNoLongerVisible: false, row }, columns],
  ],
  [d.RopResetTable, [none, none]],
  [d.RopExpandRow, [{ maxRowCount: 0, categoryId: 5n }, { expandedRowCount: 1, rows: [row] }, columns]],
  [d.RopCollapseRow, [{ categoryId: 5n }, { collapsedRowCount: 2 }]],
  [d.RopGetCollapseState, [{ rowId: 5n, rowInstanceNumber: 1 }, { collapseState: bytes(1, 2) }]],
  [d.RopSetCollapseState, [{ collapseState: bytes(1, 2) }, { bookmark: bytes(3) }]],
  [d.RopOpenMessage, [{ codePageId: 0xfff, folderId: id, openModeFlags: 1, messageId: other }, opened]],
  [d.RopCreateMessage, [{ codePageId: 1252, folderId: id, associatedFlag: true }, { messageId: other }]],
  [d.RopSaveChangesMessage, [{ saveFlags: 10 }, { inputHandleIndex: 1, messageId: id }]],
  [d.RopRemoveAllRecipients, [{ reserved: 0 }, none]],
  [
    d.RopModifyRecipients,
    [{ recipientColumns: [PidTag.ObjectType], recipientRows: [{ rowId: 0, recipientType: 1, recipientRow }] }, none],
  ],
  [
    d.RopReadRecipients,
    [
      { rowId: 0, reserved: 0 },
      { recipientRows: [{ rowId: 1, recipientType: 2, codePageId: 1252, reserved: 0, recipientRow }] },
    ],
  ],
  [d.RopReloadCachedInformation, [{ reserved: 0 }, opened]],
  [d.RopSetMessageStatus, [{ messageId: id, messageStatusFlags: 1, messageStatusMask: 3 }, { messageStatusFlags: 2 }]],
  [d.RopGetMessageStatus, [{ messageId: id }, { messageStatusFlags: 2 }]],
  [d.RopSetReadFlags, [{ wantAsynchronous: false, readFlags: 4, messageIds: [id] }, partial]],
  [d.RopSetMessageReadFlag, [{ readFlags: 1 }, { readStatusChanged: true }]],
  [
    d.RopOpenEmbeddedMessage,
    [
      { codePageId: 0xfff, openModeFlags: 2 },
      { reserved: 0, messageId: id, message: opened },
    ],
  ],
  [d.RopOpenAttachment, [{ openAttachmentFlags: 0, attachmentId: 7 }, none]],
  [d.RopCreateAttachment, [none, { attachmentId: 7 }]],
  [d.RopDeleteAttachment, [{ attachmentId: 7 }, none]],
  [d.RopSaveChangesAttachment, [{ saveFlags: 10 }, none]],
  [d.RopGetAttachmentTable, [{ tableFlags: 0x40 }, none]],
  [d.RopGetValidAttachments, [none, { attachmentIds: [1, 2] }]],
  [
    d.RopGetPropertyIdsFromNames,
    [
      {
        flags: 2,
        propertyNames: [
          { guid, lid: 0x8503 },
          { guid, name: 'Keywords' },
        ],
      },
      { propertyIds: [0x8001, 0] },
    ],
  ],
  [
    d.RopGetNamesFromPropertyIds,
    [{ propertyIds: [0x8001] }, { propertyNames: [{ guid, name: 'Keywords' }, undefined] }],
  ],
  [
    d.RopGetPropertiesSpecific,
    [{ propertySizeLimit: 0, wantUnicode: 1, propertyTags: columns }, { rowData: row }, columns],
  ],
  [d.RopGetPropertiesAll, [{ propertySizeLimit: 0, wantUnicode: 1 }, { propertyValues: values }]],
  [d.RopGetPropertiesList, [none, { propertyTags: columns }]],
  [d.RopSetProperties, [{ propertyValues: values }, problems]],
  [d.RopSetPropertiesNoReplicate, [{ propertyValues: values }, problems]],
  [d.RopDeleteProperties, [{ propertyTags: columns }, problems]],
  [d.RopDeletePropertiesNoReplicate, [{ propertyTags: columns }, problems]],
  [
    d.RopQueryNamedProperties,
    [{ queryFlags: 1, propertyGuid: guid }, { named: [{ id: 0x8001, name: { guid, lid: 1 } }] }],
  ],
  [d.RopCopyProperties, [{ wantAsynchronous: false, copyFlags: 2, propertyTags: columns }, problems]],
  [d.RopCopyTo, [{ wantAsynchronous: false, wantSubObjects: true, copyFlags: 1, excludedTags: columns }, problems]],
  [d.RopProgress, [{ wantCancel: false }, { logonId: 0, completedTaskCount: 1, totalTaskCount: 2 }]],
  [d.RopOpenStream, [{ propertyTag: PidTag.Body, openModeFlags: 0 }, { streamSize: 9 }]],
  [d.RopReadStream, [{ byteCount: 0xbabe, maximumByteCount: 0x10000 }, { data: bytes(1, 2) }]],
  [d.RopWriteStream, [{ data: bytes(1, 2) }, { writtenSize: 2 }]],
  [d.RopWriteAndCommitStream, [{ data: bytes(1, 2) }, { writtenSize: 2 }]],
  [d.RopWriteStreamExtended, [{ data: bytes(1, 2) }, { writtenSize: 2 }]],
  [d.RopSeekStream, [{ origin: 1, offset: -5n }, { newPosition: 3n }]],
  [d.RopSetStreamSize, [{ streamSize: 5n }, none]],
  [d.RopGetStreamSize, [none, { streamSize: 5 }]],
  [d.RopCommitStream, [none, none]],
  [d.RopCopyToStream, [{ byteCount: 5n }, { readByteCount: 5n, writtenByteCount: 5n }]],
  [d.RopCloneStream, [none, none]],
  [d.RopLockRegionStream, [region, none]],
  [d.RopUnlockRegionStream, [region, none]],
  [d.RopSubmitMessage, [{ submitFlags: 0 }, none]],
  [d.RopAbortSubmit, [{ folderId: id, messageId: other }, none]],
  [d.RopGetAddressTypes, [none, { addressTypes: ['SMTP', 'EX'] }]],
  [d.RopSetSpooler, [none, none]],
  [d.RopSpoolerLockMessage, [{ messageId: id, lockState: 2 }, none]],
  [d.RopTransportSend, [none, { propertyValues: undefined }]],
  [d.RopTransportNewMail, [{ messageId: id, folderId: other, messageClass: 'IPM.Note', messageFlags: 1 }, none]],
  [d.RopGetTransportFolder, [none, { folderId: id }]],
  [
    d.RopOptionsData,
    [
      { addressType: 'SMTP', wantWin32: 0 },
      { reserved: 1, optionsInfo: bytes(), helpFile: bytes(1), helpFileName: 'h' },
    ],
  ],
  [d.RopRegisterNotification, [{ notificationTypes: 0x41e, wantWholeStore: false, folderId: id, messageId: 0n }, none]],
  [d.RopFastTransferDestinationConfigure, [{ sourceOperation: 1, copyFlags: 0 }, none]],
  [d.RopFastTransferDestinationPutBuffer, [{ transferData: bytes(1) }, { ...transfer, bufferUsedSize: 1 }]],
  [d.RopFastTransferDestinationPutBufferExtended, [{ transferData: bytes(1) }, { ...transfer, bufferUsedSize: 1 }]],
  [
    d.RopFastTransferSourceGetBuffer,
    [
      { bufferSize: 0xbabe, maximumBufferSize: 0x7b00 },
      { ...transfer, transferBuffer: bytes(1, 2) },
    ],
  ],
  [d.RopFastTransferSourceCopyFolder, [{ copyFlags: 1, sendOptions: 9 }, none]],
  [d.RopFastTransferSourceCopyMessages, [{ messageIds: [id], copyFlags: 1, sendOptions: 9 }, none]],
  [d.RopFastTransferSourceCopyTo, [{ level: 0, copyFlags: 0x2000, ...copy }, none]],
  [d.RopFastTransferSourceCopyProperties, [{ level: 0, copyFlags: 1, ...copy }, none]],
  [d.RopTellVersion, [{ version: bytes(15, 0, 1, 0, 2, 0) }, none]],
  [
    d.RopSynchronizationConfigure,
    [
      {
        synchronizationType: 1,
        sendOptions: 9,
        synchronizationFlags: 0x21,
        restriction: undefined,
        synchronizationExtraFlags: 1,
        propertyTags: [PidTag.Subject],
      },
      none,
    ],
  ],
  [d.RopSynchronizationImportMessageChange, [{ importFlag: 0, propertyValues: values }, { messageId: 0n }]],
  [
    d.RopSynchronizationImportReadStateChanges,
    [{ messageReadStates: [{ messageId: guidToBytes(guid), markAsRead: true }] }, none],
  ],
  [d.RopSynchronizationImportHierarchyChange, [{ hierarchyValues: values, propertyValues: values }, { folderId: 0n }]],
  [d.RopSynchronizationImportDeletes, [{ importDeleteFlags: 1, propertyValues: values }, none]],
  [
    d.RopSynchronizationImportMessageMove,
    [
      {
        sourceFolderId: bytes(1),
        sourceMessageId: bytes(2),
        predecessorChangeList: bytes(3),
        destinationMessageId: bytes(4),
        changeNumber: bytes(5),
      },
      { messageId: 0n },
    ],
  ],
  [d.RopSynchronizationOpenCollector, [{ isContentsCollector: true }, none]],
  [d.RopSynchronizationGetTransferState, [none, none]],
  [d.RopSynchronizationUploadStateStreamBegin, [{ stateProperty: 0x40170003, transferBufferSize: 5 }, none]],
  [d.RopSynchronizationUploadStateStreamContinue, [{ streamData: bytes(1, 2) }, none]],
  [d.RopSynchronizationUploadStateStreamEnd, [none, none]],
  [
    d.RopSetLocalReplicaMidsetDeleted,
    [{ longTermIdRanges: [{ minLongTermId: longTermId, maxLongTermId: longTermId }] }, none],
  ],
  [
    d.RopModifyPermissions,
    [{ modifyFlags: 0, permissionsData: [{ permissionDataFlags: 1, propertyValues: values }] }, none],
  ],
  [d.RopGetPermissionsTable, [{ tableFlags: 0 }, none]],
  [d.RopModifyRules, [{ modifyRulesFlags: 1, rulesData: [{ ruleDataFlags: 1, propertyValues: values }] }, none]],
  [d.RopGetRulesTable, [{ tableFlags: 0x40 }, none]],
  [d.RopUpdateDeferredActionMessages, [{ serverEntryId: bytes(1), clientEntryId: bytes(2) }, none]],
  [d.RopRelease, [none, none]],
]);

export const samples: readonly Sample[] = [...d.ropDefinitions.values()].flatMap((definition) => {
  const sample = samplesByDefinition.get(definition);
  if (sample === undefined) return [];
  const [request, response, columns] = sample;
  return [{ definition, request, response, ...(columns ? { columns } : {}) }];
});
