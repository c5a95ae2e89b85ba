import { idOf, PidTag, type PropertyTag, typeOf } from '../../../mapi/index.ts';
import { isTransferable } from '../../fasttransfer/index.ts';

/** Ids of the provider's own that do not leave it, but for those that the stream's syntax names (MS-OXCFXICS 3.2.5.12). */
const internal = { first: 0x6600, last: 0x67ff } as const;

/** What identifies an object, tells how it can be reached, or is counted anew on the other side. */
const ofObject: readonly PropertyTag[] = [
  PidTag.EntryId,
  PidTag.ParentEntryId,
  PidTag.RecordKey,
  PidTag.InstanceKey,
  PidTag.StoreEntryId,
  PidTag.StoreRecordKey,
  PidTag.MappingSignature,
  PidTag.SourceKey,
  PidTag.ParentSourceKey,
  PidTag.ChangeKey,
  PidTag.PredecessorChangeList,
  PidTag.Access,
  PidTag.AccessLevel,
  PidTag.ObjectType,
];

const ofMessage: readonly PropertyTag[] = [
  ...ofObject,
  // Its presence makes clients skip every message of a copy; a change has it in its header.
  PidTag.MessageSize,
  PidTag.MessageSizeExtended,
  PidTag.MessageStatus,
  PidTag.Read,
  PidTag.MessageRecipients,
  PidTag.MessageAttachments,
  PidTag.Rowid,
  PidTag.AttachNumber,
  PidTag.DeletedOn,
  0x0e230003, // PidTagInternetArticleNumber
  0x3fd9001f, // PidTagPreview: Outlook shows it as the body
];

const ofFolder: readonly PropertyTag[] = [
  ...ofObject,
  PidTag.MessageSize,
  PidTag.MessageSizeExtended,
  PidTag.ContentCount,
  PidTag.ContentUnreadCount,
  PidTag.AssociatedContentCount,
  PidTag.Subfolders,
  PidTag.DeletedOn,
  PidTag.HierRev,
  0x0e230003,
];

function test(tags: readonly PropertyTag[]): (tag: PropertyTag) => boolean {
  const ids = new Set(tags.map(idOf));
  return (tag) => {
    const id = idOf(tag);
    return id !== 0 && (id < internal.first || id > internal.last) && !ids.has(id) && isTransferable(typeOf(tag));
  };
}

/** Whether a property of a message goes into the part after its header. */
export const isMessageProperty = test(ofMessage);
/** Whether a property of a folder is transferred; named ones make clients give up. */
const plainFolderProperty = test(ofFolder);
export const isFolderProperty = (tag: PropertyTag): boolean => idOf(tag) < 0x8000 && plainFolderProperty(tag);
/** Of a recipient and of an attachment, which have no identity of their own. */
export const isPartProperty = test([
  PidTag.InstanceKey,
  PidTag.RecordKey,
  PidTag.MappingSignature,
  PidTag.StoreEntryId,
]);
