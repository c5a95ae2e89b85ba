import { ec, MapiError, PidTag } from '../../mapi/index.ts';
import { folderProperty, folderPropertyTags } from '../computed.ts';
import type { MailboxContext } from '../internal.ts';
import type { Folder, FolderId, Table } from '../types.ts';
import { createListTable } from './list-table.ts';

/** The folders below one (MS-OXCFOLD 2.2.1.13); PidTagDepth of direct children is 1. */
export async function hierarchyTable(
  context: MailboxContext,
  parentId: FolderId,
  options: { deep?: boolean; softDeleted?: boolean },
): Promise<Table> {
  const { mailbox } = context;
  let gone = false;
  let depths = new Map<FolderId, number>();
  let unsubscribe: (() => void) | undefined;

  const rows = async (): Promise<Folder[]> => {
    const folders = await mailbox.childFolders(parentId, options);
    depths = new Map([[parentId, 0]]);
    for (const folder of folders) depths.set(folder.id, (depths.get(folder.parentId!) ?? 0) + 1);
    return folders;
  };
  const seen = new Map<FolderId, Folder>();

  const table = createListTable<Folder>({
    rows: async () => {
      const folders = await rows();
      seen.clear();
      for (const folder of folders) seen.set(folder.id, folder);
      return folders;
    },
    property: (folder, tag) => {
      if (tag === PidTag.Depth) return depths.get(folder.id) ?? 1;
      return folderProperty(mailbox, folder, tag);
    },
    key: (folder) => folder.id,
    allColumns: () => [...folderPropertyTags, PidTag.Depth, PidTag.RowType, PidTag.InstID, PidTag.InstanceNum],
    rowKey: (folderId, instance) => ({ folderId, instance }),
    subscribe: (changed) => {
      const end = context.subscribe((event) => {
        if (event.object !== 'folder') return;
        if (event.kind === 'searchComplete') return;
        if (event.kind === 'modified') {
          if (seen.has(event.folderId)) changed(event.folderId);
          return;
        }
        // What came, went or moved changes the order of others too.
        changed(event.folderId);
        changed(undefined);
      });
      return end;
    },
    refresh: async (id) => {
      const before = seen.get(id);
      const folder = options.softDeleted ? undefined : await mailbox.folder(id);
      if (!folder || !before || folder.displayName !== before.displayName || folder.parentId !== before.parentId)
        return undefined;
      seen.set(id, folder);
      return folder;
    },
    ownDepth: true,
    check: () => {
      if (gone) throw new MapiError(ec.objectDeleted, 'the folder was deleted');
    },
  });
  unsubscribe = context.subscribe((event) => {
    if (event.object === 'folder' && event.kind === 'deleted' && event.folderId === parentId) gone = true;
  });
  return {
    ...table,
    close: () => {
      unsubscribe?.();
      table.close();
    },
  };
}
