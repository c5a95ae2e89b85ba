import {
  type AttachmentContent,
  type Cell,
  counterOf,
  guidFromBytes,
  idOf,
  isLargeValue,
  isNamed,
  isPropertyError,
  type MessageContent,
  PidTag,
  type PropertyBag,
  type PropertyId,
  type PropertyTag,
  parseSourceKey,
  type ReadonlyPropertyBag,
  type StoredValue,
  tagOf,
  typeOf,
} from '../../mapi/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { openFolder, readRows, release } from '../mailbox.ts';
import { readAllProperties, readMessage } from '../read-message.ts';
import { newHandle, ropCall } from '../rop-call.ts';
import { flagsWithoutRead } from './contents-download.ts';
import { isSearchFolder, type ReplicaFolder } from './folders.ts';
import type { ReplicaMessage } from './messages.ts';
import type { ReplicaNames } from './names.ts';
import type { Replica } from './replica.ts';
import { wireId } from './request.ts';
import type { ReplicaSession } from './session.ts';

/**
 * What a server answers for a message that a replica need not have in the same words, and why. What is compared with
 * the replica's own record of a message instead is in {@link recorded}.
 */
const notKept: ReadonlyMap<PropertyId, string> = new Map(
  (
    [
      [PidTag.EntryId, 'made from ids for one session or store'],
      [PidTag.ParentEntryId, 'made from ids'],
      [PidTag.RecordKey, 'made from ids'],
      [PidTag.InstanceKey, 'made from ids'],
      [PidTag.StoreEntryId, 'of the store'],
      [PidTag.StoreRecordKey, 'of the store'],
      [PidTag.MappingSignature, 'of the store'],
      [PidTag.Access, 'what this client may do'],
      [PidTag.AccessLevel, 'what this handle may do'],
      [PidTag.ObjectType, 'follows from what was opened'],
      [PidTag.MessageStatus, 'asked for by its own operation'],
      [PidTag.LocalCommitTime, 'when the server wrote it'],
      [0x0e230003, 'PidTagInternetArticleNumber: numbered by the server'],
    ] as const
  ).map(([tag, why]) => [idOf(tag), why]),
);

const reasons = (tags: readonly PropertyTag[], why: string) => tags.map((tag) => [idOf(tag), why] as const);

/** Of a message inside an attachment, besides: its synchronization tells what is stored, opening it what follows. */
const ofEmbedded: ReadonlyMap<PropertyId, string> = new Map([
  ...notKept,
  ...reasons(
    [
      ...[PidTag.MessageClass, PidTag.Importance, PidTag.Sensitivity, PidTag.MessageFlags, PidTag.Read],
      ...[PidTag.MessageSize, PidTag.MessageSizeExtended, PidTag.HasAttachments, PidTag.NativeBody],
      ...[PidTag.RtfInSync, PidTag.ConversationTopic, PidTag.DisplayTo, PidTag.DisplayCc, PidTag.DisplayBcc],
    ],
    'follows from the message',
  ),
]);

/** A row says all of these of a recipient, whether or not they were given (MS-OXCDATA 2.8.3.2). */
const ofRecipientRows: ReadonlyMap<PropertyId, string> = new Map(
  reasons(
    [
      ...[PidTag.EntryId, PidTag.SearchKey, PidTag.DisplayType, PidTag.ObjectType],
      ...[PidTag.SendRichInfo, PidTag.TransmittableDisplayName],
    ],
    'made from the address when a row is read',
  ),
);

/** Whether the server may have a property that the replica lacks. */
type Known = (id: PropertyId) => boolean;
const among =
  (reasons: ReadonlyMap<PropertyId, string>): Known =>
  (id) =>
    reasons.has(id);
const anything: Known = () => true;

