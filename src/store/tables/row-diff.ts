import { type RowChange, sameRow, type ViewRow } from './view.ts';

/**
 * What turns the rows `before` into `after`, in an order in which a copy can apply it: deletions first, then each row
 * that is new, moved or `touched`, with the row it stands after.
 */
export function diffRows(
  before: readonly ViewRow[],
  after: readonly ViewRow[],
  touched: (old: ViewRow, now: ViewRow) => boolean,
): RowChange[] {
  // Most rows are where they were.
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  const same = (old: ViewRow, now: ViewRow) => sameRow(old, now) && !touched(old, now);
  while (start < shorter && same(before[start]!, after[start]!)) start++;
  let tail = 0;
  while (tail < shorter - start && same(before[before.length - 1 - tail]!, after[after.length - 1 - tail]!)) tail++;

  const identity = (row: ViewRow) => (row.instance === 0 ? row.id : `${row.id}:${row.instance}`);
  const was = before.slice(start, before.length - tail);
  const is = after.slice(start, after.length - tail);
  const oldPlaces = new Map(was.map((row, index) => [identity(row), index]));
  const changes: RowChange[] = [];
  const places = is.map((row) => oldPlaces.get(identity(row)));
  const kept = new Set(places);
  was.forEach((row, index) => {
    if (!kept.has(index)) changes.push({ kind: 'deleted', row });
  });
  const still = unmoved(places);
  is.forEach((row, index) => {
    const place = places[index];
    const previous = after[start + index - 1];
    if (place === undefined) changes.push({ kind: 'added', row, after: previous });
    else if (!still.has(index) || touched(was[place]!, row)) changes.push({ kind: 'modified', row, after: previous });
  });
  return changes;
}

/** Indexes of a longest run of rows (not adjacent) whose order is the old one. */
function unmoved(places: readonly (number | undefined)[]): Set<number> {
  const tails: number[] = [];
  const previous = new Map<number, number | undefined>();
  places.forEach((place, index) => {
    if (place === undefined) return;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[tails[middle]!]! < place) low = middle + 1;
      else high = middle;
    }
    previous.set(index, tails[low - 1]);
    tails[low] = index;
  });
  const result = new Set<number>();
  for (let at: number | undefined = tails.at(-1); at !== undefined; at = previous.get(at)) result.add(at);
  return result;
}
