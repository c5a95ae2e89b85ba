import ICAL from 'ical.js';
import { formatLimits } from '../limits.ts';

/** A property as jCal has it (RFC 7265), with its content line. */
export interface IcalProperty {
  /** Upper case. */
  readonly name: string;
  /** By their lower-case names. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
  /** Lower-case value type: `text`, `date-time`, …; `unknown` where neither VALUE nor the property tells. */
  readonly type: string;
  readonly values: readonly unknown[];
  /** The value as it stands in the line. */
  readonly raw: string;
  /** The unfolded line. */
  readonly line: string;
}

export interface IcalComponent {
  /** Upper case. */
  readonly name: string;
  readonly properties: readonly IcalProperty[];
  readonly components: readonly IcalComponent[];
  /** All lines from BEGIN to END. */
  readonly lines: readonly string[];
}

interface Open {
  name: string;
  properties: IcalProperty[];
  components: IcalComponent[];
  lines: string[];
}

/** Content lines without their folds (RFC 5545 3.1); folds of other programs that break in the middle of a line included. */
const unfold = (text: string): string[] =>
  text
    .replace(/^\ufeff/, '')
    .replace(/\r\n|\r/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');

/** Where the value of a content line begins: after the first colon outside of quotes; -1 without one. */
function valueAt(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ':' && !quoted) return at + 1;
  }
  return -1;
}

/** One content line; undefined when it is none. */
export function parseLine(line: string): IcalProperty | undefined {
  const at = valueAt(line);
  if (at < 0) return undefined;
  const raw = line.slice(at);
  const name = /^[A-Za-z0-9-]+/.exec(line)?.[0]?.toUpperCase();
  if (name === undefined) return undefined;
  // Rules are read from their text: ical.js refuses what it cannot expand.
  if (name === 'RRULE' || name === 'EXRULE') return { name, params: {}, type: 'recur', values: [raw], raw, line };
  const params = paramsOf(line.slice(name.length, at - 1));
  const kind = typeof params.value === 'string' && /^[\w-]+$/.test(params.value) ? `;VALUE=${params.value}` : '';
  try {
    const [, , type, ...values] = ICAL.parse.property(`${name}${kind}:${raw}`) as [
      string,
      object,
      string,
      ...unknown[],
    ];
    return { name, params, type, values: values.flat(), raw, line };
  } catch {
    return undefined;
  }
}

const caretEscapes: Readonly<Record<string, string>> = { n: '\n', "'": '"', '^': '^' };

/**
 * Parameters (RFC 5545 3.2, escapes of RFC 6868) by their lower-case names; what has no `=` is left out. Not by ical.js, which
 * takes a backslash in a name for the beginning of an escape.
 */
