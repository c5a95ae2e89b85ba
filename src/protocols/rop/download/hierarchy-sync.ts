import { PidTag, type PropertyBag, sourceKey } from '../../../mapi/index.ts';
import { type Folder, folderProperty, type Mailbox } from '../../../store/index.ts';
import { type Block, marker, metaTag, type StreamWriter } from '../../fasttransfer/index.ts';
import { wireId, wireIdSet } from '../object-ids.ts';
import type { Download } from './download.ts';
import { folderBag } from './folder-properties.ts';
import { downloadLimits } from './limits.ts';
import { allBut, type DownloadFilter, filtered } from './message-content.ts';
import { propertyNames, writeProperties } from './properties.ts';
import { writeState } from './state.ts';
import { extraFlags, type SyncOptions, syncFlags } from './sync-options.ts';

/** Of every folder, and first (MS-OXCFXICS 2.2.4.3.5). */
const mandatory = [
  PidTag.ParentSourceKey,
  PidTag.SourceKey,
  PidTag.LastModificationTime,
  PidTag.ChangeKey,
  PidTag.PredecessorChangeList,
  PidTag.DisplayName,
  PidTag.FolderId,
  PidTag.ParentFolderId,
] as const;

/** hierarchySync, MS-OXCFXICS 2.2.4.3.9: how the folders under one differ from what the client has. */
export async function* hierarchySync(
  download: Download,
  out: StreamWriter,
  rootId: number,
  options: SyncOptions,
): AsyncGenerator<Block> {
  const { mailbox, progress } = download;
  const known = download.known();
  const changes = await mailbox.hierarchyChanges(rootId, known);
  progress.total = changes.changed.length + 1;
  const names = propertyNames(mailbox);
  const filter = allBut(options.tags);
  const given = known.given.clone();
  const seen = known.seen.clone();
  if (changes.upTo > 0) seen.addRange(1, changes.upTo);
  for (const folder of changes.changed) {
    given.add(folder.id);
    seen.add(folder.changeNumber);
    out.marker(marker.incrSyncChg);
    yield* writeProperties(out, changeOf(mailbox, folder, rootId, options, filter), names, mandatory);
    if (out.length >= downloadLimits.block) yield out.take()!;
    progress.done += 1;
  }
  const reported = (options.flags & syncFlags.noDeletions) === 0 && !changes.deleted.isEmpty;
  if (reported) {
    out.marker(marker.incrSyncDel);
    out.property(metaTag.idsetDeleted, wireIdSet(changes.deleted));
  }
  download.finish({ ...known, given: reported ? given.without(changes.deleted) : given, seen });
  writeState(out, download.state, 'hierarchy');
  out.marker(marker.incrSyncEnd);
  progress.done = progress.total;
}

function changeOf(
  mailbox: Mailbox,
  folder: Folder,
  rootId: number,
  options: SyncOptions,
  filter: DownloadFilter,
): PropertyBag {
  const keyOf = (id: number, foreign: Uint8Array | undefined): Uint8Array =>
    (options.flags & syncFlags.noForeignIdentifiers) === 0 && foreign !== undefined
      ? foreign
      : sourceKey(mailbox.replicaGuid, id);
  const bag = filtered(folderBag(mailbox, folder), filter);
  const parentId = folder.parentId ?? rootId;
  // The folder that the synchronization is of has an empty key towards those in it (3.2.5.5).
  const parentKey = parentId === rootId ? Buffer.alloc(0) : keyOf(parentId, mailbox.folderSourceKey(parentId));
  bag.set(PidTag.ParentSourceKey, parentKey);
  bag.set(PidTag.SourceKey, keyOf(folder.id, folder.sourceKey));
  for (const tag of mandatory.slice(2, 6)) bag.set(tag, folderProperty(mailbox, folder, tag)!);
  const withIds = (options.extra & extraFlags.eid) !== 0;
  if (withIds) bag.set(PidTag.FolderId, wireId(folder.id));
  if (withIds || (options.flags & syncFlags.noForeignIdentifiers) !== 0) {
    bag.set(PidTag.ParentFolderId, wireId(parentId));
  }
  return bag;
}
