import { changedContact } from '../../contacts/fields.ts';
import { deleteContact, insertContact, updateContact } from '../../contacts/store.ts';
import { OxError } from '../../errors.ts';
import { systemFolder } from '../../folders/system.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { covers, type ItemFolder, noteItemChange } from '../../items/folder.ts';
import { type ContactFields, type ContactRow, parseFields } from '../../people/contact.ts';
import { write } from '../../write.ts';
import { contactIdOf, findContact, openBook } from './shared.ts';

/** A new contact in the `folder_id` of the body; PUT, or POST with `json` and the picture as `file`. */
export const newContact: Action = (core, request) => {
  const body = bodyOf(request);
  const folder = body.folder_id ?? request.parameters.text('folder');
  if (folder === undefined || folder === null) throw new OxError('SVL-0002', 'folder_id');
  return write(core, () => {
    const book = openBook(core, request, String(folder));
    demandCreate(book);
    const { fields, image } = changedContact(core, {}, body);
    demandPrivatePlace(book, fields, 'CON-0171');
    fields.uid = typeof body.uid === 'string' && body.uid !== '' ? body.uid : crypto.randomUUID();
    const { id, stamp } = insertContact(core, { folder: book.id, fields, image, person: null, by: request.person.id });
    noteItemChange(core, request.person, 'contacts', book.id);
    return { data: { id: contactIdOf(request, id) }, timestamp: stamp };
  });
};

/** Changes what the body names, and moves by its `folder_id`. CON-0119 when the contact is newer than `timestamp`. */
export const update: Action = (core, request) => {
  const { parameters, person } = request;
  const body = bodyOf(request);
  const timestamp = parameters.requiredInteger('timestamp');
  return write(core, () => {
    const { book, row } = findContact(core, request, parameters.required('folder'), parameters.required('id'));
    demandWrite(request, book, row, body);
    demandUnchanged(row, timestamp);
    const { fields, image } = changedContact(core, parseFields(row), body);
    const target =
      body.folder_id === undefined || body.folder_id === null ? book : openBook(core, request, String(body.folder_id));
    if (target.id !== book.id) {
      demandDelete(request, book, row);
      demandCreate(target);
    }
    demandPrivatePlace(target, fields, target.id === book.id ? 'CON-0171' : 'CON-0165');
    const stamp = updateContact(core, row, { folder: target.id, fields, image, by: person.id });
    if (row.person !== null)
      core.db.run('UPDATE person SET display_name = ? WHERE id = ?', String(fields.display_name), row.person);
    for (const folder of new Set([book.id, target.id])) noteItemChange(core, person, 'contacts', folder);
    return { data: {}, timestamp: stamp };
  });
};

/** An object or an array of `{id, folder}`; answers the request's stamp (reference 6.2). */
export const remove: Action = (core, request) => {
  const timestamp = request.parameters.requiredInteger('timestamp');
  const body = request.body.json();
  return write(core, () => {
    for (const entry of Array.isArray(body) ? body : [body]) {
      const { id, folder, folder_id } = asObject(entry);
      const { book, row } = findContact(core, request, String(folder ?? folder_id ?? ''), id);
      demandDelete(request, book, row);
      demandUnchanged(row, timestamp);
      deleteContact(core, row);
      noteItemChange(core, request.person, 'contacts', book.id);
    }
    return { data: {}, timestamp };
  });
};

/** A copy in another folder, or the same. */
export const copy: Action = (core, request) => {
  const { parameters } = request;
  const target = String(request.body.object().folder_id ?? '');
  return write(core, () => {
    const { row } = findContact(core, request, parameters.required('folder'), parameters.required('id'));
    const book = openBook(core, request, target);
    demandCreate(book);
    const fields: ContactFields = { ...parseFields(row), uid: crypto.randomUUID() };
    demandPrivatePlace(book, fields, 'CON-0171');
    const { id, stamp } = insertContact(core, {
      folder: book.id,
      fields,
      image: undefined,
      person: null,
      by: request.person.id,
    });
    core.db.run('UPDATE contact SET image = (SELECT image FROM contact WHERE id = ?) WHERE id = ?', row.id, id);
    noteItemChange(core, request.person, 'contacts', book.id);
    return { data: { id: contactIdOf(request, id) }, timestamp: stamp };
  });
};

/** The JSON of a write; a file of a multipart body is the picture. */
function bodyOf(request: ActionRequest): Record<string, unknown> {
  if (!request.body.contentType.startsWith('multipart/')) return request.body.object();
  const parts = request.body.parts();
  const json = parts.find(({ name }) => name === 'json' || name === 'json_0');
  if (!json) throw new OxError('SVL-0002', 'json');
  let body: unknown;
  try {
    body = JSON.parse(json.content.toString('utf8'));
  } catch {
    throw new OxError('SVL-0009');
  }
  const file = parts.find(({ name }) => name.startsWith('file'));
  return { ...asObject(body), ...(file ? { image1: file.content.toString('base64') } : {}) };
}

function demandUnchanged(row: ContactRow, timestamp: number): void {
  if (row.modified > timestamp) throw new OxError('CON-0119', String(row.id));
}

function demandCreate(book: ItemFolder): void {
  if (book.levels.folder < 2) throw new OxError('CON-0112', String(book.id));
}

function demandDelete(request: ActionRequest, book: ItemFolder, row: ContactRow): void {
  if (row.person !== null) throw new OxError('CON-0260', String(row.id));
  if (!covers(book.levels.delete, request.person, row.created_by)) throw new OxError('CON-0169', String(row.id));
}

/** The global address book is read-only, except for one's own entry without its primary address (reference 6.4). */
function demandWrite(request: ActionRequest, book: ItemFolder, row: ContactRow, body: Record<string, unknown>): void {
  if (book.id === systemFolder.globalAddressBook && row.person === request.person.id) {
    if (Object.hasOwn(body, 'email1') && body.email1 !== parseFields(row).email1) throw new OxError('CON-0173');
    return;
  }
  if (!covers(book.levels.write, request.person, row.created_by)) throw new OxError('CON-0176', String(row.id));
}

function demandPrivatePlace(book: ItemFolder, fields: ContactFields, code: string): void {
  if (fields.private_flag === true && (book.isPublic || book.isShared)) throw new OxError(code, String(book.id));
}
