import { contactById } from '../../contacts/store.ts';
import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { ActionRequest } from '../../http/action.ts';
import { covers, type ItemFolder, openItemFolder } from '../../items/folder.ts';
import { contactColumnNumbers } from '../../people/columns.ts';
import { type ContactRow, contactArray, contactColumnsSql, contactObject, parseFields } from '../../people/contact.ts';
import { shiftOf } from '../../time.ts';

/** Whether ids are those of module `addressbooks`: texts, folders as `con://0/31` (reference 6.1). */
export const isAddressBooks = (request: ActionRequest): boolean => request.module === 'addressbooks';

const folderIdOf = (request: ActionRequest, folder: number): string | number =>
  isAddressBooks(request) ? `con://0/${folder}` : folder;

export const contactIdOf = (request: ActionRequest, id: number): string | number =>
  isAddressBooks(request) ? String(id) : id;

export function openBook(core: Core, request: ActionRequest, id: string): ItemFolder {
  return openItemFolder(core, request.person, id, 'contacts', 'CON-0103');
}

/** An address book that the person may read. CON-0104 without the right. */
export function readableBook(core: Core, request: ActionRequest, id: string): ItemFolder {
  const book = openBook(core, request, id);
  if (book.levels.read === 0) throw new OxError('CON-0104', id);
  return book;
}

/** Whether the person sees a contact of a book: rights "own", and private ones of others are hidden. */
export function sees(request: ActionRequest, book: ItemFolder, row: ContactRow): boolean {
  if (!covers(book.levels.read, request.person, row.created_by)) return false;
  return !book.isShared || parseFields(row).private_flag !== true;
}

/** All contacts of a book that the person sees, by name. */
export function rowsOf(core: Core, request: ActionRequest, book: ItemFolder): ContactRow[] {
  return core.db
    .all<ContactRow>(`SELECT ${contactColumnsSql} FROM contact WHERE folder = ? ORDER BY sort_name, id`, book.id)
    .filter((row) => sees(request, book, row));
}

/** CON-0125: there is none; CON-0174: it is in another folder; CON-0104: not visible. */
export function findContact(
  core: Core,
  request: ActionRequest,
  folder: string,
  id: unknown,
): { book: ItemFolder; row: ContactRow } {
  const book = readableBook(core, request, folder);
  const row = contactById(core, id);
  if (row.folder !== book.id) throw new OxError('CON-0174', String(id));
  if (!sees(request, book, row)) throw new OxError('CON-0104', String(id));
  return { book, row };
}

/** Contacts as arrays of the asked-for columns. */
export function arrays(core: Core, request: ActionRequest, rows: readonly ContactRow[]): unknown[] {
  const columns = contactColumnNumbers(request);
  const shift = shiftOf(request);
  return rows.map((row) => {
    const values = contactArray(core, row, columns, shift);
    return isAddressBooks(request)
      ? values.map((value, index) =>
          columns[index] === 1 || columns[index] === 20 ? idIn(request, columns[index], row) : value,
        )
      : values;
  });
}

function idIn(request: ActionRequest, column: number, row: ContactRow): string | number {
  return column === 1 ? contactIdOf(request, row.id) : folderIdOf(request, row.folder);
}

export function object(core: Core, request: ActionRequest, row: ContactRow): Record<string, unknown> {
  return {
    ...contactObject(core, row, shiftOf(request)),
    id: contactIdOf(request, row.id),
    folder_id: folderIdOf(request, row.folder),
  };
}
