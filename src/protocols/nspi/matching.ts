import { idOf, PidTag, type PropertyValue, Ptyp, type Restriction, typeOf } from '../../mapi/index.ts';
import { compileRestriction } from '../../store/index.ts';
import { entryProperty, type ListedEntry } from './entry.ts';

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

/**
 * Entries that a typed name may mean: exact addresses, aliases and DNs alone when there are any; otherwise those one of
 * whose fields begins with it, or whose words of the display name begin with its words. `SMTP:` and the like in front,
 * and `=` for exactly this, are taken off.
 */
export function resolveName(name: string, entries: readonly ListedEntry[]): ListedEntry[] {
  const exact = name.startsWith('=');
  const text = fold(
    name
      .replace(/^=/, '')
      .replace(/^(smtp|ex):/i, '')
      .trim(),
  );
  if (text === '') return [];
  const byAddress = entries.filter((listed) => foldedOf(listed).addresses.includes(text));
  if (byAddress.length > 0) return byAddress;
  const byName = entries.filter((listed) => foldedOf(listed).name === text);
  if (byName.length > 0 || exact) return byName;
  return entries.filter(anrMatcher(text));
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
