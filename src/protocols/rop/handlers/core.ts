import { RopTellVersion } from '../definitions/fasttransfer.ts';
import * as folder from '../definitions/folder.ts';
import * as store from '../definitions/logon.ts';
import { RopRegisterNotification } from '../definitions/notification.ts';
import { RopGetPermissionsTable, RopModifyPermissions } from '../definitions/permission.ts';
import { RopProgress } from '../definitions/property.ts';
import { RopGetRulesTable, RopModifyRules } from '../definitions/rule.ts';
import { RopSetLocalReplicaMidsetDeleted } from '../definitions/sync.ts';
import * as table from '../definitions/table.ts';
import { createBookmark, freeBookmark } from './bookmarks.ts';
import { collapseRow, expandRow, getCollapseState, setCollapseState } from './categories.ts';
import { createFolder } from './create-folder.ts';
import { deleteFolder } from './delete-folder.ts';
import { deleteMessages, hardDeleteMessages } from './delete-messages.ts';
import { emptyFolder, hardDeleteMessagesAndSubfolders } from './empty-folder.ts';
import { findRow } from './find-row.ts';
import { getContentsTable } from './get-contents-table.ts';
import { getHierarchyTable } from './get-hierarchy-table.ts';
import { getLocalReplicaIds, setLocalReplicaMidsetDeleted } from './get-local-replica-ids.ts';
import { logon } from './logon.ts';
import { idFromLongTermId, longTermIdFromId } from './long-term-ids.ts';
import { moveCopyMessages } from './move-copy-messages.ts';
import { copyFolder, moveFolder } from './move-folder.ts';
import { openFolder } from './open-folder.ts';
import {
  getPerUserGuid,
  getPerUserLongTermIds,
  readPerUserInformation,
  writePerUserInformation,
} from './per-user-information.ts';
import { getPermissionsTable, modifyPermissions } from './permissions-table.ts';
import { progress } from './progress.ts';
import { getOwningServers, publicFolderIsGhosted } from './public-folder-replicas.ts';
import { queryRows } from './query-rows.ts';
import { getReceiveFolder, getReceiveFolderTable, setReceiveFolder } from './receive-folders.ts';
import { handle, type RopEntry } from './register.ts';
import { registerNotification } from './register-notification.ts';
import { restrict } from './restrict.ts';
import { getRulesTable, modifyRules } from './rules-table.ts';
import { getSearchCriteria, setSearchCriteria } from './search-criteria.ts';
import { setColumns } from './set-columns.ts';
import { sortTable } from './sort-table.ts';
import { queryPosition, seekRow, seekRowBookmark, seekRowFractional } from './table-position.ts';
import { abort, getStatus, queryColumnsAll, resetTable } from './table-status.ts';
import { tellVersion } from './tell-version.ts';

/** Logon, store, folders, tables, notifications. */
export const coreHandlers: readonly RopEntry[] = [
  handle(store.RopLogon, logon),
  handle(store.RopGetReceiveFolder, getReceiveFolder),
  handle(store.RopSetReceiveFolder, setReceiveFolder),
  handle(store.RopGetReceiveFolderTable, getReceiveFolderTable),
  handle(store.RopGetOwningServers, getOwningServers),
  handle(store.RopPublicFolderIsGhosted, publicFolderIsGhosted),
  handle(store.RopLongTermIdFromId, longTermIdFromId),
  handle(store.RopIdFromLongTermId, idFromLongTermId),
  handle(store.RopGetPerUserLongTermIds, getPerUserLongTermIds),
  handle(store.RopGetPerUserGuid, getPerUserGuid),
  handle(store.RopReadPerUserInformation, readPerUserInformation),
  handle(store.RopWritePerUserInformation, writePerUserInformation),
  handle(store.RopGetLocalReplicaIds, getLocalReplicaIds),
  handle(RopSetLocalReplicaMidsetDeleted, setLocalReplicaMidsetDeleted),
  handle(folder.RopOpenFolder, openFolder),
  handle(folder.RopCreateFolder, createFolder),
  handle(folder.RopDeleteFolder, deleteFolder),
  handle(folder.RopSetSearchCriteria, setSearchCriteria),
  handle(folder.RopGetSearchCriteria, getSearchCriteria),
  handle(folder.RopMoveCopyMessages, moveCopyMessages),
  handle(folder.RopMoveFolder, moveFolder),
  handle(folder.RopCopyFolder, copyFolder),
  handle(folder.RopEmptyFolder, emptyFolder),
  handle(folder.RopHardDeleteMessagesAndSubfolders, hardDeleteMessagesAndSubfolders),
  handle(folder.RopDeleteMessages, deleteMessages),
  handle(folder.RopHardDeleteMessages, hardDeleteMessages),
  handle(folder.RopGetHierarchyTable, getHierarchyTable),
  handle(folder.RopGetContentsTable, getContentsTable),
  handle(table.RopSetColumns, setColumns),
  handle(table.RopSortTable, sortTable),
  handle(table.RopRestrict, restrict),
  handle(table.RopQueryRows, queryRows),
  handle(table.RopGetStatus, getStatus),
  handle(table.RopQueryPosition, queryPosition),
  handle(table.RopSeekRow, seekRow),
  handle(table.RopSeekRowBookmark, seekRowBookmark),
  handle(table.RopSeekRowFractional, seekRowFractional),
  handle(table.RopCreateBookmark, createBookmark),
  handle(table.RopFreeBookmark, freeBookmark),
  handle(table.RopQueryColumnsAll, queryColumnsAll),
  handle(table.RopAbort, abort),
  handle(table.RopFindRow, findRow),
  handle(table.RopResetTable, resetTable),
  handle(table.RopExpandRow, expandRow),
  handle(table.RopCollapseRow, collapseRow),
  handle(table.RopGetCollapseState, getCollapseState),
  handle(table.RopSetCollapseState, setCollapseState),
  handle(RopRegisterNotification, registerNotification),
  handle(RopGetPermissionsTable, getPermissionsTable),
  handle(RopModifyPermissions, modifyPermissions),
  handle(RopGetRulesTable, getRulesTable),
  handle(RopModifyRules, modifyRules),
  handle(RopTellVersion, tellVersion),
  handle(RopProgress, progress),
];
