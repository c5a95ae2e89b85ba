import { ec, PidTag, type PropertyBag, type PropertyTag } from '../../../mapi/index.ts';
import { type Folder, type FolderId, type MessageId, messageProperty } from '../../../store/index.ts';
import { type Block, marker, metaTag, type StreamWriter } from '../../fasttransfer/index.ts';
import { wireId } from '../object-ids.ts';
import type { Download } from './download.ts';
import { folderBag } from './folder-properties.ts';
import { downloadLimits } from './limits.ts';
import { loadMessages } from './load-message.ts';
import { type DownloadFilter, everything, filtered, messageBag, writeMessageContent } from './message-content.ts';
import { type Names, propertyNames, writeProperties } from './properties.ts';

/** Identification that goes along with a message when the client asks for it (SendEntryId). */
const identification: readonly PropertyTag[] = [
  PidTag.EntryId,
  PidTag.SourceKey,
  PidTag.ParentSourceKey,
  PidTag.ChangeKey,
  PidTag.PredecessorChangeList,
];

/** messageList, MS-OXCFXICS 2.2.4.3.17. A message that cannot be read leaves a warning in its place. */
export async function* messageList(
  download: Download,
  out: StreamWriter,
  folderId: FolderId,
  ids: Iterable<MessageId>,
  names: Names,
  identified = false,
): AsyncGenerator<Block> {
  const { mailbox, progress } = download;
  const wanted = [...ids].map((id) => ({ id }));
  for await (const [, loaded] of loadMessages(download, folderId, wanted)) {
    progress.done += 1;
    if (loaded === 'gone') continue;
    if (loaded === 'unavailable') {
      out.property(metaTag.ecWarning, ec.partialCompletion);
      continue;
    }
    const { message, content } = loaded;
    const bag: PropertyBag = messageBag(mailbox, message, content);
    bag.delete(PidTag.ParentSourceKey);
    bag.set(PidTag.Mid, wireId(message.id));
    if (identified) {
      for (const tag of identification) {
        const value = messageProperty(mailbox, message, tag);
        if (value !== undefined) bag.set(tag, value);
      }
    }
    out.marker(message.associated ? marker.startFaiMsg : marker.startMessage);
    yield* writeMessageContent(out, bag, content, everything, names);
    out.marker(marker.endMessage);
    if (out.length >= downloadLimits.block) yield out.take()!;
  }
}

export interface FolderCopy {
  readonly filter: DownloadFilter;
  /** Folders below go along. */
  readonly deep: boolean;
  /** MetaTagFXDelProp stands before each kind of what is inside. */
  readonly delProps: boolean;
  /** The folder's own name and id are those of the client's folder that it goes into (2.2.4.3.6). */
  readonly top: boolean;
}

/** folderContent and folderContentNoDelProps, MS-OXCFXICS 2.2.4.3.6. */
export async function* folderContent(
  download: Download,
  out: StreamWriter,
  folder: Folder,
  copy: FolderCopy,
  names: Names = propertyNames(download.mailbox),
): AsyncGenerator<Block> {
  const { mailbox, progress } = download;
  const { filter } = copy;
  const bag = filtered(folderBag(mailbox, folder), filter);
  if (copy.top) {
    bag.delete(PidTag.Comment);
    bag.delete(PidTag.DisplayName);
  } else {
    bag.set(PidTag.FolderId, wireId(folder.id));
    bag.set(PidTag.DisplayName, folder.displayName);
    if (!bag.has(PidTag.Comment)) bag.set(PidTag.Comment, '');
  }
  yield* writeProperties(out, bag, names, [PidTag.FolderId, PidTag.DisplayName, PidTag.Comment]);
  for (const [tag, associated] of [
    [PidTag.FolderAssociatedContents, true],
    [PidTag.ContainerContents, false],
  ] as const) {
    if (!filter.wants(tag)) continue;
    if (copy.delProps) out.delProp(tag);
    if (folder.type === 'search') continue;
    const ids = await mailbox.messageIds(folder.id, { associated });
    progress.total += ids.length;
    yield* messageList(download, out, folder.id, ids, names);
  }
  if (!copy.deep || !filter.wants(PidTag.ContainerHierarchy)) return;
  if (copy.delProps) out.delProp(PidTag.ContainerHierarchy);
  for (const child of await mailbox.childFolders(folder.id)) {
    out.marker(marker.startSubFld);
    // Filters are about the folder that they were given for alone (3.2.5.10).
    yield* folderContent(download, out, child, { ...copy, filter: everything, top: false }, names);
    out.marker(marker.endFolder);
  }
}
