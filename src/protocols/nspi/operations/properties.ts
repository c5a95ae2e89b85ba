import {
  ec,
  idOf,
  isPropertyError,
  MapiError,
  multiValue,
  type PropertyTag,
  Ptyp,
  type TaggedValue,
  tagOf,
  typeOf,
} from '../../../mapi/index.ts';
import { rowIndex } from '../address-list.ts';
import { as8Bit, entryCell, entryTags, knownTags, type ListedEntry } from '../entry.ts';
import { nspiLimits } from '../limits.ts';
import { checkCodePage, ephemeralGuid, type Operation, type OperationContext, rowsOf } from '../operation.ts';
import { codePageUnicode, position, type Stat } from '../stat.ts';

/** NspiUnicodeProptypes, MS-OXNSPI 2.2.1.13. */
const unicodeTypes = 0x80000000;

/**
 * The object a STAT names: the entry of CurrentRec, wherever it is listed, or the row that it points at; undefined when
 * there is none.
 */
function objectAt(context: OperationContext, stat: Stat): ListedEntry | undefined {
  const named = context.book.byMinimalId.get(stat.currentRec);
  if (named && stat.delta === 0) return named;
  if (!named && !positions.has(stat.currentRec)) return undefined;
  const rows = rowsOf(context, stat);
  return rows[rowIndex(stat, rows)];
}

const positions = new Set<number>(Object.values(position));

const isText8 = (tag: PropertyTag): boolean => (typeOf(tag) & ~multiValue) === Ptyp.String8;

/** NspiGetProps, MS-OXNSPI 3.1.4.1.7: ErrorsReturned when a property has no value; all of them when none is named. */
export const getProps: Operation<'GetProps'> = (context, request) => {
  const { stat } = request;
  if (!stat) throw new MapiError(ec.invalidParam, 'no STAT');
  // CP_WINUNICODE is fine as long as nothing has to be in it (R873); it makes a list of the server's own Unicode.
  const unicode = stat.codePage === codePageUnicode;
  if (!unicode || request.tags?.some(isText8)) checkCodePage(stat.codePage);
  if (request.tags && request.tags.length > nspiLimits.columns) throw new MapiError(ec.tableTooBig);
  const listed = objectAt(context, stat);
  if (!listed && !request.tags) throw new MapiError(ec.invalidObject, 'no such object');
  const own = () => (unicode ? entryTags(listed!) : entryTags(listed!).map(as8Bit));
  const ephemeral = ephemeralGuid(context, request.flags);
  let incomplete = false;
  const values = (request.tags ?? own()).map((tag): TaggedValue => {
    const cell = entryCell(listed, tag, ephemeral);
    if (!isPropertyError(cell)) return { tag, value: cell };
    incomplete = true;
    return { tag: tagOf(idOf(tag), Ptyp.ErrorCode), value: cell.errorCode };
  });
  return { codePage: stat.codePage, values, ...(incomplete ? { errorCode: ec.warnWithErrors } : {}) };
};

/** NspiGetPropList, MS-OXNSPI 3.1.4.1.6. */
export const getPropList: Operation<'GetPropList'> = ({ book }, request) => {
  checkCodePage(request.codePage);
  const listed = book.byMinimalId.get(request.minimalId);
  if (!listed) throw new MapiError(ec.invalidObject, 'no such object');
  return { tags: entryTags(listed).map(as8Bit) };
};

/** NspiQueryColumns, MS-OXNSPI 3.1.4.1.5. */
export const queryColumns: Operation<'QueryColumns'> = ({ book }, { flags }) => {
  const tags: PropertyTag[] = knownTags(book.all);
  return { tags: flags >>> 0 === unicodeTypes ? tags : tags.map(as8Bit) };
};
