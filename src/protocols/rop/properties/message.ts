import {
  displayListsOf,
  displayListTags,
  ec,
  getNumber,
  idOf,
  isNamed,
  MapiError,
  type MessageContent,
  type PropertyBag,
  type PropertyTag,
  Ptyp,
  type StoredValue,
  tagOf,
  typeOf,
} from '../../../mapi/index.ts';
import { messageProperty, mf } from '../../../store/index.ts';
import type { MessageDraft } from '../message-draft.ts';
import type { MessageObject } from '../objects.ts';
import { changedSubject, isSubjectTag, subjectParts } from '../subject.ts';
import { bodyTags, findBody, isBodyTag } from './bodies.ts';
import type { FoundProperty, PropertyHolder, Refusal, TaggedStored } from './holder.ts';
import { bagSize, clampSize, isSettable } from './values.ts';

export { displayListsOf };

/** Those that a client may set before the first save (MS-OXCMSG 2.2.1.6). */
const clientFlags = mf.unsent | mf.resend | mf.notifyUnread | mf.notifyRead;

const tag = {
  access: 0x0ff40003,
  accessLevel: 0x0ff70003,
  objectType: 0x0ffe0003,
  messageFlags: 0x0e070003,
  messageSize: 0x0e080003,
  messageSizeExtended: 0x0e080014,
  hasAttachments: 0x0e1b000b,
  hasNamedProperties: 0x664a000b,
  read: 0x0e69000b,
  associated: 0x67aa000b,
  messageClass: 0x001a001f,
  importance: 0x00170003,
  sensitivity: 0x00360003,
  creationTime: 0x30070040,
  lastModificationTime: 0x30080040,
  conversationTopic: 0x0070001f,
  subject: 0x0037001f,
  subjectPrefix: 0x003d001f,
  normalizedSubject: 0x0e1d001f,
  displayName: 0x3001001f,
  attachmentHidden: 0x7ffe000b,
  messageRecipients: 0x0e12000d,
  messageAttachments: 0x0e13000d,
} as const;

/** Computed by the store for a message that is in it. */
const storeComputed: readonly PropertyTag[] = [
  0x674a0014, // PidTagMid
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
  0x65e10102, // PidTagParentSourceKey
  0x65e20102, // PidTagChangeKey
  0x65e30102, // PidTagPredecessorChangeList
  0x67a40014, // PidTagChangeNumber
  0x0e170003, // PidTagMessageStatus
  0x67090040, // PidTagLocalCommitTime
  0x0e230003, // PidTagInternetArticleNumber
];
const storeComputedById = new Map(storeComputed.map((entry) => [idOf(entry), entry]));

/** Also computed, from the draft; a client cannot set them. */
const draftComputed: readonly PropertyTag[] = [
  tag.access,
  tag.accessLevel,
  tag.objectType,
  tag.messageSize,
  tag.hasAttachments,
  tag.hasNamedProperties,
  tag.associated,
  tag.messageRecipients,
  tag.messageAttachments,
];
/** Not settable through properties: computed ones and times that the server keeps (MS-OXCMSG 2.2.1, 2.2.2.2). */
const readOnlyIds = new Set([...storeComputed, ...draftComputed].map(idOf));

/** Left out of lists: Outlook takes them from elsewhere, and Exchange does not list them either. */
const unlistedIds = new Set(
  [
    0x674a0014,
    0x67480014,
    0x67490014,
    0x67a40014,
    tag.associated,
    tag.subjectPrefix,
    tag.normalizedSubject,
    tag.hasNamedProperties,
    tag.messageRecipients,
    tag.messageAttachments,
  ].map(idOf),
);

