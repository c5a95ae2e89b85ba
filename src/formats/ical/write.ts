import { extentOf, plainDate } from '../calendar/index.ts';
import { type CalendarEvent, type EventTime, seriesOf } from '../event/index.ts';
import type { Task } from '../task/task.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { calendarText, componentText } from './content.ts';
import { eventText } from './event-to-ical.ts';
import { todoText } from './task.ts';
import { vtimezone } from './vtimezone.ts';

export interface CalendarOptions {
  /** The zone of the user, for times that have none. */
  readonly timeZone: ZoneId;
  /** DTSTAMP; now when absent. */
  readonly stamp?: Temporal.Instant;
  /** METHOD (RFC 5546). */
  readonly method?: string;
}

const productId = '-//Oxbow//Oxbow//EN';
/** Years for which VTIMEZONE tells the rules of a series without an end: the last go on. */
const yearsAhead = 10;

/**
 * Writes iCalendar (RFC 5545, MS-OXCICAL 2.1.3) with the zones that its times use. `lost` names the fields that iCalendar
 * cannot carry.
 */
export function writeCalendar(
  { events = [], tasks = [] }: { readonly events?: readonly CalendarEvent[]; readonly tasks?: readonly Task[] },
  options: CalendarOptions,
): { readonly text: string; readonly lost: string[] } {
  const lost = new Set<string>();
  const context = {
    timeZone: options.timeZone,
    stamp: options.stamp ?? Temporal.Now.instant(),
    lost: (field: string) => lost.add(field),
  };
  const lines = ['VERSION:2.0', `PRODID:${productId}`, 'CALSCALE:GREGORIAN'];
  if (options.method) lines.push(`METHOD:${options.method}`);
  for (const [zone, [from, to]] of zonesIn(events)) lines.push(vtimezone(zone, from, to));
  for (const event of events) lines.push(...eventText(event, context));
  for (const task of tasks) lines.push(todoText(task, context));
  return { text: calendarText([componentText('VCALENDAR', lines)]), lost: [...lost] };
}

/** Zones that times of the events are told in, with the first and last year for which. */
function zonesIn(events: readonly CalendarEvent[]): Map<ZoneId, [number, number]> {
  const zones = new Map<ZoneId, [number, number]>();
  const add = (time: EventTime, lastYear = 0): void => {
    if (time.kind !== 'zoned' || time.zone === 'UTC' || /^[+-]/.test(time.zone)) return;
    const { year } = time.local;
    const [from, to] = zones.get(time.zone) ?? [year, year];
    zones.set(time.zone, [Math.min(from, year), Math.max(to, year, lastYear)]);
  };
  for (const event of events) {
    const series = seriesOf(event);
    const last = series && extentOf(series)?.last;
    add(event.start, series && (last === undefined ? series.start.year + yearsAhead : plainDate(last).year));
    add(event.end);
    for (const { fields } of event.exceptions ?? []) {
      add(fields.start);
      add(fields.end);
    }
  }
  return zones;
}
