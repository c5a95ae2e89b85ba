import { OxError } from '../../errors.ts';
import type { Action } from '../../http/action.ts';
import { demandRight, openMailFolder } from '../../mail/folder.ts';
import { copyMail } from '../../mail/store.ts';
import { write } from '../../write.ts';
import { addressedOne } from './update.ts';

/** Copies a mail into another folder; answers the copy's place. */
export const copy: Action = (core, request) => {
  const view = openMailFolder(core, request.person, request.parameters.required('folder'));
  demandRight(view, 'r');
  const targetId = request.body.object().folder_id;
  if (typeof targetId !== 'string') throw new OxError('SVL-0002', 'folder_id');
  const target = openMailFolder(core, request.person, targetId);
  demandRight(target, 'i');
  return write(core, () => {
    const uid = copyMail(core, addressedOne(core, request, view), target.folder);
    return { data: { folder_id: target.id, id: String(uid) }, timestamp: core.stamps.next() };
  });
};
