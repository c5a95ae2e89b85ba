import { IdSet, PidTag, sourceKey } from '../../../mapi/index.ts';
import {
  type ChangedMessage,
  type ContentsChanges,
  type KnownContents,
  type Mailbox,
  type Message,
  messageProperty,
} from '../../../store/index.ts';
import { type Block, marker, metaTag, plainTag, type StreamWriter } from '../../fasttransfer/index.ts';
import { wireId, wireIdSet } from '../object-ids.ts';
import { clampSize } from '../properties/values.ts';
import type { Download } from './download.ts';
import { downloadLimits } from './limits.ts';
import { loadMessages } from './load-message.ts';
import {
  allBut,
  type DownloadFilter,
  everything,
  filteredMessage,
  messageBag,
  only,
  writeMessageContent,
} from './message-content.ts';
import { propertyNames } from './properties.ts';
import { writeState } from './state.ts';
import { extraFlags, type SyncOptions, syncFlags } from './sync-options.ts';

/**
 * contentsSync, MS-OXCFXICS 2.2.4.3.2: how a folder differs from what the client has. Changes are looked up when the
 * first buffer is asked for; each message is read when its turn comes, as it is then.
 */
export async function* contentsSync(
  download: Download,
  out: StreamWriter,
  folderId: number,
  options: SyncOptions,
): AsyncGenerator<Block> {
  const { mailbox, progress } = download;
  const known = download.known();
  const has = (flag: number): boolean => (options.flags & flag) !== 0;
  const changes = await mailbox.contentsChanges(folderId, known, {
    restriction: options.restriction,
    normal: has(syncFlags.normal),
    associated: has(syncFlags.fai),
    readStates: has(syncFlags.readState),
  });
  const wanted = changes.changed;
  progress.total = wanted.length + 1;
  if (has(syncFlags.progress)) writeProgressTotal(out, wanted);

  const final = finalState(known, changes, options);
  const names = propertyNames(mailbox);
  const filters = filtersOf(options);
  const gone = new IdSet();
  const unavailable = { seen: new IdSet(), seenFai: new IdSet() };
  for await (const [change, loaded] of loadMessages(download, folderId, wanted)) {
    progress.done += 1;
    if (loaded === 'gone') {
      if (known.given.has(change.id)) gone.add(change.id);
      continue;
    }
    const seen = change.associated ? 'seenFai' : 'seen';
    if (loaded === 'unavailable') {
      unavailable[seen].add(change.changeNumber);
      continue;
    }
    const { message, content } = loaded;
    final.given.add(message.id);
    final[seen].add(message.changeNumber);
    if (has(syncFlags.readState)) final.read.add(message.readChangeNumber);
    if (has(syncFlags.progress)) writeProgressOf(out, message);
    out.marker(marker.incrSyncChg);
    writeHeader(out, mailbox, message, options);
    out.marker(marker.incrSyncMessage);
    const filter = filters(message.associated);
    const bag = filteredMessage(messageBag(mailbox, message, content), filter);
    yield* writeMessageContent(out, bag, content, filter, names);
    if (out.length >= downloadLimits.block) yield out.take()!;
  }

  // They stay changes that the client does not have, whatever the client had before.
  final.seen = final.seen.without(unavailable.seen);
  final.seenFai = final.seenFai.without(unavailable.seenFai);
  writeDeletions(out, changes, gone, final, has);
  if (has(syncFlags.readState)) writeReadStates(out, changes);
  download.finish(final);
  writeState(out, download.state, 'contents');
  out.marker(marker.incrSyncEnd);
  progress.done = progress.total;
}

/** The state that the client has afterwards, but for the messages still to be sent (MS-OXCFXICS 3.2.5.3). */
function finalState(
  known: KnownContents,
  changes: ContentsChanges,
  options: SyncOptions,
): { -readonly [K in keyof KnownContents]: KnownContents[K] } {
  const flags = options.flags;
  const upTo = (set: IdSet, flag: number): IdSet => {
    const after = set.clone();
    if ((flags & flag) !== 0 && changes.upTo > 0) after.addRange(1, changes.upTo);
    return after;
  };
  const read = upTo(known.read, syncFlags.readState);
  if ((flags & syncFlags.readState) !== 0) for (const cn of changes.laterReadStates) read.add(cn);
  return {
    given: known.given.clone(),
    seen: upTo(known.seen, syncFlags.normal),
    seenFai: upTo(known.seenFai, syncFlags.fai),
    read,
  };
}

