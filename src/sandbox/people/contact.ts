import { createHash } from 'node:crypto';
import { type ListMember, resolvedMembers } from '../contacts/distribution-list.ts';
import type { Core } from '../core.ts';
import type { TimeShift } from '../time.ts';
import { contactDates, contactFields } from './contact-fields.ts';

/** A contact of an address book; `fields` holds what contact-fields.ts names, and `certificate`, `uid`,
 * `private_flag`, `color_label`, `default_address`, `distribution_list`, `image1_content_type`, `image_last_modified`. */
export interface ContactRow {
  readonly id: number;
  readonly folder: number;
  /** The user it stands for. */
  readonly person: number | null;
  readonly sort_name: string;
  readonly fields: string;
  readonly has_image: number;
  readonly created: number;
  readonly created_by: number;
  readonly modified: number;
  readonly modified_by: number;
}

/** What a row is read with; pictures stay where they are. */
export const contactColumnsSql =
  'id, folder, person, sort_name, fields, image IS NOT NULL AS has_image, created, created_by, modified, modified_by';

export type ContactFields = Record<string, unknown>;

type Value = (row: ContactRow, fields: ContactFields, core: Core, shift: TimeShift) => unknown;

/** Number: name and value. Names are those of the object form. */
export const contactColumns: Readonly<Record<number, readonly [name: string, value: Value]>> = {
  1: ['id', (row) => row.id],
  2: ['created_by', (row) => row.created_by],
  3: ['modified_by', (row) => row.modified_by],
  4: ['creation_date', (row, _fields, _core, shift) => shift(row.created)],
  5: ['last_modified', (row, _fields, _core, shift) => shift(row.modified)],
  6: ['last_modified_utc', (row) => row.modified],
  20: ['folder_id', (row) => row.folder],
  100: ['categories', (_row, fields) => fields.categories],
  101: ['private_flag', (_row, fields) => fields.private_flag === true],
  102: ['color_label', (_row, fields) => fields.color_label ?? 0],
  104: ['number_of_attachments', (_row, fields) => fields.number_of_attachments ?? 0],
  105: ['lastModifiedOfNewestAttachmentUTC', (_row, fields) => fields.newest_attachment],
  223: ['uid', (row, fields) => fields.uid ?? uidOfContact(row)],
  ...Object.fromEntries(
    [...Object.entries(contactFields), ...Object.entries(contactDates)].map(([name, column]) => [
      column,
      [name, (_row: ContactRow, fields: ContactFields) => fields[name]] as const,
    ]),
  ),
  524: ['user_id', (row) => row.person ?? undefined],
  570: ['image1', (row, _fields, core) => imageOf(core, row)?.toString('base64')],
  592: [
    'distribution_list',
    (_row, fields, core) =>
      fields.distribution_list && resolvedMembers(core, fields.distribution_list as readonly ListMember[]),
  ],
  594: [
    'number_of_distribution_list',
    (_row, fields) => (fields.distribution_list as unknown[] | undefined)?.length ?? 0,
  ],
  596: ['number_of_images', (row) => row.has_image],
  597: [
    'image_last_modified',
    (row, fields) => (row.has_image ? (fields.image_last_modified ?? row.created) : undefined),
  ],
  601: [
    'image1_content_type',
    (row, fields) => (row.has_image ? (fields.image1_content_type ?? 'image/png') : undefined),
  ],
  602: ['mark_as_distributionlist', (_row, fields) => fields.distribution_list !== undefined],
  605: ['default_address', (_row, fields) => fields.default_address ?? 0],
  606: [
    'image1_url',
    (row, fields) =>
      row.has_image
        ? `/ajax/image/contact/picture?folder=${row.folder}&id=${row.id}&timestamp=${fields.image_last_modified ?? row.created}`
        : undefined,
  ],
  607: ['sort_name', (row) => row.sort_name],
  608: ['useCount', () => 0],
  // No column of the vendor: the certificate of the tenant file, for clients that look for one.
  699: ['certificate', (_row, fields) => fields.certificate],
};

function imageOf(core: Core, row: ContactRow): Buffer | undefined {
  if (!row.has_image) return undefined;
  return Buffer.from(core.db.get<{ image: Uint8Array }>('SELECT image FROM contact WHERE id = ?', row.id)!.image);
}

function uidOfContact(row: ContactRow): string {
  const hex = createHash('md5').update(`contact ${row.id}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const parseFields = (row: ContactRow): ContactFields => JSON.parse(row.fields) as ContactFields;

/** An array of columns; unset is null. */
export function contactArray(core: Core, row: ContactRow, columns: readonly number[], shift: TimeShift): unknown[] {
  const fields = parseFields(row);
  return columns.map((number) => contactColumns[number]?.[1](row, fields, core, shift) ?? null);
}

/** The object form; pictures only by their URL, and what is unset is left out. */
export function contactObject(core: Core, row: ContactRow, shift: TimeShift): Record<string, unknown> {
  const fields = parseFields(row);
  const object: Record<string, unknown> = {};
  for (const [number, [name, value]] of Object.entries(contactColumns)) {
    if (number === '570' || number === '607' || number === '608') continue;
    const shown = value(row, fields, core, shift);
    if (shown !== undefined && shown !== null) object[name] = shown;
  }
  object.number_of_images = row.has_image;
  return object;
}

/** `sort_name`: what lists are sorted by; without accents, so that Ä stands beside A. */
export function sortNameOf(fields: ContactFields): string {
  const name = [fields.last_name, fields.first_name].filter(Boolean).join(' ');
  return String(name || fields.display_name || fields.company || fields.email1 || '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
}
