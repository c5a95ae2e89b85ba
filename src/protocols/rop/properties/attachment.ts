import {
  attachMethod,
  ec,
  idOf,
  MapiError,
  type MessageContent,
  PidTag,
  type PropertyTag,
  type ReadonlyPropertyBag,
} from '../../../mapi/index.ts';
import type { AttachmentObject } from '../objects.ts';
import type { FoundProperty, PropertyHolder, Refusal } from './holder.ts';
import { bagSize, clampSize, isSettable } from './values.ts';

const attachNumber = 0x0e210003;
const attachSize = 0x0e200003;
const attachDataBinary = 0x37010102;
const attachDataObject = 0x3701000d;
const accessLevel = 0x0ff70003;
const objectType = 0x0ffe0003;
const recordKey = 0x0ff90102;

const computedTags = [attachNumber, attachSize, accessLevel, objectType, recordKey];
const computedIds = new Set(computedTags.map(idOf));
/** mapi object types (MS-OXCPRPT 2.2.1.7). */
const attachmentObjectType = 7;
/** Bytes of an attachment without anything in it (MS-OXCMSG 3.2.5.13). */
const emptySize = 0x40;

/** A property of an attachment as it stands on its handle, computed ones too (MS-OXCMSG 2.2.2). */
export function attachmentProperty(object: AttachmentObject, tag: PropertyTag): FoundProperty | undefined {
  const { draft } = object;
  switch (idOf(tag)) {
    case idOf(attachNumber):
      return [attachNumber, draft.number];
    case idOf(attachSize):
      return [attachSize, attachSizeOf(draft.properties(), draft.embeddedContent)];
    case idOf(accessLevel):
      return [accessLevel, object.writable ? 1 : 0];
    case idOf(objectType):
      return [objectType, attachmentObjectType];
    case idOf(recordKey): {
      const key = Buffer.alloc(4);
      key.writeUInt32LE(draft.number);
      return [recordKey, key];
    }
    default:
      break;
  }
  const found = draft.find(tag);
  if (found !== undefined) return found;
  if (idOf(tag) === idOf(PidTag.AttachMethod)) {
    return [
      PidTag.AttachMethod,
      methodOf(draft.embeddedContent !== undefined, draft.find(attachDataBinary) !== undefined),
    ];
  }
  // What is inside is opened by RopOpenEmbeddedMessage, never given as a value.
  if (tag === attachDataObject && draft.embeddedContent !== undefined) {
    return [attachDataObject, { errorCode: ec.notEnoughMemory }];
  }
  return undefined;
}

/** PidTagAttachMethod where nobody set it (MS-OXCMSG 2.2.2.9), by what the attachment has in it. */
export function methodOf(hasMessage: boolean, hasData: boolean): number {
  if (hasMessage) return attachMethod.embeddedMessage;
  return hasData ? attachMethod.byValue : attachMethod.none;
}

/** PidTagAttachSize of an attachment and the message in it. */
export const attachSizeOf = (properties: ReadonlyPropertyBag, embedded: MessageContent | undefined): number =>
  clampSize(emptySize + attachmentSize(properties, embedded));

function attachmentSize(properties: ReadonlyPropertyBag, embedded: MessageContent | undefined): number {
  let size = bagSize(properties);
  if (embedded === undefined) return size;
  size += bagSize(embedded.properties);
  for (const recipient of embedded.recipients) size += bagSize(recipient);
  for (const inner of embedded.attachments) size += attachmentSize(inner.properties, inner.embedded);
  return size;
}

/** Tags of what the attachment has. */
export function attachmentColumns({ draft }: AttachmentObject): PropertyTag[] {
  const tags = [...draft.properties().keys()].filter((tag) => !computedIds.has(idOf(tag)));
  if (!tags.includes(PidTag.AttachMethod)) tags.push(PidTag.AttachMethod);
  if (draft.embeddedContent !== undefined && !tags.some((tag) => idOf(tag) === idOf(attachDataObject))) {
    tags.push(attachDataObject);
  }
  return [...computedTags, ...tags];
}

/** The properties of an attachment's handle. */
export function attachmentHolder(object: AttachmentObject, codePage: number): PropertyHolder {
  const { draft } = object;
  return {
    get writable() {
      return object.writable;
    },
    codePage,
    find: async (tag) => attachmentProperty(object, tag),
    list: async () => attachmentColumns(object),
    async change(set, remove) {
      if (!object.writable) throw new MapiError(ec.accessDenied);
      const refusals: Refusal[] = [];
      for (const { tag, value } of set) {
        if (computedIds.has(idOf(tag))) refusals.push({ tag, errorCode: ec.computed });
        else if (!isSettable(tag)) refusals.push({ tag, errorCode: ec.invalidParam });
        else draft.setProperty(tag, value);
      }
      for (const tag of remove) {
        if (computedIds.has(idOf(tag))) refusals.push({ tag, errorCode: ec.computed });
        else draft.removeProperty(tag);
      }
      return refusals;
    },
    isReadOnly: (tag) => computedIds.has(idOf(tag)),
    streams: {
      put: (tag, value) => draft.setProperty(tag, value),
      pending: (stream) => draft.changes.addPending(stream),
      adopt: (resource) => draft.message.adopt(resource),
      retain: () => draft.message.retain(),
      release: () => draft.message.release(),
    },
  };
}
