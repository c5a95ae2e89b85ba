import { getNumber, IdSet, PidTag } from '../../mapi/index.ts';
import type { SyncContext } from './context.ts';
import { folderById } from './folders.ts';
import { type IncomingMessage, parentOf, readSync } from './incoming.ts';
import { insertMessage, messageByServerId, movesOf, removeMessage, updateMessage } from './messages.ts';
import { type SyncRequest, synchronize } from './request.ts';
import { contentsStateTags, encodeIds, loadState, type ReplicaState, saveState } from './state.ts';
import { includes } from './version.ts';

/**
 * As Outlook asks: Unicode, ReadState, FAI, Normal, NoForeignIdentifiers, BestBody, IgnoreSpecifiedOnFAI and Progress;
 * ForceUnicode; Eid, MessageSize, CN and OrderByDeliveryTime; without the plain text of what has another body. Not
 * PartialItem: whole messages are what this reads.
 */
const request: SyncRequest = {
  synchronizationType: 1,
  sendOptions: 0x09,
  synchronizationFlags: 0xe139,
  synchronizationExtraFlags: 0xf,
  propertyTags: [PidTag.Body],
};

/** Messages, and bytes of them, that are applied in one transaction with the state that says so. */
const batch = { messages: 100, bytes: 4 * 1024 * 1024 };

/** MSGFLAG_READ and what the read state alone decides. */
const readFlag = 0x001;
const everRead = 0x400;
/** PidTagMessageFlags as the replica keeps it: the read state is beside it. */
export const flagsWithoutRead = (flags: number): number => flags & ~(readFlag | everRead);

/**
 * Brings the messages of a folder up to date. What came is kept at once, with its id and change number in the state,
 * so that an interrupted download goes on where it was (MS-OXCFXICS 3.3.5.6).
 */
export async function downloadContents(context: SyncContext, folderId: number): Promise<void> {
  const { db, names, session, replica, tell } = context;
  const state = loadState(db, replica, folderId);
  const properties = contentsStateTags.map(([tag, part]) => [tag, encodeIds(replica, state[part])] as const);
  const stream = synchronize(session, folderId, request, properties);
  const waiting: IncomingMessage[] = [];
  const tail: (() => void)[] = [];
  let bytes = 0;
  const apply = (): void => {
    for (const message of waiting) {
      applyMessage(context, folderId, message);
      state.given.add(message.id);
      (message.associated ? state.seenFai : state.seen).add(message.changeNumber);
    }
    waiting.length = 0;
    bytes = 0;
  };
  const folder = folderById(db, folderId)?.name ?? '';
  const stillHere = new IdSet();
  for await (const incoming of readSync(stream, 'contents', { replica, names, tags: contentsStateTags })) {
    if (incoming.kind === 'message') {
      waiting.push(incoming);
      bytes += incoming.size;
      if (waiting.length < batch.messages && bytes < batch.bytes) continue;
      db.transaction(() => {
        apply();
        saveState(db, replica, folderId, state);
      });
    } else if (incoming.kind === 'progress') {
      if (incoming.count > 0) tell({ kind: 'messagesAhead', folder, count: incoming.count, size: incoming.size });
    } else if (incoming.kind === 'deleted') {
      tail.push(() => {
        for (const id of incoming.ids) if (!applyDeletion(context, folderId, id)) stillHere.add(id);
      });
    } else if (incoming.kind === 'readStates') {
      tail.push(() => {
        for (const id of incoming.read) applyReadState(context, folderId, id, true);
        for (const id of incoming.unread) applyReadState(context, folderId, id, false);
      });
    } else if (incoming.kind === 'state') {
      db.transaction(() => {
        apply();
        for (const work of tail) work();
        checkState(state, incoming.state);
        // The server tells once more what could not be applied yet.
        incoming.state.given.addAll(stillHere);
        saveState(db, replica, folderId, incoming.state);
      });
    } else throw new Error(`a ${incoming.kind} among messages`);
  }
}

/** The final state covers what was told on the way (MS-OXCFXICS 3.2.5.3). */
function checkState(told: ReplicaState, final: ReplicaState): void {
  if (!final.seen.includes(told.seen) || !final.seenFai.includes(told.seenFai)) {
    throw new Error('the final state lacks changes that were told');
  }
}

function applyMessage({ db, tell, replica }: SyncContext, folderId: number, incoming: IncomingMessage): void {
  const { id, associated, changeKey, predecessors, modified, changeNumber, size, content } = incoming;
  if (parentOf(replica, content) !== folderId) throw new Error('a message of another folder');
  if (db.get("SELECT 1 FROM tombstone WHERE kind = 'message' AND id = ?", id) !== undefined) return;
  const flags = getNumber(content.properties, PidTag.MessageFlags) ?? 0;
  content.properties.delete(PidTag.ParentSourceKey);
  content.properties.set(PidTag.MessageFlags, flagsWithoutRead(flags));
  const read = (flags & readFlag) !== 0;
  const version = { changeKey, predecessors, modified, changeNumber, size };
  const existing = messageByServerId(db, id);
  const folder = folderById(db, folderId)?.name ?? '';
  if (existing === undefined) {
    const all = { id, folderId, associated, ...version, read, attempted: true, dirty: false, readDirty: false };
    const key = insertMessage(db, all, content);
    const { subject } = db.get<{ subject: string }>('SELECT subject FROM message WHERE key = ?', key)!;
    tell({ kind: 'messageAdded', folder, subject });
    return;
  }
  const kept = { ...existing, attempted: true, ...(existing.readDirty ? {} : { read }) };
  if (existing.dirty && !includes(predecessors, existing.predecessors)) {
    // The change made here is uploaded the next time; the server then decides, and keeps both (3.1.5.6.2).
    updateMessage(db, { ...kept, changeNumber, size });
    return;
  }
  updateMessage(db, { ...kept, ...version, dirty: false }, content);
  tell({ kind: 'messageChanged', folder, subject: existing.subject });
}

/** Gives false when the message stays for now: there are changes in it to be uploaded, or it may be our own move. */
function applyDeletion({ db, tell }: SyncContext, folderId: number, id: number): boolean {
  db.run("DELETE FROM tombstone WHERE kind = 'message' AND id = ?", id);
  const message = messageByServerId(db, id);
  if (message === undefined) return true;
  if (message.dirty || movesOf(db, message.key).some(({ attempted }) => attempted)) return false;
  removeMessage(db, message.key);
  tell({ kind: 'messageRemoved', folder: folderById(db, folderId)?.name ?? '', subject: message.subject });
  return true;
}

function applyReadState({ db, tell }: SyncContext, folderId: number, id: number, read: boolean): void {
  const message = messageByServerId(db, id);
  // One that is deleted here is still the server's.
  if (message === undefined || message.readDirty || message.read === read) return;
  updateMessage(db, { ...message, read });
  const folder = folderById(db, folderId)?.name ?? '';
  tell({ kind: read ? 'messageRead' : 'messageUnread', folder, subject: message.subject });
}
