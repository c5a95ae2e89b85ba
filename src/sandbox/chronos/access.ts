import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { covers, type ItemFolder, openItemFolder } from '../items/folder.ts';
import type { Person } from '../people/person.ts';
import type { Event } from './event.ts';
import { eventById } from './store.ts';

/** Somebody at a calendar. */
export interface CalendarAccess {
  readonly core: Core;
  readonly person: Person;
  readonly folder: ItemFolder;
  /** The calendar user: whose calendar it is, in a public one the person. */
  readonly user: number;
  /** What days and floating times are taken in. */
  readonly zone: string;
}

/** A calendar by its id, plain or as `cal://0/31`. CAL-4060: it holds something else. */
export function openCalendar(core: Core, person: Person, id: string): CalendarAccess {
  const folder = openItemFolder(core, person, id, 'calendar', 'CAL-4060');
  return { core, person, folder, user: folder.owner ?? person.id, zone: person.timezone };
}

/** CAL-4030 without the right to read. */
export function readableCalendar(core: Core, person: Person, id: string): CalendarAccess {
  const access = openCalendar(core, person, id);
  if (access.folder.levels.read === 0) throw new OxError('CAL-4030', id);
  return access;
}

export const composite = (folder: number): string => `cal://0/${folder}`;

/** Whether the person takes part in an event, or it is in a calendar of their own. */
export function isInvolved({ folder, person }: CalendarAccess, event: Event): boolean {
  if (folder.owner === person.id || event.created_by === person.id) return true;
  return event.body.attendees.some(({ entity, cuType }) => entity === person.id && cuType === 'INDIVIDUAL');
}

/** Rights "own" show own events only; PRIVATE ones of others are hidden (reference 5.4). */
export function seesEvent(access: CalendarAccess, event: Event): boolean {
  if (!covers(access.folder.levels.read, access.person, event.created_by)) return false;
  return event.body.class !== 'PRIVATE' || isInvolved(access, event);
}

/** Whether others see a mere block of time. */
export const isAnonymous = (access: CalendarAccess, event: Event): boolean =>
  event.body.class === 'CONFIDENTIAL' && !isInvolved(access, event);

/** CAL-4040: there is none; CAL-4041: it is in another calendar; CAL-4030: not visible. */
export function findEvent(access: CalendarAccess, id: unknown): Event {
  const { core, folder } = access;
  const event = eventById(core, id);
  if (!core.db.get('SELECT 1 FROM event_place WHERE event = ? AND folder = ?', event.id, folder.id))
    throw new OxError('CAL-4041', String(id));
  if (!seesEvent(access, event)) throw new OxError('CAL-4030', String(id));
  return event;
}

/** Whether the calendar's user is the organizer, or there is nobody to ask: then everything may be changed. */
export function isOrganizer({ user, folder }: CalendarAccess, event: Event): boolean {
  const { organizer } = event.body;
  return folder.isPublic ? organizer.entity !== undefined : organizer.entity === user;
}

/** CAL-4031 without the right to change this event. */
export function demandWrite(access: CalendarAccess, event: Event): void {
  if (!covers(access.folder.levels.write, access.person, event.created_by))
    throw new OxError('CAL-4031', String(event.id));
  if (isAnonymous(access, event)) throw new OxError('CAL-4037', String(event.id));
}

/** CAL-4120 when the event is newer than the client's stamp. */
export function demandUnchanged(event: Event, timestamp: number): void {
  if (event.stamp > timestamp) throw new OxError('CAL-4120', String(event.id));
}
