import { ec, idOf, MapiError, PidTag, type PropertyTag, Ptyp, type TaggedValue, tagOf } from '../../../mapi/index.ts';
import { rowIndex } from '../address-list.ts';
import { as8Bit, entryProperty, entryTags, ephemeralEntryId, knownTags, type ListedEntry } from '../entry.ts';
import { nspiLimits } from '../limits.ts';
import { checkCodePage, type Operation, type OperationContext, requireStat } from '../operation.ts';

/** fEphID and fSkipObjects, MS-OXNSPI 2.2.1.11. */
const ephemeralIds = 0x2;
/** NspiUnicodeProptypes, MS-OXNSPI 2.2.1.13. */
const unicodeTypes = 0x80000000;

/** The object a STAT names: the entry of CurrentRec, wherever it is listed, or the row that it points at. */
function objectAt(context: OperationContext, stat: ReturnType<typeof requireStat>): ListedEntry {
  const named = context.book.byMinimalId.get(stat.currentRec);
  if (named && stat.delta === 0) return named;
  const rows = context.book.rows(stat.containerId);
  const listed = rows?.[rowIndex(stat, rows)];
  if (!listed) throw new MapiError(ec.notFound);
  return listed;
}

/** NspiGetProps, MS-OXNSPI 3.1.4.1.7: ErrorsReturned when a property has no value; all of them when none is named. */
export const getProps: Operation<'GetProps'> = (context, request) => {
  const stat = requireStat(request.stat);
  if (request.tags && request.tags.length > nspiLimits.columns) throw new MapiError(ec.tableTooBig);
  const listed = objectAt(context, stat);
  let incomplete = false;
  const values = (request.tags ?? entryTags(listed)).map((tag): TaggedValue => {
    const value =
      request.flags & ephemeralIds && tag === PidTag.EntryId
        ? ephemeralEntryId(listed, context.serverGuid)
        : entryProperty(listed, tag);
    if (value !== undefined) return { tag, value };
    incomplete = true;
    return { tag: tagOf(idOf(tag), Ptyp.ErrorCode), value: ec.notFound };
  });
  return { codePage: stat.codePage, values, ...(incomplete ? { errorCode: ec.warnWithErrors } : {}) };
};

/** NspiGetPropList, MS-OXNSPI 3.1.4.1.6. */
export const getPropList: Operation<'GetPropList'> = ({ book }, request) => {
  checkCodePage(request.codePage);
  const listed = book.byMinimalId.get(request.minimalId);
  if (!listed) throw new MapiError(ec.notFound);
  return { tags: entryTags(listed).map(as8Bit) };
};

/** NspiQueryColumns, MS-OXNSPI 3.1.4.1.5. */
export const queryColumns: Operation<'QueryColumns'> = ({ book }, { flags }) => {
  const tags: PropertyTag[] = knownTags(book.all);
  return { tags: flags >>> 0 === unicodeTypes ? tags : tags.map(as8Bit) };
};
