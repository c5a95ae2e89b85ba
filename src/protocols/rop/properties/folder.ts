import {
  canonicalTag,
  ec,
  idOf,
  isNamed,
  MapiError,
  type PropertyBag,
  type PropertyTag,
  storedTag,
} from '../../../mapi/index.ts';
import { type Folder, folderProperty, type Mailbox, type Origin } from '../../../store/index.ts';
import { folderOf } from '../object-ids.ts';
import type { FolderObject } from '../objects.ts';
import type { PropertyHolder, Refusal } from './holder.ts';
import { isSettable } from './values.ts';

const displayName = 0x3001001f;
const parentSourceKey = 0x65e10102;

/** Computed by the store; a client cannot set them. */
const readOnly: readonly PropertyTag[] = [
  0x67480014, // PidTagFolderId
  0x67490014, // PidTagParentFolderId
  0x0fff0102, // PidTagEntryId
  0x0e090102, // PidTagParentEntryId
  0x0ff90102, // PidTagRecordKey
  0x0ff60102, // PidTagInstanceKey
  0x0ffb0102, // PidTagStoreEntryId
  0x0ffa0102, // PidTagStoreRecordKey
  0x0ff80102, // PidTagMappingSignature
  0x65e00102, // PidTagSourceKey
  parentSourceKey,
  0x65e20102, // PidTagChangeKey
  0x65e30102, // PidTagPredecessorChangeList
  0x67a40014, // PidTagChangeNumber
  0x36010003, // PidTagFolderType
  0x360a000b, // PidTagSubfolders
  0x36020003, // PidTagContentCount
  0x36030003, // PidTagContentUnreadCount
  0x36170003, // PidTagAssociatedContentCount
  0x66380003, // PR_FOLDER_CHILD_COUNT
  0x0ff40003, // PidTagAccess
  0x0ff70003, // PidTagAccessLevel
  0x0ffe0003, // PidTagObjectType
  0x66390003, // PidTagRights
  0x0e080003, // PidTagMessageSize
  0x0e080014, // PidTagMessageSizeExtended
  0x30070040, // PidTagCreationTime
  0x30080040, // PidTagLastModificationTime
  0x67090040, // PidTagLocalCommitTime
  0x670a0040, // PidTagLocalCommitTimeMax
  0x670b0003, // PidTagDeletedCountTotal
  0x66400003, // PidTagDeletedMessageCount
  0x663a000b, // PidTagHasRules
  0x40820040, // PidTagHierRev
  0x663e0003, // PidTagHierarchyChangeNumber
  0x66b5001f, // PR_FOLDER_PATHNAME
];
const readOnlyIds = new Set(readOnly.map(idOf));

/** Settable, but given by the store even where nobody set them. */
const defaulted: readonly PropertyTag[] = [
  displayName,
  0x3004001f, // PidTagComment
  0x3613001f, // PidTagContainerClass
  0x36e5001f, // PidTagDefaultPostMessageClass
  0x10f4000b, // PidTagAttributeHidden
  0x10f5000b,
  0x10f6000b, // PidTagAttributeReadOnly
  0x36d00102, // PidTagIpmAppointmentEntryId and its like, on Inbox and root
  0x36d10102,
  0x36d20102,
  0x36d30102,
  0x36d40102,
  0x36d50102,
  0x36d70102,
  0x36d81102, // PidTagAdditionalRenEntryIds
  0x36d90102,
  0x36e41102, // PidTagFreeBusyEntryIds
  0x3fe30003, // PR_RESOLVE_METHOD
];
const knownByIdAndType = new Set([...readOnly, ...defaulted]);
const knownById = new Map([...readOnly, ...defaulted].map((tag) => [idOf(tag), tag]));

/** The tag under which the store knows what is asked for. */
function storeTag(folder: Folder, tag: PropertyTag): PropertyTag {
  if (knownByIdAndType.has(tag)) return tag;
  return knownById.get(idOf(tag)) ?? storedTag(folder.properties, tag) ?? tag;
}

/** Properties of a folder. Changes are kept at once (MS-OXCPRPT 3.2.5.4). */
export function folderHolder(object: FolderObject, origin: Origin, codePage: number): PropertyHolder {
  const { folderId } = object;
  const { mailbox } = object.logon;
  /** Read once for all properties that an operation asks for, until it changes some. */
  let reading: Promise<Folder> | undefined;
  const current = (): Promise<Folder> => {
    reading ??= folderOf(object);
    return reading;
  };

  return {
    writable: true,
    codePage,
    async find(wanted) {
      // Outlook's provider has no named properties on folders and gives up when it meets one.
      if (isNamed(wanted)) return undefined;
      const folder = await current();
      const tag = storeTag(folder, wanted);
      const value = folderProperty(mailbox, folder, tag);
      return value === undefined ? undefined : [tag, value];
    },
    async list() {
      const folder = await current();
      const byId = new Map<number, PropertyTag>();
      for (const tag of [...folder.properties.keys(), ...defaulted, ...readOnly]) {
        if (isNamed(tag) || idOf(tag) === 0 || byId.has(idOf(tag))) continue;
        if (hidesParentSourceKey(folder, tag)) continue;
        const known = storeTag(folder, tag);
        if (folderProperty(mailbox, folder, known) !== undefined) byId.set(idOf(tag), known);
      }
      return [...byId.values()];
    },
    async change(set, remove) {
      const refusals: Refusal[] = [];
      const values: PropertyBag = new Map();
      for (const { tag, value } of set) {
        if (readOnlyIds.has(idOf(tag))) refusals.push({ tag, errorCode: ec.computed });
        else if (isNamed(tag) || !isSettable(tag)) {
          refusals.push({ tag, errorCode: ec.notSupported });
        } else values.set(canonicalTag(tag), value);
      }
      const removed: PropertyTag[] = [];
      for (const tag of remove) {
        if (readOnlyIds.has(idOf(tag)) || idOf(tag) === idOf(displayName))
          refusals.push({ tag, errorCode: ec.computed });
        else removed.push(tag);
      }
      if (values.size > 0 || removed.length > 0) {
        reading = undefined;
        const refused = await update(mailbox, folderId, values, removed, origin);
        if (refused !== undefined) refusals.push(refused);
      }
      return refusals;
    },
    isReadOnly: (tag) => readOnlyIds.has(idOf(tag)) || isNamed(tag),
    streams: {
      put: async (tag, value) => {
        const refused = await update(mailbox, folderId, new Map([[canonicalTag(tag), value]]), [], origin);
        if (refused !== undefined) throw new MapiError(refused.errorCode);
      },
    },
  };
}

/** The OST layer fails on finding this one on the default calendar of a shared mailbox. */
const hidesParentSourceKey = (folder: Folder, tag: PropertyTag): boolean =>
  tag === parentSourceKey && folder.role === 'calendar';

/** A name that is taken is a problem of that property; the others are set all the same. */
async function update(
  mailbox: Mailbox,
  folderId: number,
  set: PropertyBag,
  remove: readonly PropertyTag[],
  origin: Origin,
): Promise<Refusal | undefined> {
  try {
    await mailbox.updateFolder(folderId, { set, remove }, origin);
    return undefined;
  } catch (error) {
    if (!(error instanceof MapiError) || error.code !== ec.duplicateName || !set.delete(displayName)) throw error;
    if (set.size > 0 || remove.length > 0) await mailbox.updateFolder(folderId, { set, remove }, origin);
    return { tag: displayName, errorCode: ec.duplicateName };
  }
}
