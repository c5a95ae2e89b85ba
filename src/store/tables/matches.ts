import {
  canonicalTag,
  ec,
  fuzzyHigh,
  fuzzyLow,
  idOf,
  isLargeValue,
  MapiError,
  multiValue,
  multiValueInstance,
  type PropertyTag,
  type PropertyValue,
  Ptyp,
  type Restriction,
  relop,
  type StoredValue,
  typeOf,
  withType,
} from '../../mapi/index.ts';
import { type Comparable, comparable, compare, sameKind } from './collation.ts';
import { limits } from './limits.ts';

/** Gives the value of a property of one object; undefined when it has none. */
export type Lookup = (tag: PropertyTag) => StoredValue | undefined;

/** What a condition needs beyond the properties of the object itself. */
export interface MatchContext {
  /** Recipients or attachments, by PidTagMessageRecipients or PidTagMessageAttachments; none when absent. */
  readonly parts?: (tag: PropertyTag) => readonly Lookup[];
  /** Other search keys (`EX:/O=…`, `SMTP:A@B`, upper case, without terminator) of the person with this one. */
  readonly aliases?: (searchKey: string) => readonly string[];
}

/** A restriction made ready to be asked about many objects. */
export type Matcher = (lookup: Lookup, context?: MatchContext) => boolean;

/**
 * Whether an object meets a restriction (MS-OXCDATA 2.12). An absent property is less than any value, its bits are
 * zero, and it contains nothing. Errors: see {@link compileRestriction}.
 */
export const matches = (restriction: Restriction, lookup: Lookup, context?: MatchContext): boolean =>
  compileRestriction(restriction)(lookup, context);

/** Errors: ecTooComplex for what no server evaluates (regular expressions, multiple values to compare with, depth). */
export function compileRestriction(restriction: Restriction): Matcher {
  const budget = { nodes: limits.restrictionNodes };
  return compile(restriction, 0, budget);
}

const tooComplex = (why: string) => new MapiError(ec.tooComplex, `restriction too complex: ${why}`);

function compile(restriction: Restriction, depth: number, budget: { nodes: number }): Matcher {
  if (depth > limits.restrictionDepth || budget.nodes-- <= 0) throw tooComplex('size');
  const inner = (r: Restriction) => compile(r, depth + 1, budget);
  switch (restriction.kind) {
    case 'and': {
      const all = restriction.restrictions.map(inner);
      return (lookup, context) => all.every((one) => one(lookup, context));
    }
    case 'or': {
      const any = restriction.restrictions.map(inner);
      return (lookup, context) => any.some((one) => one(lookup, context));
    }
    case 'not': {
      const one = inner(restriction.restriction);
      return (lookup, context) => !one(lookup, context);
    }
    case 'content':
      return content(restriction);
    case 'property':
      return property(restriction);
    case 'compare':
      return compareProperties(restriction);
    case 'bitmask': {
      const { tag, mask, notEqualZero } = restriction;
      return (lookup) => {
        const value = lookup(tag);
        const bits =
          typeof value === 'number'
            ? value
            : typeof value === 'bigint'
              ? Number(value & 0xffffffffn)
              : Number(value === true);
        return ((bits & mask) !== 0) === notEqualZero;
      };
    }
    case 'size': {
      const { tag, size } = restriction;
      const test = relation(restriction.relop);
      return (lookup) => {
        const value = lookup(tag);
        return value !== undefined && test(sizeOf(value, typeOf(tag)) - size);
      };
    }
    case 'exist':
      return (lookup) => lookup(restriction.tag) !== undefined;
    case 'subobject': {
      const one = inner(restriction.restriction);
      return (_lookup, context) =>
        (context?.parts?.(restriction.tag) ?? []).some((part) => one(part, context && { ...context, parts: () => [] }));
    }
    case 'comment':
      return restriction.restriction ? inner(restriction.restriction) : () => true;
    case 'count':
      return inner(restriction.restriction);
  }
}

/** The test of a difference (negative, 0, positive). */
function relation(operator: number): (difference: number) => boolean {
  switch (operator) {
    case relop.lt:
      return (difference) => difference < 0;
    case relop.le:
      return (difference) => difference <= 0;
    case relop.gt:
      return (difference) => difference > 0;
    case relop.ge:
      return (difference) => difference >= 0;
    case relop.eq:
      return (difference) => difference === 0;
    case relop.ne:
      return (difference) => difference !== 0;
    default:
      throw tooComplex(`relational operator ${operator}`);
  }
}

