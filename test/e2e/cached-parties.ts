import {
  newHandle,
  openFolder,
  type Replica,
  type ReplicaSession,
  readRows,
  release,
  ropCall,
  setProperties,
  writeMessage,
} from '../../src/client/index.ts';
import { counterOf, type MessageContent, makeId, PidTag, type PropertyBag } from '../../src/mapi/index.ts';
import * as d from '../../src/protocols/rop/definitions/index.ts';

export interface PartyFolder {
  readonly id: number;
  readonly parentId: number;
  /** Made by somebody, for those who know. */
  readonly own?: boolean;
}
export interface PartyMessage {
  /** The party's own name of it. */
  readonly ref: number;
  readonly folderId: number;
  readonly subject: string;
}

/** Somebody who works in the mailbox, by whatever client. Each change may be refused: then nothing has happened. */
export interface Party {
  readonly name: string;
  /** Parents before their children. */
  folders(): Promise<PartyFolder[]>;
  messages(folderId: number): Promise<PartyMessage[]>;
  body(message: PartyMessage): Promise<string>;
  create(folderId: number, subject: string, body: string, read: boolean): Promise<void>;
  edit(message: PartyMessage, body: string): Promise<void>;
  setRead(message: PartyMessage, read: boolean): Promise<void>;
  move(message: PartyMessage, folderId: number): Promise<void>;
  delete(message: PartyMessage): Promise<void>;
  createFolder(parentId: number, name: string): Promise<number>;
  changeFolder(folder: PartyFolder, change: { name?: string; parentId?: number }): Promise<void>;
  deleteFolder(folder: PartyFolder): Promise<void>;
}

const bagOf = (subject: string, body: string): PropertyBag =>
  new Map<number, string>([
    [PidTag.MessageClass, 'IPM.Note'],
    [PidTag.Subject, subject],
    [PidTag.Body, body],
  ]);
const contentOf = (subject: string, body: string): MessageContent => ({
  properties: bagOf(subject, body),
  recipients: [],
  attachments: [],
});

/** Works in a replica; what it does reaches the server when that is synchronized. */
export function cachedParty(name: string, replica: Replica): Party {
  const { edits } = replica;
  return {
    name,
    folders: async () =>
      replica.folders().flatMap(({ id, parentId }) => (parentId === undefined ? [] : [{ id, parentId }])),
    messages: async (folderId) =>
      replica
        .messages(folderId)
        .filter(({ associated }) => !associated)
        .map(({ key, subject }) => ({ ref: key, folderId, subject })),
    body: async ({ ref }) => String(replica.content(ref).properties.get(PidTag.Body)).trim(),
    create: async (folderId, subject, body, read) =>
      void edits.createMessage(folderId, contentOf(subject, body), { read }),
    edit: async ({ ref, subject }, body) => edits.changeMessage(ref, { set: bagOf(subject, body) }),
    setRead: async ({ ref }, read) => edits.setRead(ref, read),
    move: async ({ ref }, folderId) => edits.moveMessage(ref, folderId),
    delete: async ({ ref }) => edits.deleteMessage(ref),
    createFolder: async (parentId, folderName) => edits.createFolder(parentId, folderName),
    changeFolder: async ({ id }, change) => edits.changeFolder(id, change),
    deleteFolder: async ({ id }) => edits.deleteFolder(id),
  };
}

const wire = (counter: number): bigint => makeId(1, counter);

