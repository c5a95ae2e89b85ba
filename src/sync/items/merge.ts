import { isDeepStrictEqual } from 'node:util';
import type { ItemFields } from '../../backends/index.ts';

/**
 * What both sides last agreed on. All fields are in the backend's terms: what it cannot hold is no part of any
 * comparison, and so stays with our side whatever happens.
 */
export interface Agreed {
  /** As the backend has it. */
  readonly item: ItemFields;
  /** What our side showed at that time, where that is something else. */
  readonly own?: ItemFields;
  /** What was about to be written there when nothing more was heard: seeing it there is no change of somebody else. */
  readonly intended?: ItemFields;
}

export interface Merged {
  /** The item that both sides are to have, in the backend's terms. */
  readonly fields: ItemFields;
  /** Fields that the backend changed. */
  readonly taken: readonly string[];
  /** Of these, what our side had changed to something else. */
  readonly lost: readonly string[];
  /** What both agree on once our side shows `shown`; changes of ours that are not there yet stay changes. */
  agreed(shown: ItemFields): Agreed;
}

/** Names of the fields in which two items differ. */
export const differences = (one: ItemFields, other: ItemFields): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => !isDeepStrictEqual(one[name], other[name]),
  );

/** What our side changed since both agreed. */
export const changedHere = ({ item, own }: Agreed, shown: ItemFields): string[] => differences(own ?? item, shown);

/** `base` with these fields as `from` has them. */
export function withFields(base: ItemFields, from: ItemFields, names: readonly string[]): ItemFields {
  const fields: Record<string, unknown> = { ...base };
  for (const name of names)
    if (from[name] === undefined) delete fields[name];
    else fields[name] = from[name];
  return fields;
}

/** The base for an item of which our side shows `own`. */
export const agreedOn = (item: ItemFields, own: ItemFields): Agreed =>
  differences(item, own).length === 0 ? { item } : { item, own };

/**
 * Merges field by field: what one side changed is taken, and where both changed the same field the backend wins.
 * `theirs` is the backend's item now, `shown` what our side would make of it there.
 */
export function merge(base: Agreed, theirs: ItemFields, shown: ItemFields): Merged {
  const { item, intended } = base;
  const here = changedHere(base, shown);
  const there = differences(item, theirs);
  const arrived = there.filter((name) => intended && isDeepStrictEqual(theirs[name], intended[name]));
  const taken = there.filter((name) => !arrived.includes(name));
  const kept = here.filter((name) => !taken.includes(name));
  return {
    fields: withFields(shown, theirs, taken),
    taken,
    lost: taken.filter((name) => here.includes(name) && !isDeepStrictEqual(theirs[name], shown[name])),
    agreed: (now) => agreedOn(theirs, withFields(now, theirs, [...kept, ...arrived])),
  };
}
