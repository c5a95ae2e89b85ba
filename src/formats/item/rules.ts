import { isDeepStrictEqual } from 'node:util';
import type { NamedProperty } from '../../mapi/index.ts';
import type { ItemProperty, PropertyReader, PropertyWriter } from './properties.ts';
import { rowsOf } from './rows.ts';

/** How one field of a neutral item stands in properties. */
export interface FieldRule<Item, Value> {
  /** All properties that the field is kept in. */
  readonly properties: readonly ItemProperty[];
  read(from: PropertyReader): Value | undefined;
  /** Sets the properties of a field, or removes them for undefined. `item` is all that the item is to be. */
  write(to: PropertyWriter, value: Value | undefined, item: Item): void;
  /** Whether a field need not be written; equality unless given. */
  same?(before: Value | undefined, after: Value | undefined): boolean;
}

/** A rule for each field of an item. */
export type FieldRules<Item> = {
  readonly [K in keyof Item]-?: FieldRule<Item, Exclude<Item[K], undefined>>;
};

type AnyRule<Item> = FieldRule<Item, unknown>;

/** The neutral item that properties make. Fields without a value are absent. */
export function readItem<Item extends object>(rules: FieldRules<Item>, from: PropertyReader): Item {
  const item: Record<string, unknown> = {};
  for (const [name, rule] of rowsOf<AnyRule<Item>>(rules)) {
    const value = rule.read(from);
    if (value !== undefined) item[name] = value;
  }
  return item as Item;
}

/**
 * Writes what differs between `before`, the item that the properties make, and the one that they shall make; what is the
 * same keeps its properties as they are, with all that the neutral item cannot say. Returns the names of the fields
 * written.
 */
export function writeItem<Item extends object>(
  rules: FieldRules<Item>,
  to: PropertyWriter,
  item: Item,
  before: Item,
): Set<keyof Item> {
  const changed = new Set<keyof Item>();
  for (const [key, rule] of rowsOf<AnyRule<Item>>(rules)) {
    const name = key as keyof Item;
    if (before[name] === item[name] || (rule.same ?? isDeepStrictEqual)(before[name], item[name])) continue;
    rule.write(to, item[name], item);
    changed.add(name);
  }
  return changed;
}

/** The named properties among those of the rules and of others, each once: what to ask a mailbox for. */
export function namedOf(rules: object, others: readonly ItemProperty[] = []): NamedProperty[] {
  const all = [
    ...Object.values(rules as FieldRules<Record<string, unknown>>).flatMap((rule) => rule.properties),
    ...others,
  ];
  return [...new Set(all.filter((property) => typeof property !== 'number'))];
}

/** A field that is one text property. */
export const textRule = (property: ItemProperty): FieldRule<object, string> => ({
  properties: [property],
  read: (from) => from.text(property),
  write: (to, value) => to.setText(property, value),
});

/** A field that is one property with several texts, in order. */
export const textsRule = (property: ItemProperty): FieldRule<object, string[]> => ({
  properties: [property],
  read: (from) => {
    const texts = from.texts(property).filter((text) => text !== '');
    return texts.length > 0 ? texts : undefined;
  },
  write: (to, value) => to.set(property, value && value.length > 0 ? value : undefined),
});

/** A field that is one whole number. */
export const numberRule = (property: ItemProperty): FieldRule<object, number> => ({
  properties: [property],
  read: (from) => from.number(property),
  write: (to, value) => to.set(property, value),
});
