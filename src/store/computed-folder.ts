import {
  folderEntryId,
  getString,
  globalCounterBytes,
  guidToBytes,
  idOf,
  makeId,
  PidTag,
  type PropertyTag,
  Ptyp,
  type StoredValue,
  sourceKey,
  storeEntryId,
  tagOf,
} from '../mapi/index.ts';
import { clamp32 } from './computed-message.ts';
import type { Folder, FolderRole, Mailbox } from './types.ts';

type Compute = (folder: Folder, mailbox: Mailbox) => StoredValue | undefined;

/** PidTagAccess of a folder for its owner: modify, read, delete, create hierarchy, contents, associated. */
const folderAccess = 0x3f;
/** PidTagRights of the owner, MS-OXCPERM 2.2.7, without the free/busy rights, which are the calendar's. */
const ownerRights = 0x7fb;

const folderTypes = { root: 0, generic: 1, search: 2 } as const;

const entryIdOf = (mailbox: Mailbox, id: number): Buffer =>
  Buffer.from(folderEntryId(mailbox.guid, mailbox.replicaGuid, id));
const ownEntryId: Compute = (f, box) => entryIdOf(box, f.id);
const ownId: Compute = (f) => makeId(1, f.id);

/** Entry ids that Outlook looks for on Inbox and root (MS-OXOSFLD 2.2.2). */
const specialFolderEntryIds: readonly (readonly [PropertyTag, FolderRole])[] = [
  [PidTag.IpmAppointmentEntryId, 'calendar'],
  [PidTag.IpmContactEntryId, 'contacts'],
  [PidTag.IpmJournalEntryId, 'journal'],
  [PidTag.IpmNoteEntryId, 'notes'],
  [PidTag.IpmTaskEntryId, 'tasks'],
  [PidTag.IpmDraftsEntryId, 'drafts'],
];
const specialFolderEntryId =
  (role: FolderRole): Compute =>
  (f, box) =>
    f.role === 'inbox' || f.role === 'root' ? entryIdOf(box, box.specialFolder(role)) : undefined;

/** PidTagFolderChildCount. */
const folderChildCount = tagOf(0x6638, Ptyp.Integer32);
const attributeSystem = tagOf(0x10f5, Ptyp.Boolean);
const localCommitTime = tagOf(0x6709, Ptyp.Time);
const deletedFolderCount = tagOf(0x6641, Ptyp.Integer32);

/** Properties that never come from the bag. */
const overrides: readonly (readonly [PropertyTag, Compute])[] = [
  [PidTag.FolderId, ownId],
  [PidTag.ParentFolderId, (f) => makeId(1, f.parentId ?? f.id)],
  [PidTag.EntryId, ownEntryId],
  [PidTag.RecordKey, ownEntryId],
  [PidTag.InstanceKey, (f) => globalCounterBytes(f.id)],
  [PidTag.ParentEntryId, (f, box) => entryIdOf(box, f.parentId ?? f.id)],
  [PidTag.SourceKey, (f, box) => f.sourceKey ?? sourceKey(box.replicaGuid, f.id)],
  [PidTag.ParentSourceKey, (f, box) => (f.parentId === undefined ? Buffer.alloc(22) : box.folderSourceKey(f.parentId))],
  [PidTag.ChangeKey, (f) => f.changeKey],
  [PidTag.PredecessorChangeList, (f) => f.predecessorChangeList],
  [PidTag.ChangeNumber, (f) => makeId(1, f.changeNumber)],
  [PidTag.DisplayName, (f) => f.displayName],
  [PidTag.FolderType, (f) => folderTypes[f.type]],
  [PidTag.Subfolders, (f) => f.childCount > 0],
  [folderChildCount, (f) => f.childCount],
  [PidTag.ContentCount, (f) => f.contentCount],
  [PidTag.ContentUnreadCount, (f) => f.unreadCount],
  [PidTag.AssociatedContentCount, (f) => f.associatedCount],
  [PidTag.DeletedMessageCount, (f) => f.deletedCount],
  [deletedFolderCount, () => 0],
  [PidTag.DeletedCountTotal, (f) => f.deletedTotal],
  [PidTag.MessageSize, (f) => clamp32(f.size)],
  [PidTag.MessageSizeExtended, (f) => BigInt(f.size)],
  [PidTag.CreationTime, (f) => f.created],
  [PidTag.LastModificationTime, (f) => f.lastModified],
  [localCommitTime, (f) => f.lastModified],
  [PidTag.LocalCommitTimeMax, (f) => f.contentsModified],
  [PidTag.HierRev, (f) => f.lastModified],
  [PidTag.HierarchyChangeNumber, (f) => f.hierarchyChanges % 0x7fffffff],
  [PidTag.DeletedOn, (f) => f.deleted],
  [PidTag.Access, () => folderAccess],
  [PidTag.AccessLevel, () => 1],
  [PidTag.Rights, () => ownerRights],
  [PidTag.ObjectType, () => 3],
  [PidTag.StoreEntryId, (_, box) => storeEntryId('oxbow', box.legacyDn)],
  [PidTag.StoreRecordKey, (_, box) => guidToBytes(box.guid)],
  [PidTag.MappingSignature, (_, box) => guidToBytes(box.mappingSignature)],
  ...specialFolderEntryIds.map(([tag, role]) => [tag, specialFolderEntryId(role)] as const),
];

/** Message class of what a folder of a container class holds: PidTagDefaultPostMessageClass. */
const postClasses: Readonly<Record<string, string>> = {
  'IPF.Appointment': 'IPM.Appointment',
  'IPF.Contact': 'IPM.Contact',
  'IPF.Journal': 'IPM.Activity',
  'IPF.StickyNote': 'IPM.StickyNote',
  'IPF.Task': 'IPM.Task',
};

/** Properties that are there even when the bag does not have them. */
const defaults: readonly (readonly [PropertyTag, Compute])[] = [
  [
    PidTag.DefaultPostMessageClass,
    (f) => postClasses[getString(f.properties, PidTag.ContainerClass) ?? ''] ?? 'IPM.Note',
  ],
  [PidTag.HasRules, () => false],
  [PidTag.AttributeHidden, () => false],
  [PidTag.AttributeReadOnly, () => false],
  [attributeSystem, () => false],
  [PidTag.ResolveMethod, () => 0],
];

export const computedFolderTags: ReadonlyMap<PropertyTag, Compute> = new Map(overrides);
export const defaultFolderTags: ReadonlyMap<PropertyTag, Compute> = new Map(defaults);

/** Properties that Outlook writes to Inbox or root and reads from the other: kept equal on both. */
export const mirroredFolderTags: ReadonlySet<PropertyTag> = new Set([
  PidTag.RemindersOnlineEntryId,
  PidTag.AdditionalRenEntryIds,
  PidTag.AdditionalRenEntryIdsEx,
  PidTag.FreeBusyEntryIds,
]);

const neverStored = new Set(overrides.map(([tag]) => tag));
/** Whether a property is kept in a folder's bag. Folders have no named properties towards Outlook. */
export const isStoredFolderTag = (tag: PropertyTag): boolean =>
  idOf(tag) !== 0 && !neverStored.has(tag) && idOf(tag) < 0x8000;
