import { OxError } from '../../errors.ts';
import { parseAlarms } from '../alarms.ts';
import { completeAttendees, parseAttendee } from '../attendees.ts';
import type { Attendee, Event, EventBody } from '../event.ts';
import { changedFields, type EventJson } from '../fields.ts';
import { eventById, eventOfUid, insertEvent, saveEvent } from '../store.ts';
import {
  type Change,
  changedAttachments,
  demandClass,
  demandNoConflicts,
  guestsOf,
  noteEvent,
  organizerFor,
  tell,
} from './change.ts';

/** A new event in the calendar of a change; those who take part are invited. */
export function createEvent(change: Change, json: EventJson): Event {
  const { access } = change;
  const { core, folder, user, person } = access;
  if (folder.levels.folder < 2) throw new OxError('CAL-4031', String(folder.id));
  const uid = typeof json.uid === 'string' && json.uid !== '' ? json.uid : crypto.randomUUID();
  if (eventOfUid(core, uid, folder.id)) throw new OxError('CAL-4090', uid);
  const organizer = organizerFor(access, json.organizer);
  const given = attendeesIn(change, json);
  const withCreator =
    folder.isPublic && given.length > 0 && !given.some(({ entity }) => entity === person.id)
      ? [...given, { ...parseAttendee(core, { entity: person.id }), partStat: 'ACCEPTED' as const }]
      : given;
  const attendees = completeAttendees(core, withCreator, {
    owner: folder.isPublic ? null : user,
    ownerFolder: folder.id,
    isPublic: folder.isPublic,
    before: [],
    user,
  }).map((attendee) => answered(attendee, organizer.entity === undefined, user, given));
  const body: EventBody = {
    class: 'PUBLIC',
    transp: 'OPAQUE',
    ...changedFields(core, undefined, { deleteExceptionDates: null, ...json }),
    sequence: typeof json.sequence === 'number' && organizer.entity === undefined ? json.sequence : 0,
    organizer,
    calendarUser: folder.isPublic ? null : user,
    attendees,
    alarms: Object.hasOwn(json, 'alarms') ? { [user]: parseAlarms(core, json.alarms, []) } : {},
    attachments: [],
  };
  demandClass(access, body);
  const isSeries = body.rrule !== undefined || body.recurrenceDates !== undefined;
  const event = insertEvent(core, {
    series: isSeries ? 'own' : null,
    recurrence: null,
    uid,
    public_folder: folder.isPublic ? folder.id : null,
    body,
    by: person.id,
  });
  demandNoConflicts(change, event);
  const attachments = changedAttachments(change, event.id, [], json);
  if (attachments.length > 0) saveEvent(core, event, { ...body, attachments }, person.id);
  const stored = eventById(core, event.id);
  noteEvent(change, 'created', stored);
  if (organizer.entity !== undefined)
    tell(change, { method: 'REQUEST', type: 'New', events: [stored], recipients: guestsOf(body) });
  return stored;
}

/** Invitations of people outside come with the answers that were given to them. */
function answered(attendee: Attendee, isForeign: boolean, user: number, given: readonly Attendee[]): Attendee {
  if (!isForeign || attendee.entity !== user) return attendee;
  const own = given.find(({ entity, cuType }) => entity === user && cuType === 'INDIVIDUAL');
  return { ...attendee, partStat: own?.partStat ?? 'NEEDS-ACTION' };
}

/** The member `attendees` of a body. */
export function attendeesIn(change: Change, json: EventJson): Attendee[] {
  if (json.attendees === undefined || json.attendees === null) return [];
  if (!Array.isArray(json.attendees)) throw new OxError('CAL-4006', 'attendees');
  return json.attendees.map((entry) => parseAttendee(change.access.core, entry));
}
