import { ec, PidTag, type PropertyTag, sourceKey, type TaggedValue } from '../../mapi/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { refused, ropCall } from '../rop-call.ts';
import type { SyncContext } from './context.ts';
import { allFolders, folderById } from './folders.ts';
import { readTransferState } from './incoming.ts';
import { type Collector, closeCollector, openCollector } from './request.ts';
import { changeState, encodeIds, hierarchyStateTags, loadState } from './state.ts';

/** What of a folder is uploaded besides its name: the rest is the server's to say. */
const uploaded: readonly PropertyTag[] = [PidTag.ContainerClass, PidTag.Comment, PidTag.AttributeHidden];

/** State properties of an upload: the ids of objects are nothing to it (MS-OXCFXICS 3.2.5.2.1). */
export const uploadTags = hierarchyStateTags.slice(1);

/** Tells the server of folders made, renamed and moved here (MS-OXCFXICS 3.3.4.3.3.3). */
export async function uploadFolders(context: SyncContext): Promise<void> {
  const dirty = allFolders(context.db).filter((folder) => folder.dirty);
  if (dirty.length === 0) return;
  await withHierarchyCollector(context, async (collector) => {
    for (const { id } of dirty) await uploadFolder(context, collector, id);
  });
}

async function withHierarchyCollector(
  context: SyncContext,
  work: (collector: Collector) => Promise<void>,
): Promise<void> {
  const { db, session, replica, rootId, names } = context;
  const state = loadState(db, replica, undefined);
  const properties = uploadTags.map(([tag, part]) => [tag, encodeIds(replica, state[part])] as const);
  const collector = await openCollector(session, rootId, false, properties);
  await work(collector);
  const elements = await closeCollector(session, collector);
  const { seen } = readTransferState(elements, { replica, names, tags: uploadTags });
  db.transaction(() => changeState(db, replica, undefined, (kept) => kept.seen.addAll(seen)));
}

async function uploadFolder(context: SyncContext, collector: Collector, id: number): Promise<void> {
  const { db, session, replica, rootId } = context;
  // It may have been deleted here while others were uploaded.
  const folder = folderById(db, id);
  if (folder === undefined) return;
  db.run('UPDATE folder SET attempted = 1 WHERE id = ?', folder.id);
  const parentKey = folder.parentId === rootId ? Buffer.alloc(0) : sourceKey(replica, folder.parentId!);
  const properties = uploaded.flatMap((tag): TaggedValue[] => {
    const value = folder.properties.get(tag);
    return value === undefined ? [] : [{ tag, value: value as TaggedValue['value'] }];
  });
  const call = ropCall(d.RopSynchronizationImportHierarchyChange, collector.handle, {
    hierarchyValues: [
      { tag: PidTag.ParentSourceKey, value: parentKey },
      { tag: PidTag.SourceKey, value: sourceKey(replica, folder.id) },
      { tag: PidTag.LastModificationTime, value: folder.modified },
      { tag: PidTag.ChangeKey, value: folder.changeKey },
      { tag: PidTag.PredecessorChangeList, value: folder.predecessors },
      { tag: PidTag.DisplayName, value: folder.name },
    ],
    propertyValues: properties,
  });
  const [{ returnValue }] = await session.client.execute(call);
  // The parent comes later, or is gone, as the next download tells.
  if (returnValue === ec.syncNoParent) return;
  const gone = returnValue === ec.syncObjectDeleted;
  if (!gone && returnValue !== ec.syncIgnore) refused(call.definition.name, returnValue);
  db.transaction(() => {
    db.run('UPDATE folder SET dirty = 0 WHERE id = ? AND change_key = ?', folder.id, folder.changeKey);
    // The folder or its parent is gone: what there is of it the server tells as though it were new.
    if (gone) db.run('UPDATE folder SET doubtful = 1 WHERE id = ?', folder.id);
    changeState(db, replica, undefined, ({ given }) => (gone ? given.remove(folder.id) : given.add(folder.id)));
  });
}

/** Flag of RopSynchronizationImportDeletes: the keys are those of folders. */
const hierarchyFlag = 0x01;

/**
 * Tells the server of folders deleted here, after everything else: what was moved out of them has to have left. Those
 * that something still waits to leave stay for the next time.
 */
export async function uploadFolderDeletions(context: SyncContext): Promise<void> {
  const { db, session, replica } = context;
  const keys = db
    .all<{ id: number }>(
      `SELECT id FROM tombstone WHERE kind = 'folder'
       AND NOT EXISTS (SELECT 1 FROM move WHERE from_folder IN (SELECT id FROM tombstone WHERE kind = 'folder'))
       ORDER BY id`,
    )
    .map(({ id }) => id);
  if (keys.length === 0) return;
  await withHierarchyCollector(context, async ({ handle }) => {
    await session.client.run(
      ropCall(d.RopSynchronizationImportDeletes, handle, {
        importDeleteFlags: hierarchyFlag,
        propertyValues: [{ tag: sourceKeysTag, value: keys.map((id) => sourceKey(replica, id)) }],
      }),
    );
    db.transaction(() => {
      for (const id of keys) db.run("DELETE FROM tombstone WHERE kind = 'folder' AND id = ?", id);
    });
  });
}

/** PtypMultipleBinary without an id: source keys (MS-OXCFXICS 2.2.3.2.4.5.1). */
export const sourceKeysTag: PropertyTag = 0x00001102;