/** Works on the server itself, as Outlook does without cached mode. */
export function onlineParty(name: string, { client, mailbox }: ReplicaSession): Party {
  const inFolder = async <T>(folderId: number, work: (folder: ReturnType<typeof newHandle>) => Promise<T>) => {
    const folder = await openFolder(client, mailbox, wire(folderId));
    const result = await work(folder);
    await release(client, folder);
    return result;
  };
  const open = async ({ folderId, ref }: PartyMessage, openModeFlags: number) => {
    const message = newHandle();
    const asked = { codePageId: 0xfff, folderId: wire(folderId), openModeFlags, messageId: wire(ref) };
    await client.run(ropCall(d.RopOpenMessage, [mailbox.logon, message], asked));
    return message;
  };
  /** Answers of operations on several objects. */
  const whole = ({ partialCompletion }: { partialCompletion: boolean }): void => {
    if (partialCompletion) throw new Error('partly done');
  };
  const rowsOf = (folderId: number, table: 'hierarchy' | 'contents', columns: number[]) =>
    inFolder(folderId, async (folder) => {
      const handle = newHandle();
      const { useUnicode, depth } = d.tableFlags;
      await client.runAll(
        table === 'contents'
          ? ropCall(d.RopGetContentsTable, [folder, handle], { tableFlags: useUnicode })
          : ropCall(d.RopGetHierarchyTable, [folder, handle], { tableFlags: useUnicode | depth }),
        ropCall(d.RopSetColumns, handle, { setColumnsFlags: 0, propertyTags: columns }),
      );
      const rows = await readRows(client, handle, columns);
      await release(client, handle);
      return rows;
    });
  return {
    name,
    async folders() {
      const rows = await rowsOf(counterOf(mailbox.folders.root), 'hierarchy', [PidTag.FolderId, PidTag.ParentFolderId]);
      return rows.map(([id, parentId]) => ({ id: counterOf(id as bigint), parentId: counterOf(parentId as bigint) }));
    },
    async messages(folderId) {
      const rows = await rowsOf(folderId, 'contents', [PidTag.Mid, PidTag.Subject]);
      return rows.map(([mid, subject]) => ({ ref: counterOf(mid as bigint), folderId, subject: String(subject) }));
    },
    async body(message) {
      const handle = await open(message, 0);
      const { propertyValues } = await client.run(
        ropCall(d.RopGetPropertiesAll, handle, { propertySizeLimit: 0, wantUnicode: 1 }),
      );
      await release(client, handle);
      return String(propertyValues.find(({ tag }) => tag === PidTag.Body)?.value).trim();
    },
    async create(folderId, subject, body, read) {
      const message = newHandle();
      const asked = { codePageId: 0xfff, folderId: wire(folderId), associatedFlag: false };
      await client.run(ropCall(d.RopCreateMessage, [mailbox.logon, message], asked));
      await writeMessage(client, message, contentOf(subject, body));
      await setProperties(client, message, [{ tag: PidTag.MessageFlags, value: read ? 1 : 0 }]);
      await client.run(ropCall(d.RopSaveChangesMessage, [message, message], { saveFlags: 0x0a }));
      await release(client, message);
    },
    async edit(message, body) {
      const handle = await open(message, 1);
      await setProperties(client, handle, [{ tag: PidTag.Body, value: body }]);
      await client.run(ropCall(d.RopSaveChangesMessage, [handle, handle], { saveFlags: 0x0a }));
      await release(client, handle);
    },
    setRead: ({ folderId, ref }, read) =>
      inFolder(folderId, async (folder) =>
        whole(
          await client.run(
            ropCall(d.RopSetReadFlags, folder, {
              wantAsynchronous: false,
              readFlags: read ? 0x01 : 0x04,
              messageIds: [wire(ref)],
            }),
          ),
        ),
      ),
    move: ({ folderId, ref }, to) =>
      inFolder(folderId, (source) =>
        inFolder(to, async (destination) =>
          whole(
            await client.run(
              ropCall(d.RopMoveCopyMessages, [source, destination], {
                messageIds: [wire(ref)],
                wantAsynchronous: false,
                wantCopy: false,
              }),
            ),
          ),
        ),
      ),
    delete: ({ folderId, ref }) =>
      inFolder(folderId, async (folder) =>
        whole(
          await client.run(
            ropCall(d.RopDeleteMessages, folder, {
              wantAsynchronous: false,
              notifyNonRead: false,
              messageIds: [wire(ref)],
            }),
          ),
        ),
      ),
    createFolder: (parentId, displayName) =>
      inFolder(parentId, async (parent) => {
        const folder = newHandle();
        const { folderId } = await client.run(
          ropCall(d.RopCreateFolder, [parent, folder], {
            folderType: 1,
            useUnicodeStrings: true,
            openExisting: false,
            reserved: 0,
            displayName,
            comment: '',
          }),
        );
        await release(client, folder);
        return counterOf(folderId);
      }),
    async changeFolder({ id, parentId }, change) {
      if (change.parentId === undefined) {
        await inFolder(id, (folder) =>
          setProperties(client, folder, [{ tag: PidTag.DisplayName, value: change.name! }]),
        );
        return;
      }
      const to = change.parentId;
      await inFolder(parentId, (source) =>
        inFolder(to, async (destination) =>
          whole(
            await client.run(
              ropCall(d.RopMoveFolder, [source, destination], {
                wantAsynchronous: false,
                useUnicode: true,
                folderId: wire(id),
                newFolderName: change.name!,
              }),
            ),
          ),
        ),
      );
    },
    deleteFolder: ({ id, parentId }) =>
      inFolder(parentId, async (parent) =>
        // DEL_MESSAGES and DEL_FOLDERS (MS-OXCFOLD 2.2.1.3.1).
        whole(await client.run(ropCall(d.RopDeleteFolder, parent, { deleteFolderFlags: 0x05, folderId: wire(id) }))),
      ),
  };
}
