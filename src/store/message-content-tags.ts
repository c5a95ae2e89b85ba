import { idOf, PidTag, type PropertyTag } from '../mapi/index.ts';

/**
 * Properties that a mail on the backend has in itself: a client's change of one of them means that the whole mail has
 * to be written anew. All others are kept beside it (overlay).
 */
const contentTags: readonly PropertyTag[] = [
  PidTag.Body,
  PidTag.Html,
  PidTag.RtfCompressed,
  PidTag.Subject,
  PidTag.SubjectPrefix,
  PidTag.NormalizedSubject,
  PidTag.MessageClass,
  PidTag.InternetMessageId,
  PidTag.InReplyToId,
  PidTag.InternetReferences,
  PidTag.TransportMessageHeaders,
  PidTag.SenderName,
  PidTag.SenderEmailAddress,
  PidTag.SenderAddressType,
  PidTag.SenderSmtpAddress,
  PidTag.SentRepresentingName,
  PidTag.SentRepresentingEmailAddress,
  PidTag.SentRepresentingAddressType,
  PidTag.SentRepresentingSmtpAddress,
  PidTag.ReplyRecipientEntries,
  PidTag.ReplyRecipientNames,
  PidTag.Importance,
  PidTag.Sensitivity,
  PidTag.ConversationIndex,
  PidTag.ClientSubmitTime,
];
const ids = new Set(contentTags.map(idOf));

export const isContentTag = (tag: PropertyTag): boolean => ids.has(idOf(tag));

/** What of a message and its attachments goes once the mail on the backend is seen to have it; all else is index. */
const releasedTags: ReadonlySet<PropertyTag> = new Set([
  PidTag.Body,
  PidTag.Html,
  PidTag.RtfCompressed,
  PidTag.TransportMessageHeaders,
  PidTag.AttachDataBinary,
]);
export const isReleasedTag = (tag: PropertyTag): boolean => releasedTags.has(tag);
