import { ec, MapiError, PidTag, type TaggedValue } from '../../../mapi/index.ts';
import { compareNames, rowIndex, statAt } from '../address-list.ts';
import { as8Bit, type ListedEntry } from '../entry.ts';
import { nspiLimits } from '../limits.ts';
import { ephemeralGuid, type Operation, requireStat, rowsOf } from '../operation.ts';
import { makeRows } from '../row-set.ts';
import { position, sortType } from '../stat.ts';

/** NspiQueryRows, MS-OXNSPI 3.1.4.1.8. Never more rows than asked for: that crashes Outlook (outlook-on-the-wire 6.3). */
export const queryRows: Operation<'QueryRows'> = (context, request) => {
  const stat = requireStat(request.stat);
  const { explicitTable, rowCount, columns } = request;
  const ephemeral = ephemeralGuid(context, request.flags);
  if (rowCount === 0) throw new MapiError(ec.invalidParam, 'no rows asked for');
  if (explicitTable.length > 0) {
    const entries = explicitTable
      .slice(0, Math.min(rowCount, nspiLimits.rows))
      .map((id) => context.book.byMinimalId.get(id));
    return { stat, rows: makeRows(entries, columns, ephemeral) };
  }
  const rows = rowsOf(context, stat);
  const from = rowIndex(stat, rows);
  const to = Math.min(rows.length, from + Math.min(rowCount, nspiLimits.rows));
  return {
    stat: statAt(stat, to, rows),
    rows: makeRows(rows.slice(from, to), columns, ephemeral),
  };
};

/** NspiUpdateStat, MS-OXNSPI 3.1.4.1.4. */
export const updateStat: Operation<'UpdateStat'> = (context, request) => {
  const stat = requireStat(request.stat);
  const rows = rowsOf(context, stat);
  const from = rowIndex({ ...stat, delta: 0 }, rows);
  const to = rowIndex(stat, rows);
  return { stat: statAt(stat, to, rows), delta: request.deltaRequested ? to - from : undefined };
};

/**
 * NspiSeekEntries, MS-OXNSPI 3.1.4.1.9: the first row whose display name is the target or comes after it. An explicit
 * table is looked through from its beginning: the client may not have sorted it (R1020), and the first row is meant.
 */
export const seekEntries: Operation<'SeekEntries'> = (context, request) => {
  const stat = requireStat(request.stat);
  const { target, explicitTable, columns } = request;
  const container = rowsOf(context, stat);
  if (stat.sortType !== sortType.displayName || !target || !isDisplayName(target))
    throw new MapiError(ec.error, 'entries are sought by display name only');
  const name = String(target.value);
  // Ids that are nobody's keep their places: NumPos counts in the client's own table (R1052).
  const rows = explicitTable?.map((id) => context.book.byMinimalId.get(id)) ?? container;
  const found = explicitTable
    ? rows.findIndex((listed) => listed && isNotBefore(listed, name))
    : place(container, name);
  const listed = rows[found];
  if (!listed) throw new MapiError(ec.notFound);
  // R1755: what QueryRows would give from here; of a whole address book that is one screenful at most.
  const count = explicitTable ? nspiLimits.rows : screenful;
  return {
    stat: { ...stat, currentRec: listed.minimalId, numPos: found, totalRecs: rows.length },
    rows: columns ? makeRows(rows.slice(found, found + count), columns, context.serverGuid) : undefined,
  };
};

const isDisplayName = ({ tag }: TaggedValue): boolean =>
  tag === PidTag.DisplayName || tag === as8Bit(PidTag.DisplayName);

/** Rows that Outlook's address book window shows (outlook-on-the-wire 6.3). */
const screenful = 50;

const isNotBefore = ({ entry }: ListedEntry, name: string): boolean => compareNames(entry.displayName, name) >= 0;

/** Where a name stands, or would stand, in rows that are in the order of their names. */
function place(rows: readonly ListedEntry[], name: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isNotBefore(rows[middle]!, name)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** NspiCompareMIds, MS-OXNSPI 3.1.4.1.12: which of two rows comes first. */
export const compareMIds: Operation<'CompareMIds'> = (context, request) => {
  const stat = requireStat(request.stat);
  const rows = rowsOf(context, stat);
  const index = (id: number): number => {
    if (id === position.beginning) return -1;
    if (id === position.end) return rows.length;
    const at = rows.findIndex(({ minimalId }) => minimalId === id);
    if (at < 0) throw new MapiError(ec.error, 'an id that is not in the table');
    return at;
  };
  return { result: Math.sign(index(request.minimalId1) - index(request.minimalId2)) };
};

/** NspiResortRestriction, MS-OXNSPI 3.1.4.1.11: the entries in the order of their names; unknown ones go. */
export const resortRestriction: Operation<'ResortRestriction'> = (context, request) => {
  const stat = requireStat(request.stat);
  if (stat.sortType !== sortType.displayName && stat.sortType !== sortType.phoneticDisplayName)
    throw new MapiError(ec.error, 'entries are sorted by display name only');
  const listed = (request.minimalIds ?? []).flatMap((id) => context.book.byMinimalId.get(id) ?? []);
  listed.sort((a, b) => compareNames(a.entry.displayName, b.entry.displayName) || a.minimalId - b.minimalId);
  const current = listed.findIndex(({ minimalId }) => minimalId === stat.currentRec);
  return {
    stat: {
      ...stat,
      currentRec: current < 0 ? position.beginning : stat.currentRec,
      numPos: Math.max(0, current),
      totalRecs: listed.length,
    },
    minimalIds: listed.map(({ minimalId }) => minimalId),
  };
};
