import { PidTag } from '../../mapi/index.ts';
import type { SyncContext } from './context.ts';
import { withBelow } from './edits.ts';
import { allFolders, childrenOf, folderById, putFolder } from './folders.ts';
import { type IncomingFolder, readSync } from './incoming.ts';
import { type SyncRequest, synchronize } from './request.ts';
import { emptyGoneFolder } from './rescue.ts';
import { changeState, encodeIds, hierarchyStateTags, loadState, saveState } from './state.ts';
import { includes } from './version.ts';

/** As Outlook asks: Unicode and NoForeignIdentifiers with Eid, without what is counted or computed. */
const request: SyncRequest = {
  synchronizationType: 2,
  sendOptions: 0x09,
  synchronizationFlags: 0x0101,
  synchronizationExtraFlags: 0x1,
  propertyTags: [PidTag.ContentCount, PidTag.ContentUnreadCount, PidTag.Subfolders],
};

/**
 * Brings the folders up to date. All changes are applied in one transaction with the state that they lead to: a
 * hierarchy is small. Gives true when it has to be done once more, because a folder lost its place meanwhile.
 */
export async function downloadHierarchy(context: SyncContext): Promise<boolean> {
  const { db, names, session, replica, rootId } = context;
  const before = loadState(db, replica, undefined);
  const state = hierarchyStateTags.map(([tag, part]) => [tag, encodeIds(replica, before[part])] as const);
  const stream = synchronize(session, rootId, request, state);
  const changes: IncomingFolder[] = [];
  const deleted: number[] = [];
  let after = before;
  for await (const incoming of readSync(stream, 'hierarchy', { replica, names, tags: hierarchyStateTags })) {
    if (incoming.kind === 'folder') changes.push(incoming);
    else if (incoming.kind === 'deleted') deleted.push(...incoming.ids);
    else if (incoming.kind === 'state') after = incoming.state;
    else throw new Error(`${incoming.kind} in a hierarchy`);
  }
  return db.transaction(() => {
    for (const change of changes) applyFolder(context, change);
    for (const id of deleted) after.given.remove(id);
    saveState(db, replica, undefined, after);
    const doubtful = db.all<{ id: number }>('SELECT id FROM folder WHERE doubtful = 1').map(({ id }) => id);
    // Subfolders first.
    const order = allFolders(db).map(({ id }) => id);
    const gone = [...deleted, ...doubtful].sort((a, b) => order.indexOf(b) - order.indexOf(a));
    return gone.map((id) => removeFolder(context, id)).includes(true);
  });
}

/** Gives true when folders below it have to be asked for. */
function removeFolder(context: SyncContext, id: number): boolean {
  const { db, tell } = context;
  db.run("DELETE FROM tombstone WHERE (kind = 'folder' AND id = ?) OR (kind = 'message' AND folder_id = ?)", id, id);
  const folder = folderById(db, id);
  if (folder === undefined) return false;
  const displaced = childrenOf(db, id).map((child) => displace(context, child.id));
  emptyGoneFolder(context, id);
  db.run('DELETE FROM folder WHERE id = ?', id);
  tell({ kind: 'folderRemoved', folder: folder.name });
  return displaced.includes(true);
}

function applyFolder({ db, rootId, tell }: SyncContext, incoming: IncomingFolder): void {
  const { id, name, properties, changeKey, predecessors, modified } = incoming;
  if (db.get("SELECT 1 FROM tombstone WHERE kind = 'folder' AND id = ?", id) !== undefined) return;
  const existing = folderById(db, id);
  // A version made here that the server has not seen is uploaded the next time; the server then decides.
  if (existing?.dirty && !includes(predecessors, existing.predecessors)) return;
  const parentId = incoming.parentId ?? rootId;
  const version = { changeKey, predecessors, modified };
  putFolder(db, { id, parentId, name, properties, ...version, attempted: true, dirty: false });
  tell({ kind: existing === undefined ? 'folderAdded' : 'folderChanged', folder: name });
}

/**
 * A folder that is here below one that is gone: what the server never had goes, with the messages in it to Local
 * Failures; of another the server is asked where it is. Gives true when it has to be asked.
 */
function displace(context: SyncContext, id: number): boolean {
  const { db, replica, rootId } = context;
  const folder = folderById(db, id)!;
  if (folder.attempted) {
    changeState(db, replica, undefined, ({ given }) => given.remove(id));
    putFolder(db, { ...folder, parentId: rootId, dirty: false });
    db.run('UPDATE folder SET doubtful = 1 WHERE id = ?', id);
    return true;
  }
  let again = false;
  for (const below of withBelow(db, folder).reverse()) {
    if (below.attempted) again = displace(context, below.id) || again;
    else {
      emptyGoneFolder(context, below.id);
      db.run('DELETE FROM folder WHERE id = ?', below.id);
    }
  }
  return again;
}
