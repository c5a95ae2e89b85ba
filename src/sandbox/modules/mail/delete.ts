import type { Core } from '../../core.ts';
import type { Action } from '../../http/action.ts';
import { demandRight, type MailFolder, openMailFolder, standardMailFolder } from '../../mail/folder.ts';
import { findMail, inTrash, type Mail, moveMail, removeMail } from '../../mail/store.ts';
import { write } from '../../write.ts';
import { mailReference } from './list.ts';

/** Into the trash of the folder's owner, or gone for good (`harddelete=1`, or in the trash already). */
export const remove: Action = (core, request) => {
  const hard = request.parameters.flag('harddelete');
  const wanted = request.body.array().map(mailReference);
  return write(core, () => {
    for (const { folder, uid } of wanted) {
      const view = openMailFolder(core, request.person, folder);
      demandRight(view, 't');
      const mail = uid === undefined ? undefined : findMail(core, view.folder, uid);
      if (mail) discard(core, view.folder, mail, hard);
    }
    return { data: [], timestamp: core.stamps.next() };
  });
};

/** Empties folders; what lies outside the trash goes there. */
export const clear: Action = (core, request) => {
  const hard = request.parameters.flag('harddelete');
  const folders = request.body.array().map(String);
  return write(core, () => {
    for (const folder of folders) {
      const view = openMailFolder(core, request.person, folder);
      demandRight(view, 't');
      const mails = core.db.all<Mail>('SELECT * FROM mail WHERE folder = ? ORDER BY uid', view.folder.id);
      for (const mail of mails) discard(core, view.folder, mail, hard);
    }
    return { data: [], timestamp: core.stamps.next() };
  });
};

function discard(core: Core, folder: MailFolder, mail: Mail, hard: boolean): void {
  if (hard || inTrash(core, folder)) removeMail(core, folder, mail.uid);
  else moveMail(core, folder, mail, standardMailFolder(core, folder.owner, 12));
}
