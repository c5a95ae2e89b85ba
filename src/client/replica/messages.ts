import { getString, type MessageContent, PidTag } from '../../mapi/index.ts';
import { decodeContent, encodeContent } from './content.ts';
import type { ReplicaDatabase } from './database.ts';
import type { Version } from './version.ts';

/** A message of the replica, without its content. */
export interface ReplicaMessage extends Version {
  /** The replica's own name of it, the same across moves. */
  readonly key: number;
  readonly id: number;
  readonly folderId: number;
  readonly associated: boolean;
  /** As of the last time that the server told. */
  readonly changeNumber: number | undefined;
  /** As the server counts it; undefined while what the server makes of the message is not known. */
  readonly size: number | undefined;
  readonly read: boolean;
  readonly attempted: boolean;
  readonly dirty: boolean;
  readonly readDirty: boolean;
  readonly subject: string;
}

/** A move that the server was not told of yet. */
export interface PendingMove {
  readonly sequence: number;
  readonly messageKey: number;
  readonly fromFolder: number;
  readonly fromId: number;
  readonly toFolder: number;
  readonly toId: number;
  /** The change that the move is, and what was seen of the message before it; set when it is first sent. */
  readonly changeKey: Uint8Array | undefined;
  readonly predecessors: Uint8Array | undefined;
  readonly attempted: boolean;
}

interface Row {
  key: number;
  id: number;
  folder_id: number;
  associated: number;
  change_key: Uint8Array;
  predecessors: Uint8Array;
  modified: string;
  change_number: number | null;
  size: number | null;
  read: number;
  attempted: number;
  dirty: number;
  read_dirty: number;
  subject: string;
}

const columns =
  'key, id, folder_id, associated, change_key, predecessors, modified, change_number, size, read, attempted, dirty, read_dirty, subject';

const messageOf = (row: Row): ReplicaMessage => ({
  key: row.key,
  id: row.id,
  folderId: row.folder_id,
  associated: row.associated === 1,
  changeKey: row.change_key,
  predecessors: row.predecessors,
  modified: BigInt(row.modified),
  changeNumber: row.change_number ?? undefined,
  size: row.size ?? undefined,
  read: row.read === 1,
  attempted: row.attempted === 1,
  dirty: row.dirty === 1,
  readDirty: row.read_dirty === 1,
  subject: row.subject,
});

const one = (db: ReplicaDatabase, where: string, value: number): ReplicaMessage | undefined => {
  const row = db.get<Row>(`SELECT ${columns} FROM message WHERE ${where}`, value);
  return row && messageOf(row);
};

export const messageByKey = (db: ReplicaDatabase, key: number) => one(db, 'key = ?', key);
export const messageById = (db: ReplicaDatabase, id: number) => one(db, 'id = ?', id);
/** The message that has this id for the server, which may not have heard of moves made here. */
export const messageByServerId = (db: ReplicaDatabase, id: number) =>
  messageById(db, id) ?? one(db, 'key = (SELECT message_key FROM move WHERE from_id = ?)', id);

export const messagesOf = (db: ReplicaDatabase, folderId: number): ReplicaMessage[] =>
  db.all<Row>(`SELECT ${columns} FROM message WHERE folder_id = ? ORDER BY key`, folderId).map(messageOf);

/** Messages with something that the server was not told yet. */
export const changedMessages = (db: ReplicaDatabase): ReplicaMessage[] =>
  db
    .all<Row>(
      `SELECT ${columns} FROM message WHERE dirty = 1 OR read_dirty = 1
       UNION SELECT ${columns} FROM message WHERE key IN (SELECT message_key FROM move) ORDER BY key`,
    )
    .map(messageOf);

export const contentOfMessage = (db: ReplicaDatabase, key: number): MessageContent =>
  decodeContent(db.get<{ content: Uint8Array }>('SELECT content FROM message WHERE key = ?', key)!.content);

/** Makes a message. Gives its key. */
export function insertMessage(
  db: ReplicaDatabase,
  message: Omit<ReplicaMessage, 'key' | 'subject'>,
  content: MessageContent,
): number {
  return db.get<{ key: number }>(
    `INSERT INTO message (${columns.slice('key, '.length)}, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
    ...values(message),
    subjectOf(content),
    encodeContent(content),
  )!.key;
}

/** Changes all of a message; its content too when that is given. */
export function updateMessage(
  db: ReplicaDatabase,
  message: Omit<ReplicaMessage, 'subject'>,
  content?: MessageContent,
): void {
  db.run(
    `UPDATE message SET id = ?, folder_id = ?, associated = ?, change_key = ?, predecessors = ?, modified = ?,
       change_number = ?, size = ?, read = ?, attempted = ?, dirty = ?, read_dirty = ? WHERE key = ?`,
    ...values(message),
    message.key,
  );
  if (content === undefined) return;
  db.run(
    'UPDATE message SET subject = ?, content = ? WHERE key = ?',
    subjectOf(content),
    encodeContent(content),
    message.key,
  );
}

const values = (message: Omit<ReplicaMessage, 'key' | 'subject'>) => [
  message.id,
  message.folderId,
  Number(message.associated),
  message.changeKey,
  message.predecessors,
  String(message.modified),
  message.changeNumber ?? null,
  message.size ?? null,
  Number(message.read),
  Number(message.attempted),
  Number(message.dirty),
  Number(message.readDirty),
];

const subjectOf = ({ properties }: MessageContent): string => getString(properties, PidTag.Subject) ?? '';

/** Takes a message out of the replica, with its moves. */
export function removeMessage(db: ReplicaDatabase, key: number): void {
  db.run('DELETE FROM move WHERE message_key = ?', key);
  db.run('DELETE FROM message WHERE key = ?', key);
}

/** Moves of a message that the server was not told, in their order. */
export const movesOf = (db: ReplicaDatabase, key: number): PendingMove[] =>
  db
    .all<{
      sequence: number;
      message_key: number;
      from_folder: number;
      from_id: number;
      to_folder: number;
      to_id: number;
      change_key: Uint8Array | null;
      predecessors: Uint8Array | null;
      attempted: number;
    }>('SELECT * FROM move WHERE message_key = ? ORDER BY sequence', key)
    .map((row) => ({
      sequence: row.sequence,
      messageKey: row.message_key,
      fromFolder: row.from_folder,
      fromId: row.from_id,
      toFolder: row.to_folder,
      toId: row.to_id,
      changeKey: row.change_key ?? undefined,
      predecessors: row.predecessors ?? undefined,
      attempted: row.attempted === 1,
    }));

/** Puts a message back to where the server has it, as though it had not been moved here. */
export function revertMoves(db: ReplicaDatabase, message: ReplicaMessage): ReplicaMessage {
  const [first] = movesOf(db, message.key);
  if (first === undefined) return message;
  db.run('DELETE FROM move WHERE message_key = ?', message.key);
  const reverted = { ...message, id: first.fromId, folderId: first.fromFolder };
  updateMessage(db, reverted);
  return reverted;
}
