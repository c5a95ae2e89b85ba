/** An inclusive range of counters. */
export interface CounterRange {
  readonly low: number;
  readonly high: number;
}

/**
 * A set of global counters of one replica, kept as ranges: GLOBSET in memory (MS-OXCFXICS 2.2.2.4). Adding in any
 * order is cheap; what was added out of order is put in place on the next look at the set.
 */
export class IdSet {
  private ranges_: { low: number; high: number }[] = [];
  private pending: { low: number; high: number }[] = [];

  /** Of single counters. */
  static of(counters: Iterable<number>): IdSet {
    const set = new IdSet();
    for (const counter of counters) set.add(counter);
    return set;
  }

  add(counter: number): this {
    return this.addRange(counter, counter);
  }

  /** Adds low…high, both included. Throws RangeError for counters that are none. */
  addRange(low: number, high: number): this {
    if (!(low >= 0 && low <= high && high < 2 ** 48)) throw new RangeError(`no counters: ${low}…${high}`);
    const last = this.ranges_.at(-1);
    if (last === undefined || low > last.high + 1) this.ranges_.push({ low, high });
    else if (low >= last.low) last.high = Math.max(last.high, high);
    else this.pending.push({ low, high });
    return this;
  }

  /** Adds all of another set. */
  addAll(other: IdSet): this {
    for (const { low, high } of other.ranges()) this.addRange(low, high);
    return this;
  }

  /** Takes a counter out. Returns whether it was in. */
  remove(counter: number): boolean {
    const at = this.indexOf(counter);
    if (at < 0) return false;
    const range = this.ranges_[at]!;
    if (range.low === range.high) this.ranges_.splice(at, 1);
    else if (counter === range.low) range.low += 1;
    else if (counter === range.high) range.high -= 1;
    else {
      this.ranges_.splice(at, 1, { low: range.low, high: counter - 1 }, { low: counter + 1, high: range.high });
    }
    return true;
  }

  has(counter: number): boolean {
    return this.indexOf(counter) >= 0;
  }

  /** Whether every counter of `other` is in this set. */
  includes(other: IdSet): boolean {
    return other.ranges().every(({ low, high }) => {
      const at = this.indexOf(low);
      return at >= 0 && this.ranges_[at]!.high >= high;
    });
  }

  equals(other: IdSet): boolean {
    const [mine, theirs] = [this.ranges(), other.ranges()];
    return (
      mine.length === theirs.length &&
      mine.every((range, i) => range.low === theirs[i]!.low && range.high === theirs[i]!.high)
    );
  }

  get isEmpty(): boolean {
    return this.ranges_.length === 0 && this.pending.length === 0;
  }

  /** Number of counters. */
  get size(): number {
    return this.ranges().reduce((sum, { low, high }) => sum + high - low + 1, 0);
  }

  /** The ranges, ascending, none touching another. */
  ranges(): readonly CounterRange[] {
    this.settle();
    return this.ranges_;
  }

  /** The counters, ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (const { low, high } of this.ranges()) for (let counter = low; counter <= high; counter++) yield counter;
  }

  /** The counters that are not in another set. */
  without(other: IdSet): IdSet {
    const left = new IdSet();
    const holes = other.ranges();
    let next = 0;
    for (const { low, high } of this.ranges()) {
      let from = low;
      while (next < holes.length && holes[next]!.high < from) next += 1;
      for (let i = next; i < holes.length && holes[i]!.low <= high; i++) {
        if (holes[i]!.low > from) left.addRange(from, holes[i]!.low - 1);
        from = Math.max(from, holes[i]!.high + 1);
      }
      if (from <= high) left.addRange(from, high);
    }
    return left;
  }

  clone(): IdSet {
    return new IdSet().addAll(this);
  }

  /** Index of the range that holds a counter, or -1. */
  private indexOf(counter: number): number {
    this.settle();
    let [from, to] = [0, this.ranges_.length - 1];
    while (from <= to) {
      const middle = (from + to) >> 1;
      const range = this.ranges_[middle]!;
      if (counter < range.low) to = middle - 1;
      else if (counter > range.high) from = middle + 1;
      else return middle;
    }
    return -1;
  }

  private settle(): void {
    if (this.pending.length === 0) return;
    const all = this.ranges_.concat(this.pending).sort((a, b) => a.low - b.low);
    this.pending = [];
    const merged: { low: number; high: number }[] = [];
    for (const range of all) {
      const last = merged.at(-1);
      if (last === undefined || range.low > last.high + 1) merged.push({ ...range });
      else if (range.high > last.high) last.high = range.high;
    }
    this.ranges_ = merged;
  }
}
