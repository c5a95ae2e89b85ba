import { ec, MapiError } from '../../../mapi/index.ts';
import { compareNames } from '../address-list.ts';
import type { ListedEntry } from '../entry.ts';
import { nspiLimits } from '../limits.ts';
import { entryFilter, resolveName } from '../matching.ts';
import { type Operation, type OperationContext, requireStat, rowsOf } from '../operation.ts';
import { makeRows } from '../row-set.ts';
import { ambiguity, sortType } from '../stat.ts';
import { changeableLists } from './refused.ts';

/** NspiResolveNamesW, MS-OXNSPI 3.1.4.1.17; entry ids are permanent, else Outlook neither saves nor sends. */
export const resolveNames: Operation<'ResolveNames'> = (context, request) => {
  const stat = requireStat(request.stat);
  const rows = rowsOf(context, stat);
  const names = request.names ?? [];
  if (names.length > nspiLimits.names) throw new MapiError(ec.tableTooBig, `${names.length} names`);
  const found = names.map((name) => resolveName(name, rows));
  const resolved = found.filter((one) => one !== undefined && one !== 'ambiguous');
  return {
    codePage: stat.codePage,
    minimalIds: found.map((one) =>
      one === undefined ? ambiguity.unresolved : one === 'ambiguous' ? ambiguity.ambiguous : ambiguity.resolved,
    ),
    rows: makeRows(resolved, request.columns),
  };
};

/** NspiDNToMId, MS-OXNSPI 3.1.4.1.13: 0 for a DN that is none of ours. */
export const dnToMId: Operation<'DNToMId'> = ({ book }, { names }) => ({
  minimalIds: (names ?? []).map((dn) => book.byDn.get(dn.toLowerCase())?.minimalId ?? 0),
});

type References = (context: OperationContext, listed: ListedEntry) => ListedEntry[];

/** Properties whose references can be asked for in place of a search (outlook-on-the-wire 6.3), by id. */
const references: ReadonlyMap<number, References> = new Map<number, References>([
  // PidTagAddressBookMember
  [0x8009, ({ book }, { entry }) => (entry.members ?? []).flatMap((dn) => book.byDn.get(dn.toLowerCase()) ?? [])],
  // PidTagAddressBookIsMemberOfDistributionList
  [
    0x8008,
    ({ book }, { entry }) =>
      book.all.filter((other) => other.entry.members?.some((dn) => dn.toLowerCase() === entry.legacyDn.toLowerCase())),
  ],
  // PidTagAddressBookPublicDelegates: none are granted through this server.
  [0x8015, () => []],
]);

/** NspiGetMatches, MS-OXNSPI 3.1.4.1.10: a search in a container, or the objects that one object refers to. */
export const getMatches: Operation<'GetMatches'> = (context, request) => {
  const stat = requireStat(request.stat);
  let found: ListedEntry[];
  if (request.filter) found = rowsOf(context, stat).filter(entryFilter(request.filter));
  else {
    const listed = context.book.byMinimalId.get(stat.currentRec);
    if (!listed) throw new MapiError(ec.error, 'no such object');
    const id = (request.propertyName?.id ?? stat.containerId) >>> 16;
    const refer = references.get(id);
    if (!refer) throw new MapiError(ec.notSupported, 'the property holds no references');
    // Members are shown to whoever opens them to change them; the change itself is what ModLinkAtt refuses.
    if (stat.sortType === sortType.displayNameWritable && !changeableLists.has(id))
      throw new MapiError(ec.notSupported, 'the list cannot be changed');
    found = refer(context, listed).sort((a, b) => compareNames(a.entry.displayName, b.entry.displayName));
  }
  if (found.length > request.rowCount || found.length > nspiLimits.matches)
    throw new MapiError(ec.tableTooBig, `${found.length} matches`);
  return {
    stat: { ...stat, containerId: stat.currentRec },
    minimalIds: found.map(({ minimalId }) => minimalId),
    rows: request.columns ? makeRows(found, request.columns, context.serverGuid) : undefined,
  };
};
