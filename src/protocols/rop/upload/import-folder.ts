import { ec, idOf, MapiError, PidTag, type PropertyBag, type TaggedValue } from '../../../mapi/index.ts';
import type { Folder, FolderId, Mailbox } from '../../../store/index.ts';
import { addToIcsSet } from '../../fasttransfer/index.ts';
import type { RopContext } from '../context.ts';
import type { CollectorObject } from '../objects.ts';
import { lasting } from '../properties/values.ts';
import { remembered } from './import-message.ts';
import { type ImportedVersion, mergedPredecessors, ownCounter, relationOf, uploadOrigin } from './imported.ts';

/** A folder as a cached-mode client has it. */
export interface ImportedFolder {
  /** Source key; of no bytes for the folder of the collector. */
  readonly parent: Uint8Array;
  readonly version: ImportedVersion;
  readonly displayName: string;
  readonly properties: PropertyBag;
}

/** What is given twice counts where the hierarchy is told (MS-OXCFXICS 3.2.5.9.4.3). */
const hierarchyIds = new Set(
  [
    PidTag.ParentSourceKey,
    PidTag.SourceKey,
    PidTag.LastModificationTime,
    PidTag.ChangeKey,
    PidTag.PredecessorChangeList,
    PidTag.DisplayName,
  ].map(idOf),
);

/** The other properties of a folder from the request, which does not last. */
export function folderProperties(values: readonly TaggedValue[]): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const { tag, value } of values) {
    if (hierarchyIds.has(idOf(tag))) continue;
    bag.set(tag, lasting(value));
  }
  return bag;
}

/**
 * Makes, changes or moves a folder as the client has it (MS-OXCFXICS 3.2.5.9.4.3). Where the mailbox cannot follow (a
 * name that is taken, a circle, a special folder) it keeps or makes the nearest that it can, and the client fetches
 * the outcome. Errors: SYNC_E_NO_PARENT, SYNC_E_OBJECT_DELETED, SYNC_E_IGNORE, ecInvalidParam.
 */
export async function importFolder(
  context: RopContext,
  collector: CollectorObject,
  folder: ImportedFolder,
): Promise<void> {
  const { mailbox } = context;
  const seen = await mailbox.transaction(async () => {
    const parentId = await parentOf(mailbox, collector, folder.parent);
    const found = await mailbox.findBySourceKey(folder.version.sourceKey, { softDeleted: true });
    if (found?.kind === 'message') throw new MapiError(ec.invalidParam, 'the id of a message');
    if (found?.deleted) throw new MapiError(ec.syncObjectDeleted);
    const existing = found && (await mailbox.folder(found.id));
    return existing ? change(context, existing, parentId, folder) : create(context, parentId, folder);
  });
  if (seen !== undefined) addToIcsSet(collector.state.seen, mailbox.replicaGuid, seen);
}

async function parentOf(mailbox: Mailbox, collector: CollectorObject, key: Uint8Array): Promise<FolderId> {
  if (key.length === 0) {
    if ((await mailbox.folder(collector.folderId)) === undefined) throw new MapiError(ec.syncObjectDeleted);
    return collector.folderId;
  }
  const found = await mailbox.findBySourceKey(key, { softDeleted: true });
  if (found?.deleted) throw new MapiError(ec.syncObjectDeleted);
  if (found?.kind !== 'folder') throw new MapiError(ec.syncNoParent);
  return found.id;
}

/** Change number that the client need not fetch; undefined when it has to see what became of its folder. */
type Seen = Promise<number | undefined>;

async function create(context: RopContext, parentId: FolderId, imported: ImportedFolder): Seen {
  const { mailbox } = context;
  const { version, displayName, properties } = imported;
  if (await mailbox.isRememberedDeleted(undefined, ...remembered(version.sourceKey))) {
    throw new MapiError(ec.syncObjectDeleted);
  }
  const siblings = await mailbox.childFolders(parentId);
  // A client that did not find a special folder made one: the mailbox's own stays, and the client drops the other.
  if (namesakeOf(siblings, displayName)?.role !== undefined) return undefined;
  const id = ownCounter(mailbox.replicaGuid, version.sourceKey);
  const name = freeName(siblings, displayName);
  const { folder } = await mailbox.createFolder(
    {
      ...version,
      ...(id === undefined ? {} : { id }),
      parentId,
      displayName: name,
      properties,
    },
    uploadOrigin(context),
  );
  return name === displayName ? folder.changeNumber : undefined;
}

async function change(context: RopContext, existing: Folder, parentId: FolderId, imported: ImportedFolder): Seen {
  const { mailbox } = context;
  const { version, displayName, properties } = imported;
  const { id } = existing;
  const origin = uploadOrigin(context);
  const relation = relationOf(version.predecessorChangeList, existing.predecessorChangeList);
  if (relation === 'known') throw new MapiError(ec.syncIgnore);
  const predecessorChangeList = mergedPredecessors(version.predecessorChangeList, existing.predecessorChangeList);
  if (relation === 'conflict' && version.lastModified <= existing.lastModified) {
    // The server's stays; as a successor of both it goes to the client.
    await mailbox.updateFolder(id, { predecessorChangeList, lastModified: existing.lastModified }, origin);
    return undefined;
  }
  const { lastModified, changeKey } = version;
  const given = { lastModified, changeKey, predecessorChangeList };
  const moves = existing.parentId !== parentId && (await canMove(mailbox, existing, parentId));
  const home = moves ? parentId : (existing.parentId ?? parentId);
  const siblings = (await mailbox.childFolders(home)).filter((sibling) => sibling.id !== id);
  const name = existing.role === 'root' ? existing.displayName : freeName(siblings, displayName);
  if (moves) await mailbox.moveFolder(id, parentId, name, origin, given);
  const { changeNumber } = await mailbox.updateFolder(
    id,
    { ...given, set: new Map(properties).set(PidTag.DisplayName, name) },
    origin,
  );
  const followed = home === parentId && name === displayName;
  return relation === 'newer' && followed ? changeNumber : undefined;
}

/** Special folders stay where they are, and none goes under itself. */
async function canMove(mailbox: Mailbox, folder: Folder, parentId: FolderId): Promise<boolean> {
  if (folder.role !== undefined) return false;
  for (let at = await mailbox.folder(parentId); at !== undefined; ) {
    if (at.id === folder.id || at.type === 'search') return false;
    at = at.parentId === undefined ? undefined : await mailbox.folder(at.parentId);
  }
  return true;
}

/** As the store tells names of siblings apart. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

const namesakeOf = (folders: readonly Folder[], name: string): Folder | undefined =>
  folders.find((folder) => folded(folder.displayName) === folded(name));

/** The name, with a number behind it when a sibling has it. */
function freeName(siblings: readonly Folder[], name: string): string {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : ` (${number})`;
    const candidate = name.slice(0, 255 - suffix.length) + suffix;
    if (namesakeOf(siblings, candidate) === undefined) return candidate;
  }
}
