import {
  getProperty,
  isLargeValue,
  type NamedProperty,
  type NamedTags,
  type PropertyBag,
  type PropertyTag,
  type ReadonlyPropertyBag,
  removeProperty,
  type StoredValue,
  setProperty,
} from '../../mapi/index.ts';
import { toCrLf } from '../html-text.ts';

/** A property by its tag, or by its name where the tag differs from mailbox to mailbox. */
export type ItemProperty = PropertyTag | NamedProperty;

/** What turning items into properties and back needs to know of the mailbox. */
export interface ItemContext {
  readonly tags: NamedTags;
  /** IANA name of the user's time zone: some days are kept as local midnights (MS-OXOCNTC 2.2.1.5, MS-OXOTASK 2.2.2). */
  readonly timeZone: string;
}

/** Typed reading of one item's properties; undefined where one is absent or of another type. */
export interface PropertyReader {
  readonly bag: ReadonlyPropertyBag;
  readonly timeZone: string;
  get(property: ItemProperty): StoredValue | undefined;
  /** Text with LF line ends and none at its end; undefined when that is empty. */
  text(property: ItemProperty): string | undefined;
  texts(property: ItemProperty): string[];
  number(property: ItemProperty): number | undefined;
  boolean(property: ItemProperty): boolean | undefined;
  time(property: ItemProperty): bigint | undefined;
  bytes(property: ItemProperty): Uint8Array | undefined;
}

export interface PropertyWriter extends PropertyReader {
  /** Sets a property as it is; undefined removes it. */
  set(property: ItemProperty, value: StoredValue | undefined): void;
  /** Sets text with CR LF line ends; undefined or empty removes it. */
  setText(property: ItemProperty, text: string | undefined): void;
}

/** Tags found before: asking by name costs more than all else that reading a property takes. */
const foundTags = new WeakMap<NamedTags, Map<NamedProperty, PropertyTag>>();

function tagFinder(tags: NamedTags): (property: ItemProperty) => PropertyTag {
  const known = foundTags.get(tags) ?? new Map<NamedProperty, PropertyTag>();
  foundTags.set(tags, known);
  return (property) => {
    if (typeof property === 'number') return property;
    const found = known.get(property);
    if (found !== undefined) return found;
    const tag = tags.tagOf(property);
    known.set(property, tag);
    return tag;
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

export function propertyReader(bag: ReadonlyPropertyBag, { tags, timeZone }: ItemContext): PropertyReader {
  const tag = tagFinder(tags);
  const get = (property: ItemProperty) => getProperty(bag, tag(property));
  return {
    bag,
    timeZone,
    get,
    text(property) {
      const value = get(property);
      return isText(value) ? plainLines(value) || undefined : undefined;
    },
    texts(property) {
      const value = get(property);
      return Array.isArray(value) ? value.filter(isText) : [];
    },
    number(property) {
      const value = get(property);
      return typeof value === 'number' ? value : undefined;
    },
    boolean(property) {
      const value = get(property);
      return typeof value === 'boolean' ? value : undefined;
    },
    time(property) {
      const value = get(property);
      return typeof value === 'bigint' ? value : undefined;
    },
    bytes(property) {
      const value = get(property);
      return value instanceof Uint8Array && !isLargeValue(value) ? value : undefined;
    },
  };
}

export function propertyWriter(bag: PropertyBag, context: ItemContext): PropertyWriter {
  const tag = tagFinder(context.tags);
  const set = (property: ItemProperty, value: StoredValue | undefined) => {
    if (value === undefined) removeProperty(bag, tag(property));
    else setProperty(bag, tag(property), value);
  };
  return {
    ...propertyReader(bag, context),
    set,
    setText: (property, text) => set(property, text ? toCrLf(text) : undefined),
  };
}

/** Text as the neutral items hold it: LF line ends, none at the end, no NULs. */
export const plainLines = (text: string): string =>
  // Most texts have one line.
  /[\0\r\n]/.test(text)
    ? text
        .replaceAll('\0', '')
        .replace(/\r\n|\r/g, '\n')
        .replace(/\n+$/, '')
    : text;
