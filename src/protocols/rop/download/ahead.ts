/**
 * Pairs of items and what `load` gives for them, in order, with up to `width` loads under way. `load` must not reject.
 */
export async function* loadedAhead<T, R>(
  items: Iterable<T>,
  load: (item: T) => Promise<R>,
  width: number,
): AsyncGenerator<readonly [T, R]> {
  const waiting: (readonly [T, Promise<R>])[] = [];
  for (const item of items) {
    waiting.push([item, load(item)]);
    if (waiting.length < width) continue;
    const [first, loaded] = waiting.shift()!;
    yield [first, await loaded];
  }
  for (const [first, loaded] of waiting) yield [first, await loaded];
}
