/** User agents that are not limited (reference 1.12). */
const lenient = ['Open-Xchange .NET HTTP Client', 'Open-Xchange USM HTTP Client', 'Jakarta Commons-HttpClient'];

export interface RateLimit {
  /** Counts a request; false: too many. */
  allow(key: string, userAgent: string): boolean;
}

/** Counts per key in fixed windows, as com.openexchange.servlet.maxRate. */
export function createRateLimit(requests: number, windowMs: number, clock: () => number): RateLimit {
  let windows = new Map<string, number>();
  let windowEnds = 0;
  return {
    allow(key, userAgent) {
      if (lenient.some((prefix) => userAgent.startsWith(prefix))) return true;
      const now = clock();
      if (now >= windowEnds) {
        windows = new Map();
        windowEnds = now + windowMs;
      }
      const count = (windows.get(key) ?? 0) + 1;
      windows.set(key, count);
      return count <= requests;
    },
  };
}