/** Compared with the record of a message, which the header of its change made. */
const recorded = {
  [PidTag.SourceKey]: ({ id }: ReplicaMessage, value: unknown) => parseSourceKey(value as Uint8Array).counter === id,
  [PidTag.ParentSourceKey]: ({ folderId }, value) => parseSourceKey(value as Uint8Array).counter === folderId,
  [PidTag.ChangeKey]: ({ changeKey }, value) => same(changeKey, value as Uint8Array),
  [PidTag.PredecessorChangeList]: ({ predecessors }, value) => same(predecessors, value as Uint8Array),
  [PidTag.LastModificationTime]: ({ modified }, value) => value === modified,
  [PidTag.MessageSize]: ({ size }, value) => value === size,
  [PidTag.MessageSizeExtended]: ({ size }, value) => value === BigInt(size ?? -1),
  [PidTag.Read]: ({ read }, value) => value === read,
} satisfies Record<PropertyTag, (message: ReplicaMessage, value: unknown) => boolean>;

const hex = (tag: PropertyTag): string => `0x${tag.toString(16).padStart(8, '0')}`;

/**
 * Compares a replica with the mailbox that it is of, property by property: folders by the hierarchy table and their own
 * properties, messages by the contents tables and by opening each. Gives a line for each difference, none when they are
 * equal. `contents` chooses the folders whose messages are compared; `progress` is called after each message.
 */
export async function replicaDifferences(
  replica: Replica,
  session: ReplicaSession,
  options: { readonly contents?: (folderId: number) => boolean; readonly progress?: () => void } = {},
): Promise<string[]> {
  const { contents = () => true, progress = () => {} } = options;
  const found: string[] = [];
  const folders = replica.folders();
  await compareHierarchy(replica, session, contents, found);
  for (const folder of folders) {
    if (!isSearchFolder(folder) && contents(folder.id))
      await compareContents(replica, folder, session, found, progress);
  }
  return found;
}

async function compareHierarchy(
  replica: Replica,
  session: ReplicaSession,
  contents: (folderId: number) => boolean,
  found: string[],
): Promise<void> {
  const folders = replica.folders();
  const { client, mailbox } = session;
  const root = await openFolder(client, mailbox, mailbox.folders.root);
  const table = newHandle();
  const columns = [
    ...[PidTag.FolderId, PidTag.ParentFolderId, PidTag.DisplayName],
    ...[PidTag.ContentCount, PidTag.ContentUnreadCount, PidTag.AssociatedContentCount],
  ];
  await client.runAll(
    ropCall(d.RopGetHierarchyTable, [root, table], { tableFlags: d.tableFlags.depth | d.tableFlags.useUnicode }),
    ropCall(d.RopSetColumns, table, { setColumnsFlags: 0, propertyTags: columns }),
  );
  const rows = await readRows(client, table, columns);
  await release(client, table, root);
  const known = new Map(folders.slice(1).map((folder) => [folder.id, folder]));
  for (const [id, parentId, name, ...counts] of rows) {
    const folder = known.get(counterOf(id as bigint));
    known.delete(counterOf(id as bigint));
    const what = `folder "${name}"`;
    if (folder === undefined) found.push(`${what} is not in the replica`);
    else if (folder.name !== name) found.push(`${what} has the name "${folder.name}" in the replica`);
    else if (folder.parentId !== counterOf(parentId as bigint)) found.push(`${what} is elsewhere in the replica`);
    else {
      await compareFolder(folder, session, isOwn(replica, folder), found);
      if (isSearchFolder(folder) || !contents(folder.id)) continue;
      const messages = replica.messages(folder.id);
      const normal = messages.filter(({ associated }) => !associated);
      const own = [normal.length, normal.filter(({ read }) => !read).length, messages.length - normal.length];
      if (String(own) !== String(counts)) found.push(`${what} counts ${counts}, not ${own}`);
    }
  }
  for (const { name } of known.values()) found.push(`folder "${name}" is in the replica only`);
}

