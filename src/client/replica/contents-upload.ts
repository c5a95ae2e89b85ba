import {
  ec,
  idOf,
  isNamed,
  isPropertyError,
  isTypedValue,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyId,
  type PropertyTag,
  type PropertyValue,
  propertyRow,
  setProperty,
  sourceKey,
  tagOf,
  typeOf,
} from '../../mapi/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { decode } from '../../wire/index.ts';
import { release } from '../mailbox.ts';
import { newHandle, refused, ropCall } from '../rop-call.ts';
import { type MapTag, writeMessage } from '../write-message.ts';
import type { SyncContext } from './context.ts';
import { sourceKeysTag } from './hierarchy-upload.ts';
import { readTransferState } from './incoming.ts';
import {
  changedMessages,
  contentOfMessage,
  messageByKey,
  movesOf,
  type PendingMove,
  type ReplicaMessage,
  removeMessage,
  revertMoves,
  updateMessage,
} from './messages.ts';
import { type Collector, closeCollector, isFolderGone, openCollector } from './request.ts';
import { changeState, contentsStateTags, encodeIds, loadState } from './state.ts';
import { nextVersion } from './version.ts';

const uploadTags = contentsStateTags.slice(1);
/** ImportFlag, MS-OXCFXICS 2.2.3.2.4.2.1. */
const associatedFlag = 0x10;
/** Source keys in one request. */
const keysAtOnce = 500;

/** Collectors of one upload, opened as folders are needed; undefined for a folder that the server does not have. */
interface Collectors {
  of(folderId: number): Promise<Collector | undefined>;
  /** Takes over what was uploaded. Gives the folders. */
  close(): Promise<number[]>;
}

function collectorsOf(context: SyncContext): Collectors {
  const { db, session, replica, names } = context;
  const open = new Map<number, Collector | undefined>();
  return {
    async of(folderId) {
      if (open.has(folderId)) return open.get(folderId);
      const state = loadState(db, replica, folderId);
      const properties = uploadTags.map(([tag, part]) => [tag, encodeIds(replica, state[part])] as const);
      const collector = await openCollector(session, folderId, true, properties).catch((error) => {
        if (isFolderGone(error)) return undefined;
        throw error;
      });
      open.set(folderId, collector);
      return collector;
    },
    async close() {
      for (const [folderId, collector] of open) {
        if (collector === undefined) continue;
        const elements = await closeCollector(session, collector);
        const { seen, seenFai, read } = readTransferState(elements, { replica, names, tags: uploadTags });
        db.transaction(() =>
          changeState(db, replica, folderId, (state) => {
            state.seen.addAll(seen);
            state.seenFai.addAll(seenFai);
            state.read.addAll(read);
          }),
        );
      }
      return [...open.keys()];
    },
  };
}

/**
 * Tells the server of messages made, changed, moved, deleted and read here. What a folder is missing for waits for the
 * hierarchy. A change comes before the move of the same message, since that is where the server has it. Gives the
 * folders that something was uploaded to: what the server made of it has to be fetched.
 */
export async function uploadContents(context: SyncContext): Promise<number[]> {
  const { db } = context;
  const collectors = collectorsOf(context);
  const named = serverTags(context);
  for (const { key } of changedMessages(db)) {
    if (movesOf(db, key)[0]?.attempted) await uploadMoves(context, collectors, key);
    await uploadMessage(context, collectors, named, key);
    await uploadMoves(context, collectors, key);
  }
  await uploadDeletions(context, collectors);
  await uploadReadStates(context, collectors);
  return collectors.close();
}

/** Ids that the server has for the named properties of the replica. */
interface ServerTags {
  of(content: MessageContent): Promise<MapTag>;
}

