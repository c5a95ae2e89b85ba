import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { attachmentModule, dropAttachments } from '../items/attachments.ts';
import { bury, unbury } from '../items/tombstones.ts';
import { type ContactFields, type ContactRow, contactColumnsSql, sortNameOf } from '../people/contact.ts';
import type { StoredImage } from './image.ts';

/** The contact of an id of a request. CON-0125: there is none. */
export function contactById(core: Core, id: unknown): ContactRow {
  const number = Number(id);
  const row = Number.isSafeInteger(number)
    ? core.db.get<ContactRow>(`SELECT ${contactColumnsSql} FROM contact WHERE id = ?`, number)
    : undefined;
  if (!row) throw new OxError('CON-0125', String(id));
  return row;
}

export interface NewContact {
  readonly folder: number;
  readonly fields: ContactFields;
  readonly image: StoredImage | null | undefined;
  /** The user it stands for. */
  readonly person: number | null;
  readonly by: number;
}

/** Stores a contact; returns its id and stamp. */
export function insertContact(core: Core, contact: NewContact): { id: number; stamp: number } {
  const stamp = core.stamps.next();
  const { id } = core.db.run(
    `INSERT INTO contact (folder, person, sort_name, fields, image, created, created_by, modified, modified_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    contact.folder,
    contact.person,
    sortNameOf(contact.fields),
    JSON.stringify(contact.image ? { ...contact.fields, image_last_modified: stamp } : contact.fields),
    contact.image?.bytes ?? null,
    stamp,
    contact.by,
    stamp,
    contact.by,
  );
  return { id, stamp };
}

export interface ContactUpdate {
  readonly folder: number;
  readonly fields: ContactFields;
  readonly image: StoredImage | null | undefined;
  readonly by: number;
}

/** Stores what became of a contact; a move leaves a tombstone in the folder it left. Returns the stamp. */
export function updateContact(core: Core, row: ContactRow, update: ContactUpdate): number {
  const stamp = core.stamps.next();
  const fields = update.image ? { ...update.fields, image_last_modified: stamp } : update.fields;
  core.db.run(
    'UPDATE contact SET folder = ?, sort_name = ?, fields = ?, modified = ?, modified_by = ? WHERE id = ?',
    update.folder,
    sortNameOf(fields),
    JSON.stringify(fields),
    stamp,
    update.by,
    row.id,
  );
  if (update.image !== undefined)
    core.db.run('UPDATE contact SET image = ? WHERE id = ?', update.image?.bytes ?? null, row.id);
  if (update.folder !== row.folder) {
    bury(core, 'contacts', row.folder, row.id, stamp);
    unbury(core, 'contacts', update.folder, row.id);
  }
  return stamp;
}

export function deleteContact(core: Core, row: ContactRow): void {
  core.db.run('DELETE FROM contact WHERE id = ?', row.id);
  dropAttachments(core, attachmentModule.contact, row.id);
  bury(core, 'contacts', row.folder, row.id, core.stamps.next());
}
