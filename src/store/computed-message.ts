import { hash } from 'node:crypto';
import {
  folderEntryId,
  getBinary,
  getBoolean,
  getString,
  globalCounterBytes,
  guidToBytes,
  idOf,
  isNamed,
  makeId,
  messageEntryId,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  type StoredValue,
  sourceKey,
  storeEntryId,
  tagOf,
} from '../mapi/index.ts';
import { mf } from './rows.ts';
import type { Mailbox, Message } from './types.ts';

type Compute = (message: Message, mailbox: Mailbox) => StoredValue | undefined;

/** PidTagMessageSize and the like are signed 32-bit numbers. */
export const clamp32 = (size: number): number => Math.min(size, 0x7fffffff);

/** PidTagAccess of a message and of a folder for its owner, MS-OXCPRPT 2.2.1.1. */
const messageAccess = 0x07;

const entryIdOf: Compute = (m, box) => messageEntryId(box.guid, box.replicaGuid, m.folderId, m.id);
const sourceKeyOf: Compute = (m, box) => m.sourceKey ?? sourceKey(box.replicaGuid, m.id);
const idOfMessage: Compute = (m) => makeId(1, m.id);

/** PidTagMessageFlags with the computed ones (MS-OXCMSG 2.2.1.6). */
export function messageFlags(message: Message): number {
  return (
    message.flags |
    (message.read ? mf.read | mf.everRead : 0) |
    (message.unmodified ? mf.unmodified : 0) |
    (message.hasAttachments ? mf.hasAttach : 0) |
    (message.associated ? mf.fai : 0)
  );
}

/** Properties that never come from the bag. */
const overrides: readonly (readonly [PropertyTag, Compute])[] = [
  [PidTag.Mid, idOfMessage],
  [PidTag.InstID, idOfMessage],
  [PidTag.InstanceNum, () => 0],
  [PidTag.FolderId, (m) => makeId(1, m.folderId)],
  [PidTag.ParentFolderId, (m) => makeId(1, m.folderId)],
  [PidTag.EntryId, entryIdOf],
  [PidTag.RecordKey, entryIdOf],
  [
    PidTag.InstanceKey,
    (m) => Buffer.concat([globalCounterBytes(m.folderId), globalCounterBytes(m.id), Buffer.alloc(4)]),
  ],
  [PidTag.ParentEntryId, (m, box) => folderEntryId(box.guid, box.replicaGuid, m.folderId)],
  [PidTag.SourceKey, sourceKeyOf],
  [PidTag.ParentSourceKey, (m, box) => box.folderSourceKey(m.folderId)],
  [PidTag.ChangeKey, (m) => m.changeKey],
  [PidTag.PredecessorChangeList, (m) => m.predecessorChangeList],
  [PidTag.ChangeNumber, (m) => makeId(1, m.changeNumber)],
  [PidTag.MessageFlags, messageFlags],
  [PidTag.MessageStatus, (m) => m.status],
  [PidTag.Read, (m) => m.read],
  [PidTag.HasAttachments, (m) => m.hasAttachments],
  [PidTag.MessageSize, (m) => clamp32(m.size)],
  [PidTag.MessageSizeExtended, (m) => BigInt(m.size)],
  [PidTag.CreationTime, (m) => m.created],
  [PidTag.LastModificationTime, (m) => m.lastModified],
  [PidTag.LocalCommitTime, (m) => m.lastModified],
  [PidTag.DeletedOn, (m) => m.deleted],
  [PidTag.Associated, (m) => m.associated],
  [PidTag.Access, () => messageAccess],
  [PidTag.AccessLevel, () => 1],
  [PidTag.ObjectType, () => 5],
  [PidTag.StoreEntryId, (_, box) => storeEntryId('oxbow', box.legacyDn)],
  [PidTag.StoreRecordKey, (_, box) => guidToBytes(box.guid)],
  [PidTag.MappingSignature, (_, box) => guidToBytes(box.mappingSignature)],
  [PidTag.HasNamedProperties, (m) => [...m.properties.keys()].some(isNamed)],
];

const text = (m: Message, tag: PropertyTag): string | undefined => getString(m.properties, tag);
const topicOf = (m: Message): string => text(m, PidTag.ConversationTopic) ?? text(m, PidTag.NormalizedSubject) ?? '';

/** Properties that are there even when the bag does not have them. */
const defaults: readonly (readonly [PropertyTag, Compute])[] = [
  [PidTag.MessageClass, () => 'IPM.Note'],
  [PidTag.MessageDeliveryTime, (m) => m.created],
  [PidTag.Subject, (m) => (text(m, PidTag.SubjectPrefix) ?? '') + (text(m, PidTag.NormalizedSubject) ?? '')],
  [PidTag.SubjectPrefix, () => ''],
  [PidTag.NormalizedSubject, () => ''],
  [PidTag.ConversationTopic, topicOf],
  [PidTag.ConversationId, conversationId],
  [PidTag.DisplayTo, () => ''],
  [PidTag.DisplayCc, () => ''],
  [PidTag.DisplayBcc, () => ''],
  [PidTag.Importance, () => 1],
  [PidTag.Priority, () => 0],
  [PidTag.Sensitivity, () => 0],
  [PidTag.RtfInSync, (m) => m.properties.has(PidTag.RtfCompressed)],
  [PidTag.NativeBody, nativeBody],
];

/** MS-OXOMSG 2.2.1.3: from the conversation index when it is to be trusted, else from the topic. */
function conversationId(message: Message): PropertyValue {
  const index = getBinary(message.properties, PidTag.ConversationIndex);
  if (index && index.length >= 22 && getBoolean(message.properties, PidTag.ConversationIndexTracking)) {
    return index.slice(6, 22);
  }
  return hash('md5', Buffer.from(topicOf(message).toUpperCase(), 'utf16le'), 'buffer');
}

/** PidTagNativeBody, MS-OXCMSG 2.2.1.58.9: 1 plain text, 2 RTF, 3 HTML. Unknown while the content is remote. */
function nativeBody(message: Message): PropertyValue | undefined {
  if (message.properties.has(PidTag.Html)) return 3;
  if (message.properties.has(PidTag.RtfCompressed)) return 2;
  return message.properties.has(PidTag.Body) ? 1 : undefined;
}

export const computedMessageTags: ReadonlyMap<PropertyTag, Compute> = new Map(overrides);
export const defaultMessageTags: ReadonlyMap<PropertyTag, Compute> = new Map(defaults);

/** Ids that are never kept in a message's bag, whatever the type. PidTagSearchKey and the times are given by clients. */
const neverStored = new Set([
  ...overrides.map(([tag]) => idOf(tag)),
  idOf(PidTag.AttachNumber),
  idOf(PidTag.MessageRecipients),
  idOf(PidTag.MessageAttachments),
  idOf(PidTag.RowType),
  idOf(PidTag.Depth),
  idOf(tagOf(0x6648, Ptyp.String)),
]);
export const isStoredMessageTag = (tag: PropertyTag): boolean => idOf(tag) !== 0 && !neverStored.has(idOf(tag));