/** Counted or made for one session; the server says them, or does not send them, as it likes. */
const folderNotKept = new Set(
  [
    ...[PidTag.ContentCount, PidTag.ContentUnreadCount, PidTag.AssociatedContentCount, PidTag.Subfolders],
    ...[PidTag.MessageSize, PidTag.MessageSizeExtended, PidTag.HierRev, PidTag.DeletedCountTotal, PidTag.DisplayName],
    0x66380003, // PidTagFolderChildCount
  ].map(idOf),
);

async function compareFolder(
  folder: ReplicaFolder,
  { client, mailbox }: ReplicaSession,
  own: boolean,
  found: string[],
): Promise<void> {
  const handle = await openFolder(client, mailbox, wireId(folder.id));
  const server = await readAllProperties(client, handle);
  await release(client, handle);
  const what = `folder "${folder.name}"`;
  if (!same(folder.changeKey, server.get(PidTag.ChangeKey) as Uint8Array)) found.push(`${what}: change key`);
  if (!same(folder.predecessors, server.get(PidTag.PredecessorChangeList) as Uint8Array)) {
    found.push(`${what}: predecessor change list`);
  }
  for (const [tag, value] of folder.properties) {
    if (folderNotKept.has(idOf(tag)) || !server.has(tag)) continue;
    if (!isEqual(value, server.get(tag))) found.push(`${what}: ${hex(tag)} differs`);
  }
  for (const tag of own ? [] : server.keys()) {
    if (folder.properties.has(tag) || folderNotKept.has(idOf(tag)) || notKept.has(idOf(tag))) continue;
    if (isInternal(tag) || isNamed(tag)) continue;
    if (tag in recorded || tag === PidTag.DeletedOn) continue;
    found.push(`${what}: ${hex(tag)} is not in the replica`);
  }
}

/** Ids of the provider's own, which do not leave it (MS-OXCFXICS 3.2.5.12). */
const isInternal = (tag: PropertyTag): boolean => idOf(tag) >= 0x6600 && idOf(tag) <= 0x67ff;

/** What a contents table tells of each message. */
const tableColumns: PropertyTag[] = [
  PidTag.Mid,
  PidTag.MessageFlags,
  PidTag.Subject,
  PidTag.MessageClass,
  PidTag.Importance,
  PidTag.MessageDeliveryTime,
  PidTag.LastModificationTime,
  PidTag.MessageSize,
  PidTag.HasAttachments,
  PidTag.DisplayTo,
];
/** Characters of a value in a row (MS-OXCTABL 2.2.2.5.2). */
const rowText = 255;

async function compareContents(
  replica: Replica,
  folder: ReplicaFolder,
  session: ReplicaSession,
  found: string[],
  progress: () => void,
): Promise<void> {
  const where = folder.name === '' ? 'the root' : `"${folder.name}"`;
  const known = new Map(replica.messages(folder.id).map((message) => [message.id, message]));
  for (const associated of [false, true]) {
    for (const row of await contentsRows(session, folder.id, associated)) {
      const id = counterOf(row[0] as bigint);
      const message = known.get(id);
      known.delete(id);
      const what = `"${row[2]}" in ${where}`;
      if (message === undefined || message.associated !== associated) {
        found.push(`${what} is not in the replica`);
        continue;
      }
      const content = replica.content(message.key);
      compareRow(what, message, content.properties, row, found);
      const server = await readMessage(session.client, session.mailbox, wireId(folder.id), wireId(id));
      const named = await withReplicaNames(session, replica.names, server);
      for (const line of messageDifferences(message, content, named, isOwn(replica, message)))
        found.push(`${what}: ${line}`);
      progress();
    }
  }
  for (const { subject, id } of known.values()) found.push(`"${subject}" (${id}) in ${where} is in the replica only`);
}

