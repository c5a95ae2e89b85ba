import type { Reader, WireType, Writer } from '../wire/index.ts';
import { type CounterRange, IdSet } from './id-set.ts';
import { mapiLimits } from './limits.ts';

/** Commands of an encoded GLOBSET, MS-OXCFXICS 2.2.2.6; 0x01…0x06 push that many bytes. */
const command = { end: 0x00, bitmask: 0x42, pop: 0x50, range: 0x52 } as const;

/** Bytes of a GLOBCNT. */
const size = 6;
/** Value of the byte at index i of a counter: counter / unit[i] modulo 256. */
const unit = [2 ** 40, 2 ** 32, 2 ** 24, 2 ** 16, 2 ** 8, 1] as const;
/** Counters that share their first i bytes have the same quotient by span[i]. */
const span = [2 ** 48, ...unit] as const;

/** A GLOBSET (MS-OXCFXICS 2.2.2.6, 3.1.5.4.3): counters as commands on a stack of common leading bytes. */
export const globset: WireType<IdSet> = {
  read: readGlobset,
  write: (w, set) => {
    const ranges = set.ranges();
    if (ranges.length > 0) writeGroup(w, ranges, 0, ranges.length, 0);
    w.u8(command.end);
  },
};

function readGlobset(r: Reader): IdSet {
  const set = new IdSet();
  const pushes: number[] = [];
  let depth = 0;
  let prefix = 0;
  let ranges = 0;
  const add = (low: number, high: number) => {
    if (low > high) r.fail('range from high to low');
    ranges += 1;
    if (ranges > mapiLimits.idSetRanges) r.fail('too many ranges');
    set.addRange(low, high);
  };
  for (;;) {
    const code = r.u8();
    if (code === command.end) {
      if (depth !== 0) r.fail('id set ends with bytes on its stack');
      return set;
    }
    if (code <= size) {
      if (depth + code > size) r.fail('more than 6 bytes on the stack of an id set');
      const value = prefix * 2 ** (8 * code) + r.bytes(code).readUIntBE(0, code);
      if (depth + code === size) add(value, value);
      else {
        pushes.push(code);
        depth += code;
        prefix = value;
      }
    } else if (code === command.pop) {
      const bytes = pushes.pop() ?? r.fail('nothing to pop in an id set');
      depth -= bytes;
      prefix = Math.floor(prefix / 2 ** (8 * bytes));
    } else if (code === command.bitmask) {
      if (depth !== size - 1) r.fail('bitmask without 5 bytes on the stack');
      const start = r.u8();
      const mask = r.u8();
      readBitmask(r, prefix * 256, start, mask, add);
    } else if (code === command.range) {
      const bytes = size - depth;
      const base = prefix * 2 ** (8 * bytes);
      const low = r.bytes(bytes).readUIntBE(0, bytes);
      add(base + low, base + r.bytes(bytes).readUIntBE(0, bytes));
    } else {
      r.fail(`id set command 0x${code.toString(16)}`);
    }
  }
}

/** The start, and start + 1 + i for each bit i that is set. */
function readBitmask(r: Reader, base: number, start: number, mask: number, add: (l: number, h: number) => void): void {
  if (start + 32 - Math.clz32(mask) > 255) r.fail('bitmask beyond its byte');
  let low = start;
  let high = start;
  for (let bit = 0; bit < 8; bit++) {
    if ((mask & (1 << bit)) === 0) continue;
    const value = start + 1 + bit;
    if (value !== high + 1) {
      add(base + low, base + high);
      low = value;
    }
    high = value;
  }
  add(base + low, base + high);
}

/** Writes ranges[from…to-1], whose counters all begin with the `depth` bytes that are on the stack. */
function writeGroup(w: Writer, ranges: readonly CounterRange[], from: number, to: number, depth: number): void {
  const first = ranges[from]!;
  const common = commonBytes(first.low, ranges[to - 1]!.high);
  if (to - from === 1) {
    writeRange(w, first, depth, common);
    return;
  }
  if (common > depth) {
    writePush(w, first.low, depth, common);
    writeGroup(w, ranges, from, to, common);
    w.u8(command.pop);
    return;
  }
  if (depth === size - 1) {
    writeLastBytes(w, ranges, from, to);
    return;
  }
  // Ranges within one value of the next byte make a group; a range over several values stands for itself.
  const width = span[depth + 1]!;
  for (let i = from; i < to; ) {
    const value = Math.floor(ranges[i]!.low / width);
    let end = i + 1;
    if (Math.floor(ranges[i]!.high / width) === value) {
      while (end < to && Math.floor(ranges[end]!.high / width) === value) end += 1;
    }
    writeGroup(w, ranges, i, end, depth);
    i = end;
  }
}

/** Ranges of counters that differ in their last byte only: bitmasks where one saves a command. */
function writeLastBytes(w: Writer, ranges: readonly CounterRange[], from: number, to: number): void {
  for (let i = from; i < to; ) {
    const start = ranges[i]!.low;
    let end = i;
    while (end < to && ranges[end]!.high <= start + 8) end += 1;
    if (end - i < 2) {
      writeRange(w, ranges[i]!, size - 1, size - 1);
      i += 1;
      continue;
    }
    let mask = 0;
    for (let k = i; k < end; k++) {
      for (let v = ranges[k]!.low; v <= ranges[k]!.high; v++) if (v > start) mask |= 1 << (v - start - 1);
    }
    w.u8(command.bitmask);
    w.u8(start % 256);
    w.u8(mask);
    i = end;
  }
}

function writeRange(w: Writer, { low, high }: CounterRange, depth: number, common: number): void {
  if (low === high) {
    writePush(w, low, depth, size);
    return;
  }
  // Pushing what low and high share costs a push and a pop, and saves those bytes once. On the empty stack the plain
  // form stays, because that is how servers send a set of one range.
  const push = depth > 0 && common - depth > 2;
  const from = push ? common : depth;
  if (push) writePush(w, low, depth, common);
  w.u8(command.range);
  writeBytes(w, low, from, size);
  writeBytes(w, high, from, size);
  if (push) w.u8(command.pop);
}

function writePush(w: Writer, counter: number, from: number, to: number): void {
  w.u8(to - from);
  writeBytes(w, counter, from, to);
}

function writeBytes(w: Writer, counter: number, from: number, to: number): void {
  for (let i = from; i < to; i++) w.u8(Math.floor(counter / unit[i]!) % 256);
}

/** How many leading bytes two counters share. */
function commonBytes(a: number, b: number): number {
  for (let i = 1; i <= size; i++) if (Math.floor(a / span[i]!) !== Math.floor(b / span[i]!)) return i - 1;
  return size;
}