function serverTags({ session: { client, mailbox }, names }: SyncContext): ServerTags {
  const known = new Map<PropertyId, PropertyId>();
  return {
    async of(content) {
      const unknown = [...namedIds(content)].filter((id) => !known.has(id));
      if (unknown.length > 0) {
        const create = 2;
        const propertyNames = unknown.map((id) => names.nameOf(id));
        const call = ropCall(d.RopGetPropertyIdsFromNames, mailbox.logon, { flags: create, propertyNames });
        const { propertyIds } = await client.run(call);
        unknown.forEach((id, i) => {
          known.set(id, propertyIds[i]!);
        });
      }
      return (tag) => (isNamed(tag) ? tagOf(known.get(idOf(tag))!, typeOf(tag)) : tag);
    },
  };
}

function namedIds(content: MessageContent, found = new Set<PropertyId>()): Set<PropertyId> {
  const add = (bag: PropertyBag): void => {
    for (const tag of bag.keys()) if (isNamed(tag)) found.add(idOf(tag));
  };
  add(content.properties);
  content.recipients.forEach(add);
  for (const { properties, embedded } of content.attachments) {
    add(properties);
    if (embedded) namedIds(embedded, found);
  }
  return found;
}

/** Where the server has a message: before the first move that it was not told. */
function serverPlace({ db }: SyncContext, message: ReplicaMessage): { folderId: number; id: number } {
  const [first] = movesOf(db, message.key);
  return first === undefined ? message : { folderId: first.fromFolder, id: first.fromId };
}

const mfRead = 0x1;
/** Kept by the server or told beside the message. */
const notUploaded: readonly PropertyTag[] = [
  PidTag.MessageFlags,
  PidTag.LastModificationTime,
  PidTag.CreationTime,
  PidTag.HasAttachments,
];

async function uploadMessage(
  context: SyncContext,
  collectors: Collectors,
  named: ServerTags,
  key: number,
): Promise<void> {
  const { db, session, replica } = context;
  const { client } = session;
  const before = messageByKey(db, key);
  if (!before?.dirty) return;
  const { folderId } = serverPlace(context, before);
  const collector = await collectors.of(folderId);
  if (collector === undefined) return;
  // While the collector was opened somebody may have worked on: what is sent from here on is what there is now.
  const message = messageByKey(db, key);
  if (message === undefined) return;
  const place = serverPlace(context, message);
  if (place.folderId !== folderId) return;
  const isNew = !loadState(db, replica, place.folderId).given.has(place.id);
  db.run('UPDATE message SET attempted = 1 WHERE key = ?', message.key);
  const content = contentOfMessage(db, message.key);
  const mapTag = await named.of(content);
  const handle = newHandle();
  const announce = ropCall(d.RopSynchronizationImportMessageChange, [collector.handle, handle], {
    importFlag: message.associated ? associatedFlag : 0,
    propertyValues: [
      { tag: PidTag.SourceKey, value: sourceKey(replica, place.id) },
      { tag: PidTag.LastModificationTime, value: message.modified },
      { tag: PidTag.ChangeKey, value: message.changeKey },
      { tag: PidTag.PredecessorChangeList, value: message.predecessors },
    ],
  });
  let { returnValue } = (await client.execute(announce))[0];
  let computed: { numbers: number[]; values: PropertyBag } | undefined;
  if (returnValue === 0) {
    const properties = new Map([...content.properties].filter(([tag]) => !notUploaded.includes(tag)));
    const flags = (content.properties.get(PidTag.MessageFlags) as number | undefined) ?? 0;
    // The read state of what the server has already is told by itself, or it would undo that of others.
    if (isNew) properties.set(PidTag.MessageFlags, flags | (message.read ? mfRead : 0));
    const numbers = await writeMessage(client, handle, { ...content, properties }, mapTag);
    const save = ropCall(d.RopSaveChangesMessage, [handle, handle], { saveFlags: 0x0a });
    const get = ropCall(
      d.RopGetPropertiesSpecific,
      handle,
      { propertySizeLimit: 0, wantUnicode: 1, propertyTags: [...computedTags] },
      computedTags,
    );
    const [saved, got] = await client.execute(save, get);
    returnValue = saved.returnValue;
    if (returnValue === 0 && got.response) {
      computed = { numbers, values: computedValues(got.response.rowData) };
    }
    await release(client, handle);
  }
  const gone = returnValue === ec.syncObjectDeleted;
  if (!gone && returnValue !== ec.syncIgnore) refused(announce.definition.name, returnValue);
  db.transaction(() => {
    const now = messageByKey(db, message.key);
    changeState(db, replica, place.folderId, ({ given }) => {
      if (gone) given.remove(place.id);
      else given.add(place.id);
    });
    if (now === undefined) return;
    if (gone) {
      // Deleted by somebody else, in a version that it was not for us to bring back.
      removeMessage(db, now.key);
      return;
    }
    if (Buffer.compare(now.changeKey, message.changeKey) !== 0) return;
    // It has this version from before; what it computed comes with the next download.
    if (computed === undefined) updateMessage(db, { ...now, dirty: false, size: undefined });
    else confirm(context, now, content, computed);
  });
}

