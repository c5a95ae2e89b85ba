import assert from 'node:assert/strict';
import { type Backend, BackendError } from '../../src/backends/index.ts';
import { getString, PidTag } from '../../src/mapi/index.ts';
import { ContentUnavailable, type Mailbox } from '../../src/store/index.ts';
import { createSyncEngine, type SyncEngine } from '../../src/sync/index.ts';
import { FakeBackend } from '../sync/fake-backend.ts';
import type { Party, PartyFolder } from './cached-parties.ts';

const silent = { debug() {}, info() {}, warn() {} };
const writing = new Set([
  'append',
  'setFlags',
  'move',
  'remove',
  'send',
  'createFolder',
  'changeFolder',
  'deleteFolder',
]);

/** The groupware's side of a mailbox: a server, somebody who works on it, and the engine in between. */
export class OxSide {
  readonly party: Party;
  private readonly mailbox: Mailbox;
  private readonly backend = new FakeBackend();
  private readonly now: () => number;
  private engine: SyncEngine;

  constructor(mailbox: Mailbox, now: () => number) {
    this.mailbox = mailbox;
    this.now = now;
    this.engine = this.newEngine();
    this.party = this.worker();
  }

  private newEngine(): SyncEngine {
    const backend = this.backend as Backend;
    return createSyncEngine({ mailbox: this.mailbox, backend, log: silent, pollMs: 1000, clock: this.now });
  }

  /** One pass of the engine. Gives whether it wrote something or has something left to write. */
  async pass(anew = false): Promise<boolean> {
    if (anew) this.engine = this.newEngine();
    this.backend.calls.length = 0;
    await this.engine.pass();
    const wrote = this.backend.calls.some((call) => writing.has(call));
    return wrote || (await this.mailbox.sync.outboxCount()) > 0;
  }

  /** See ContentSource. */
  async fetch(key: number): Promise<AsyncIterable<Uint8Array>> {
    const link = await this.mailbox.sync.link(key);
    const mail = link && this.backend.folders.get(link.remoteFolder)?.mails.get(Number(link.remoteId));
    if (!mail) throw new ContentUnavailable('gone');
    const { raw } = mail;
    return (async function* () {
      yield raw;
    })();
  }

  /** Throws when the groupware does not have the mails that the mailbox has, in the same folders and read alike. */
  async check(): Promise<void> {
    const { sync } = this.mailbox;
    for (const { folderId, remoteId } of await sync.folderLinks()) {
      const here: string[] = [];
      for (const id of await this.mailbox.messageIds(folderId)) {
        const message = (await this.mailbox.message(id))!;
        here.push(`${getString(message.properties, PidTag.Subject)} ${message.read}`);
      }
      const there = [...(this.backend.folders.get(remoteId)?.mails.values() ?? [])].map(
        ({ raw, flags }) => `${subjectOf(raw)} ${flags.seen}`,
      );
      assert.deepEqual(there.sort(), here.sort(), `${remoteId} has what the mailbox has`);
    }
    const linked = (await sync.folderLinks()).map(({ remoteId }) => remoteId).sort();
    assert.deepEqual(linked, [...this.backend.folders.keys()].sort(), 'each folder is on both sides');
  }

  /** Folders are named by their UIDVALIDITY, below zero, so that none has the id of one of the mailbox. */
  private worker(): Party {
    const { backend } = this;
    const idOf = (folder: { validity: string }): number => -Number(folder.validity);
    const byId = (id: number) => [...backend.folders.values()].find((folder) => idOf(folder) === id) ?? gone();
    const mailOf = (folderId: number, uid: number) => byId(folderId).mails.get(uid) ?? gone();
    const parentOf = (id: number): string | undefined => (id === 0 ? undefined : byId(id).id);
    return {
      name: 'ox',
      folders: async () =>
        [...backend.folders.values()].map((folder): PartyFolder => {
          const parent = folder.parentId === undefined ? undefined : backend.folders.get(folder.parentId);
          return {
            id: idOf(folder),
            parentId: parent === undefined ? 0 : idOf(parent),
            own: folder.role === undefined,
          };
        }),
      messages: async (folderId) =>
        [...byId(folderId).mails].map(([uid, { raw }]) => ({ ref: uid, folderId, subject: subjectOf(raw) })),
      body: async ({ folderId, ref }) => bodyOf(mailOf(folderId, ref).raw),
      async create(folderId, subject, body, read) {
        const headers = { Subject: subject, 'Message-ID': `<${subject.replace(' ', '-')}@outside.test>` };
        backend.deliver(byId(folderId).id, headers, body, { seen: read });
      },
      edit: gone,
      async setRead({ folderId, ref }, read) {
        const mail = mailOf(folderId, ref);
        mail.flags = { ...mail.flags, seen: read };
      },
      async move({ folderId, ref }, to) {
        const { raw, flags } = mailOf(folderId, ref);
        const target = byId(to).id;
        byId(folderId).mails.delete(ref);
        backend.put(target, raw, flags);
      },
      async delete({ folderId, ref }) {
        byId(folderId).mails.delete(ref);
      },
      async createFolder(parentId, name) {
        const id = `${parentOf(parentId) ?? 'default0'}/${name}`;
        if (backend.folders.has(id)) gone();
        return idOf(backend.addFolder(id, parentOf(parentId), name));
      },
      async changeFolder(folder, change) {
        const { id, name, parentId } = byId(folder.id);
        const parent = change.parentId === undefined ? parentId : parentOf(change.parentId);
        const renamed = `${parent ?? 'default0'}/${change.name ?? name}`;
        if (backend.folders.has(renamed) || `${renamed}/`.startsWith(`${id}/`)) gone();
        backend.rename(id, renamed, change.name ?? name, parent);
      },
      async deleteFolder(folder) {
        const { id } = byId(folder.id);
        for (const other of [...backend.folders.keys()]) {
          if (`${other}/`.startsWith(`${id}/`)) backend.folders.delete(other);
        }
      },
    };
  }
}

function gone(): never {
  throw new BackendError('notFound', 'refused');
}

const subjectOf = (raw: Buffer): string => /^Subject: *(.*?)\r$/im.exec(raw.toString())?.[1] ?? '';
const bodyOf = (raw: Buffer): string => raw.toString().split('\r\n\r\n').slice(1).join('\r\n\r\n').trim();
