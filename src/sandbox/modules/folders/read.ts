import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import { eventFolderView } from '../../folders/event.ts';
import { visibleFolders } from '../../folders/groupware.ts';
import { allMailFolders } from '../../folders/mail-view.ts';
import { systemFolderView } from '../../folders/system.ts';
import { childrenOf, folderById } from '../../folders/tree.ts';
import { type FolderView, folderObject } from '../../folders/view.ts';
import type { Action } from '../../http/action.ts';
import { accountRoot } from '../../mail/folder.ts';
import { newestStamp } from '../../stamps.ts';
import { shiftOf } from '../../time.ts';
import { folderArrays, treeOf } from './shared.ts';

/** The top of the tree. */
export const root: Action = (core, request) => {
  const folders = childrenOf(core, request.person, '0', treeOf(request));
  return { data: folderArrays(request, folders), timestamp: core.stamps.now() };
};

/** The folders directly below a parent; unsubscribed ones too with `all=1`. */
export const list: Action = (core, request) => {
  const parent = request.parameters.required('parent');
  const modules = request.parameters.list('allowed_modules');
  const children = childrenOf(core, request.person, parent, treeOf(request));
  const folders = (modules.includes('event') ? children.map((folder) => asEvent(core, folder)) : children).filter(
    (folder) =>
      (request.parameters.flag('all') || folder.subscribed) &&
      (modules.length === 0 || modules.includes(folder.module) || folder.module === 'system'),
  );
  return { data: folderArrays(request, folders), timestamp: newestStamp(folders, core.stamps.now()) };
};

/** The folder and its ancestors, nearest first. */
export const path: Action = (core, request) => {
  const tree = treeOf(request);
  const folders = [folderById(core, request.person, request.parameters.required('id'), tree)];
  while (folders.length < 100) {
    const { parent } = folders.at(-1)!;
    if (parent === '-1' || parent === '0') break;
    folders.push(folderById(core, request.person, parent, tree));
  }
  return { data: folderArrays(request, folders), timestamp: newestStamp(folders, core.stamps.now()) };
};

export const get: Action = (core, request) => {
  const folder = folderById(core, request.person, request.parameters.required('id'), treeOf(request));
  return { data: folderObject(folder, shiftOf(request)), timestamp: folder.modified ?? core.stamps.now() };
};

/** Content type `event` came with chronos: how clients tell the generations apart (reference 5.1). */
function isContentType(core: Core, name: string): boolean {
  if (name === 'event') return core.context.version !== '7.8';
  return ['mail', 'calendar', 'contacts', 'tasks', 'infostore'].includes(name);
}

const asEvent = (core: Core, folder: FolderView): FolderView =>
  folder.module === 'calendar' && core.context.version !== '7.8' ? eventFolderView(core, folder) : folder;

/** All visible folders of a module in the sections private, public and shared; empty sections are left out. */
export const allVisible: Action = (core, request) => {
  const wanted = request.parameters.required('content_type');
  const { person } = request;
  if (!isContentType(core, wanted)) throw new OxError('FLD-1012', wanted);
  const module = wanted === 'event' ? 'calendar' : wanted;
  const all =
    wanted === 'mail'
      ? allMailFolders(core, person, treeOf(request))
      : [
          ...(wanted === 'contacts' ? [systemFolderView(6, person)!] : []),
          ...visibleFolders(core, person)
            .filter((folder) => folder.module === module)
            .map((folder) => (wanted === 'event' ? asEvent(core, folder) : folder)),
        ];
  const isShared = (id: string) => id.startsWith(`${accountRoot}/shared/`);
  const sections = {
    private: all.filter((folder) => folder.type === 1 || (folder.type === 7 && !isShared(folder.id))),
    public: all.filter((folder) => folder.type === 2),
    shared: all.filter((folder) => folder.type === 3 || (folder.type === 7 && isShared(folder.id))),
  };
  const data: Record<string, unknown> = {};
  for (const [name, folders] of Object.entries(sections))
    if (folders.length > 0) data[name] = folderArrays(request, folders);
  return { data, timestamp: newestStamp(all, core.stamps.now()) };
};
