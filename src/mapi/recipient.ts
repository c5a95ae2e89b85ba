import { PidTag } from './pid-tag.generated.ts';
import { getNumber, getString, type ReadonlyPropertyBag } from './property-bag.ts';
import type { PropertyTag } from './property-type.ts';
import { recipientAddressType } from './recipient-row.ts';

/** PidTagObjectType of recipients, MS-OXOABK 2.2.3.10. */
export const recipientObjectType = { mailUser: 6, distributionList: 8 } as const;
/** PidTagDisplayType of a distribution list and of a personal one, MS-OXOABK 2.2.3.11. */
export const listDisplayType = { distributionList: 1, personalDistributionList: 5 } as const;

/**
 * PidTagRecipientType without the bits above, which tell of sending: 1 To, 2 Cc, 3 Bcc (MS-OXOMSG 2.2.3.1). To where it
 * is missing.
 */
export const recipientTypeOf = (recipient: ReadonlyPropertyBag): number =>
  (getNumber(recipient, PidTag.RecipientType) ?? 1) & 0x0f;

const displayLists = [
  [PidTag.DisplayBcc, 3],
  [PidTag.DisplayCc, 2],
  [PidTag.DisplayTo, 1],
] as const;

/** PidTagDisplayBcc, PidTagDisplayCc and PidTagDisplayTo. */
export const displayListTags: readonly PropertyTag[] = displayLists.map(([tag]) => tag);

/**
 * What {@link displayListTags} have for these recipients: the names of each type with `; ` between them (MS-OXOMSG
 * 2.2.1.9). Who has no name is there by the address.
 */
export function displayListsOf(recipients: readonly ReadonlyPropertyBag[]): Map<PropertyTag, string> {
  const namesOf = (type: number): string[] =>
    recipients
      .filter((recipient) => recipientTypeOf(recipient) === type)
      .map((recipient) => getString(recipient, PidTag.DisplayName) || getString(recipient, PidTag.EmailAddress) || '')
      .filter((name) => name !== '');
  return new Map(displayLists.map(([tag, type]) => [tag, namesOf(type).join('; ')]));
}

/** PidTagAddressType for what RecipientFlags tells by number. */
export const addressTypeNames: Readonly<Record<number, string>> = {
  [recipientAddressType.x500Dn]: 'EX',
  [recipientAddressType.msMail]: 'MS',
  [recipientAddressType.smtp]: 'SMTP',
  [recipientAddressType.fax]: 'FAX',
  [recipientAddressType.professionalOfficeSystem]: 'PROFS',
  [recipientAddressType.personalDistributionList1]: 'MAPIPDL',
  [recipientAddressType.personalDistributionList2]: 'MAPIPDL',
};
