import { addressBookEntryId, addressBookEntryType, PidTag, type TaggedValue } from '../../../mapi/index.ts';
import { as8Bit } from '../entry.ts';
import { checkCodePage, type Operation } from '../operation.ts';

/** Flags of NspiGetSpecialTable, MS-OXNSPI 2.2.1.12. */
const addressCreationTemplates = 0x02;
const unicodeStrings = 0x04;

/** PidTagContainerFlags: recipients, unmodifiable (MS-OXOABK 2.2.2.1). */
const containerFlags = 0x1 | 0x8;

/** NspiGetSpecialTable, MS-OXNSPI 3.1.4.1.3: the containers; there are no templates for new addresses. */
export const getSpecialTable: Operation<'GetSpecialTable'> = ({ book }, { flags, stat }) => {
  const codePage = stat?.codePage ?? 1252;
  if ((flags & unicodeStrings) === 0) checkCodePage(codePage);
  if (flags & addressCreationTemplates) return { codePage, version: undefined, rows: [] };
  const nameTag = flags & unicodeStrings ? PidTag.DisplayName : as8Bit(PidTag.DisplayName);
  const rows = book.containers.map(({ id, name, dn }): TaggedValue[] => [
    { tag: PidTag.EntryId, value: addressBookEntryId(dn, addressBookEntryType.container) },
    { tag: PidTag.ContainerFlags, value: containerFlags },
    { tag: PidTag.Depth, value: 0 },
    { tag: PidTag.AddressBookContainerId, value: id },
    { tag: nameTag, value: name },
    { tag: PidTag.AddressBookIsMaster, value: false },
  ]);
  return { codePage, version: undefined, rows };
};