/** PidTagMessageFlags as it stands on this handle. */
export async function messageFlags(draft: MessageDraft): Promise<number> {
  const { stored } = draft;
  const kept =
    draft.flags ?? (stored === undefined ? (getNumber(draft.envelope, tag.messageFlags) ?? mf.unsent) : stored.flags);
  let flags = kept & ~(mf.read | mf.unmodified | mf.hasAttach | mf.fai);
  if (await isRead(draft)) flags |= mf.read | mf.everRead;
  if (await hasAttachments(draft)) flags |= mf.hasAttach;
  if (draft.associated) flags |= mf.fai;
  if (stored?.unmodified && !draft.isChanged) flags |= mf.unmodified;
  return flags;
}

async function isRead(draft: MessageDraft): Promise<boolean> {
  if (draft.read !== undefined) return draft.read;
  if (draft.stored !== undefined) return draft.stored.read;
  const flags = getNumber(draft.envelope, tag.messageFlags);
  return flags === undefined ? true : (flags & mf.read) !== 0;
}

/** An attachment that is only there for the body's sake does not count. */
async function hasAttachments(draft: MessageDraft): Promise<boolean> {
  if (draft.stored !== undefined && !draft.attachmentsChanged) return draft.stored.hasAttachments;
  const attachments = await draft.attachments();
  return attachments.some((attachment) => attachment.properties.get(tag.attachmentHidden) !== true);
}

async function messageSize(draft: MessageDraft): Promise<number> {
  if (draft.stored !== undefined && !draft.isChanged) return draft.stored.size;
  return contentSize(await draft.whole());
}

function contentSize({ properties, recipients, attachments }: MessageContent): number {
  let size = bagSize(properties);
  for (const recipient of recipients) size += bagSize(recipient);
  for (const attachment of attachments) {
    size += bagSize(attachment.properties);
    if (attachment.embedded !== undefined) size += contentSize(attachment.embedded);
  }
  return size;
}

async function findDisplayList(draft: MessageDraft, id: number): Promise<FoundProperty | undefined> {
  const list = displayListTags.find((known) => idOf(known) === id);
  return list === undefined ? undefined : [list, displayListsOf(await draft.recipients()).get(list)!];
}

/** A property of a message as it stands on one handle: computed, stored, or its default. */
async function findMessageProperty(
  draft: MessageDraft,
  wanted: PropertyTag,
  writable: boolean,
): Promise<FoundProperty | undefined> {
  const id = idOf(wanted);
  const storeTag = storeComputedById.get(id);
  if (storeTag !== undefined) {
    if (draft.stored === undefined) return undefined;
    const value = messageProperty(draft.mailbox, draft.stored, storeTag);
    return value === undefined ? undefined : [storeTag, value];
  }
  switch (id) {
    case idOf(tag.access):
      // Modify, read, delete.
      return [tag.access, 0x7];
    case idOf(tag.accessLevel):
      return [tag.accessLevel, writable ? 1 : 0];
    case idOf(tag.objectType):
      return [tag.objectType, 5];
    case idOf(tag.messageFlags):
      return [tag.messageFlags, await messageFlags(draft)];
    case idOf(tag.read):
      return [tag.read, await isRead(draft)];
    case idOf(tag.hasAttachments):
      return [tag.hasAttachments, await hasAttachments(draft)];
    case idOf(tag.messageSize): {
      const size = await messageSize(draft);
      if (typeOf(wanted) === Ptyp.Integer64) return [tag.messageSizeExtended, BigInt(size)];
      return [tag.messageSize, clampSize(size)];
    }
    case idOf(tag.associated):
      return [tag.associated, draft.associated];
    case idOf(tag.hasNamedProperties):
      return [tag.hasNamedProperties, await hasNamedProperties(draft)];
    case idOf(tag.messageRecipients):
    case idOf(tag.messageAttachments):
      return undefined;
    case idOf(tag.messageClass): {
      // What is signed, and how, only the content tells.
      const found = await draft.find(wanted);
      const guessed = found?.[1] === 'IPM.Note.SMIME.MultipartSigned' && draft.stored?.contentState === 'remote';
      if (!guessed || draft.changes.find(new Map(), wanted) !== undefined) return found ?? fallback(draft, wanted);
      return [tag.messageClass, (await draft.content()).properties.get(tag.messageClass) ?? 'IPM.Note'];
    }
    case idOf(tag.creationTime):
      if (draft.stored !== undefined) return [tag.creationTime, draft.stored.created];
      break;
    case idOf(tag.lastModificationTime):
      if (draft.stored !== undefined && !draft.isChanged) return [tag.lastModificationTime, draft.stored.lastModified];
      break;
    default:
      break;
  }
  if (draft.recipientsChanged) {
    const list = await findDisplayList(draft, id);
    if (list !== undefined) return list;
  }
  if (isSubjectTag(wanted)) return findSubject(draft, wanted);
  if (isBodyTag(wanted)) return findBody(draft, wanted);
  return (await draft.find(wanted)) ?? fallback(draft, wanted);
}

