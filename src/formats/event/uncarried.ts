import { isNamed, type MessageContent, PidLid, PidName, PidTag, propertyNameKey } from '../../mapi/index.ts';
import { sender, sentRepresenting } from '../envelope.ts';
import type { ItemContext, ItemProperty } from '../item/properties.ts';
import { eventNames } from './mapi.ts';
import { meetingNames } from './meeting.ts';
import { eventRules } from './rules.ts';
import { timeProperties } from './times.ts';

/** Properties that tell of the object, not of the event: the store, the transport or Outlook makes them anew. */
const bookkeeping =
  `MessageClass IconIndex EntryId ParentEntryId RecordKey StoreEntryId StoreRecordKey ObjectType Access
  AccessLevel SearchKey SourceKey ParentSourceKey ChangeKey PredecessorChangeList InstanceKey Mid FolderId ChangeNumber
  CreationTime LastModificationTime LocalCommitTime LastModifierName LastModifierEntryId CreatorName CreatorEntryId
  MessageSize MessageSizeExtended MessageFlags MessageStatus HasAttachments Read DisplayTo DisplayCc DisplayBcc
  ConversationTopic ConversationIndex ConversationIndexTracking ConversationId InternetMessageId InternetCodepage
  MessageCodepage MessageLocaleId NativeBody RtfInSync RtfSyncBodyCrc RtfSyncBodyCount RtfSyncBodyTag RtfSyncPrefixCount
  RtfSyncTrailingCount ClientSubmitTime MessageDeliveryTime Priority ResponseRequested Processed DeleteAfterSubmit
  TransportMessageHeaders MessageToMe MessageCcMe AlternateRecipientAllowed Associated`.split(/\s+/);

/** Named properties of the same kind, which say nothing of the event. */
const derived = [
  PidLid.SideEffects,
  PidLid.CurrentVersion,
  PidLid.CurrentVersionName,
  PidLid.ValidFlagStringProof,
  PidLid.AppointmentSequenceTime,
  PidLid.AppointmentMessageClass,
  PidLid.TaskMode,
  PidLid.AutoFillLocation,
  PidLid.AgingDontAgeMe,
] as const;

const tagNames = new Map<number, string>(Object.entries(PidTag).map(([name, tag]) => [tag >>> 16, name]));
const namedNames = new Map<string, string>(
  [
    ...Object.entries(PidLid).map(([name, property]) => [property, `PidLid${name}`] as const),
    ...Object.entries(PidName).map(([name, property]) => [property, `PidName${name}`] as const),
  ].map(([property, name]) => [propertyNameKey(property), name]),
);

const known = new Set<number>([
  ...bookkeeping.flatMap((name) => (name in PidTag ? [PidTag[name as keyof typeof PidTag] >>> 16] : [])),
  ...[...Object.values(sender), ...Object.values(sentRepresenting)].map((tag) => tag >>> 16),
  ...[...Object.values(eventRules).flatMap((rule) => rule.properties as readonly ItemProperty[]), ...timeProperties]
    .filter((property) => typeof property === 'number')
    .map((tag) => tag >>> 16),
]);
const knownNames = new Set([...eventNames, ...meetingNames, ...derived].map(propertyNameKey));

/**
 * Names of the properties of an appointment that no field of a {@link CalendarEvent} carries: what is lost where only the
 * event goes. `PidTag…` and `PidLid…` as the specifications have them, others by property set and name.
 */
export function uncarriedProperties({ properties }: MessageContent, { tags }: ItemContext): string[] {
  const names: string[] = [];
  for (const tag of properties.keys()) {
    if (!isNamed(tag)) {
      if (known.has(tag >>> 16)) continue;
      const name = tagNames.get(tag >>> 16);
      names.push(name === undefined ? `0x${tag.toString(16).padStart(8, '0')}` : `PidTag${name}`);
      continue;
    }
    const name = tags.nameOf(tag);
    const key = name && propertyNameKey(name);
    if (key === undefined) names.push(`0x${tag.toString(16)}`);
    else if (!knownNames.has(key)) names.push(namedNames.get(key) ?? key);
  }
  return names.sort();
}
