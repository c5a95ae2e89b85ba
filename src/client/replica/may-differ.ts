import { idOf, PidTag, type PropertyId, type PropertyTag, parseSourceKey } from '../../mapi/index.ts';
import { same } from './equal-values.ts';
import type { ReplicaMessage } from './messages.ts';

/**
 * What a server answers for a message that a replica need not have in the same words, and why. What is compared with
 * the replica's own record of a message instead is in {@link recorded}.
 */
export const notKept: ReadonlyMap<PropertyId, string> = new Map(
  (
    [
      [PidTag.EntryId, 'made from ids for one session or store'],
      [PidTag.ParentEntryId, 'made from ids'],
      [PidTag.RecordKey, 'made from ids'],
      [PidTag.InstanceKey, 'made from ids'],
      [PidTag.StoreEntryId, 'of the store'],
      [PidTag.StoreRecordKey, 'of the store'],
      [PidTag.MappingSignature, 'of the store'],
      [PidTag.Access, 'what this client may do'],
      [PidTag.AccessLevel, 'what this handle may do'],
      [PidTag.ObjectType, 'follows from what was opened'],
      [PidTag.MessageStatus, 'asked for by its own operation'],
      [PidTag.LocalCommitTime, 'when the server wrote it'],
      [0x0e230003, 'PidTagInternetArticleNumber: numbered by the server'],
    ] as const
  ).map(([tag, why]) => [idOf(tag), why]),
);

const reasons = (tags: readonly PropertyTag[], why: string) => tags.map((tag) => [idOf(tag), why] as const);

/** Of a message inside an attachment, besides: its synchronization tells what is stored, opening it what follows. */
export const ofEmbedded: ReadonlyMap<PropertyId, string> = new Map([
  ...notKept,
  ...reasons(
    [
      ...[PidTag.MessageClass, PidTag.Importance, PidTag.Sensitivity, PidTag.MessageFlags, PidTag.Read],
      ...[PidTag.MessageSize, PidTag.MessageSizeExtended, PidTag.HasAttachments, PidTag.NativeBody],
      ...[PidTag.RtfInSync, PidTag.ConversationTopic, PidTag.DisplayTo, PidTag.DisplayCc, PidTag.DisplayBcc],
    ],
    'follows from the message',
  ),
]);

/** A row says all of these of a recipient, whether or not they were given (MS-OXCDATA 2.8.3.2). */
export const ofRecipientRows: ReadonlyMap<PropertyId, string> = new Map(
  reasons(
    [
      ...[PidTag.EntryId, PidTag.SearchKey, PidTag.DisplayType, PidTag.ObjectType],
      ...[PidTag.SendRichInfo, PidTag.TransmittableDisplayName],
    ],
    'made from the address when a row is read',
  ),
);

/** Compared with the record of a message, which the header of its change made. */
export const recorded = {
  [PidTag.SourceKey]: ({ id }: ReplicaMessage, value: unknown) => parseSourceKey(value as Uint8Array).counter === id,
  [PidTag.ParentSourceKey]: ({ folderId }, value) => parseSourceKey(value as Uint8Array).counter === folderId,
  [PidTag.ChangeKey]: ({ changeKey }, value) => same(changeKey, value as Uint8Array),
  [PidTag.PredecessorChangeList]: ({ predecessors }, value) => same(predecessors, value as Uint8Array),
  [PidTag.LastModificationTime]: ({ modified }, value) => value === modified,
  [PidTag.MessageSize]: ({ size }, value) => value === size,
  [PidTag.MessageSizeExtended]: ({ size }, value) => value === BigInt(size ?? -1),
  [PidTag.Read]: ({ read }, value) => value === read,
} satisfies Record<PropertyTag, (message: ReplicaMessage, value: unknown) => boolean>;

/** Ids of the provider's own, which do not leave it (MS-OXCFXICS 3.2.5.12). */
export const isInternal = (tag: PropertyTag): boolean => idOf(tag) >= 0x6600 && idOf(tag) <= 0x67ff;
