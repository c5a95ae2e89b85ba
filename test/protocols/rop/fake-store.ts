import { ec, MapiError, PidTag } from '../../../src/mapi/index.ts';
import { createSession, type RopServices, type Session } from '../../../src/protocols/rop/index.ts';
import {
  createListTable,
  type Folder,
  type FolderId,
  folderRoles,
  type Identity,
  type Mailbox,
  type StoreEvent,
} from '../../../src/store/index.ts';

const anna: Identity = { address: 'anna@oxbow.test', displayName: 'Anna', legacyDn: '/o=Oxbow/cn=anna', tenant: '1' };
const ben: Identity = { address: 'ben@oxbow.test', displayName: 'Ben', legacyDn: '/o=Oxbow/cn=ben', tenant: '1' };

/** A message of the fake: its id and the number that its subject tells. */
interface FakeMessage {
  readonly id: number;
  readonly subject: string;
}

/** As much of a mailbox as the ROP layer's own rules need: folders in a map, messages in the Inbox. */
export interface FakeMailbox {
  readonly mailbox: Mailbox;
  readonly messages: FakeMessage[];
  /** Names of what was called that changes something. */
  readonly changes: string[];
  emit(event: StoreEvent): void;
  /** Puts a message into the Inbox, or takes one out; open tables notice. */
  add(id: number, subject: string): void;
  remove(id: number): void;
}

export function fakeMailbox(identity: Identity, messageCount = 0): FakeMailbox {
  const roles = new Map(folderRoles.map((role, index) => [role, index + 1]));
  const names = new Map<FolderId, { name: string; parentId: FolderId | undefined; type: Folder['type'] }>();
  for (const [role, id] of roles)
    names.set(id, {
      name: role,
      parentId: role === 'root' ? undefined : 1,
      type: role === 'root' ? 'root' : 'generic',
    });
  const inbox = roles.get('inbox')!;
  const messages = Array.from({ length: messageCount }, (_, i) => ({
    id: 1000 + i,
    subject: `subject ${i} `.repeat(8),
  }));
  const listeners = new Set<(event: StoreEvent) => void>();
  const tables = new Set<(id: number | undefined) => void>();
  const tellTables = () => {
    for (const changed of tables) changed(undefined);
  };
  const changes: string[] = [];
  let lastId = 100_000;
  const folder = (id: FolderId) => {
    const found = names.get(id);
    return found && ({ id, displayName: found.name, parentId: found.parentId, type: found.type } as unknown as Folder);
  };
  const replicas = new Map([[1, '11111111-0000-0000-0000-000000000001']]);

  const mailbox: Partial<Mailbox> = {
    id: identity.address.length,
    guid: '11111111-0000-0000-0000-00000000000a',
    replicaGuid: replicas.get(1)!,
    mappingSignature: '11111111-0000-0000-0000-00000000000b',
    ...identity,
    transaction: (work) => work(),
    specialFolder: (role) => roles.get(role)!,
    folder: async (id) => folder(id),
    async createFolder(input) {
      const existing = [...names].find(([, f]) => f.parentId === input.parentId && f.name === input.displayName);
      if (existing && !input.openExisting) throw new MapiError(ec.duplicateName);
      if (existing) return { folder: folder(existing[0])!, existed: true };
      changes.push(`createFolder ${input.displayName}`);
      lastId += 1;
      names.set(lastId, { name: input.displayName, parentId: input.parentId, type: input.type ?? 'generic' });
      return { folder: folder(lastId)!, existed: false };
    },
    async deleteFolder(id) {
      changes.push(`deleteFolder ${id}`);
      names.delete(id);
      return { partial: false };
    },
    async deleteMessages(_folderId, ids) {
      changes.push(`deleteMessages ${ids.length}`);
      return { partial: false };
    },
    receiveFolder: async (messageClass) => ({ folderId: inbox, messageClass: messageClass ? 'IPM' : '' }),
    receiveFolders: async () => [{ folderId: inbox, messageClass: 'IPM', lastModified: 1n }],
    allocateIds: async (count) => {
      changes.push('allocateIds');
      const first = lastId + 1;
      lastId += count;
      return first;
    },
    guidOfReplid: async (replid) => replicas.get(replid),
    async replidOf(guid, create) {
      for (const [replid, known] of replicas) if (known === guid) return replid;
      if (!create) return undefined;
      const replid = replicas.size + 1;
      replicas.set(replid, guid);
      return replid;
    },
    findBySourceKey: async () => undefined,
    storeProperties: async () => new Map(),
    hierarchyTable: async (parentId) =>
      createListTable({
        rows: () => [...names].filter(([, f]) => f.parentId === parentId),
        key: ([id]) => id,
        property: ([id, f], tag) =>
          tag === PidTag.DisplayName ? f.name : tag === PidTag.FolderId ? BigInt(id) : undefined,
        allColumns: () => [PidTag.DisplayName, PidTag.FolderId],
      }),
    contentsTable: async (folderId) =>
      createListTable({
        rows: () => (folderId === inbox ? messages : []),
        key: (message) => message.id,
        property: (message, tag) => (tag === PidTag.Subject ? message.subject : undefined),
        allColumns: () => [PidTag.Subject],
        rowKey: (messageId, instance) => ({ folderId, messageId, instance }),
        subscribe(changed) {
          tables.add(changed);
          return () => tables.delete(changed);
        },
      }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    mailbox: mailbox as Mailbox,
    messages,
    changes,
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    add(id, subject) {
      messages.push({ id, subject });
      tellTables();
    },
    remove(id) {
      messages.splice(
        messages.findIndex((message) => message.id === id),
        1,
      );
      tellTables();
    },
  };
}

/** A session of Anna's, and the mailboxes of Anna and Ben. */
export function fakeSession(messageCount = 0): {
  session: Session;
  anna: FakeMailbox;
  ben: FakeMailbox;
  errors: unknown[];
} {
  const mailboxes = new Map([
    [anna.address, fakeMailbox(anna, messageCount)],
    [ben.address, fakeMailbox(ben, 1)],
  ]);
  const errors: unknown[] = [];
  const people = [anna, ben].map((identity) => ({ ...identity, kind: 'user', aliases: [], properties: new Map() }));
  const services = {
    store: { findMailbox: async (address: string) => mailboxes.get(address)?.mailbox },
    directory: { entries: async () => people },
    mailboxes: { resolve: async () => undefined },
    report: (error: unknown) => errors.push(error),
  } as unknown as RopServices;
  return {
    session: createSession({ identity: anna, services }),
    anna: mailboxes.get(anna.address)!,
    ben: mailboxes.get(ben.address)!,
    errors,
  };
}
