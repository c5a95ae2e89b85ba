import {
  type AttachmentContent,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  removeProperty,
  setProperty,
} from '../../mapi/index.ts';
import type { ReplicaDatabase } from './database.ts';
import { childrenOf, folderById, putFolder, type ReplicaFolder } from './folders.ts';
import { newId } from './ids.ts';
import {
  contentOfMessage,
  insertMessage,
  messageByKey,
  messagesOf,
  movesOf,
  type ReplicaMessage,
  removeMessage,
  updateMessage,
} from './messages.ts';
import { nextVersion } from './version.ts';

/** What of a message is changed; what is absent stays. */
export interface MessageEdit {
  readonly set?: ReadonlyPropertyBag;
  readonly remove?: readonly PropertyTag[];
  readonly recipients?: PropertyBag[];
  readonly attachments?: AttachmentContent[];
}

/**
 * What somebody does in Outlook, online or not: the replica changes at once and keeps what is to be uploaded. Messages
 * are named by their key, folders by their id. Each throws an Error for what is not there or not possible.
 */
export interface ReplicaEdits {
  createMessage(
    folderId: number,
    content: MessageContent,
    options?: { readonly associated?: boolean; readonly read?: boolean },
  ): number;
  changeMessage(key: number, edit: MessageEdit): void;
  setRead(key: number, read: boolean): void;
  moveMessage(key: number, folderId: number): void;
  deleteMessage(key: number): void;
  createFolder(parentId: number, name: string, properties?: PropertyBag): number;
  /** Renames, moves, or both. */
  changeFolder(id: number, change: { readonly name?: string; readonly parentId?: number }): void;
  /** With everything in it. */
  deleteFolder(id: number): void;
}

export function replicaEdits(db: ReplicaDatabase): ReplicaEdits {
  const message = (key: number): ReplicaMessage => messageByKey(db, key) ?? missing('message');
  const folder = (id: number): ReplicaFolder => folderById(db, id) ?? missing('folder');
  const edit =
    <Arguments extends readonly unknown[], T>(work: (...given: Arguments) => T) =>
    (...given: Arguments): T =>
      db.transaction(() => work(...given));

  return {
    createMessage: edit((folderId, content, options = {}) => {
      folder(folderId);
      return insertMessage(
        db,
        {
          id: newId(db),
          folderId,
          associated: options.associated ?? false,
          ...nextVersion(db),
          changeNumber: undefined,
          size: undefined,
          read: options.read ?? true,
          attempted: false,
          dirty: true,
          readDirty: false,
        },
        content,
      );
    }),
    changeMessage: edit((key, change) => {
      const before = message(key);
      const content = contentOfMessage(db, key);
      for (const tag of change.remove ?? []) removeProperty(content.properties, tag);
      for (const [tag, value] of change.set ?? []) setProperty(content.properties, tag, value);
      const after = {
        properties: content.properties,
        recipients: change.recipients ?? content.recipients,
        attachments: change.attachments ?? content.attachments,
      };
      updateMessage(db, { ...before, ...nextVersion(db, before.predecessors), dirty: true }, after);
    }),
    setRead: edit((key, read) => {
      const before = message(key);
      // What the server does not have yet is uploaded with its read state.
      if (before.read !== read) updateMessage(db, { ...before, read, readDirty: before.attempted });
    }),
    moveMessage: edit((key, folderId) => {
      const before = message(key);
      folder(folderId);
      if (before.folderId === folderId) return;
      if (!before.attempted) {
        updateMessage(db, { ...before, folderId });
        return;
      }
      const last = movesOf(db, key).at(-1);
      if (last === undefined || last.attempted) {
        const id = newId(db);
        db.run(
          'INSERT INTO move (message_key, from_folder, from_id, to_folder, to_id, attempted) VALUES (?, ?, ?, ?, ?, 0)',
          ...[key, before.folderId, before.id, folderId, id],
        );
        updateMessage(db, { ...before, id, folderId });
      } else if (last.fromFolder === folderId) {
        db.run('DELETE FROM move WHERE sequence = ?', last.sequence);
        updateMessage(db, { ...before, id: last.fromId, folderId });
      } else {
        db.run('UPDATE move SET to_folder = ? WHERE sequence = ?', folderId, last.sequence);
        updateMessage(db, { ...before, folderId });
      }
    }),
    deleteMessage: edit((key) => deleteMessage(db, message(key))),
    createFolder: edit((parentId, name, properties = new Map([[PidTag.ContainerClass, 'IPF.Note']])) => {
      folder(parentId);
      checkName(db, parentId, name);
      const id = newId(db);
      putFolder(db, { id, parentId, name, properties, ...nextVersion(db), attempted: false, dirty: true });
      return id;
    }),
    changeFolder: edit((id, change) => {
      const before = folder(id);
      const { parentId = before.parentId, name = before.name } = change;
      if (before.parentId === undefined || parentId === undefined) throw new Error('the root stays as it is');
      for (let at: number | undefined = parentId; at !== undefined; at = folder(at).parentId) {
        if (at === id) throw new Error('a folder cannot go into itself');
      }
      checkName(db, parentId, name, id);
      putFolder(db, { ...before, parentId, name, ...nextVersion(db, before.predecessors), dirty: true });
    }),
    deleteFolder: edit((id) => {
      const all = withBelow(db, folder(id));
      const gone = new Set(all.map((one) => one.id));
      for (const one of all) {
        for (const inside of messagesOf(db, one.id)) deleteMessage(db, inside, gone);
        db.run('DELETE FROM folder WHERE id = ?', one.id);
        if (one.attempted) bury(db, 'folder', one.parentId!, one.id);
      }
    }),
  };
}

function missing(what: string): never {
  throw new Error(`the replica has no such ${what}`);
}

/** As Outlook does, names are compared without regard to case. */
function checkName(db: ReplicaDatabase, parentId: number, name: string, own?: number): void {
  const taken = childrenOf(db, parentId).some(
    (sibling) => sibling.id !== own && sibling.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new Error(`there is a folder "${name}" already`);
}

/** A folder and those below, it first. */
export const withBelow = (db: ReplicaDatabase, folder: ReplicaFolder): ReplicaFolder[] => [
  folder,
  ...childrenOf(db, folder.id).flatMap((child) => withBelow(db, child)),
];

/** Keeps what the server has to be told is deleted. */
function bury(db: ReplicaDatabase, kind: 'message' | 'folder', folderId: number, id: number): void {
  db.run('INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?)', kind, folderId, id);
}

/** Deletes a message wherever the server may have it, but in the folders that go themselves. */
function deleteMessage(db: ReplicaDatabase, message: ReplicaMessage, goingFolders?: ReadonlySet<number>): void {
  const [first, ...later] = movesOf(db, message.key);
  const places: (readonly [number, number])[] = [];
  if (first === undefined) places.push([message.folderId, message.id]);
  else places.push([first.fromFolder, first.fromId]);
  for (const move of first === undefined ? [] : [first, ...later]) {
    if (move.attempted) places.push([move.toFolder, move.toId]);
  }
  if (message.attempted) {
    for (const [folderId, id] of places) if (!goingFolders?.has(folderId)) bury(db, 'message', folderId, id);
  }
  removeMessage(db, message.key);
}
