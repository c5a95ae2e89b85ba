import type { Core } from '../core.ts';
import { personById } from '../people/person.ts';
import type { CalendarAccess } from './access.ts';
import { type Attendee, type Event, type EventRow, isMaster } from './event.ts';
import { chronosLimits } from './limits.ts';
import { type Instance, instancesOf } from './occurrences.ts';
import { eventColumns, eventsIn, toEvent } from './store.ts';

/** A time in which somebody, or something, is taken. */
export interface BusyTime extends Instance {
  readonly type: 'FREE' | 'BUSY' | 'BUSY-TENTATIVE' | 'BUSY-UNAVAILABLE';
}

/** What takes up the time of a user, by all private calendars and the public events they are asked to. */
export function busyTimes(
  core: Core,
  attendee: Pick<Attendee, 'entity' | 'cuType'>,
  from: number,
  until: number,
): BusyTime[] {
  if (attendee.entity === undefined) return [];
  const isResource = attendee.cuType === 'RESOURCE';
  const zone = (isResource ? undefined : personById(core, attendee.entity)?.timezone) ?? 'UTC';
  const events = isResource
    ? eventsOfResource(core, attendee.entity, from, until)
    : eventsOfUser(core, attendee.entity, from, until);
  return events.flatMap((event) => {
    const type = typeOf(event, attendee);
    return type === undefined
      ? []
      : [...instancesOf({ core, zone }, event, from, until)].map((instance) => ({ ...instance, type }));
  });
}

function typeOf({ body }: Event, attendee: Pick<Attendee, 'entity' | 'cuType'>): BusyTime['type'] | undefined {
  const own = body.attendees.find(({ entity, cuType }) => entity === attendee.entity && cuType === attendee.cuType);
  if (own?.partStat === 'DECLINED' || body.status === 'CANCELLED') return undefined;
  if (body.transp === 'TRANSPARENT') return 'FREE';
  if (body.shownAs === 3) return 'BUSY-UNAVAILABLE';
  return own?.partStat === 'TENTATIVE' || own?.partStat === 'NEEDS-ACTION' || body.status === 'TENTATIVE'
    ? 'BUSY-TENTATIVE'
    : 'BUSY';
}

function eventsOfUser(core: Core, user: number, from: number, until: number): Event[] {
  const folders = core.db.all<{ id: number }>("SELECT id FROM folder WHERE owner = ? AND module = 'calendar'", user);
  const mine = folders.flatMap(({ id }) => eventsIn(core, id, from, until));
  const open = core.db
    .all<EventRow>(
      `SELECT ${eventColumns} FROM event e WHERE e.public_folder IS NOT NULL AND e.first < ? AND (e.last IS NULL OR e.last >= ?)`,
      until,
      from,
    )
    .map(toEvent)
    .filter(({ body }) => body.attendees.some(({ entity, cuType }) => entity === user && cuType === 'INDIVIDUAL'));
  return [...mine, ...open];
}

function eventsOfResource(core: Core, resource: number, from: number, until: number): Event[] {
  return core.db
    .all<EventRow>(
      `SELECT ${eventColumns} FROM event_resource r JOIN event e ON e.id = r.event
       WHERE r.resource = ? AND e.first < ? AND (e.last IS NULL OR e.last >= ?)`,
      resource,
      until,
      from,
    )
    .map(toEvent);
}

/** An event that is in the way of another one, and for whom. */
export interface Conflict {
  readonly instance: Instance;
  readonly attendees: readonly Attendee[];
  /** A booked resource: nothing can override that. */
  readonly isHard: boolean;
}

/**
 * What is in the way of an event that is about to be stored; only booked resources unless `soft`. Events of the past have
 * no conflicts.
 */
export function conflictsOf(access: CalendarAccess, event: Event, soft: boolean): Conflict[] {
  const { core } = access;
  if (event.body.transp === 'TRANSPARENT') return [];
  const checked = event.body.attendees.filter(
    ({ cuType, entity, partStat, hidden }) =>
      entity !== undefined &&
      cuType !== 'GROUP' &&
      (soft || cuType === 'RESOURCE') &&
      partStat !== 'DECLINED' &&
      !hidden,
  );
  if (checked.length === 0) return [];
  const now = core.stamps.now();
  const wanted: Instance[] = [];
  for (const instance of instancesOf(access, event, now, Number.MAX_SAFE_INTEGER)) {
    wanted.push(instance);
    if (wanted.length >= chronosLimits.occurrencesChecked) break;
  }
  const last = wanted.at(-1);
  if (!last) return [];
  const found = new Map<string, { instance: Instance; attendees: Attendee[]; isHard: boolean }>();
  const perSeries = new Map<number, number>();
  for (const attendee of checked) {
    const isHard = attendee.cuType === 'RESOURCE';
    for (const busy of busyTimes(core, attendee, wanted[0]!.from, last.to)) {
      if (busy.type === 'FREE' || isSameSeries(busy.event, event)) continue;
      if (!wanted.some(({ from, to }) => busy.from < to && busy.to > from)) continue;
      const key = `${busy.event.id} ${busy.from}`;
      const known = found.get(key);
      if (known) {
        if (known.attendees.length < chronosLimits.attendeesPerConflict) known.attendees.push(attendee);
        known.isHard ||= isHard;
        continue;
      }
      const count = (perSeries.get(busy.event.id) ?? 0) + 1;
      perSeries.set(busy.event.id, count);
      if (isMaster(busy.event) && count > chronosLimits.conflictsPerSeries) continue;
      found.set(key, { instance: busy, attendees: [attendee], isHard });
    }
  }
  return [...found.values()]
    .sort((one, other) => Number(other.isHard) - Number(one.isHard) || one.instance.from - other.instance.from)
    .slice(0, chronosLimits.conflicts);
}

function isSameSeries(one: Event, other: Event): boolean {
  return one.id === other.id || (one.series !== null && one.series === other.series);
}
