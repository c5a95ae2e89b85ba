import {
  type Cell,
  counterOf,
  guidFromBytes,
  idOf,
  isNamed,
  isPropertyError,
  PidTag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  type StoredValue,
} from '../../mapi/index.ts';
import * as d from '../../protocols/rop/definitions/index.ts';
import { openFolder, readRows, release } from '../mailbox.ts';
import { readAllProperties, readMessage } from '../read-message.ts';
import { newHandle, ropCall } from '../rop-call.ts';
import { flagsWithoutRead } from './contents-download.ts';
import { isEqual, same } from './equal-values.ts';
import { isSearchFolder, type ReplicaFolder } from './folders.ts';
import { isInternal, notKept, recorded } from './may-differ.ts';
import { hex, messageDifferences } from './message-differences.ts';
import type { ReplicaMessage } from './messages.ts';
import type { Replica } from './replica.ts';
import { wireId } from './request.ts';
import { withReplicaNames } from './server-names.ts';
import type { ReplicaSession } from './session.ts';

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
