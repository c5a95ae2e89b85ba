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
  const byAddress = entries.filter(
    ({ entry }) =>
      entry.address === text ||
      entry.legacyDn.toLowerCase() === text ||
      entry.aliases.some((alias) => alias.toLowerCase() === text),
  );
  if (byAddress.length > 0) return byAddress;
  const byName = entries.filter(({ entry }) => fold(entry.displayName) === text);
  if (byName.length > 0 || exact) return byName;
  return entries.filter((listed) => anrMatches(listed, text));
}

function anrMatches(listed: ListedEntry, text: string): boolean {
  if (listed.entry.address.startsWith(text)) return true;
  for (const tag of anrFields) {
    const value = entryProperty(listed, tag);
    if (typeof value === 'string' && fold(value).startsWith(text)) return true;
  }
  const words = fold(listed.entry.displayName).split(/[\s,]+/);
  return text.split(/[\s,]+/).every((part) => words.some((word) => word.startsWith(part)));
}

/** A test of a filter on entries. Errors: ecTooComplex for what cannot be evaluated. */
export function entryFilter(filter: Restriction): (listed: ListedEntry) => boolean {
  const anr = anrOf(filter);
  if (anr !== undefined) {
    const text = fold(anr.trim());
    return (listed) => text !== '' && anrMatches(listed, text);
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