function property({ tag, relop: operator, value }: Restriction & { kind: 'property' }): Matcher {
  const test = relation(operator);
  if (Array.isArray(value.value)) throw tooComplex('multiple values to compare with');
  const elementType = singleType(typeOf(value.tag) || typeOf(tag));
  const wanted = comparable(value.value, elementType);
  if (wanted === undefined) throw tooComplex(`values of type 0x${elementType.toString(16)} have no order`);
  const single = (one: PropertyValue | undefined): boolean => {
    const given = comparable(one, elementType);
    if (given !== undefined && !sameKind(given, wanted)) return operator === relop.ne;
    return test(compare(given, wanted));
  };
  if (searchKeyParts.has(idOf(tag)) && wanted instanceof Uint8Array) {
    return (lookup, context) => {
      const forms = searchKeyForms(tag, lookup, context);
      if (forms.length === 0) return single(undefined);
      const target = Buffer.from(searchKeyText(wanted) ?? '', 'latin1');
      const pairs = forms.map((form) => {
        const text = searchKeyText(form);
        return text !== undefined && target.length > 0
          ? test(Buffer.compare(Buffer.from(text, 'latin1'), target))
          : single(form);
      });
      return operator === relop.ne ? pairs.every(Boolean) : pairs.some(Boolean);
    };
  }
  return (lookup) => {
    const stored = lookup(tag);
    if (isLargeValue(stored)) return operator === relop.gt || operator === relop.ge || operator === relop.ne;
    if (!Array.isArray(stored)) return single(stored);
    if (stored.length === 0) return single(undefined);
    // "Not equal" of a multiple-value property says that no element is equal.
    return operator === relop.ne ? stored.every((one) => single(one)) : stored.some((one) => single(one));
  };
}

function compareProperties({ tag1, tag2, relop: operator }: Restriction & { kind: 'compare' }): Matcher {
  const test = relation(operator);
  return (lookup) => {
    const [a, b] = [tag1, tag2].map((tag): Comparable | undefined => {
      const value = lookup(tag);
      return isLargeValue(value) ? undefined : comparable(value, typeOf(tag));
    });
    if (a !== undefined && b !== undefined && !sameKind(a, b)) return operator === relop.ne;
    return test(compare(a, b));
  };
}

function content({ tag, fuzzyLevelLow, fuzzyLevelHigh, value }: Restriction & { kind: 'content' }): Matcher {
  const wanted = value.value;
  if (Array.isArray(wanted)) throw tooComplex('multiple values to search for');
  if (wanted instanceof Uint8Array) {
    const test = binaryTest(wanted, fuzzyLevelLow, fuzzyLevelHigh);
    const isSearchKey = searchKeyParts.has(idOf(tag));
    return (lookup, context) => {
      if (isSearchKey) return searchKeyForms(tag, lookup, context).some(test);
      return elements(lookup(tag)).some((one) => one instanceof Uint8Array && test(one));
    };
  }
  if (typeof wanted !== 'string') throw tooComplex('content restriction on a value that is neither text nor bytes');
  const test = textTest(wanted, fuzzyLevelLow, fuzzyLevelHigh);
  return (lookup) => elements(lookup(tag)).some((one) => typeof one === 'string' && test(one));
}

function elements(value: StoredValue | undefined): readonly PropertyValue[] {
  if (value === undefined || isLargeValue(value)) return [];
  return Array.isArray(value) ? value : [value as PropertyValue];
}

/** Text as a content restriction compares it. */
function fold(text: string, high: number): string {
  let folded = text;
  if (high & (fuzzyHigh.ignoreNonSpace | fuzzyHigh.loose)) folded = folded.normalize('NFKD').replace(/\p{M}/gu, '');
  if (high & (fuzzyHigh.ignoreCase | fuzzyHigh.loose)) folded = folded.toLowerCase();
  return folded;
}

function textTest(wanted: string, low: number, high: number): (text: string) => boolean {
  const needle = fold(wanted, high);
  if (low & (fuzzyLow.prefixOnWords | fuzzyLow.phraseMatch)) {
    const wholeWords = (low & fuzzyLow.phraseMatch) !== 0 && (low & fuzzyLow.prefixOnWords) === 0;
    return (text) => {
      const hay = fold(text, high);
      if (needle === '') return true;
      for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) {
        if (isWord(hay, at - 1)) continue;
        if (!wholeWords || !isWord(hay, at + needle.length)) return true;
      }
      return false;
    };
  }
  switch (low & 0xf) {
    case fuzzyLow.substring:
      return (text) => fold(text, high).includes(needle);
    case fuzzyLow.prefix:
      return (text) => fold(text, high).startsWith(needle);
    default:
      return (text) => fold(text, high) === needle;
  }
}
const wordCharacter = /[\p{L}\p{N}\p{M}\p{Cs}_]/u;
const isWord = (text: string, at: number): boolean => at >= 0 && at < text.length && wordCharacter.test(text[at]!);