async function contentsRows({ client, mailbox }: ReplicaSession, folderId: number, associated: boolean) {
  const handle = await openFolder(client, mailbox, wireId(folderId));
  const table = newHandle();
  const flags = d.tableFlags.useUnicode | (associated ? d.tableFlags.associated : 0);
  await client.runAll(
    ropCall(d.RopGetContentsTable, [handle, table], { tableFlags: flags }),
    ropCall(d.RopSetColumns, table, { setColumnsFlags: 0, propertyTags: tableColumns }),
  );
  const rows = await readRows(client, table, tableColumns);
  await release(client, table, handle);
  return rows;
}

function compareRow(
  what: string,
  message: ReplicaMessage,
  properties: ReadonlyPropertyBag,
  row: readonly Cell[],
  found: string[],
): void {
  tableColumns.forEach((tag, i) => {
    const cell = row[i]!;
    if (tag === PidTag.Mid) return;
    const kept = tag === PidTag.MessageSize ? message.size : properties.get(tag);
    const shown = typeof kept === 'string' ? kept.slice(0, rowText) : kept;
    if (tag === PidTag.MessageFlags) {
      const flags = cell as number;
      if (flagsWithoutRead(flags) !== kept || ((flags & 1) !== 0) !== message.read) {
        found.push(`${what}: flags 0x${flags.toString(16)} in the table, 0x${(kept as number)?.toString(16)}`);
      }
    } else if (isPropertyError(cell) ? shown !== undefined : !isEqual(shown, cell as StoredValue)) {
      found.push(`${what}: ${hex(tag)} in the table is ${String(cell)}, not ${String(shown)}`);
    }
  });
}

/** Whether a message or folder has the version that was made here. */
const isOwn = ({ namespace }: Replica, { changeKey }: { readonly changeKey: Uint8Array }): boolean =>
  changeKey.length > 16 && guidFromBytes(changeKey) === namespace;

/** How a message differs from what the server answers for it. */
function messageDifferences(
  message: ReplicaMessage,
  content: MessageContent,
  server: MessageContent,
  own: boolean,
): string[] {
  const found: string[] = [];
  for (const [tag, is] of Object.entries(recorded)) {
    const value = server.properties.get(Number(tag));
    if (value === undefined) continue;
    server.properties.delete(Number(tag));
    if (!is(message, value)) found.push(`${hex(Number(tag))} is ${shown(value)}`);
  }
  const flags = server.properties.get(PidTag.MessageFlags) as number;
  if (((flags & 1) !== 0) !== message.read) found.push('read state in PidTagMessageFlags');
  server.properties.set(PidTag.MessageFlags, flagsWithoutRead(flags));
  const kept = { ...content, properties: new Map(content.properties) };
  kept.properties.delete(PidTag.LastModificationTime);
  compareMessages('', kept, server, { own, found, known: among(notKept) });
  return found;
}

const shown = (value: StoredValue | undefined): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex').slice(0, 60) : String(value).slice(0, 60);

/** How to compare, and what was found. */
interface Comparison {
  /** The version was made in this replica: what the server added to the parts of the message it did not tell. */
  readonly own: boolean;
  readonly found: string[];
  readonly known: Known;
}

function compareMessages(path: string, kept: MessageContent, server: MessageContent, how: Comparison): void {
  const { found } = how;
  compareBags(path, kept.properties, server.properties, how);
  if (kept.recipients.length !== server.recipients.length) {
    found.push(`${path}${kept.recipients.length} recipients, not ${server.recipients.length}`);
  } else {
    kept.recipients.forEach((bag, i) => {
      compareBags(`${path}recipient ${i}: `, bag, server.recipients[i]!, { ...how, known: among(ofRecipientRows) });
    });
  }
  if (kept.attachments.length !== server.attachments.length) {
    found.push(`${path}${kept.attachments.length} attachments, not ${server.attachments.length}`);
    return;
  }
  kept.attachments.forEach((attachment, i) => {
    compareAttachments(`${path}attachment ${i}: `, attachment, server.attachments[i]!, how);
  });
}