async function findSubject(draft: MessageDraft, wanted: PropertyTag): Promise<FoundProperty | undefined> {
  const parts = await draftSubject(draft);
  if (parts === undefined) return undefined;
  if (idOf(wanted) === idOf(tag.subject)) return [tag.subject, parts.subject];
  if (idOf(wanted) === idOf(tag.subjectPrefix)) return [tag.subjectPrefix, parts.prefix];
  return [tag.normalizedSubject, parts.normalized];
}

/** Subject, prefix and normalized subject of a draft; undefined when it has none of them. */
export async function draftSubject(draft: MessageDraft) {
  const bag: PropertyBag = new Map();
  for (const wanted of [tag.subject, tag.subjectPrefix, tag.normalizedSubject]) {
    const found = await draft.find(wanted);
    if (found !== undefined) bag.set(...found);
  }
  return subjectParts(bag);
}

/** A message that was never given them has what tables and synchronization tell of it. */
const tableDefaults: readonly PropertyTag[] = [
  0x00260003, // PidTagPriority
  0x30130102, // PidTagConversationId
];

/** What a message answers that was never given the property. */
async function fallback(draft: MessageDraft, wanted: PropertyTag): Promise<FoundProperty | undefined> {
  const id = idOf(wanted);
  if (id === idOf(tag.messageClass)) return [tag.messageClass, 'IPM.Note'];
  if (id === idOf(tag.importance)) return [tag.importance, 1];
  if (id === idOf(tag.sensitivity)) return [tag.sensitivity, 0];
  if (id === idOf(tag.conversationTopic)) {
    const parts = await draftSubject(draft);
    return parts === undefined || parts.normalized === '' ? undefined : [tag.conversationTopic, parts.normalized];
  }
  const asInTables = tableDefaults.find((known) => idOf(known) === id);
  if (draft.stored !== undefined && asInTables !== undefined) {
    const whole = { ...draft.stored, properties: await draft.properties() };
    const value = messageProperty(draft.mailbox, whole, asInTables);
    return value === undefined ? undefined : [asInTables, value];
  }
  return findDisplayList(draft, id);
}

/** Whether one of its properties is a named one (PidTagHasNamedProperties). */
export async function hasNamedProperties(draft: MessageDraft): Promise<boolean> {
  for (const known of (await draft.properties()).keys()) if (isNamed(known)) return true;
  return false;
}

/** Tags that a message has (RopGetPropertiesList), each id once. */
async function listMessageProperties(draft: MessageDraft): Promise<PropertyTag[]> {
  const byId = new Map<number, PropertyTag>();
  const add = (known: PropertyTag): void => {
    if (!unlistedIds.has(idOf(known)) && idOf(known) !== 0) byId.set(idOf(known), known);
  };
  for (const known of (await draft.properties()).keys()) add(known);
  for (const known of [tag.messageClass, tag.importance, tag.sensitivity, tag.access, tag.accessLevel, tag.objectType])
    add(known);
  for (const known of [tag.messageFlags, tag.messageSize, tag.hasAttachments, tag.read]) add(known);
  for (const list of displayListTags) add(list);
  for (const known of await bodyTags(draft)) add(known);
  if ((await draftSubject(draft)) !== undefined) add(tag.subject);
  if (draft.stored !== undefined) {
    add(tag.creationTime);
    add(tag.lastModificationTime);
    for (const known of storeComputed)
      if (messageProperty(draft.mailbox, draft.stored, known) !== undefined) add(known);
  }
  return [...byId.values()];
}

