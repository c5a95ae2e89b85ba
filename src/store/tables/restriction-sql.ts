import { type RawBuilder, type SqlBool, sql } from 'kysely';
import {
  counterOf,
  fuzzyHigh,
  fuzzyLow,
  PidTag,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  type Restriction,
  relop,
  replidOfId,
  withType,
} from '../../mapi/index.ts';
import { mf } from '../rows.ts';

export type Predicate = RawBuilder<SqlBool>;

/** A property that is a column of `message`, and what the column says about it. */
interface NumberColumn {
  readonly column: string;
  readonly value: 'number' | 'time' | 'boolean';
  /** The column cannot be null, and the property is always there. */
  readonly always: boolean;
  /** The column is null when the property is absent, and only then. */
  readonly nullWhenAbsent?: boolean;
  /** The column is 0 when the property is absent. */
  readonly zeroWhenAbsent?: boolean;
}

const columns: ReadonlyMap<PropertyTag, NumberColumn> = new Map<PropertyTag, NumberColumn>([
  [PidTag.MessageDeliveryTime, { column: 'delivery_time', value: 'time', always: true }],
  [PidTag.ClientSubmitTime, { column: 'submit_time', value: 'time', always: false, nullWhenAbsent: true }],
  [PidTag.LastModificationTime, { column: 'last_modified', value: 'time', always: true }],
  [PidTag.CreationTime, { column: 'created', value: 'time', always: true }],
  [PidTag.Importance, { column: 'importance', value: 'number', always: true }],
  [PidTag.Sensitivity, { column: 'sensitivity', value: 'number', always: true }],
  [PidTag.MessageStatus, { column: 'status', value: 'number', always: true }],
  [PidTag.FlagStatus, { column: 'flag_status', value: 'number', always: false, zeroWhenAbsent: true }],
  [PidTag.Read, { column: 'read', value: 'boolean', always: true }],
  [PidTag.HasAttachments, { column: 'has_attachments', value: 'boolean', always: true }],
]);

const true_ = sql<SqlBool>`1 = 1`;
const false_ = sql<SqlBool>`1 = 0`;
const not = (one: Predicate): Predicate => sql<SqlBool>`not (${one})`;

/**
 * A restriction as a condition on `message` with exactly its meaning; undefined when the columns do not hold what it
 * asks for. No condition here is ever unknown (null), so that each can be negated.
 */
