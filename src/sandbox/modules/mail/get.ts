import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import type { Answer } from '../../http/answer.ts';
import { mailFlag } from '../../mail/flags.ts';
import { demandRight, type MailFolderView, mailFolderById, openMailFolder } from '../../mail/folder.ts';
import { mailObject } from '../../mail/mail-object.ts';
import { fullRow, viewOf } from '../../mail/select.ts';
import { changeMail, findMail, type Mail, readRaw } from '../../mail/store.ts';
import { splitHeader } from '../../mime/index.ts';
import { write } from '../../write.ts';
import { addressedOne } from './update.ts';

/**
 * One mail: as an object with its parts, or its source (`src=1`), or its header (`hdr=1`); these two are strings in
 * `data`, bytes with `save=1`. Marks it read unless `unseen=true`.
 */
export const get: Action = (core, request) => {
  const { parameters } = request;
  const view = openMailFolder(core, request.person, parameters.required('folder'));
  demandRight(view, 'r');
  const mail = addressedOne(core, request, view);
  if (!parameters.flag('unseen') && !(mail.flags & mailFlag.seen)) markSeen(core, view, mail);
  const raw = readRaw(core, mail);
  const timestamp = core.stamps.now();
  if (parameters.flag('hdr')) return text(splitHeader(raw).header);
  if (parameters.flag('src')) return text(raw);
  const maxSize = parameters.integer('max_size');
  const data = mailObject(fullRow(core, view, mail.uid)!, viewOf(request, view.id), raw, {
    view: parameters.text('view') ?? 'raw',
    maxSize: maxSize === undefined ? undefined : Math.max(10_000, maxSize),
    source: parameters.flag('attach_src'),
    unread: mailFolderById(core, view.folder.id)!.unread,
  });
  return { data, timestamp };

  function text(bytes: Buffer): Answer {
    if (parameters.flag('save')) return { file: bytes, contentType: 'application/octet-stream', fileName: 'mail.eml' };
    return { data: bytes.toString('utf8'), timestamp };
  }
};

function markSeen(core: Core, view: MailFolderView, mail: Mail): void {
  if (!view.rights.includes('s')) return;
  write(core, () => {
    const current = findMail(core, view.folder, mail.uid);
    if (!current) throw new OxError('MSG-0032', String(mail.uid));
    changeMail(core, view.folder, current, { set: mailFlag.seen });
    core.stamps.next();
  });
}