function filtersOf(options: SyncOptions): (associated: boolean) => DownloadFilter {
  if ((options.flags & syncFlags.onlySpecifiedProperties) === 0) {
    const filter = allBut(options.tags);
    return () => filter;
  }
  const filter = only(options.tags);
  const ofFai = (options.flags & syncFlags.ignoreSpecifiedOnFai) !== 0 ? everything : filter;
  return (associated) => (associated ? ofFai : filter);
}

/** messageChangeHeader, MS-OXCFXICS 2.2.4.3.14: these properties in this order and no others. */
function writeHeader(out: StreamWriter, mailbox: Mailbox, message: Message, options: SyncOptions): void {
  const foreign = (options.flags & syncFlags.noForeignIdentifiers) === 0 ? message.sourceKey : undefined;
  out.property(PidTag.SourceKey, foreign ?? sourceKey(mailbox.replicaGuid, message.id));
  out.property(PidTag.LastModificationTime, message.lastModified);
  out.property(PidTag.ChangeKey, message.changeKey);
  out.property(PidTag.PredecessorChangeList, message.predecessorChangeList);
  out.property(PidTag.Associated, message.associated);
  if ((options.extra & extraFlags.eid) !== 0) out.property(PidTag.Mid, wireId(message.id));
  if ((options.extra & extraFlags.messageSize) !== 0) {
    out.property(PidTag.MessageSize, messageProperty(mailbox, message, PidTag.MessageSize) as number);
  }
  if ((options.extra & extraFlags.changeNumber) !== 0) {
    out.property(PidTag.ChangeNumber, wireId(message.changeNumber));
  }
}

/** progressTotal with a ProgressInformation structure, MS-OXCFXICS 2.2.4.3.19 and 2.2.2.7. */
function writeProgressTotal(out: StreamWriter, changes: readonly ChangedMessage[]): void {
  const information = Buffer.alloc(32);
  const of = (associated: boolean): { count: number; size: number } => {
    const some = changes.filter((change) => change.associated === associated);
    return { count: some.length, size: some.reduce((sum, { size }) => sum + size, 0) };
  };
  const [fai, normal] = [of(true), of(false)];
  information.writeUInt32LE(fai.count, 4);
  information.writeBigUInt64LE(BigInt(fai.size), 8);
  information.writeUInt32LE(normal.count, 16);
  information.writeBigUInt64LE(BigInt(normal.size), 24);
  out.marker(marker.incrSyncProgressMode);
  out.property(plainTag.binary, information);
}

/** progressPerMessage, MS-OXCFXICS 2.2.4.3.18. */
function writeProgressOf(out: StreamWriter, message: Message): void {
  out.marker(marker.incrSyncProgressPerMsg);
  out.property(plainTag.integer32, clampSize(message.size));
  out.property(plainTag.boolean, message.associated);
}

/** deletions, MS-OXCFXICS 2.2.4.3.3. What is told is taken out of the final state. */
function writeDeletions(
  out: StreamWriter,
  changes: ContentsChanges,
  gone: IdSet,
  final: { given: IdSet },
  has: (flag: number) => boolean,
): void {
  if (has(syncFlags.noDeletions)) return;
  const deleted = changes.deleted.clone().addAll(gone);
  const left = has(syncFlags.ignoreNoLongerInScope) ? new IdSet() : changes.noLongerInScope;
  if (deleted.isEmpty && left.isEmpty) return;
  final.given = final.given.without(deleted).without(left);
  out.marker(marker.incrSyncDel);
  if (!deleted.isEmpty) out.property(metaTag.idsetDeleted, wireIdSet(deleted));
  if (!left.isEmpty) out.property(metaTag.idsetNoLongerInScope, wireIdSet(left));
}

/** readStateChanges, MS-OXCFXICS 2.2.4.3.22. */
function writeReadStates(out: StreamWriter, { nowRead, nowUnread }: ContentsChanges): void {
  if (nowRead.isEmpty && nowUnread.isEmpty) return;
  out.marker(marker.incrSyncRead);
  if (!nowRead.isEmpty) out.property(metaTag.idsetRead, wireIdSet(nowRead));
  if (!nowUnread.isEmpty) out.property(metaTag.idsetUnread, wireIdSet(nowUnread));
}
