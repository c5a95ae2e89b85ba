import { type ItemFields, parseRemoteName, remoteName } from '../../backends/index.ts';
import type { Member } from '../../formats/index.ts';
import { messageEntryId, parseEntryId } from '../../mapi/index.ts';
import type { MessageId } from '../../store/index.ts';
import type { ItemKind } from './kinds.ts';
import { itemFolder, parseItemFolder } from './links.ts';
import type { ItemSync } from './sync.ts';

/*
 * Members of distribution lists that are contacts: Outlook knows them by entry id, the backend by folder and id. Contacts
 * that only one side has stay names and addresses on the other.
 */

const membersOf = (fields: ItemFields): readonly Member[] =>
  fields.list === true && Array.isArray(fields.members) ? (fields.members as Member[]) : [];

/** Fields with members by the backend's names. `known`: what it is known to have, for contacts that only it knows. */
export async function toRemoteMembers(
  items: ItemSync,
  kind: ItemKind,
  fields: ItemFields,
  known: ItemFields = {},
): Promise<ItemFields> {
  const members = membersOf(fields);
  if (members.length === 0) return fields;
  const there = membersOf(known).filter((member) => member.source);
  const named: Member[] = [];
  for (const member of members) {
    const { source } = member;
    if (source?.kind === 'contact') {
      const id = await nameOfEntry(items, source.id);
      named.push(id === undefined ? member : { ...member, source: { ...source, id } });
    } else if (source) named.push(member);
    else named.push(there.find(({ name, address }) => name === member.name && address === member.address) ?? member);
  }
  return { ...fields, members: named };

  async function nameOfEntry({ account }: ItemSync, hex: string): Promise<string | undefined> {
    const id = messageOfEntry(items, hex);
    if (id === undefined) return undefined;
    const message = (await account.mailbox.message(id)) ?? (await account.mailbox.messageFormerly(id))?.message;
    const link = message && (await account.mailbox.sync.link(message.key));
    const folder = link && parseItemFolder(link.remoteFolder);
    return link && folder?.kind === kind.name ? remoteName(folder.id, link.remoteId) : undefined;
  }
}

function messageOfEntry({ account }: ItemSync, hex: string): MessageId | undefined {
  if (!/^([0-9a-f]{2})+$/i.test(hex)) return undefined;
  const parsed = parseEntryId(Buffer.from(hex, 'hex'));
  if (parsed.kind !== 'message' || parsed.replicaGuid !== account.mailbox.replicaGuid) return undefined;
  return parsed.counter;
}

/** Fields with members by entry id. A contact that is not here loses its tie, not its name and address. */
export async function toLocalMembers(items: ItemSync, kind: ItemKind, fields: ItemFields): Promise<ItemFields> {
  const members = membersOf(fields);
  if (members.length === 0) return fields;
  const local: Member[] = [];
  for (const member of members) {
    const { source, ...rest } = member;
    const named = source?.kind === 'contact' ? parseRemoteName(source.id) : undefined;
    if (source?.kind !== 'contact' || !named) {
      local.push(member);
      continue;
    }
    const entryId = await entryOf(items, kind, named);
    local.push(entryId === undefined ? rest : { ...rest, source: { ...source, id: entryId } });
  }
  return { ...fields, members: local };
}

async function entryOf(
  { account }: ItemSync,
  kind: ItemKind,
  { folder, id }: { folder: string; id: string },
): Promise<string | undefined> {
  const { mailbox } = account;
  const link = await mailbox.sync.linkByRemoteId(itemFolder(kind.name, folder), id);
  const message = link && (await mailbox.messageByKey(link.key));
  return message && messageEntryId(mailbox.guid, mailbox.replicaGuid, message.folderId, message.id).toString('hex');
}
