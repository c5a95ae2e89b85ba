import { ec, MapiError, multiValue, multiValueInstance, Ptyp, typeOf } from '../../../mapi/index.ts';
import type { HandlerOf } from '../definition.ts';
import { type RopSetColumns, tableStatusComplete } from '../definitions/table.ts';
import { ropLimits } from '../limits.ts';
import { tableOf } from './table-object.ts';

const columnTypes = new Set<number>([
  Ptyp.Integer16,
  Ptyp.Integer32,
  Ptyp.Floating32,
  Ptyp.Floating64,
  Ptyp.Currency,
  Ptyp.FloatingTime,
  Ptyp.Boolean,
  Ptyp.Object,
  Ptyp.Integer64,
  Ptyp.String8,
  Ptyp.String,
  Ptyp.Time,
  Ptyp.Guid,
  Ptyp.Restriction,
  Ptyp.RuleAction,
  Ptyp.Binary,
]);
const singleOnly = new Set<number>([Ptyp.Object, Ptyp.Boolean, Ptyp.Restriction, Ptyp.RuleAction]);

function isColumn(tag: number): boolean {
  const type = typeOf(tag);
  const base = type & ~(multiValue | multiValueInstance);
  if (!columnTypes.has(base) || tag >>> 16 === 0) return false;
  if ((type & multiValue) === 0) return (type & multiValueInstance) === 0;
  return !singleOnly.has(base);
}

/** RopSetColumns, MS-OXCTABL 3.2.5.2. */
export const setColumns: HandlerOf<typeof RopSetColumns> = (context, request) => {
  const object = tableOf(context);
  object.valid = false;
  const tags = request.propertyTags;
  if (tags.length === 0 || tags.length > ropLimits.columns || !tags.every(isColumn))
    throw new MapiError(ec.invalidParam);
  object.table.setColumns(tags);
  object.valid = true;
  return { tableStatus: tableStatusComplete };
};
