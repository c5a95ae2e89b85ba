import type { Parameters } from './http/parameters.ts';

/** What goes wrong. `unavailable`, `tooMany`, `status`, `cutBefore` and `expire` happen before anything is done. */
export type FaultEffect =
  | { readonly effect: 'unavailable' } // HTTP 503
  | { readonly effect: 'tooMany' } // HTTP 429
  | { readonly effect: 'status'; readonly status: number } // another HTTP status, as a proxy would answer
  | { readonly effect: 'cutBefore' } // the connection breaks, nothing was done
  | { readonly effect: 'cutAfter' } // the connection breaks after the commit
  | { readonly effect: 'expire' } // SES-0203, and the session is gone
  | { readonly effect: 'delay'; readonly ms: number; readonly after?: boolean }
  | { readonly effect: 'fail'; readonly code: string; readonly after?: boolean } // after: although it was done
  | { readonly effect: 'truncate'; readonly bytes?: number } // the answer ends in the middle, the connection breaks
  | { readonly effect: 'garble'; readonly bytes?: number } // the answer ends in the middle, but looks complete to HTTP
  | { readonly effect: 'warn'; readonly code: string } // a WARNING beside the data
  | { readonly effect: 'extraFields' } // unknown members everywhere
  | { readonly effect: 'sameStamp' }; // the next write gets the last stamp once more

/** Which requests are hit. Everything left out matches. */
export interface FaultMatch {
  readonly module?: string;
  readonly action?: string;
  readonly login?: string;
  /** Parameters that must have these values. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Lets this many matching requests pass first. */
  readonly skip?: number;
  /** Hits this many, then ends; without it until removed. */
  readonly times?: number;
  /** Ends after this many ms. */
  readonly forMs?: number;
}

export type Fault = FaultEffect & FaultMatch;

export interface Faults {
  /** Returns the number for `remove`. */
  add(fault: Fault): number;
  remove(id: number): void;
  clear(): void;
  list(): (Fault & { readonly id: number; readonly hits: number })[];
  /** Those that hit this request now; counts them. */
  take(request: { module: string; action: string; login: string | undefined; parameters: Parameters }): Fault[];
}

interface Entry {
  readonly id: number;
  readonly fault: Fault;
  readonly endsAt: number;
  seen: number;
  hits: number;
}

export function createFaults(clock: () => number): Faults {
  const entries = new Map<number, Entry>();
  let lastId = 0;
  return {
    add(fault) {
      lastId += 1;
      const endsAt = fault.forMs === undefined ? Number.POSITIVE_INFINITY : clock() + fault.forMs;
      entries.set(lastId, { id: lastId, fault, endsAt, seen: 0, hits: 0 });
      return lastId;
    },
    remove: (id) => void entries.delete(id),
    clear: () => entries.clear(),
    list: () => [...entries.values()].map(({ id, fault, hits }) => ({ ...fault, id, hits })),
    take(request) {
      const hit: Fault[] = [];
      for (const entry of entries.values()) {
        const { fault } = entry;
        if (clock() >= entry.endsAt) {
          entries.delete(entry.id);
          continue;
        }
        if (fault.module !== undefined && fault.module !== request.module) continue;
        if (fault.action !== undefined && fault.action !== request.action) continue;
        if (fault.login !== undefined && fault.login !== request.login) continue;
        const wanted = Object.entries(fault.parameters ?? {});
        if (wanted.some(([name, value]) => request.parameters.text(name) !== value)) continue;
        entry.seen += 1;
        if (entry.seen <= (fault.skip ?? 0)) continue;
        entry.hits += 1;
        if (fault.times !== undefined && entry.hits >= fault.times) entries.delete(entry.id);
        hit.push(fault);
      }
      return hit;
    },
  };
}
