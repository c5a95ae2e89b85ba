import { batches } from '../../store/index.ts';
import { BackendError, type DirectoryBackend, type RemoteDirectoryEntry } from '../types.ts';
import { directoryColumns } from './directory-columns.ts';
import { oxLimits } from './limits.ts';
import type { OxSession } from './session.ts';

/** Folder of the global address book in module `contacts` (ox-http-api 3.1). */
const globalAddressBook = 6;
const idColumn = 1;
const aliasesColumn = 610;
/** None of the vendor's columns: installations that keep certificates of people give them here, as base64 of DER. */
const certificateColumn = 699;

/** Users, external contacts, groups and resources of the context (ox-http-api 8). */
export function oxDirectory(session: OxSession): DirectoryBackend {
  return {
    async entries() {
      const [aliases, certificates] = await Promise.all([readAliases(session), readCertificates(session)]);
      const [people, groups, resources] = await Promise.all([
        readPeople(session, aliases, certificates),
        readGroups(session),
        readResources(session),
      ]);
      return [...people, ...groups, ...resources];
    },
  };
}

const list = (data: unknown, what: string): unknown[] => {
  if (!Array.isArray(data)) throw new BackendError('unavailable', `Open-Xchange gave no list of ${what}`);
  return data;
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

async function readAliases(session: OxSession): Promise<Map<number, string[]>> {
  const rows = list(
    await session.get('user', 'all', { columns: `${idColumn},${aliasesColumn}` }),
    'users',
  ) as unknown[][];
  return new Map(rows.map(([id, aliases]) => [Number(id), Array.isArray(aliases) ? aliases.map(String) : []]));
}

/** Certificates by contact; none where the server does not know the column. */
async function readCertificates(session: OxSession): Promise<Map<number, string>> {
  try {
    const answer = await session.get('contacts', 'all', {
      folder: globalAddressBook,
      columns: `${idColumn},${certificateColumn}`,
    });
    const rows = list(answer, 'certificates') as unknown[][];
    return new Map(rows.flatMap(([id, value]) => (text(value) === '' ? [] : [[Number(id), text(value)] as const])));
  } catch (error) {
    if (error instanceof BackendError && error.kind !== 'unavailable' && error.kind !== 'auth') return new Map();
    throw error;
  }
}

async function readPeople(
  session: OxSession,
  aliases: Map<number, string[]>,
  certificates: Map<number, string>,
): Promise<RemoteDirectoryEntry[]> {
  const columns = Object.keys(directoryColumns).map(Number);
  const rows = list(
    await session.get('contacts', 'all', { folder: globalAddressBook, columns: [idColumn, ...columns].join(',') }),
    'people',
  ) as unknown[][];
  return rows.map((row) => {
    const fields: Record<string, unknown> = {};
    columns.forEach((column, index) => {
      const value = row[index + 1];
      if (value !== null && value !== undefined && value !== '') fields[directoryColumns[column]!] = value;
    });
    const certificate = certificates.get(Number(row[0]));
    if (certificate !== undefined) fields.certificate = certificate;
    const userId = Number(fields.user_id ?? 0);
    const address = text(fields.email1);
    return {
      kind: userId > 0 ? 'user' : 'contact',
      id: userId > 0 ? String(userId) : `contact-${String(row[0])}`,
      displayName: text(fields.display_name) || address,
      address,
      aliases: (aliases.get(userId) ?? []).filter((alias) => alias.toLowerCase() !== address.toLowerCase()),
      fields,
    };
  });
}

async function readGroups(session: OxSession): Promise<RemoteDirectoryEntry[]> {
  const groups = list(await session.get('group', 'all', { columns: '1,700,701,702' }), 'groups');
  const ids = groups.map((group) =>
    Array.isArray(group) ? group[0] : typeof group === 'object' ? (group as { id: unknown }).id : group,
  );
  const found = await byList(session, 'group', ids);
  return found.map((group) => ({
    kind: 'group',
    id: `group-${String(group.id)}`,
    displayName: text(group.display_name) || text(group.name),
    address: text(group.mailaddress),
    aliases: [],
    fields: group,
    members: Array.isArray(group.members) ? group.members.map(String) : [],
  }));
}

async function readResources(session: OxSession): Promise<RemoteDirectoryEntry[]> {
  const ids = list(await session.get('resource', 'all', {}), 'resources');
  const found = await byList(session, 'resource', ids);
  return found.map((resource) => ({
    kind: 'room',
    id: `resource-${String(resource.id)}`,
    displayName: text(resource.display_name) || text(resource.name),
    address: text(resource.mailaddress),
    aliases: [],
    fields: resource,
  }));
}

async function byList(session: OxSession, module: string, ids: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (const batch of batches(ids, oxLimits.listIds)) {
    const wanted = batch.map((id) => ({ id: Number(id) }));
    const answer = list(await session.put(module, 'list', {}, wanted), module);
    for (const item of answer)
      if (typeof item === 'object' && item !== null) found.push(item as Record<string, unknown>);
  }
  return found;
}
