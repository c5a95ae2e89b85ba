import {
  idOf,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  setProperty,
} from '../../../mapi/index.ts';
import {
  type AttachmentContent,
  type Mailbox,
  type Message,
  type MessageContent,
  messageProperty,
} from '../../../store/index.ts';
import { type Block, marker, type StreamWriter } from '../../fasttransfer/index.ts';
import { attachSizeOf, methodOf } from '../properties/attachment.ts';
import { displayListsOf } from '../properties/message.ts';
import { subjectParts } from '../subject.ts';
import { isMessageProperty, isPartProperty } from './not-transferred.ts';
import { type Names, writeProperties } from './properties.ts';

/** What of a message, attachment or folder goes into the stream (MS-OXCFXICS 3.2.5.10). Not of what is inside it. */
export interface DownloadFilter {
  wants(tag: PropertyTag): boolean;
  /** It names what is left out. */
  readonly excludes?: boolean;
}
export const everything: DownloadFilter = { wants: () => true };

/** All but these properties and subobjects. */
export function allBut(tags: readonly PropertyTag[]): DownloadFilter {
  const ids = new Set(tags.map(idOf));
  return ids.size === 0 ? everything : { wants: (tag) => !ids.has(idOf(tag)), excludes: true };
}

/** These properties and subobjects alone. */
export function only(tags: readonly PropertyTag[]): DownloadFilter {
  const ids = new Set(tags.map(idOf));
  return { wants: (tag) => ids.has(idOf(tag)) };
}

const zeroMid = 0n;

/** Computed by the store for every message, and of use to a replica. */
const computed: readonly PropertyTag[] = [
  PidTag.MessageFlags,
  PidTag.HasAttachments,
  PidTag.CreationTime,
  PidTag.LastModificationTime,
];
/** Given to every message that lacks them. */
const defaults: readonly PropertyTag[] = [
  PidTag.MessageClass,
  PidTag.ConversationTopic,
  PidTag.ConversationId,
  PidTag.Importance,
  PidTag.Priority,
  PidTag.Sensitivity,
  PidTag.RtfInSync,
  PidTag.NativeBody,
];

/** The properties of a message of the mailbox that a replica has, but for the header of its change. */
export function messageBag(mailbox: Mailbox, message: Message, content: MessageContent): PropertyBag {
  // Not a copy, which would decode the properties that the index has.
  const whole: Message = Object.create(message, { properties: { value: content.properties } });
  const bag = contentBag(content);
  for (const tag of defaults) {
    if (bag.has(tag)) continue;
    const value = messageProperty(mailbox, whole, tag);
    if (value !== undefined) bag.set(tag, value);
  }
  for (const tag of computed) {
    const value = messageProperty(mailbox, whole, tag);
    if (value !== undefined) setProperty(bag, tag, value);
  }
  bag.set(PidTag.ParentSourceKey, mailbox.folderSourceKey(message.folderId));
  return bag;
}

/** What a message has stored, with what follows from that. */
function contentBag(content: MessageContent): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const [tag, value] of content.properties) if (isMessageProperty(tag)) bag.set(tag, value);
  const subject = subjectParts(content.properties);
  if (subject !== undefined) {
    bag.set(PidTag.Subject, subject.subject);
    bag.set(PidTag.SubjectPrefix, subject.prefix);
    bag.set(PidTag.NormalizedSubject, subject.normalized);
  }
  for (const [tag, value] of displayListsOf(content.recipients)) if (!bag.has(tag)) bag.set(tag, value);
  return bag;
}

/** The body that is asked not to be sent is sent all the same when there is no other: nobody could read the message. */
const bodyTags: readonly PropertyTag[] = [PidTag.Html, PidTag.RtfCompressed];

/** The properties of a bag that a filter lets through. */
export function filtered(bag: ReadonlyPropertyBag, filter: DownloadFilter): PropertyBag {
  const result: PropertyBag = new Map();
  for (const [tag, value] of bag) if (filter.wants(tag)) result.set(tag, value);
  return result;
}

/** As {@link filtered}, keeping a plain-text body that is the only one and was to be left out. */
export function filteredMessage(bag: ReadonlyPropertyBag, filter: DownloadFilter): PropertyBag {
  const result = filtered(bag, filter);
  const body = bag.get(PidTag.Body);
  if (filter.excludes && body !== undefined && !bodyTags.some((tag) => bag.has(tag))) result.set(PidTag.Body, body);
  return result;
}

/** messageContent, MS-OXCFXICS 2.2.4.3.16: `bag` as it is, then recipients and attachments that the filter wants. */
export async function* writeMessageContent(
  out: StreamWriter,
  bag: ReadonlyPropertyBag,
  parts: Pick<MessageContent, 'recipients' | 'attachments'>,
  filter: DownloadFilter,
  names: Names,
): AsyncGenerator<Block> {
  yield* writeProperties(out, bag, names, [PidTag.Mid]);
  if (filter.wants(PidTag.MessageRecipients)) {
    out.delProp(PidTag.MessageRecipients);
    for (const [index, recipient] of parts.recipients.entries()) {
      out.marker(marker.startRecip);
      yield* writeProperties(out, recipientBag(recipient, index), names, [PidTag.Rowid]);
      out.marker(marker.endToRecip);
    }
  }
  if (filter.wants(PidTag.MessageAttachments)) {
    out.delProp(PidTag.MessageAttachments);
    for (const attachment of parts.attachments) {
      out.marker(marker.newAttach);
      out.property(PidTag.AttachNumber, attachment.number);
      yield* writeAttachmentContent(out, attachmentBag(attachment), attachment.embedded, names);
      out.marker(marker.endAttach);
    }
  }
}

function recipientBag(recipient: ReadonlyPropertyBag, index: number): PropertyBag {
  const bag: PropertyBag = new Map([[PidTag.Rowid, index]]);
  for (const [tag, value] of recipient) if (isPartProperty(tag)) setProperty(bag, tag, value);
  return bag;
}

const attachData = idOf(PidTag.AttachDataBinary);

/** The properties of an attachment without its number. */
export function attachmentBag(attachment: AttachmentContent): PropertyBag {
  const { properties, embedded } = attachment;
  const bag: PropertyBag = new Map();
  for (const [tag, value] of properties) {
    if (isPartProperty(tag) && !(embedded !== undefined && idOf(tag) === attachData)) bag.set(tag, value);
  }
  bag.delete(PidTag.AttachNumber);
  setProperty(bag, PidTag.AttachSize, attachSizeOf(properties, embedded));
  if (!bag.has(PidTag.AttachMethod)) {
    bag.set(PidTag.AttachMethod, methodOf(embedded !== undefined, properties.has(PidTag.AttachDataBinary)));
  }
  return bag;
}

/** attachmentContent, MS-OXCFXICS 2.2.4.3.1. */
export async function* writeAttachmentContent(
  out: StreamWriter,
  bag: ReadonlyPropertyBag,
  embedded: MessageContent | undefined,
  names: Names,
): AsyncGenerator<Block> {
  yield* writeProperties(out, bag, names);
  if (embedded === undefined) return;
  out.marker(marker.startEmbed);
  const inner = contentBag(embedded);
  inner.set(PidTag.Mid, zeroMid);
  yield* writeMessageContent(out, inner, embedded, everything, names);
  out.marker(marker.endEmbed);
}