export function restrictionSql(restriction: Restriction): Predicate | undefined {
  switch (restriction.kind) {
    case 'and':
    case 'or': {
      const parts: Predicate[] = [];
      for (const one of restriction.restrictions) {
        const part = restrictionSql(one);
        if (!part) return undefined;
        parts.push(part);
      }
      if (parts.length === 0) return restriction.kind === 'and' ? true_ : false_;
      return sql<SqlBool>`(${sql.join(parts, restriction.kind === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not': {
      const inner = restrictionSql(restriction.restriction);
      return inner && not(inner);
    }
    case 'comment':
      return restriction.restriction ? restrictionSql(restriction.restriction) : true_;
    case 'property':
      return property(restriction.tag, restriction.relop, restriction.value.value);
    case 'content':
      return messageClass(restriction);
    case 'bitmask':
      return bitmask(restriction);
    case 'exist': {
      const known = columns.get(restriction.tag);
      if (known?.nullWhenAbsent) return sql<SqlBool>`${columnOf(known)} is not null`;
      return known?.always ? true_ : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * What can be asked of the database beforehand: every message that meets the restriction meets this; undefined when
 * that is every message.
 */
export function necessarySql(restriction: Restriction): Predicate | undefined {
  const exact = restrictionSql(restriction);
  if (exact || restriction.kind !== 'and') return exact;
  const parts = restriction.restrictions.map(necessarySql).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : sql<SqlBool>`(${sql.join(parts, sql` and `)})`;
}

const operators: ReadonlyMap<number, string> = new Map([
  [relop.lt, '<'],
  [relop.le, '<='],
  [relop.gt, '>'],
  [relop.ge, '>='],
  [relop.eq, '='],
  [relop.ne, '<>'],
]);

function property(tag: PropertyTag, operator: number, value: PropertyValue): Predicate | undefined {
  const sign = operators.get(operator);
  if (!sign) return undefined;
  if ((tag === PidTag.Mid || tag === PidTag.InstID) && typeof value === 'bigint') {
    if (operator !== relop.eq && operator !== relop.ne) return undefined;
    const same = replidOfId(value) === 1 ? sql<SqlBool>`message.id = ${counterOf(value)}` : false_;
    return operator === relop.eq ? same : not(same);
  }
  const known = columns.get(tag);
  if (!known) return undefined;
  const wanted = numberOf(known, value);
  if (wanted === undefined) return undefined;
  // An absent property is less than any value, so a column that has 0 for it is right for values above 0.
  if (known.zeroWhenAbsent && !(wanted > 0 || (wanted === 0 && operator === relop.gt))) return undefined;
  const compared = sql<SqlBool>`${columnOf(known)} ${sql.raw(sign)} ${wanted}`;
  if (!known.nullWhenAbsent) return compared;
  return lessOrOther.has(operator)
    ? sql<SqlBool>`(${columnOf(known)} is null or ${compared})`
    : sql<SqlBool>`(${columnOf(known)} is not null and ${compared})`;
}

/** What an absent property meets. */
const lessOrOther: ReadonlySet<number> = new Set([relop.lt, relop.le, relop.ne]);

const columnOf = ({ column }: NumberColumn) => sql.ref(`message.${column}`);

function numberOf({ value: kind }: NumberColumn, value: PropertyValue): number | bigint | undefined {
  if (kind === 'boolean') return typeof value === 'boolean' ? Number(value) : undefined;
  if (kind === 'time') return typeof value === 'bigint' ? BigInt.asIntN(64, value) : undefined;
  return typeof value === 'number' ? value | 0 : undefined;
}

function bitmask({ tag, mask, notEqualZero }: Restriction & { kind: 'bitmask' }): Predicate | undefined {
  const bits = (column: string, wanted: number): Predicate =>
    sql<SqlBool>`(${sql.ref(`message.${column}`)} & ${wanted}) <> 0`;
  let any: Predicate | undefined;
  if (tag === PidTag.MessageFlags) {
    const parts: Predicate[] = [];
    // mfRead and mfHasAttach are columns of their own; what mfEverRead and mfFAI mean is computed.
    if (mask & ~0xffff || mask & (mf.everRead | mf.fai)) return undefined;
    if (mask & mf.read) parts.push(sql<SqlBool>`message.read <> 0`);
    if (mask & mf.hasAttach) parts.push(sql<SqlBool>`message.has_attachments <> 0`);
    const rest = mask & ~(mf.read | mf.hasAttach);
    if (rest) parts.push(bits('flags', rest));
    any = parts.length === 0 ? false_ : sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
  } else {
    const known = columns.get(tag);
    if (known?.value !== 'number') return undefined;
    any = bits(known.column, mask | 0);
  }
  return notEqualZero ? any : not(any);
}

/** PidTagMessageClass, which is ASCII and always there. */
function messageClass({
  tag,
  value,
  fuzzyLevelLow,
  fuzzyLevelHigh,
}: Restriction & { kind: 'content' }): Predicate | undefined {
  if (withType(tag, Ptyp.String) !== PidTag.MessageClass || typeof value.value !== 'string') return undefined;
  if (!/^[\x20-\x7e]*$/.test(value.value)) return undefined;
  if ((fuzzyLevelHigh & (fuzzyHigh.ignoreCase | fuzzyHigh.loose)) === 0) return undefined;
  const wanted = value.value.toLowerCase();
  const column = sql`lower(message.message_class)`;
  switch (fuzzyLevelLow) {
    case fuzzyLow.fullString:
      return sql<SqlBool>`${column} = ${wanted}`;
    case fuzzyLow.prefix:
      return sql<SqlBool>`substr(${column}, 1, ${wanted.length}) = ${wanted}`;
    case fuzzyLow.substring:
      return sql<SqlBool>`${column} like ${`%${wanted.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
    default:
      return undefined;
  }
}
