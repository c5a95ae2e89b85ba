import { type CalendarAccess, composite, isAnonymous } from './access.ts';
import { userById } from './attendees.ts';
import { type Event, isException, isMaster } from './event.ts';
import { flagsOf } from './flags.ts';
import { type RecurrenceId, recurrenceInstant } from './recurrence-id.ts';
import type { Occurrence } from './series.ts';
import { exceptionsOf } from './store.ts';

export type EventView = Record<string, unknown>;

/** Of a block of time that hides what it is. */
const anonymousFields = new Set(
  'id folder seriesId recurrenceId uid sequence timestamp created createdBy lastModified calendarUser startDate endDate rrule recurrenceDates changeExceptionDates deleteExceptionDates class transp status flags'.split(
    ' ',
  ),
);

/**
 * An event as somebody sees it in a calendar; with `occurrence` as that one of its series. What is unset is left out, and
 * with `fields` everything that is not among them.
 */
export function eventView(
  access: CalendarAccess,
  event: Event,
  { occurrence, fields }: { occurrence?: Occurrence; fields?: ReadonlySet<string> } = {},
): EventView {
  const { core, folder, user } = access;
  const { body } = event;
  const wants = (name: string) => fields === undefined || fields.has(name);
  const view: EventView = {
    id: String(event.id),
    folder: composite(folder.id),
    uid: event.uid,
    seriesId: event.series === null ? undefined : String(event.series),
    recurrenceId: occurrence?.recurrenceId ?? event.recurrence ?? undefined,
    sequence: body.sequence,
    timestamp: event.stamp,
    created: event.created,
    createdBy: wants('createdBy') ? userById(core, event.created_by) : undefined,
    lastModified: event.modified,
    modifiedBy: wants('modifiedBy') ? userById(core, event.modified_by) : undefined,
    calendarUser: wants('calendarUser') ? userById(core, user) : undefined,
    filename: body.filename,
    relatedTo: body.relatedTo,
    summary: body.summary,
    location: body.location,
    description: body.description,
    categories: body.categories,
    class: body.class,
    color: body.color,
    status: body.status,
    transp: body.transp,
    url: body.url,
    geo: body.geo,
    attendeePrivileges: body.attendeePrivileges,
    conferences: body.conferences,
    extendedProperties: body.extendedProperties,
    startDate: occurrence?.start ?? body.startDate,
    endDate: occurrence?.end ?? body.endDate,
    organizer: body.organizer,
    attendees: wants('attendees')
      ? body.attendees.map(({ folder: place, hidden: _hidden, ...attendee }) =>
          place === undefined ? attendee : { ...attendee, folder: String(place) },
        )
      : undefined,
    alarms: body.alarms[user]?.length ? body.alarms[user] : undefined,
    attachments: body.attachments.length > 0 ? body.attachments : undefined,
    flags: wants('flags') ? flagsOf(event, user) : undefined,
    ...(isMaster(event) && !occurrence ? seriesFields(access, event, wants) : {}),
  };
  const anonymous = isAnonymous(access, event);
  if (anonymous) view.flags = ['confidential'];
  const shown = Object.entries(view).filter(
    ([name, value]) =>
      value !== undefined && (fields === undefined || fields.has(name)) && (!anonymous || anonymousFields.has(name)),
  );
  if (anonymous && wants('summary')) shown.push(['summary', 'Private']);
  return Object.fromEntries(shown);
}

function seriesFields(access: CalendarAccess, event: Event, wants: (name: string) => boolean): EventView {
  const { changed, deleted } =
    wants('changeExceptionDates') || wants('deleteExceptionDates')
      ? exceptionDates(access, event)
      : { changed: [], deleted: [] };
  return {
    rrule: event.body.rrule,
    recurrenceDates: event.body.recurrenceDates,
    changeExceptionDates: changed.length > 0 ? changed : undefined,
    deleteExceptionDates: deleted.length > 0 ? deleted : undefined,
  };
}

/** Exceptions of a series in this calendar; those that are not in it are deleted occurrences there. */
export function exceptionDates(
  { core, folder }: CalendarAccess,
  master: Event,
): { changed: RecurrenceId[]; deleted: RecurrenceId[] } {
  const exceptions = exceptionsOf(core, master.id);
  const isHere = ({ id }: Event) =>
    core.db.get('SELECT 1 FROM event_place WHERE event = ? AND folder = ?', id, folder.id) !== undefined;
  const changed = exceptions.filter(isHere).map(({ recurrence }) => recurrence!);
  const gone = exceptions.filter((event) => !isHere(event)).map(({ recurrence }) => recurrence!);
  const instant = (id: RecurrenceId) => recurrenceInstant(id, master.body.startDate);
  return {
    changed,
    deleted: [...master.body.deleteExceptionDates, ...gone].sort((one, other) => instant(one) - instant(other)),
  };
}

/** A deleted event, as answers name it. */
export function goneView(folder: number, event: { id: number; uid: string | null; stamp: number }): EventView {
  return {
    id: String(event.id),
    folder: composite(folder),
    ...(event.uid === null ? {} : { uid: event.uid }),
    timestamp: event.stamp,
  };
}

/** Whether an event is in a series, as a whole or as an exception. */
export const isInSeries = (event: Event): boolean => isMaster(event) || isException(event);
