import { OxError } from './errors.ts';
import { asObject } from './http/body.ts';

export type Test<Item> = (item: Item) => boolean;

/** What a term looks at: a field or a header. */
export interface Operand {
  readonly field?: string;
  readonly header?: string;
}

const maxTerms = 500;

/** Compiles a search term in prefix notation (reference 1.13). SVL-0010 for what is none. */
export function compileFilter<Item>(
  filter: unknown,
  valuesOf: (item: Item, operand: Operand) => readonly unknown[],
): Test<Item> {
  let terms = 0;
  return compile(filter);

  function compile(term: unknown): Test<Item> {
    terms += 1;
    if (!Array.isArray(term) || terms > maxTerms) throw new OxError('SVL-0010', 'search term');
    const [operator, ...operands] = term;
    if (operator === 'and' || operator === 'or') {
      const tests = operands.map(compile);
      return operator === 'and'
        ? (item) => tests.every((test) => test(item))
        : (item) => tests.some((test) => test(item));
    }
    if (operator === 'not') {
      const test = compile(operands[0]);
      return (item) => !test(item);
    }
    const operand = asObject(operands[0]);
    const [field, header] = [operand.field, operand.header];
    if (typeof field !== 'string' && typeof header !== 'string') throw new OxError('SVL-0010', 'search operand');
    const compare = comparison(operator, operands[1]);
    const target: Operand = typeof header === 'string' ? { header } : { field: field as string };
    return (item) => {
      const values = valuesOf(item, target);
      return operator === '<>' ? values.every(compare) : values.length === 0 ? compare(null) : values.some(compare);
    };
  }
}

function comparison(operator: unknown, wanted: unknown): (value: unknown) => boolean {
  const equal =
    wanted === null ? (value: unknown) => value === null || value === undefined || value === '' : equality(wanted);
  switch (operator) {
    case '=':
      return equal;
    case '<>':
      return (value) => !equal(value);
    case '<':
      return (value) => order(value, wanted) < 0;
    case '>':
      return (value) => order(value, wanted) > 0;
    case '<=':
      return (value) => order(value, wanted) <= 0;
    case '>=':
      return (value) => order(value, wanted) >= 0;
    default:
      throw new OxError('SVL-0010', `search operator ${String(operator)}`);
  }
}

function equality(wanted: unknown): (value: unknown) => boolean {
  const fits = textTest(String(wanted));
  return (value) => value !== null && value !== undefined && fits(String(value));
}

function order(value: unknown, wanted: unknown): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'number') return value - Number(wanted);
  return String(value).localeCompare(String(wanted));
}

/** `*` stands for any characters, `?` for one; case does not matter. */
export function textTest(pattern: string): (value: string) => boolean {
  const wanted = pattern.toLowerCase();
  return (value) => wildcard(value.toLowerCase(), wanted);
}

/** The same, and a pattern without wildcards may stand anywhere in the text. */
export const patternTest = (pattern: string): ((value: string) => boolean) =>
  textTest(/[*?]/.test(pattern) ? pattern : `*${pattern}*`);

function wildcard(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let restart = 0;
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern;
      inPattern += 1;
      restart = at;
    } else if (inPattern < pattern.length && (pattern[inPattern] === '?' || pattern[inPattern] === text[at])) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      restart += 1;
      at = restart;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
