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

  const table = createListTable<Folder>({
    rows: async () => {
      const folders = await mailbox.childFolders(parentId, options);
      depths = new Map([[parentId, 0]]);
      for (const folder of folders) depths.set(folder.id, (depths.get(folder.parentId!) ?? 0) + 1);
      return folders;
    },
    property: (folder, tag) => {
      if (tag === PidTag.Depth) return depths.get(folder.id) ?? 1;
      return folderProperty(mailbox, folder, tag);
    },
    key: (folder) => folder.id,
    allColumns: () => [...folderPropertyTags, PidTag.Depth, PidTag.RowType, PidTag.InstID, PidTag.InstanceNum],
    rowKey: (folderId, instance) => ({ folderId, instance }),
    subscribe: (changed) =>
      context.subscribe((event) => {
        if (event.object !== 'folder' || event.kind === 'searchComplete') return;
        if (event.kind === 'modified') {
          if (depths.has(event.folderId)) changed(event.folderId);
          return;
        }
        // What came, went or moved changes the order of others too.
        changed(event.folderId);
        changed(undefined);
      }),
    refresh: async (known) => {
      const folder = options.softDeleted ? undefined : await mailbox.folder(known.id);
      const same = folder?.displayName === known.displayName && folder.parentId === known.parentId;
      return same ? folder : undefined;
    },
    ownDepth: true,
    check: () => {
      if (gone) throw new MapiError(ec.objectDeleted, 'the folder was deleted');
    },
  });
  const unsubscribe = context.subscribe((event) => {
    if (event.object === 'folder' && event.kind === 'deleted' && event.folderId === parentId) gone = true;
  });
  return {
    ...table,
    close: () => {
      unsubscribe();
      table.close();
    },
  };
}
