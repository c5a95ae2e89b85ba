import { idOf, PidTag, type PropertyValue, Ptyp, type Restriction, typeOf } from '../../mapi/index.ts';
import { compileRestriction } from '../../store/index.ts';
import { entryProperty, type ListedEntry } from './entry.ts';
import { type PrefixList, prefixList, prefixRange } from './prefix-list.ts';

/** Fields that ambiguous name resolution looks into (PidTagAnr, MS-OXOABK 2.2.5.1). */
const anrFields = [
  PidTag.DisplayName,
  PidTag.GivenName,
  PidTag.Surname,
  PidTag.Account,
  PidTag.Nickname,
  PidTag.OfficeLocation,
  PidTag.AddressBookPhoneticGivenName,
  PidTag.AddressBookPhoneticSurname,
];

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** What names are compared with, folded once for each entry: an organisation of ten thousand is asked all the time. */
interface Folded {
  readonly name: string;
  readonly words: readonly string[];
  /** Beginnings of these count. */
  readonly fields: readonly string[];
  /** Address, aliases, DN: only these count exactly. */
  readonly addresses: readonly string[];
}

const foldedEntries = new WeakMap<ListedEntry, Folded>();

function foldedOf(listed: ListedEntry): Folded {
  let folded = foldedEntries.get(listed);
  if (!folded) {
    const { entry } = listed;
    const name = fold(entry.displayName);
    const texts = anrFields.map((tag) => entryProperty(listed, tag));
    folded = {
      name,
      words: name.split(wordBreaks),
      fields: [...new Set([...texts.filter((text) => typeof text === 'string').map(fold), fold(entry.address)])],
      addresses: [entry.address, entry.legacyDn, ...entry.aliases].filter((text) => text !== '').map(fold),
    };
    foldedEntries.set(listed, folded);
  }
  return folded;
}

const wordBreaks = /[\s,]+/;

/** How to find the rows of a container by name; made once for each, as long as the directory is the same. */
interface NameIndex {
  readonly byAddress: ReadonlyMap<string, readonly ListedEntry[]>;
  readonly byName: ReadonlyMap<string, readonly ListedEntry[]>;
  readonly fields: PrefixList<ListedEntry>;
  readonly words: PrefixList<ListedEntry>;
}

const nameIndexes = new WeakMap<readonly ListedEntry[], NameIndex>();

function nameIndexOf(rows: readonly ListedEntry[]): NameIndex {
  let index = nameIndexes.get(rows);
  if (!index) {
    const pairs = (textsOf: (folded: Folded) => readonly string[]) =>
      rows.flatMap((listed) => [...new Set(textsOf(foldedOf(listed)))].map((text) => [text, listed] as const));
    index = {
      byAddress: groupsOf(pairs(({ addresses }) => addresses)),
      byName: groupsOf(pairs(({ name }) => [name])),
      fields: prefixList(pairs(({ fields }) => fields)),
      words: prefixList(pairs(({ words }) => words)),
    };
    nameIndexes.set(rows, index);
  }
  return index;
}

function groupsOf(pairs: readonly (readonly [string, ListedEntry])[]): Map<string, ListedEntry[]> {
  const groups = new Map<string, ListedEntry[]>();
  for (const [text, listed] of pairs) {
    const group = groups.get(text);
    if (group) group.push(listed);
    else groups.set(text, [listed]);
  }
  return groups;
}

/**
 * The row that a typed name means, or `ambiguous`, or undefined for none: exact addresses, aliases and DNs alone when
 * there are any; otherwise those one of whose fields begins with it, or whose words of the display name begin with its
 * words. `SMTP:` and the like in front, and `=` for exactly this, are taken off. Costs no look at each row.
 */
export function resolveName(name: string, rows: readonly ListedEntry[]): ListedEntry | 'ambiguous' | undefined {
  const exact = name.startsWith('=');
  const text = fold(
    name
      .replace(/^=/, '')
      .replace(/^(smtp|ex):/i, '')
      .trim(),
  );
  if (text === '') return undefined;
  const index = nameIndexOf(rows);
  const same = index.byAddress.get(text) ?? index.byName.get(text);
  if (same || exact) return onlyOne(same ?? []);
  return onlyOne(rowsByBeginning(index, text));
}

function onlyOne(found: Iterable<ListedEntry>): ListedEntry | 'ambiguous' | undefined {
  let only: ListedEntry | undefined;
  for (const listed of found) {
    if (only && only !== listed) return 'ambiguous';
    only = listed;
  }
  return only;
}

/** Rows that {@link anrMatcher} finds, some of them more than once. */
function* rowsByBeginning({ fields, words }: NameIndex, text: string): Iterable<ListedEntry> {
  const { from, to } = prefixRange(fields, text);
  for (let at = from; at < to; at++) yield fields.owners[at]!;
  // The rarest word tells whom to look at.
  const ranges = text.split(wordBreaks).map((part) => prefixRange(words, part));
  const rarest = ranges.reduce((a, b) => (b.to - b.from < a.to - a.from ? b : a));
  const matches = anrMatcher(text);
  for (let at = rarest.from; at < rarest.to; at++) if (matches(words.owners[at]!)) yield words.owners[at]!;
}

function anrMatcher(text: string): (listed: ListedEntry) => boolean {
  const parts = text.split(wordBreaks);
  return (listed) => {
    const { fields, words } = foldedOf(listed);
    return (
      fields.some((field) => field.startsWith(text)) ||
      parts.every((part) => words.some((word) => word.startsWith(part)))
    );
  };
}

/** A test of a filter on entries. Errors: ecTooComplex for what cannot be evaluated. */
export function entryFilter(filter: Restriction): (listed: ListedEntry) => boolean {
  const anr = anrOf(filter);
  if (anr !== undefined) {
    const text = fold(anr.trim());
    return text === '' ? () => false : anrMatcher(text);
  }
  const matcher = compileRestriction(filter);
  return (listed) => matcher((tag) => entryProperty(listed, tag));
}

/** The name of a restriction on PidTagAnr, which is all that one may ask of it. */
function anrOf(filter: Restriction): string | undefined {
  const inner = filter.kind === 'and' && filter.restrictions.length === 1 ? filter.restrictions[0]! : filter;
  if (inner.kind !== 'property' && inner.kind !== 'content') return undefined;
  if (idOf(inner.tag) !== idOf(PidTag.Anr)) return undefined;
  const value: PropertyValue = inner.value.value;
  return typeof value === 'string' && [Ptyp.String, Ptyp.String8].some((type) => type === typeOf(inner.value.tag))
    ? value
    : undefined;
}
