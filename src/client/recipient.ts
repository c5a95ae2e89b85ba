import { oneOffEntryId, PidTag, type PropertyTag, type RecipientRow, recipientAddressType } from '../mapi/index.ts';

/** Columns of the rows of {@link internetRecipient}. */
export const recipientColumns: PropertyTag[] = [
  PidTag.ObjectType,
  PidTag.DisplayType,
  PidTag.SmtpAddress,
  PidTag.EntryId,
];

/** Somebody with an internet address, in Unicode, as RopModifyRecipients takes it. */
export function internetRecipient(address: string, displayName: string): RecipientRow {
  return {
    addressType: recipientAddressType.smtp,
    responsible: false,
    nonRich: false,
    unicode: true,
    transmittableSame: true,
    emailAddress: address,
    displayName,
    properties: [6, 0, address, oneOffEntryId({ displayName, addressType: 'SMTP', address })],
  };
}
