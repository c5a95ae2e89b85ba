/** Texts in the order of their code units, each with what it belongs to: finds what has a given beginning. */
export interface PrefixList<T> {
  readonly texts: readonly string[];
  readonly owners: readonly T[];
}

export function prefixList<T>(pairs: readonly (readonly [text: string, owner: T])[]): PrefixList<T> {
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { texts: sorted.map(([text]) => text), owners: sorted.map(([, owner]) => owner) };
}

/** Places [from, to) of the texts that begin with `prefix`. */
export function prefixRange({ texts }: PrefixList<unknown>, prefix: string): { from: number; to: number } {
  const from = firstPlace(texts.length, (at) => texts[at]! >= prefix);
  // From there on the beginnings only grow.
  const to = firstPlace(texts.length, (at) => at >= from && !texts[at]!.startsWith(prefix));
  return { from, to };
}

/** The first place that passes a test which all later ones pass too; `length` when none does. */
function firstPlace(length: number, passes: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
