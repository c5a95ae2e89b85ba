import { setImmediate } from 'node:timers/promises';
import { limits } from './limits.ts';

/** Gives others their turn when a long evaluation has run for its slice of time: `await pace()` now and then. */
export function pacer(): () => Promise<void> | undefined {
  let began = performance.now();
  return () => {
    if (performance.now() - began < limits.slice) return undefined;
    return setImmediate().then(() => {
      began = performance.now();
    });
  };
}

/** A stable sort that blocks nobody for long; gives a new array. */
export async function sortInSlices<T>(values: T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const run = 2048;
  if (values.length <= run) return values.sort(compare);
  const pace = pacer();
  let runs: T[][] = [];
  for (let at = 0; at < values.length; at += run) {
    runs.push(values.slice(at, at + run).sort(compare));
    await pace();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [a, b] = [runs[i]!, runs[i + 1]];
      if (!b) {
        merged.push(a);
        continue;
      }
      const out: T[] = new Array(a.length + b.length);
      for (let x = 0, y = 0, at = 0; at < out.length; at++) {
        out[at] = y >= b.length || (x < a.length && compare(a[x]!, b[y]!) <= 0) ? a[x++]! : b[y++]!;
        if ((at & 0xfff) === 0) await pace();
      }
      merged.push(out);
    }
    runs = merged;
  }
  return runs[0]!;
}