/**
 * What the server computes for an uploaded message: read back after the save (MS-OXCFXICS 3.3.4.3.3.2.2.2), since it
 * does not tell of changes that came from here.
 */
const computedTags: readonly PropertyTag[] = [
  PidTag.CreationTime,
  PidTag.LastModificationTime,
  PidTag.MessageFlags,
  PidTag.HasAttachments,
  PidTag.MessageSize,
  PidTag.MessageDeliveryTime,
  PidTag.SearchKey,
  PidTag.MessageClass,
  PidTag.Importance,
  PidTag.Sensitivity,
  PidTag.Priority,
  PidTag.Subject,
  PidTag.SubjectPrefix,
  PidTag.NormalizedSubject,
  PidTag.DisplayTo,
  PidTag.DisplayCc,
  PidTag.DisplayBcc,
  PidTag.ConversationTopic,
  PidTag.ConversationId,
  PidTag.NativeBody,
  PidTag.RtfInSync,
];

function computedValues(rowData: Uint8Array): PropertyBag {
  const bag: PropertyBag = new Map();
  for (const [i, cell] of decode(propertyRow([...computedTags]), rowData).entries()) {
    if (!isPropertyError(cell) && !isTypedValue(cell)) bag.set(computedTags[i]!, cell as PropertyValue);
  }
  return bag;
}

function confirm(
  { db }: SyncContext,
  message: ReplicaMessage,
  content: MessageContent,
  { numbers, values }: { numbers: number[]; values: PropertyBag },
): void {
  const size = values.get(PidTag.MessageSize) as number;
  values.delete(PidTag.MessageSize);
  const flags = values.get(PidTag.MessageFlags) as number;
  values.set(PidTag.MessageFlags, flags & ~(mfRead | 0x400));
  for (const [tag, value] of values) setProperty(content.properties, tag, value);
  const attachments = content.attachments.map((attachment, i) => ({ ...attachment, number: numbers[i]! }));
  updateMessage(db, { ...message, size, dirty: false }, { ...content, attachments });
}

/** Tells the moves of a message in their order; stops at one that cannot be told now. */
async function uploadMoves(context: SyncContext, collectors: Collectors, key: number): Promise<void> {
  const { db } = context;
  for (let move = movesOf(db, key)[0]; move !== undefined; move = movesOf(db, key)[0]) {
    // Where the download brings all of the message it has to be until then.
    if (!move.attempted && messageByKey(db, key)?.size === undefined) return;
    if (!(await uploadMove(context, collectors, move))) return;
  }
}

