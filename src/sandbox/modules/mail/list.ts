import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import type { MailRow } from '../../mail/columns.ts';
import { demandRight, type MailFolderView, openMailFolder } from '../../mail/folder.ts';
import { joinContent, selectionOf, viewOf } from '../../mail/select.ts';
import { uidOf } from '../../mail/store.ts';

/** Mails by folder and id, in the order asked for; those that are gone are left out. */
export const list: Action = (core, request) => {
  const selection = selectionOf(request);
  const sql = `SELECT ${selection.sql} FROM mail m ${selection.joined ? joinContent : ''} WHERE m.folder = ? AND m.uid = ?`;
  const folders = new Map<string, MailFolderView>();
  const data: unknown[] = [];
  for (const { folder, uid } of request.body.array().map(mailReference)) {
    let view = folders.get(folder);
    if (!view) {
      view = openMailFolder(core, request.person, folder);
      demandRight(view, 'r');
      folders.set(folder, view);
    }
    const row = uid === undefined ? undefined : core.db.get<MailRow>(sql, view.folder.id, uid);
    if (row) data.push(selection.toArray(row, viewOf(request, view.id)));
  }
  return { data, timestamp: core.stamps.now() };
};

/** An element of a body as `{"folder":"default0/INBOX","id":"4711"}`. */
export function mailReference(value: unknown): { folder: string; id: string; uid: number | undefined } {
  const { folder, folder_id, id } = asObject(value);
  const folderId = folder ?? folder_id;
  if (typeof folderId !== 'string' || id === undefined || id === null) throw new OxError('SVL-0002', 'folder, id');
  return { folder: folderId, id: String(id), uid: uidOf(id) };
}
