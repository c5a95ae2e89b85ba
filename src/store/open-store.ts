import { randomUUID } from 'node:crypto';
import { parseMime } from '../formats/index.ts';
import { encodeBag, fileTimeFromMs, folderEntryId, messageEntryId, PidTag, type PropertyBag } from '../mapi/index.ts';
import { batches } from './batches.ts';
import { type Convert, createContentReader } from './content.ts';
import { openContentCache } from './content-cache.ts';
import { openDatabase } from './database.ts';
import { insertFolder, updateFolder } from './folders.ts';
import { type StoreLimits, storeLimits } from './limits.ts';
import { type OpenMailbox, openMailbox } from './mailbox.ts';
import { standardReceiveFolders } from './receive-folders.ts';
import { standardReplicas } from './replicas.ts';
import { purgeDeleted } from './retention.ts';
import { specialFolderName, specialFolders } from './special-folders.ts';
import type { ContentSource, FolderRole, Mailbox, MailboxInfo, MailboxProfile, Store } from './types.ts';

export interface StoreOptions {
  /** The database file. */
  readonly file: string;
  /** Raw mails that were fetched; can be deleted while the store is closed. */
  readonly cacheDirectory: string;
  /** Bound of that directory. */
  readonly contentCacheBytes?: number;
  /** ms since 1970. */
  readonly clock?: () => number;
  /** Turns raw mails into messages; parseMime unless a test gives another. */
  readonly convert?: Convert;
}

/** The first counters are left for what clients might think of as none. */
const firstCounter = 0x100;
/** Minimal Entry IDs below have fixed meanings (MS-OXNSPI 2.2.1.8). */
const firstMinimalEntryId = 0x10;

/** Opens the store, bringing an older database up to date. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const limits: StoreLimits = {
    ...storeLimits,
    ...(options.contentCacheBytes === undefined ? {} : { contentCacheBytes: options.contentCacheBytes }),
  };
  const clock = options.clock ?? Date.now;
  const database = await openDatabase(options.file);
  const cache = await openContentCache(options.cacheDirectory, limits.contentCacheBytes).catch(async (error) => {
    await database.close();
    throw error;
  });
  let contentSource: ContentSource | undefined;
  const contents = createContentReader(
    cache,
    () => contentSource,
    options.convert ?? ((raw) => parseMime(raw)),
    limits,
  );
  const opened = new Map<number, Promise<OpenMailbox>>();
  const minimalIds = new Map<string, number>();

  const open = (info: MailboxInfo): Promise<OpenMailbox> => {
    let box = opened.get(info.id);
    if (!box) {
      box = load(info);
      opened.set(info.id, box);
      box.catch(() => opened.delete(info.id));
    }
    return box;
  };
  const load = async (info: MailboxInfo): Promise<OpenMailbox> => {
    const box = openMailbox({ database, contents, limits, clock }, info);
    const rows = await database
      .db()
      .selectFrom('folder')
      .select(['id', 'role', 'source_key'])
      .where('mailbox_id', '=', info.id)
      .where((eb) => eb.or([eb('role', 'is not', null), eb('source_key', 'is not', null)]))
      .execute();
    for (const row of rows) {
      if (row.role !== null) box.specialFolders.set(row.role as FolderRole, row.id);
      if (row.source_key !== null) box.context.foreignFolderKeys.set(row.id, row.source_key);
    }
    return box;
  };

  const infos = async (address?: string): Promise<MailboxInfo[]> => {
    const query = database.db().selectFrom('mailbox').selectAll().orderBy('id');
    const rows = await (address === undefined ? query : query.where('address', '=', address)).execute();
    return rows.map((row) => ({
      id: row.id,
      guid: row.guid,
      replicaGuid: row.replica_guid,
      mappingSignature: row.mapping_signature,
      address: row.address,
      displayName: row.display_name,
      legacyDn: row.legacy_dn,
    }));
  };

  const create = async (profile: MailboxProfile, address: string): Promise<void> => {
    const guids = { guid: randomUUID(), replica_guid: randomUUID(), mapping_signature: randomUUID() };
    const { id } = await database
      .db()
      .insertInto('mailbox')
      .values({
        ...guids,
        address,
        display_name: profile.displayName,
        legacy_dn: profile.legacyDn,
        next_counter: firstCounter,
        created: fileTimeFromMs(clock()),
        properties: encodeBag(new Map()),
      } as never)
      .returning('id')
      .executeTakeFirstOrThrow();
    await database
      .db()
      .insertInto('replica')
      .values(
        standardReplicas({ replicaGuid: guids.replica_guid, mappingSignature: guids.mapping_signature }).map(
          ([replid, guid]) => ({ mailbox_id: id, replid, guid }),
        ),
      )
      .execute();
  };

  return {
    async findMailbox(address) {
      const [info] = await infos(address.toLowerCase());
      if (!info) return undefined;
      const box = await open(info);
      box.start();
      return box.context.mailbox;
    },

    async ensureMailbox(profile) {
      const address = profile.address.toLowerCase();
      const [known] = await infos(address);
      const current =
        known?.displayName === profile.displayName && known.legacyDn === profile.legacyDn ? known : undefined;
      if (current) {
        const box = await open(current);
        if (specialFolders.every(({ role }) => box.specialFolders.has(role))) {
          box.start();
          return box.context.mailbox;
        }
      }
      const { box, info, made } = await database.transaction(async () => {
        if ((await infos(address)).length === 0) await create(profile, address);
        else {
          await database
            .db()
            .updateTable('mailbox')
            .set({ display_name: profile.displayName, legacy_dn: profile.legacyDn })
            .where('address', '=', address)
            .execute();
        }
        const stored = (await infos(address))[0]!;
        const existing = opened.get(stored.id);
        const mine = existing ? await existing : await load(stored);
        return { box: mine, info: stored, made: await completeSpecialFolders(mine, profile.locale) };
      });
      const winner = await (opened.get(info.id) ?? Promise.resolve(box));
      for (const [role, id] of made) winner.specialFolders.set(role, id);
      winner.info = info;
      if (!opened.has(info.id)) opened.set(info.id, Promise.resolve(winner));
      winner.start();
      return winner.context.mailbox;
    },

    mailboxes: () => infos(),

    async minimalEntryIds(dns) {
      const keys = dns.map((dn) => dn.toLowerCase());
      const missing = [...new Set(keys.filter((key) => !minimalIds.has(key)))];
      for (const part of batches(missing, storeLimits.keysPerStatement)) {
        const rows = await database.transaction(async () => {
          await database
            .db()
            .insertInto('minimal_entry_id')
            .values(part.map((dn_key) => ({ dn_key })) as never)
            .onConflict((conflict) => conflict.column('dn_key').doNothing())
            .execute();
          return database.db().selectFrom('minimal_entry_id').selectAll().where('dn_key', 'in', part).execute();
        });
        for (const row of rows) minimalIds.set(row.dn_key, row.id + firstMinimalEntryId);
      }
      return keys.map((key) => minimalIds.get(key)!);
    },

    purgeDeleted: (beforeMs) => purgeDeleted(database, fileTimeFromMs(beforeMs)),

    setContentSource(source) {
      contentSource = source;
    },

    async close() {
      for (const box of opened.values()) (await box.catch(() => undefined))?.close();
      await database.close();
    },
  };
}

/** Makes the special folders that are missing. Only in a transaction. Returns the new ones. */
async function completeSpecialFolders(box: OpenMailbox, locale: string | undefined): Promise<Map<FolderRole, number>> {
  const { context, specialFolders: present } = box;
  const origin = { kind: 'sync' } as const;
  const made = new Map<FolderRole, number>();
  const idOf = (role: FolderRole) => present.get(role) ?? made.get(role)!;
  for (const special of specialFolders) {
    if (present.has(special.role)) continue;
    const properties: PropertyBag = new Map();
    if (special.containerClass) properties.set(PidTag.ContainerClass, special.containerClass);
    const parentId = special.parent && idOf(special.parent);
    const displayName = await freeName(box, parentId, specialFolderName(special, locale));
    const { id } = await insertFolder(context, { ...special, parentId, displayName, properties }, origin);
    made.set(special.role, id);
  }
  if (made.has('root')) {
    // The rest asks the mailbox for its special folders; this one is not in use before the commit.
    for (const [role, id] of made) present.set(role, id);
    await writeReceiveFolders(context.mailbox, box);
    await writeSpecialEntryIds(context.mailbox, box);
  }
  return made;
}

