import { decodeBag, type Guid, type MessageContent, PidTag, parseEntryId, propertyRow } from '../../mapi/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { decode } from '../../wire/index.ts';
import { openFolder, release } from '../mailbox.ts';
import { ropCall } from '../rop-call.ts';
import { downloadContents } from './contents-download.ts';
import { uploadContents } from './contents-upload.ts';
import type { ReplicaEvent, SyncContext } from './context.ts';
import { namespaceOf, openReplicaDatabase } from './database.ts';
import { type ReplicaEdits, replicaEdits } from './edits.ts';
import { allFolders, folderById, isSearchFolder, putFolder, type ReplicaFolder } from './folders.ts';
import { downloadHierarchy } from './hierarchy-download.ts';
import { uploadFolderDeletions, uploadFolders } from './hierarchy-upload.ts';
import { reserveIds } from './ids.ts';
import { contentOfMessage, messagesOf, type ReplicaMessage } from './messages.ts';
import { type ReplicaNames, replicaNames } from './names.ts';
import { isFolderGone } from './request.ts';
import type { ReplicaSession } from './session.ts';

/** What to bring up to date. What was changed here is uploaded wherever it is. */
export interface SyncScope {
  readonly hierarchy: boolean;
  /** Whether to download the messages of a folder. */
  readonly contents: (folderId: number) => boolean;
}
export const wholeMailbox: SyncScope = { hierarchy: true, contents: () => true };

/**
 * A mailbox as Outlook's offline file holds it: all folders and messages, what was changed here since the last upload,
 * and the state of synchronization. It lasts; whatever ends the process, the next one goes on from what is in the file.
 */
export interface Replica {
  /** Undefined before the first synchronization. */
  readonly mailboxGuid: Guid | undefined;
  /** GUID in the change keys of changes made here. */
  readonly namespace: Guid;
  readonly edits: ReplicaEdits;
  readonly names: ReplicaNames;
  /** Parents before their children; the first is the root of the mailbox. */
  folders(): ReplicaFolder[];
  /** In the order in which they came. */
  messages(folderId: number): ReplicaMessage[];
  content(key: number): MessageContent;
  /** Of all folders. */
  messageCount(): number;
  /** Whether there is something that the server was not told. */
  hasChanges(): boolean;
  /**
   * Uploads what was changed here, then downloads what was changed elsewhere, as Outlook does in this order. One at a
   * time. Throws what the connection throws, and MapiError when the server refuses something; it can be repeated then.
   */
  synchronize(session: ReplicaSession, scope?: SyncScope, tell?: (event: ReplicaEvent) => void): Promise<void>;
  close(): void;
}

/** Opens or makes a replica in a file (`:memory:` for one that does not last). Throws for another kind of file. */
export function openReplica(file: string): Replica {
  const db = openReplicaDatabase(file);
  const names = replicaNames(db);
  return {
    get mailboxGuid() {
      return db.setting<string>('mailbox');
    },
    namespace: namespaceOf(db),
    edits: replicaEdits(db),
    names,
    folders: () => allFolders(db),
    messages: (folderId) => messagesOf(db, folderId),
    content: (key) => contentOfMessage(db, key),
    messageCount: () => db.get<{ count: number }>('SELECT count(*) AS count FROM message')!.count,
    hasChanges: () => db.get(anyChange) !== undefined,
    async synchronize(session, scope = wholeMailbox, tell = () => {}) {
      await begin(session);
      const context: SyncContext = {
        db,
        names,
        session,
        tell,
        replica: db.setting<string>('replica')!,
        rootId: db.setting<number>('root')!,
      };
      await reserveIds(db, session);
      if (scope.hierarchy) {
        await uploadFolders(context);
        await downloadFolders(context);
      }
      const uploaded = new Set(await uploadContents(context));
      // Where the server keeps the version that lost.
      if (uploaded.size > 0) uploaded.add(db.setting<number>('conflicts')!);
      if (scope.hierarchy) await uploadFolderDeletions(context);
      for (const folder of allFolders(db)) {
        if (isSearchFolder(folder) || !(scope.contents(folder.id) || uploaded.has(folder.id))) continue;
        await downloadMessages(context, folder.id);
      }
    },
    close: () => db.close(),
  };

  async function downloadFolders(context: SyncContext): Promise<void> {
    for (let again = true; again; ) again = await downloadHierarchy(context);
  }

  async function downloadMessages(context: SyncContext, folderId: number): Promise<void> {
    // Made here, or deleted, while others were downloaded.
    if (!folderById(db, folderId)?.attempted) return;
    try {
      await downloadContents(context, folderId);
    } catch (error) {
      if (!isFolderGone(error)) throw error;
      await downloadFolders(context);
      if (folderById(db, folderId) !== undefined) throw error;
    }
  }

  /** Learns what mailbox this is a replica of. Throws when it is one of another. */
  async function begin(session: ReplicaSession): Promise<void> {
    const { mailbox, client } = session;
    const known = db.setting<string>('mailbox');
    if (known !== undefined) {
      if (known !== mailbox.mailboxGuid) throw new Error(`this is a replica of the mailbox ${known}`);
      return;
    }
    const { longTermId } = await client.run(
      ropCall(d.RopLongTermIdFromId, mailbox.logon, { objectId: mailbox.folders.root }),
    );
    const [conflicts, , localFailures] = await troubleFoldersOf(session);
    db.transaction(() => {
      db.setSetting('replica', longTermId.guid);
      db.setSetting('root', longTermId.counter);
      db.setSetting('conflicts', conflicts!);
      db.setSetting('localFailures', localFailures!);
      putFolder(db, {
        id: longTermId.counter,
        parentId: undefined,
        name: '',
        properties: decodeBag(emptyBag),
        changeKey: new Uint8Array(),
        predecessors: new Uint8Array(),
        modified: 0n,
        attempted: true,
        dirty: false,
      });
      db.setSetting('mailbox', mailbox.mailboxGuid);
    });
  }
}

const emptyBag = Buffer.from([1, 0]);

const anyChange = `SELECT 1 FROM message WHERE dirty = 1 OR read_dirty = 1 UNION ALL SELECT 1 FROM move
  UNION ALL SELECT 1 FROM tombstone UNION ALL SELECT 1 FROM folder WHERE dirty = 1 OR doubtful = 1 LIMIT 1`;

/** Conflicts, Sync Issues and Local Failures, named in the Inbox (PidTagAdditionalRenEntryIds, MS-OXOSFLD 2.2.3). */
async function troubleFoldersOf(session: ReplicaSession): Promise<number[]> {
  const { client, mailbox } = session;
  const inbox = await openFolder(client, mailbox, mailbox.folders.inbox);
  const propertyTags = [PidTag.AdditionalRenEntryIds];
  const { rowData } = await client.run(
    ropCall(d.RopGetPropertiesSpecific, inbox, { propertySizeLimit: 0, wantUnicode: 1, propertyTags }, propertyTags),
  );
  await release(client, inbox);
  const [cell] = decode(propertyRow(propertyTags), rowData);
  if (!Array.isArray(cell) || cell.length < 3) throw new Error('the Inbox does not name the folder of conflicts');
  return cell.slice(0, 3).map((bytes) => {
    const entry = parseEntryId(bytes as Uint8Array);
    if (entry.kind !== 'folder') throw new Error('the Inbox names no folder of conflicts');
    return entry.counter;
  });
}
