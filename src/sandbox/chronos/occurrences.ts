import type { CalendarAccess } from './access.ts';
import { instantOf } from './date-time.ts';
import { type Event, isMaster } from './event.ts';
import { recurrenceInstant } from './recurrence-id.ts';
import { type Occurrence, occurrencesOf } from './series.ts';
import { exceptionsOf } from './store.ts';

/** An event at a time: a single one, an exception, or an occurrence of a master. ms UTC. */
export interface Instance {
  readonly event: Event;
  readonly occurrence?: Occurrence;
  readonly from: number;
  readonly to: number;
}

/** When an event takes place within a range; occurrences that are deleted or have an exception are left out. */
export function* instancesOf(
  { core, zone }: Pick<CalendarAccess, 'core' | 'zone'>,
  event: Event,
  from: number,
  until: number,
): Generator<Instance> {
  if (!isMaster(event)) {
    const start = instantOf(event.body.startDate, zone);
    const end = instantOf(event.body.endDate, zone);
    if (touches(start, end, from, until)) yield { event, from: start, to: end };
    return;
  }
  const own = event.body.startDate.tzid ?? 'UTC';
  const changed = new Set(
    exceptionsOf(core, event.id).map(({ recurrence }) => recurrenceInstant(recurrence!, event.body.startDate)),
  );
  for (const occurrence of occurrencesOf(event.body, zone)) {
    if (occurrence.from >= until) return;
    if (occurrence.isDeleted || changed.has(instantOf(occurrence.start, own))) continue;
    if (touches(occurrence.from, occurrence.to, from, until))
      yield { event, occurrence, from: occurrence.from, to: occurrence.to };
  }
}

/** An event of no length touches where it is. */
function touches(start: number, end: number, from: number, until: number): boolean {
  return start < until && (end > from || (start === end && start >= from));
}
