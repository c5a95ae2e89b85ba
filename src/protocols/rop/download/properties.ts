import {
  idOf,
  isLargeValue,
  isNamed,
  type PropertyName,
  type PropertyTag,
  type ReadonlyPropertyBag,
} from '../../../mapi/index.ts';
import type { Mailbox } from '../../../store/index.ts';
import type { Block, StreamWriter } from '../../fasttransfer/index.ts';

/** Names of named properties, asked for once a download. */
export interface Names {
  of(tags: Iterable<PropertyTag>): Promise<ReadonlyMap<number, PropertyName>>;
}

export function propertyNames(mailbox: Mailbox): Names {
  const known = new Map<number, PropertyName>();
  const asked = new Set<number>();
  return {
    async of(tags) {
      const ids = new Set<number>();
      for (const tag of tags) if (isNamed(tag) && !asked.has(idOf(tag))) ids.add(idOf(tag));
      if (ids.size > 0) {
        const names = await mailbox.propertyNames([...ids]);
        for (const [index, id] of [...ids].entries()) {
          asked.add(id);
          const name = names[index];
          if (name !== undefined) known.set(id, name);
        }
      }
      return known;
    },
  };
}

/**
 * Writes the properties of a bag: those of `first` in their order, then the others by tag. One whose value is not what
 * its type says is left out, so that it does not end the download of everything behind it.
 */
export async function* writeProperties(
  out: StreamWriter,
  bag: ReadonlyPropertyBag,
  names: Names,
  first: readonly PropertyTag[] = [],
): AsyncGenerator<Block> {
  const known = await names.of(bag.keys());
  const leading = first.filter((tag) => bag.has(tag));
  const others = [...bag.keys()].filter((tag) => !leading.includes(tag)).sort((a, b) => a - b);
  for (const tag of [...leading, ...others]) {
    const name = isNamed(tag) ? known.get(idOf(tag)) : undefined;
    if (isNamed(tag) && name === undefined) continue;
    const value = bag.get(tag)!;
    if (isLargeValue(value)) {
      yield* out.large(tag, value, name);
      continue;
    }
    try {
      out.property(tag, value, name);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    }
  }
}