async function uploadMove(context: SyncContext, collectors: Collectors, given: PendingMove): Promise<boolean> {
  const { db, session, replica } = context;
  const collector = await collectors.of(given.toFolder);
  if (collector === undefined) return false;
  // Somebody may have moved it on meanwhile, or back.
  const [now] = movesOf(db, given.messageKey);
  if (now?.sequence !== given.sequence || now.toFolder !== given.toFolder) return now !== undefined;
  const move = attempt(context, now);
  const call = ropCall(d.RopSynchronizationImportMessageMove, collector.handle, {
    sourceFolderId: sourceKey(replica, move.fromFolder),
    sourceMessageId: sourceKey(replica, move.fromId),
    predecessorChangeList: move.predecessors!,
    destinationMessageId: sourceKey(replica, move.toId),
    changeNumber: move.changeKey!,
  });
  const [{ returnValue }] = await session.client.execute(call);
  const gone = returnValue === ec.syncObjectDeleted;
  const newer = returnValue === ec.syncClientChangeNewer;
  if (!gone && !newer) refused(call.definition.name, returnValue);
  db.transaction(() => {
    const message = messageByKey(db, move.messageKey);
    if (gone) {
      // Deleted or moved by somebody else: where it was the next download tells what became of it.
      if (message !== undefined) revertMoves(db, message);
      return;
    }
    db.run('DELETE FROM move WHERE sequence = ?', move.sequence);
    changeState(db, replica, move.fromFolder, (state) => state.given.remove(move.fromId));
    changeState(db, replica, move.toFolder, (state) => state.given.add(move.toId));
    if (newer && message !== undefined) updateMessage(db, { ...message, dirty: true });
  });
  return !gone;
}

/** Gives a move its version when it is first told, and notes that the server may know it from now on. */
function attempt({ db }: SyncContext, move: PendingMove): PendingMove {
  if (move.attempted) return move;
  return db.transaction(() => {
    const message = messageByKey(db, move.messageKey)!;
    const { predecessors } = message;
    const after = nextVersion(db, predecessors);
    const { changeKey } = after;
    db.run(
      'UPDATE move SET attempted = 1, change_key = ?, predecessors = ? WHERE sequence = ?',
      ...[changeKey, predecessors, move.sequence],
    );
    updateMessage(db, { ...message, changeKey, predecessors: after.predecessors });
    return { ...move, attempted: true, changeKey, predecessors };
  });
}

async function uploadDeletions(context: SyncContext, collectors: Collectors): Promise<void> {
  const { db, session, replica } = context;
  const rows = db.all<{ folder_id: number; id: number }>(
    "SELECT folder_id, id FROM tombstone WHERE kind = 'message' ORDER BY folder_id, id",
  );
  for (const [folderId, ids] of byFolder(rows.map((row) => [row.folder_id, row.id]))) {
    const collector = await collectors.of(folderId);
    if (collector !== undefined) {
      await session.client.run(
        ropCall(d.RopSynchronizationImportDeletes, collector.handle, {
          importDeleteFlags: 0,
          propertyValues: [{ tag: sourceKeysTag, value: ids.map((id) => sourceKey(replica, id)) }],
        }),
      );
    }
    // With the folder the messages are gone, too.
    db.transaction(() => {
      for (const id of ids) db.run("DELETE FROM tombstone WHERE kind = 'message' AND id = ?", id);
      changeState(db, replica, folderId, ({ given }) => {
        for (const id of ids) given.remove(id);
      });
    });
  }
}

async function uploadReadStates(context: SyncContext, collectors: Collectors): Promise<void> {
  const { db, session, replica } = context;
  const waiting = changedMessages(db).filter(
    ({ key, readDirty, dirty }) => readDirty && !dirty && movesOf(db, key).length === 0,
  );
  for (const [folderId, messages] of byFolder(waiting.map((message) => [message.folderId, message]))) {
    const collector = await collectors.of(folderId);
    if (collector === undefined) continue;
    await session.client.run(
      ropCall(d.RopSynchronizationImportReadStateChanges, collector.handle, {
        messageReadStates: messages.map(({ id, read }) => ({ messageId: sourceKey(replica, id), markAsRead: read })),
      }),
    );
    db.transaction(() => {
      for (const { key, read } of messages) {
        db.run('UPDATE message SET read_dirty = 0 WHERE key = ? AND read = ?', key, Number(read));
      }
    });
  }
}

/** Things by their folder, in portions that fit into a request. */
function byFolder<T>(pairs: readonly (readonly [number, T])[]): [number, T[]][] {
  const portions: [number, T[]][] = [];
  for (const [folderId, thing] of pairs) {
    const last = portions.findLast(([id, things]) => id === folderId && things.length < keysAtOnce);
    if (last === undefined) portions.push([folderId, [thing]]);
    else last[1].push(thing);
  }
  return portions;
}
