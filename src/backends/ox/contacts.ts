import type { Contact, DistributionList } from '../../formats/index.ts';
import type { ItemFields } from '../items.ts';
import { BackendError } from '../types.ts';
import { contactFields, photoRow, withDisplayName } from './contact-fields.ts';
import { contactColumns } from './item-columns.ts';
import { columnsOf, completeOx, type OxRow, readOx, writeOx } from './item-fields.ts';
import type { OxItemModule } from './items.ts';
import { oxLimits } from './limits.ts';
import { isList, listFields, listMark } from './list-fields.ts';
import type { OxSession } from './session.ts';

/** Contacts and distribution lists, which share a module; lists carry the field `list`. */
const isListItem = (fields: ItemFields): boolean => fields.list === true;

/** The module `contacts` (ox-http-api 6). */
export const oxContacts: OxItemModule = {
  module: 'contacts',
  numbers: contactColumns,
  columns: [
    ...columnsOf(contactFields),
    ...columnsOf(listFields),
    'mark_as_distributionlist',
    'number_of_images',
    'image_last_modified',
  ],
  read: (row) => (isList(row) ? { list: true, ...readOx(listFields, row) } : { ...readOx(contactFields, row) }),
  write: (fields) => {
    if (isListItem(fields)) return { ...writeOx(listFields, fields as DistributionList), ...listMark };
    return withDisplayName(writeOx(contactFields, fields as Contact), fields as Contact);
  },
  complete: (theirs, ours) =>
    isListItem(theirs)
      ? { list: true, ...completeOx(listFields, theirs as DistributionList, ours as DistributionList) }
      : { ...completeOx(contactFields, theirs as Contact, ours as Contact) },
  picture: {
    token: (row) =>
      typeof row.number_of_images === 'number' && row.number_of_images > 0
        ? String(row.image_last_modified ?? '')
        : undefined,
    fetch: fetchPicture,
    write: (picture) => photoRow(picture ?? undefined),
  },
};

/** The picture as the server has it, which may have made it smaller (ox-http-api 6.2). */
async function fetchPicture(session: OxSession, folder: string, id: string) {
  const contact = (await session.get('contacts', 'get', { folder, id })) as OxRow | undefined;
  if (typeof contact?.image1_url !== 'string') return undefined;
  const { searchParams } = new URL(contact.image1_url, 'http://image.invalid');
  const query = Object.fromEntries(searchParams);
  const parts: Uint8Array[] = [];
  let size = 0;
  // The address begins with the path that browsers know the API by, which need not be ours.
  for await (const part of await session.download('image/contact/picture', undefined, { ...query, folder, id })) {
    size += part.length;
    if (size > oxLimits.pictureBytes) throw new BackendError('refused', 'the picture of a contact is too large');
    parts.push(part);
  }
  const mediaType = typeof contact.image1_content_type === 'string' ? contact.image1_content_type : 'image/jpeg';
  return size === 0 ? undefined : { mediaType, data: Buffer.concat(parts) };
}
