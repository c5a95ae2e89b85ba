import { ec, MapiError } from '../../mapi/index.ts';
import type { Directory, DirectoryEntry, Identity, Store } from '../../store/index.ts';
import type { ListedEntry } from './entry.ts';
import { position, type Stat } from './stat.ts';

/** The address book of one organisation, ready to be asked. */
export interface AddressBook {
  /** Everything, hidden entries too. */
  readonly all: readonly ListedEntry[];
  readonly byMinimalId: ReadonlyMap<number, ListedEntry>;
  /** By DN in lower case. */
  readonly byDn: ReadonlyMap<string, ListedEntry>;
  readonly containers: readonly Container[];
  /** Rows of a container in their order; undefined when there is no such container. */
  rows(containerId: number): readonly ListedEntry[] | undefined;
}

export interface Container {
  readonly id: number;
  readonly name: string;
  /** The part of a DN after `/guid=`; the global address list is `/`. */
  readonly dn: string;
}

/** Address lists beside the global one, as Exchange has them; shown when somebody is in them. */
const lists: readonly { name: string; dn: string; holds: (entry: DirectoryEntry) => boolean }[] = [
  { name: 'All Contacts', dn: '/guid=6f78626f7700000000000000000000c0', holds: ({ kind }) => kind === 'contact' },
  { name: 'All Groups', dn: '/guid=6f78626f7700000000000000000000d0', holds: ({ kind }) => kind === 'group' },
  { name: 'All Rooms', dn: '/guid=6f78626f7700000000000000000000e0', holds: ({ kind }) => kind === 'room' },
  { name: 'All Users', dn: '/guid=6f78626f7700000000000000000000f0', holds: ({ kind }) => kind === 'user' },
];

// Clients page through the list: its order may not depend on who asks or when.
const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: false });
export const compareNames = (a: string, b: string): number => collator.compare(a, b);

/** Makes the address book of an identity's organisation; the work is done once as long as the directory is the same. */
export function createAddressBooks(store: Store, directory: Directory): (identity: Identity) => Promise<AddressBook> {
  const made = new WeakMap<readonly DirectoryEntry[], Promise<AddressBook>>();
  return async (identity) => {
    const entries = await directory.entries(identity);
    let book = made.get(entries);
    if (!book) {
      book = build(store, entries);
      made.set(entries, book);
      book.catch(() => made.delete(entries));
    }
    return book;
  };
}

async function build(store: Store, entries: readonly DirectoryEntry[]): Promise<AddressBook> {
  const ids = await store.minimalEntryIds([...entries.map((entry) => entry.legacyDn), ...lists.map(({ dn }) => dn)]);
  const all = entries
    .map((entry, index): ListedEntry => ({ entry, minimalId: ids[index]! }))
    .sort((a, b) => compareNames(a.entry.displayName, b.entry.displayName) || a.minimalId - b.minimalId);
  const shown = all.filter(({ entry }) => !entry.hidden);
  const rowsOf = new Map<number, readonly ListedEntry[]>([[0, shown]]);
  const containers: Container[] = [{ id: 0, name: '', dn: '/' }];
  lists.forEach(({ name, dn, holds }, index) => {
    const rows = shown.filter(({ entry }) => holds(entry));
    const id = ids[entries.length + index]!;
    rowsOf.set(id, rows);
    if (rows.length > 0) containers.push({ id, name, dn });
  });
  return {
    all,
    byMinimalId: new Map(all.map((listed) => [listed.minimalId, listed])),
    byDn: new Map(all.map((listed) => [listed.entry.legacyDn.toLowerCase(), listed])),
    containers,
    rows: (containerId) => rowsOf.get(containerId),
  };
}

/**
 * The row that a STAT points at (MS-OXNSPI 3.1.4.5): CurrentRec, a fraction of the table, or an entry, and Delta rows
 * from there; between 0 and the number of rows. Errors: ecNotFound when the entry is not in the table.
 */
export function rowIndex(stat: Stat, rows: readonly ListedEntry[]): number {
  let index: number;
  if (stat.currentRec === position.beginning) index = 0;
  else if (stat.currentRec === position.end) index = rows.length;
  else if (stat.currentRec === position.current)
    index =
      stat.totalRecs === 0 ? 0 : Math.floor((Math.min(stat.numPos, stat.totalRecs) / stat.totalRecs) * rows.length);
  else {
    index = rows.findIndex(({ minimalId }) => minimalId === stat.currentRec);
    if (index < 0) throw new MapiError(ec.notFound);
  }
  return Math.max(0, Math.min(rows.length, index + stat.delta));
}

/** The STAT that stands on a row: CurrentRec is the row's id, or the end of the table behind the last one. */
export const statAt = (stat: Stat, index: number, rows: readonly ListedEntry[]): Stat => ({
  ...stat,
  currentRec: rows[index]?.minimalId ?? position.end,
  delta: 0,
  numPos: index,
  totalRecs: rows.length,
});