function binaryTest(wanted: Uint8Array, low: number, high: number): (bytes: Uint8Array) => boolean {
  const ignoreCase = (high & (fuzzyHigh.ignoreCase | fuzzyHigh.loose)) !== 0;
  const prepare = (bytes: Uint8Array): Buffer => {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return ignoreCase ? Buffer.from(view.toString('latin1').toUpperCase(), 'latin1') : view;
  };
  const needle = prepare(wanted);
  switch (low & 0xf) {
    case fuzzyLow.substring:
      return (bytes) => prepare(bytes).includes(needle);
    case fuzzyLow.prefix:
      return (bytes) => prepare(bytes).subarray(0, needle.length).equals(needle);
    default:
      return (bytes) => prepare(bytes).equals(needle);
  }
}

/** Bytes that a value takes: fixed by type, text as UTF-16 (8-bit text as one byte a character) without terminator. */
function sizeOf(value: StoredValue, type: number): number {
  if (isLargeValue(value)) return value.size;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + sizeOf(one, singleType(type)), 0);
  switch (typeof value) {
    case 'string':
      return type === Ptyp.Guid ? 16 : type === Ptyp.String8 ? value.length : value.length * 2;
    case 'bigint':
      return 8;
    case 'boolean':
      return 1;
    case 'number':
      return type === Ptyp.Integer16 ? 2 : type === Ptyp.Floating64 || type === Ptyp.FloatingTime ? 8 : 4;
    default:
      return value instanceof Uint8Array ? value.length : 0;
  }
}

const singleType = (type: number): number => type & ~(multiValue | multiValueInstance);

/** PtypBinary search keys and the address properties that say the same: address type, address, SMTP address. */
const searchKeyParts: ReadonlyMap<number, readonly [PropertyTag, PropertyTag, PropertyTag]> = new Map([
  [0x0c1d, [0x0c1e001f, 0x0c1f001f, 0x5d01001f]], // sender
  [0x003b, [0x0064001f, 0x0065001f, 0x5d02001f]], // sent representing
  [0x0051, [0x0075001f, 0x0076001f, 0x5d07001f]], // received by
  [0x0052, [0x0077001f, 0x0078001f, 0x5d08001f]], // received representing
  [0x300b, [0x3002001f, 0x3003001f, 0x39fe001f]], // recipient
]);

/** The search key that an object has, and the others that it could have for the same person. */
function searchKeyForms(tag: PropertyTag, lookup: Lookup, context: MatchContext | undefined): Uint8Array[] {
  const stored = lookup(tag);
  const forms: Uint8Array[] = stored instanceof Uint8Array ? [stored] : [];
  const [typeTag, addressTag, smtpTag] = searchKeyParts.get(idOf(tag))!;
  const addressType = lookup(typeTag);
  const address = lookup(addressTag);
  const smtp = lookup(smtpTag);
  const texts = new Set(forms.map(searchKeyText).filter((text) => text !== undefined));
  const add = (text: string) => {
    const key = text.toUpperCase();
    if (texts.has(key)) return;
    texts.add(key);
    forms.push(Buffer.from(`${key}\0`, 'latin1'));
  };
  if (typeof addressType === 'string' && typeof address === 'string' && address !== '')
    add(`${addressType}:${address}`);
  if (typeof smtp === 'string' && smtp !== '') add(`SMTP:${smtp}`);
  for (const text of [...texts]) for (const alias of context?.aliases?.(text) ?? []) add(alias);
  return forms;
}

/** `TYPE:ADDRESS` in upper case, when the bytes are such a search key. */
function searchKeyText(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('latin1')
    .replace(/\0+$/, '')
    .toUpperCase();
  return /^[A-Z0-9]{1,16}:/.test(text) ? text : undefined;
}

/** What a restriction asks for, so that it can be fetched before: properties in canonical form, and kinds of parts. */
export interface RestrictionNeeds {
  readonly tags: ReadonlySet<PropertyTag>;
  readonly partTags: ReadonlySet<PropertyTag>;
}

export function restrictionNeeds(restriction: Restriction | undefined): RestrictionNeeds {
  const tags = new Set<PropertyTag>();
  const partTags = new Set<PropertyTag>();
  const want = (tag: PropertyTag) => {
    tags.add(canonicalTag(withType(tag, typeOf(tag) & ~multiValueInstance)));
    for (const part of searchKeyParts.get(idOf(tag)) ?? []) tags.add(part);
  };
  const walk = (r: Restriction): void => {
    switch (r.kind) {
      case 'and':
      case 'or':
        r.restrictions.forEach(walk);
        break;
      case 'not':
      case 'count':
        walk(r.restriction);
        break;
      case 'comment':
        if (r.restriction) walk(r.restriction);
        break;
      case 'subobject':
        partTags.add(r.tag);
        break;
      case 'compare':
        want(r.tag1);
        want(r.tag2);
        break;
      default:
        want(r.tag);
    }
  };
  if (restriction) walk(restriction);
  return { tags, partTags };
}
