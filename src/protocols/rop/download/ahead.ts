/** How much may be under way at a time. */
export interface AheadBound {
  readonly count: number;
  /** All sizes together; one item may be larger alone. */
  readonly size: number;
}

/**
 * Pairs of items and what `load` gives for them, in order, with as many loads under way as the bound allows: what each
 * has to wait for is waited for together. `load` must not reject.
 */
export async function* loadedAhead<T extends { readonly size: number }, R>(
  items: AsyncIterable<T>,
  load: (item: T) => Promise<R>,
  bound: AheadBound,
): AsyncGenerator<readonly [T, R]> {
  const waiting: (readonly [T, Promise<R>])[] = [];
  let size = 0;
  for await (const item of items) {
    while (waiting.length > 0 && (waiting.length >= bound.count || size + item.size > bound.size)) {
      const [first, loaded] = waiting.shift()!;
      yield [first, await loaded];
      size -= first.size;
    }
    waiting.push([item, load(item)]);
    size += item.size;
  }
  for (const [first, loaded] of waiting) yield [first, await loaded];
}
