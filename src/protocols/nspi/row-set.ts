import { ec, MapiError, type PropertyTag } from '../../mapi/index.ts';
import type { RowSet } from './bodies.ts';
import { defaultColumns, entryCell, type ListedEntry } from './entry.ts';
import { nspiLimits } from './limits.ts';

/**
 * Rows of entries. An entry that is not known (undefined) gets a row of errors, so that rows and ids stay in step.
 * `ephemeral`: the server's GUID when entry ids are to be ephemeral. Errors: ecTableTooBig for too many columns.
 */
export function makeRows(
  entries: readonly (ListedEntry | undefined)[],
  columns: readonly PropertyTag[] | undefined,
  ephemeral?: Uint8Array,
): RowSet {
  if (columns && columns.length > nspiLimits.columns) throw new MapiError(ec.tableTooBig, `${columns.length} columns`);
  const wanted = columns ? [...columns] : [...defaultColumns];
  return {
    columns: wanted,
    rows: entries.map((listed) => wanted.map((tag) => entryCell(listed, tag, ephemeral))),
  };
}
