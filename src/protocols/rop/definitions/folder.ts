import type { Restriction } from '../../../mapi/index.ts';
import { objectId } from '../../../mapi/index.ts';
import { bool8, struct, u8, u32, type WireType } from '../../../wire/index.ts';
import { rop } from '../definition.ts';
import {
  type Ghosting,
  ghosting,
  noPartialCompletion,
  objectIds,
  partialCompletion,
  partialOrNoDestination,
  sizedRestriction,
  textBy,
} from './fields.ts';

/** MS-OXCROPS 2.2.4: folders. */

const hasRulesAndGhosting: WireType<{ hasRules: boolean } & Ghosting> = {
  read: (r) => ({ hasRules: bool8.read(r), ...ghosting.read(r) }),
  write: (w, value) => {
    bool8.write(w, value.hasRules);
    ghosting.write(w, value);
  },
};

export const RopOpenFolder = rop(0x02, 'RopOpenFolder', {
  handles: ['input', 'output'],
  request: struct({ folderId: objectId, openModeFlags: u8 }),
  response: hasRulesAndGhosting,
});

export interface CreateFolderResponse {
  readonly folderId: bigint;
  readonly isExistingFolder: boolean;
  /** Both only for an existing folder. */
  readonly hasRules?: boolean;
  readonly ghosting?: Ghosting;
}
const createFolderResponse: WireType<CreateFolderResponse> = {
  read: (r) => {
    const folderId = objectId.read(r);
    if (!bool8.read(r)) return { folderId, isExistingFolder: false };
    return { folderId, isExistingFolder: true, hasRules: bool8.read(r), ghosting: ghosting.read(r) };
  },
  write: (w, value) => {
    objectId.write(w, value.folderId);
    bool8.write(w, value.isExistingFolder);
    if (!value.isExistingFolder) return;
    bool8.write(w, value.hasRules ?? false);
    ghosting.write(w, value.ghosting ?? { isGhosted: false });
  },
};
export const RopCreateFolder = rop(0x1c, 'RopCreateFolder', {
  handles: ['input', 'output'],
  request: struct({
    folderType: u8,
    useUnicodeStrings: bool8,
    openExisting: bool8,
    reserved: u8,
    displayName: textBy('useUnicodeStrings'),
    comment: textBy('useUnicodeStrings'),
  }),
  response: createFolderResponse,
});

const partly = {
  response: partialCompletion,
  failure: partialCompletion,
  failed: noPartialCompletion,
};

export const RopDeleteFolder = rop(0x1d, 'RopDeleteFolder', {
  handles: ['input'],
  request: struct({ deleteFolderFlags: u8, folderId: objectId }),
  ...partly,
});

export const RopSetSearchCriteria = rop(0x30, 'RopSetSearchCriteria', {
  handles: ['input'],
  request: struct({ restriction: sizedRestriction, folderIds: objectIds, searchFlags: u32 }),
});

/** The restriction is left out unless asked for; its 8-bit or Unicode strings as UseUnicode says. */
const searchCriteria: WireType<{ restriction: Restriction | undefined; folderIds: bigint[]; searchFlags: number }> =
  struct({
    restriction: sizedRestriction,
    /** LogonId before the folder ids. */
    logonId: u8,
    folderIds: objectIds,
    searchFlags: u32,
  });
export const RopGetSearchCriteria = rop(0x31, 'RopGetSearchCriteria', {
  handles: ['input'],
  request: struct({ useUnicode: bool8, includeRestriction: bool8, includeFolders: bool8 }),
  response: searchCriteria,
});

const towardsDestination = {
  handles: ['source', 'destination'] as const,
  response: partialCompletion,
  failure: partialOrNoDestination,
  failed: (secondIndex: number) => ({ destHandleIndex: secondIndex, partialCompletion: false }),
};

export const RopMoveCopyMessages = rop(0x33, 'RopMoveCopyMessages', {
  request: struct({ messageIds: objectIds, wantAsynchronous: bool8, wantCopy: bool8 }),
  ...towardsDestination,
});

export const RopMoveFolder = rop(0x35, 'RopMoveFolder', {
  request: struct({
    wantAsynchronous: bool8,
    useUnicode: bool8,
    folderId: objectId,
    newFolderName: textBy('useUnicode'),
  }),
  ...towardsDestination,
});

export const RopCopyFolder = rop(0x36, 'RopCopyFolder', {
  request: struct({
    wantAsynchronous: bool8,
    wantRecursive: bool8,
    useUnicode: bool8,
    folderId: objectId,
    newFolderName: textBy('useUnicode'),
  }),
  ...towardsDestination,
});

const emptying = struct({ wantAsynchronous: bool8, wantDeleteAssociated: bool8 });

export const RopEmptyFolder = rop(0x58, 'RopEmptyFolder', { handles: ['input'], request: emptying, ...partly });

export const RopHardDeleteMessagesAndSubfolders = rop(0x92, 'RopHardDeleteMessagesAndSubfolders', {
  handles: ['input'],
  request: emptying,
  ...partly,
});

const deletion = struct({ wantAsynchronous: bool8, notifyNonRead: bool8, messageIds: objectIds });

export const RopDeleteMessages = rop(0x1e, 'RopDeleteMessages', { handles: ['input'], request: deletion, ...partly });

export const RopHardDeleteMessages = rop(0x91, 'RopHardDeleteMessages', {
  handles: ['input'],
  request: deletion,
  ...partly,
});

export const tableFlags = {
  associated: 0x02,
  depth: 0x04,
  deferredErrors: 0x08,
  noNotifications: 0x10,
  softDeletes: 0x20,
  useUnicode: 0x40,
  suppressNotifications: 0x80,
} as const;
const tableRequest = struct({ tableFlags: u8 });
const tableResponse = struct({ rowCount: u32 });

export const RopGetHierarchyTable = rop(0x04, 'RopGetHierarchyTable', {
  handles: ['input', 'output'],
  request: tableRequest,
  response: tableResponse,
});

export const RopGetContentsTable = rop(0x05, 'RopGetContentsTable', {
  handles: ['input', 'output'],
  request: tableRequest,
  response: tableResponse,
});

export const folderDefinitions = [
  RopOpenFolder,
  RopCreateFolder,
  RopDeleteFolder,
  RopSetSearchCriteria,
  RopGetSearchCriteria,
  RopMoveCopyMessages,
  RopMoveFolder,
  RopCopyFolder,
  RopEmptyFolder,
  RopHardDeleteMessagesAndSubfolders,
  RopDeleteMessages,
  RopHardDeleteMessages,
  RopGetHierarchyTable,
  RopGetContentsTable,
];