function paramsOf(text: string): Record<string, string | string[]> {
  const params: Record<string, string | string[]> = {};
  for (const [, name, list] of text.matchAll(/;([\w-]+)=((?:"[^"]*"|[^;"])*)/g)) {
    const values = [...list!.matchAll(/"([^"]*)"|[^,]+/g)].map(([part, quoted]) =>
      (quoted ?? part).replace(/\^([n'^])/g, (_, letter: string) => caretEscapes[letter]!),
    );
    params[name!.toLowerCase()] = values.length === 1 ? values[0]! : values;
  }
  return params;
}

/**
 * The components of a text, however it is broken: a line that cannot be read is left out and told, a component without its
 * end ends with the one around it. Values are read by ical.js, each by itself, so that one does not spoil the others.
 */
export function parseContent(text: string): { readonly components: IcalComponent[]; readonly broken: string[] } {
  const root: Open = { name: '', properties: [], components: [], lines: [] };
  const open: Open[] = [root];
  const broken: string[] = [];
  let count = 0;
  const close = (): void => {
    const done = open.pop()!;
    open.at(-1)!.components.push(done);
    open.at(-1)!.lines.push(...done.lines);
  };
  for (const line of unfold(text.slice(0, formatLimits.icalText))) {
    const mark = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(line);
    if (mark) {
      const name = mark[2]!.toUpperCase();
      if (mark[1]!.toUpperCase() === 'BEGIN') {
        count += 1;
        if (count > formatLimits.icalComponents || open.length > formatLimits.icalDepth) {
          broken.push(line);
          break;
        }
        open.push({ name, properties: [], components: [], lines: [line] });
      } else if (open.slice(1).some((component) => component.name === name)) {
        while (open.at(-1)!.name !== name) close();
        open.at(-1)!.lines.push(line);
        close();
      } else broken.push(line);
      continue;
    }
    const property = parseLine(line);
    if (property) {
      open.at(-1)!.properties.push(property);
      open.at(-1)!.lines.push(line);
    } else broken.push(line);
  }
  while (open.length > 1) close();
  return { components: root.components, broken };
}

/** The first property of a name. */
export const propertyOf = (component: IcalComponent, name: string): IcalProperty | undefined =>
  component.properties.find((property) => property.name === name);

export const propertiesOf = (component: IcalComponent, name: string): IcalProperty[] =>
  component.properties.filter((property) => property.name === name);

/** A parameter's value; the first of several. */
export function param(property: IcalProperty, name: string): string | undefined {
  const value = property.params[name];
  return typeof value === 'string' ? value : value?.[0];
}

const escapes: Readonly<Record<string, string>> = { n: '\n', N: '\n' };

/** RFC 5545 3.3.11; not by ical.js, which takes the comma after an escaped backslash for an escaped one. */
const unescapeText = (text: string): string =>
  text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter).trim();

/** Text of a property, of any type; also of the quoted-printable of vCalendar 1.0. */
export function textOf(property: IcalProperty | undefined): string | undefined {
  if (!property) return undefined;
  if (/^quoted-printable$/i.test(param(property, 'encoding') ?? '')) return decodeQuotedPrintable(property.raw);
  return unescapeText(property.raw) || undefined;
}

/** Texts of a property with several, divided by commas. */
export const textsOf = ({ raw }: IcalProperty): string[] =>
  [...raw.matchAll(/(?:[^\\,]|\\.)+/gs)].map(([part]) => unescapeText(part)).filter((text) => text !== '');

const decodeQuotedPrintable = (text: string): string =>
  text.replace(/(?:=[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString('utf8'));

// Writing

/** Bytes of a line before it is folded (RFC 5545 3.1). */
const lineLength = 74;

/** A line folded at 75 octets, between characters. */
export function fold(line: string): string {
  if (Buffer.byteLength(line) <= lineLength) return line;
  const parts: string[] = [];
  let part = '';
  let size = 0;
  for (const letter of line) {
    const bytes = Buffer.byteLength(letter);
    if (size + bytes > lineLength) {
      parts.push(part);
      part = '';
      size = 1;
    }
    part += letter;
    size += bytes;
  }
  return [...parts, part].join('\r\n ');
}

/** The line of a property: its value escaped and its parameters quoted by ical.js. */
export function lineOf(
  name: string,
  value: string | readonly string[],
  params: Readonly<Record<string, string | undefined>> = {},
  type = 'text',
): string {
  // Quotes and line ends in parameters are written as RFC 6868 has it, by ical.js.
  const given = Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  const values = typeof value === 'string' ? [value] : value;
  return ICAL.stringify.property(
    [name.toLowerCase(), given, type, ...values] as never,
    ICAL.design.icalendar as never,
    true,
  );
}

/** A component's text, lines ended and folded. */
export const componentText = (name: string, lines: readonly string[]): string =>
  [`BEGIN:${name}`, ...lines, `END:${name}`].join('\n');

/** The text of a calendar from unfolded lines, which may contain several ones each. */
export const calendarText = (lines: readonly string[]): string =>
  `${lines
    .flatMap((line) => line.split('\n'))
    .map(fold)
    .join('\r\n')}\r\n`;