/** Sets and removes properties of a draft. What cannot be changed is returned. */
async function changeMessageProperties(
  draft: MessageDraft,
  set: readonly TaggedStored[],
  remove: readonly PropertyTag[],
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const subject: PropertyBag = new Map();
  for (const { tag: known, value } of set) {
    const id = idOf(known);
    if (readOnlyIds.has(id) || (id === idOf(tag.messageFlags) && draft.stored !== undefined)) {
      refusals.push({ tag: known, errorCode: ec.computed });
    } else if (!isSettable(known)) {
      refusals.push({ tag: known, errorCode: ec.invalidParam });
    } else if (id === idOf(tag.messageFlags)) {
      setFlags(draft, known, value, refusals);
    } else if (id === idOf(tag.read)) {
      if (draft.stored !== undefined || typeof value !== 'boolean')
        refusals.push({ tag: known, errorCode: ec.computed });
      else draft.read = value;
    } else if (isSubjectTag(known) && typeof value === 'string') {
      subject.set(tagOf(id, Ptyp.String), value);
    } else {
      draft.setProperty(known, value);
    }
  }
  if (subject.size > 0) {
    const parts = changedSubject(await draftSubject(draft), subject);
    draft.setProperty(tag.subject, parts.subject);
    draft.setProperty(tag.subjectPrefix, parts.prefix);
    draft.setProperty(tag.normalizedSubject, parts.normalized);
  }
  for (const known of remove) {
    if (readOnlyIds.has(idOf(known)) || idOf(known) === idOf(tag.messageFlags)) {
      refusals.push({ tag: known, errorCode: ec.computed });
    } else if (idOf(known) === idOf(tag.subject)) {
      for (const part of [tag.subject, tag.subjectPrefix, tag.normalizedSubject]) draft.removeProperty(part);
    } else {
      draft.removeProperty(known);
    }
  }
  return refusals;
}

function setFlags(draft: MessageDraft, known: PropertyTag, value: StoredValue, refusals: Refusal[]): void {
  if (typeof value !== 'number') {
    refusals.push({ tag: known, errorCode: ec.invalidParam });
    return;
  }
  draft.read = (value & mf.read) !== 0;
  draft.flags = value & clientFlags;
  if (draft.attachment !== undefined) draft.setProperty(tag.messageFlags, value);
}

/** Properties of a message, as they stand on the handle that it is open on. */
export function messageHolder(object: MessageObject): PropertyHolder {
  const { draft } = object;
  return {
    get writable() {
      return object.writable;
    },
    codePage: draft.codePage,
    find: (wanted) => findMessageProperty(draft, wanted, object.writable),
    list: () => listMessageProperties(draft),
    async change(set, remove) {
      if (!object.writable) throw new MapiError(ec.accessDenied);
      return changeMessageProperties(draft, set, remove);
    },
    isReadOnly: (wanted) =>
      readOnlyIds.has(idOf(wanted)) || [tag.messageFlags, tag.read].map(idOf).includes(idOf(wanted)),
    streams: {
      put(known, value) {
        draft.setProperty(known, value);
        // The parts follow from the whole again.
        if (idOf(known) === idOf(tag.subject)) {
          draft.removeProperty(tag.subjectPrefix);
          draft.removeProperty(tag.normalizedSubject);
        } else if (isSubjectTag(known)) draft.removeProperty(tag.subject);
      },
      pending: (stream) => draft.changes.addPending(stream),
      adopt: (resource) => draft.adopt(resource),
      retain: () => draft.retain(),
      release: () => draft.release(),
    },
  };
}
