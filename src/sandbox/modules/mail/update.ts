import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { Action, ActionRequest } from '../../http/action.ts';
import { isColorLabel, mailFlag, settableFlags } from '../../mail/flags.ts';
import { demandRight, type MailFolderView, openMailFolder } from '../../mail/folder.ts';
import { changeMail, findMail, type Mail, moveMail, uidOf } from '../../mail/store.ts';
import { write } from '../../write.ts';

/** Flags, colour label and folder of one mail, or of all mails of the folder when neither id nor message_id is there. */
export const update: Action = (core, request) => {
  const change = changeOf(request);
  const view = openMailFolder(core, request.person, request.parameters.required('folder'));
  const target = change.target === undefined ? undefined : openMailFolder(core, request.person, change.target);
  demandChangeRights(view, target, change);
  return write(core, () => {
    const mails = addressed(core, request, view);
    let last: { folder_id: string; id: string } | undefined;
    for (const mail of mails) {
      changeMail(core, view.folder, mail, change);
      const changed = findMail(core, view.folder, mail.uid)!;
      const moved = target && target.folder.id !== view.folder.id;
      const uid = moved ? moveMail(core, view.folder, changed, target.folder) : mail.uid;
      last = { folder_id: (moved ? target : view).id, id: String(uid) };
    }
    return { data: last ?? { folder_id: view.id }, timestamp: core.stamps.next() };
  });
};

interface MailChange {
  readonly set: number;
  readonly clear: number;
  readonly color: number | undefined;
  readonly target: string | undefined;
}

function changeOf(request: ActionRequest): MailChange {
  const body = request.body.object();
  let set = bits(body.set_flags);
  let clear = bits(body.clear_flags);
  if (body.flags !== undefined) {
    const flags = bits(body.flags);
    if ((flags & (flags - 1)) !== 0) throw new OxError('MSG-0048', String(flags));
    if (body.value === false) clear |= flags;
    else set |= flags;
  }
  const color = body.color_label;
  if (color !== undefined && !isColorLabel(color)) throw new OxError('SVL-0010', 'color_label');
  const target = body.folder_id;
  if (target !== undefined && typeof target !== 'string') throw new OxError('SVL-0010', 'folder_id');
  return { set: set & settableFlags, clear: clear & settableFlags, color, target };
}

function bits(value: unknown): number {
  if (value === undefined || value === null) return 0;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 0xffff) throw new OxError('SVL-0010', 'flags');
  return number;
}

function demandChangeRights(view: MailFolderView, target: MailFolderView | undefined, change: MailChange): void {
  const all = change.set | change.clear;
  if (all & mailFlag.seen) demandRight(view, 's');
  if (all & mailFlag.deleted) demandRight(view, 't');
  if (all & ~(mailFlag.seen | mailFlag.deleted) || change.color !== undefined) demandRight(view, 'w');
  if (target) {
    demandRight(view, 't');
    demandRight(target, 'i');
  }
}

/** The mails a request means by id or message_id (MSG-0032 when there is none), else the whole folder. */
export function addressed(core: Core, request: ActionRequest, view: MailFolderView): Mail[] {
  const id = request.parameters.text('id');
  const messageId = request.parameters.text('message_id');
  if (id !== undefined && id !== '') {
    const uid = uidOf(id);
    const mail = uid === undefined ? undefined : findMail(core, view.folder, uid);
    if (!mail) throw new OxError('MSG-0032', `${view.id} ${id}`);
    return [mail];
  }
  if (messageId !== undefined && messageId !== '') {
    const mails = core.db.all<Mail>(
      'SELECT m.* FROM content c JOIN mail m ON m.content = c.id WHERE c.message_id = ? AND m.folder = ? ORDER BY m.uid',
      messageId,
      view.folder.id,
    );
    if (mails.length === 0) throw new OxError('MSG-0032', `${view.id} ${messageId}`);
    return mails.slice(0, 1);
  }
  return core.db.all<Mail>('SELECT * FROM mail WHERE folder = ? ORDER BY uid', view.folder.id);
}

/** The one mail a request means; without id and message_id: SVL-0002. */
export function addressedOne(core: Core, request: ActionRequest, view: MailFolderView): Mail {
  if (!request.parameters.text('id') && !request.parameters.text('message_id')) throw new OxError('SVL-0002', 'id');
  return addressed(core, request, view)[0]!;
}
