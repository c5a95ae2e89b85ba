import type { Backend, RemoteDirectoryEntry } from '../backends/index.ts';
import type { Directory, DirectoryEntry, Identity } from '../store/index.ts';
import { directoryProperties } from './directory-properties.ts';

export interface DirectorySource {
  /** A live backend of somebody in this organisation, or undefined. */
  backendOf(tenant: string): Backend | undefined;
  /** DN of an entry; the same for ever for the same person. */
  legacyDnOf(tenant: string, entry: { readonly kind: string; readonly id: string }): string;
  /** ms after which the backend is asked again. */
  readonly refreshMs: number;
  readonly clock?: () => number;
  readonly failed?: (error: unknown) => void;
}

interface Known {
  entries: readonly DirectoryEntry[];
  readAt: number;
  reading: Promise<void> | undefined;
}

/**
 * The address books of all organisations, held in memory and refreshed behind the scenes; only the very first question
 * of an organisation waits for the backend. An error or an empty answer leaves what is known.
 */
export function createDirectory(source: DirectorySource): Directory {
  const tenants = new Map<string, Known>();
  const clock = source.clock ?? Date.now;

  async function read(tenant: string, known: Known): Promise<void> {
    const backend = source.backendOf(tenant);
    if (!backend) return;
    const remote = await backend.directory.entries();
    known.readAt = clock();
    if (remote.length === 0) return;
    const entries = toEntries(tenant, remote, source);
    if (!sameEntries(entries, known.entries)) known.entries = entries;
  }

  function refresh(tenant: string, known: Known): Promise<void> {
    known.reading ??= read(tenant, known)
      .catch((error) => {
        known.readAt = clock();
        source.failed?.(error);
      })
      .finally(() => {
        known.reading = undefined;
      });
    return known.reading;
  }

  return {
    async entries(identity: Identity) {
      let known = tenants.get(identity.tenant);
      if (!known) {
        known = { entries: [], readAt: 0, reading: undefined };
        tenants.set(identity.tenant, known);
      }
      if (clock() - known.readAt > source.refreshMs) {
        const reading = refresh(identity.tenant, known);
        if (known.entries.length === 0) await reading;
      }
      return known.entries.length > 0 ? known.entries : [selfEntry(identity)];
    },
  };
}

/** Until the backend has answered, a person is at least in their own address book: without it Outlook cannot start. */
const selfEntry = (identity: Identity): DirectoryEntry => ({
  kind: 'user',
  legacyDn: identity.legacyDn,
  address: identity.address,
  aliases: [],
  displayName: identity.displayName,
  properties: new Map(),
});

function toEntries(tenant: string, remote: readonly RemoteDirectoryEntry[], source: DirectorySource): DirectoryEntry[] {
  const dns = new Map(remote.map((entry) => [entry.id, source.legacyDnOf(tenant, entry)]));
  return remote.map((entry) => ({
    kind: entry.kind,
    legacyDn: dns.get(entry.id)!,
    address: entry.address.toLowerCase(),
    aliases: entry.aliases,
    displayName: entry.displayName,
    properties: directoryProperties(entry.fields),
    ...(entry.members ? { members: entry.members.flatMap((id) => dns.get(id) ?? []) } : {}),
    // Open-Xchange has groups without a mail address: nobody can write to them, so they are not listed.
    ...(entry.address === '' ? { hidden: true } : {}),
  }));
}

const sameEntries = (a: readonly DirectoryEntry[], b: readonly DirectoryEntry[]): boolean =>
  a.length === b.length && fingerprint(a) === fingerprint(b);

const fingerprint = (entries: readonly DirectoryEntry[]): string =>
  JSON.stringify(
    entries.map((entry) => ({ ...entry, properties: [...entry.properties] })),
    (_key, value) => (typeof value === 'bigint' ? String(value) : value),
  );
