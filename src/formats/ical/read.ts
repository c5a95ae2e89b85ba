import type { CalendarEvent } from '../event/index.ts';
import type { Task } from '../task/task.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { type IcalComponent, parseContent, propertyOf, textOf } from './content.ts';
import { readEvents } from './event-from-ical.ts';
import { readTodo } from './task.ts';
import { zonesOfCalendar } from './zones.ts';

/** What an iCalendar text holds. */
export interface ReadCalendar {
  /** METHOD, upper case: what a message with this text is about (RFC 5546). */
  readonly method?: string;
  readonly events: CalendarEvent[];
  readonly tasks: Task[];
  /**
   * Names of properties, parameters and components that no field carries, each once for a calendar; `broken line` for what
   * is no iCalendar. Properties and alarms among them are kept in `extra`.
   */
  readonly lost: string[];
}

const read = new Set(['VEVENT', 'VTODO', 'VTIMEZONE']);

/**
 * Reads iCalendar (RFC 5545, MS-OXCICAL 2.1.3), however broken; what cannot be read is left out and named. `timeZone` is the
 * user's, for what has none.
 */
export function readCalendar(text: string, timeZone: ZoneId): ReadCalendar {
  const lost = new Set<string>();
  const { components, broken } = parseContent(text);
  if (broken.length > 0) lost.add('broken line');
  const events: CalendarEvent[] = [];
  const tasks: Task[] = [];
  let method: string | undefined;
  // Components without a calendar around them are read as well.
  const bare: IcalComponent = { name: 'VCALENDAR', properties: [], components, lines: [] };
  const calendars = components.some(({ name }) => name === 'VCALENDAR') ? components : [bare];
  for (const calendar of calendars) {
    if (calendar.name !== 'VCALENDAR') {
      lost.add(calendar.name);
      continue;
    }
    method ??= textOf(propertyOf(calendar, 'METHOD'))?.toUpperCase();
    const zoneOf = zonesOfCalendar(calendar, timeZone, firstYear(calendar));
    const context = { zoneOf, timeZone, lost: (field: string) => lost.add(field) };
    const byUid = new Map<string, IcalComponent[]>();
    for (const component of calendar.components) {
      if (!read.has(component.name)) lost.add(component.name);
      if (component.name === 'VTODO') tasks.push(readTodo(component, context));
      if (component.name !== 'VEVENT') continue;
      const uid = textOf(propertyOf(component, 'UID')) ?? `without UID ${byUid.size}`;
      const group = byUid.get(uid);
      if (group) group.push(component);
      else byUid.set(uid, [component]);
    }
    for (const group of byUid.values()) events.push(...readEvents(group, context));
  }
  return { ...(method ? { method } : {}), events, tasks, lost: [...lost] };
}

const usual = 2_020;

/** The year of the first event: for it the rules of the zones have to fit. */
function firstYear({ components }: IcalComponent): number {
  for (const component of components) {
    if (component.name !== 'VEVENT' && component.name !== 'VTODO') continue;
    const year = Number(/^\d{4}/.exec(propertyOf(component, 'DTSTART')?.raw ?? '')?.[0] ?? Number.NaN);
    if (year >= 1900 && year <= 2100) return year;
  }
  return usual;
}
