import { visibleFolders } from '../../folders/groupware.ts';
import { allMailFolders } from '../../folders/mail-view.ts';
import type { Action } from '../../http/action.ts';
import { newestStamp } from '../../stamps.ts';
import { folderArrays, treeOf } from './shared.ts';

/**
 * Delta of the whole tree, whatever `parent` says; mail folders only with `mail=1`; deleted ones as bare strings at the
 * end; the stamp never goes back (reference 3.3).
 */
export const updates: Action = (core, request) => {
  const since = request.parameters.requiredInteger('timestamp');
  const withMail = request.parameters.flag('mail');
  const changed = [
    ...visibleFolders(core, request.person),
    ...(withMail ? allMailFolders(core, request.person, treeOf(request)) : []),
  ].filter((folder) => (folder.modified ?? 0) > since);
  const data: unknown[] = folderArrays(request, changed);
  let timestamp = newestStamp(changed, since);
  if (request.parameters.text('ignore') !== 'deleted') {
    const deleted = core.db.all<{ id: string; stamp: number }>(
      `SELECT id, max(stamp) AS stamp FROM folder_tombstone
       WHERE stamp > ? AND (person IS NULL OR person = ?) AND mail <= ? GROUP BY id ORDER BY stamp`,
      since,
      request.person.id,
      withMail ? 1 : 0,
    );
    for (const { id, stamp } of deleted) {
      if (changed.some((folder) => folder.id === id)) continue;
      data.push(id);
      timestamp = Math.max(timestamp, stamp);
    }
  }
  return { data, timestamp };
};