function compareAttachments(path: string, kept: AttachmentContent, server: AttachmentContent, how: Comparison): void {
  if (kept.number !== server.number) how.found.push(`${path}number ${kept.number}, not ${server.number}`);
  const properties = new Map(server.properties);
  properties.delete(PidTag.AttachNumber);
  compareBags(path, kept.properties, properties, { ...how, known: how.own ? anything : among(notKept) });
  if ((kept.embedded === undefined) !== (server.embedded === undefined)) how.found.push(`${path}message in it`);
  else if (kept.embedded && server.embedded) {
    const inside = { ...how, known: how.own ? anything : among(ofEmbedded) };
    compareMessages(path, withStoredFlags(kept.embedded), withStoredFlags(server.embedded), inside);
  }
}

/** Flags of a message inside an attachment that opening it tells anew: MSGFLAG_UNMODIFIED and MSGFLAG_EVERREAD. */
const toldAnew = 0x402;

function withStoredFlags(content: MessageContent): MessageContent {
  const flags = content.properties.get(PidTag.MessageFlags);
  if (typeof flags !== 'number') return content;
  return { ...content, properties: new Map(content.properties).set(PidTag.MessageFlags, flags & ~toldAnew) };
}

/** Not sent in a synchronization when there is a body that it is made from. */
const bodies: readonly PropertyTag[] = [PidTag.Html, PidTag.RtfCompressed];

function compareBags(path: string, kept: ReadonlyPropertyBag, server: ReadonlyPropertyBag, how: Comparison): void {
  for (const [tag, value] of kept) {
    const other = server.get(tag);
    if (other === undefined) how.found.push(`${path}${hex(tag)} is in the replica only: ${shown(value)}`);
    else if (!isEqual(value, other)) how.found.push(`${path}${hex(tag)} is ${shown(value)}, not ${shown(other)}`);
  }
  for (const [tag, value] of server) {
    if (kept.has(tag) || how.known(idOf(tag)) || isInternal(tag)) continue;
    if (tag === PidTag.Body && bodies.some((body) => kept.has(body))) continue;
    // There is no body.
    if (tag === PidTag.NativeBody && value === 0) continue;
    how.found.push(`${path}${hex(tag)} is not in the replica: ${shown(value)}`);
  }
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

function isEqual(a: StoredValue | undefined, b: StoredValue | undefined): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array) return same(a as Uint8Array, b as Uint8Array);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => isEqual(value as StoredValue, b[i] as StoredValue));
  }
  if (a !== undefined && b !== undefined && (isLargeValue(a) || isLargeValue(b))) return false;
  return a === b;
}

/** The same message with the ids that the replica has for named properties. */
async function withReplicaNames(
  { client, mailbox }: ReplicaSession,
  names: ReplicaNames,
  content: MessageContent,
): Promise<MessageContent> {
  const ids = new Set<PropertyId>();
  visitBags(content, (bag) => {
    for (const tag of bag.keys()) if (isNamed(tag)) ids.add(idOf(tag));
  });
  if (ids.size === 0) return content;
  const propertyIds = [...ids];
  const { propertyNames } = await client.run(ropCall(d.RopGetNamesFromPropertyIds, mailbox.logon, { propertyIds }));
  const own = new Map(propertyIds.map((id, i) => [id, names.idOf(propertyNames[i]!)]));
  visitBags(content, (bag) => {
    const named = [...bag].filter(([tag]) => isNamed(tag));
    for (const [tag] of named) bag.delete(tag);
    for (const [tag, value] of named) bag.set(tagOf(own.get(idOf(tag))!, typeOf(tag)), value);
  });
  return content;
}

function visitBags({ properties, recipients, attachments }: MessageContent, visit: (bag: PropertyBag) => void): void {
  visit(properties);
  recipients.forEach(visit);
  for (const attachment of attachments) {
    visit(attachment.properties);
    if (attachment.embedded) visitBags(attachment.embedded, visit);
  }
}