/** A user's folder may have the name already: then the special one gets a number. */
async function freeName(box: OpenMailbox, parentId: number | undefined, name: string): Promise<string> {
  if (parentId === undefined) return name;
  const taken = new Set(
    (await box.context.mailbox.childFolders(parentId)).map((folder) => folder.displayName.toLowerCase()),
  );
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} (${number})`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

async function writeReceiveFolders(mailbox: Mailbox, box: OpenMailbox): Promise<void> {
  await box.context
    .db()
    .insertInto('receive_folder')
    .values(
      standardReceiveFolders.map(([messageClass, role]) => ({
        mailbox_id: mailbox.id,
        class_key: messageClass.toLowerCase(),
        message_class: messageClass,
        folder_id: mailbox.specialFolder(role),
        last_modified: box.context.now(),
      })),
    )
    .execute();
}

/**
 * The special-folder properties that clients may change, on Inbox (updateFolder puts them on the root too): sync
 * folders and junk, no further folders yet, and the Delegate Information message (MS-OXOSFLD 2.2.3–2.2.6, MS-OXODLGT
 * 2.2.2).
 */
async function writeSpecialEntryIds(mailbox: Mailbox, box: OpenMailbox): Promise<void> {
  const origin = { kind: 'sync' } as const;
  const entryId = (role: FolderRole) => folderEntryId(mailbox.guid, mailbox.replicaGuid, mailbox.specialFolder(role));
  const freebusy = mailbox.specialFolder('freebusyData');
  const delegateInformation = await mailbox.saveMessage(
    {
      folderId: freebusy,
      read: true,
      set: new Map<number, string>([
        [PidTag.MessageClass, 'IPM.Microsoft.ScheduleData.FreeBusy'],
        [PidTag.Subject, 'LocalFreebusy'],
      ]),
    },
    origin,
  );
  await updateFolder(
    box.context,
    mailbox.specialFolder('inbox'),
    {
      set: new Map<number, Uint8Array | Uint8Array[]>([
        [
          PidTag.AdditionalRenEntryIds,
          (['conflicts', 'syncIssues', 'localFailures', 'serverFailures', 'junkEmail'] as const).map(entryId),
        ],
        // PersistID and size of the closing block.
        [PidTag.AdditionalRenEntryIdsEx, Buffer.alloc(4)],
        [
          PidTag.FreeBusyEntryIds,
          [
            Buffer.alloc(0),
            messageEntryId(mailbox.guid, mailbox.replicaGuid, freebusy, delegateInformation.id),
            Buffer.alloc(0),
            entryId('freebusyData'),
          ],
        ],
      ]),
    },
    origin,
  );
}
