import { OxError } from '../../errors.ts';
import { covers } from '../../items/folder.ts';
import { type CalendarAccess, isOrganizer } from '../access.ts';
import { isSame, parseAttendee } from '../attendees.ts';
import { type Event, type EventBody, isMaster, isScheduled } from '../event.ts';
import { eventById, exceptionsOf, saveEvent } from '../store.ts';
import { type Change, noteEvent } from './change.ts';

/**
 * Into another calendar: of the same owner always; between private and public ones only what nobody else takes part in.
 * CAL-4225 an occurrence, CAL-4226 a classified event, CAL-4224 a series, CAL-4035 anything else.
 */
export function moveEvent(change: Change, event: Event, target: CalendarAccess): Event {
  const { access } = change;
  const { core, folder, person } = access;
  if (event.recurrence !== null) throw new OxError('CAL-4225', String(event.id));
  if (!covers(folder.levels.delete, person, event.created_by)) throw new OxError('CAL-4032', String(event.id));
  if (target.folder.levels.folder < 2) throw new OxError('CAL-4031', String(target.folder.id));
  const isSameOwner = !folder.isPublic && folder.owner === target.folder.owner;
  if (!isSameOwner) {
    if (event.body.class !== undefined && event.body.class !== 'PUBLIC')
      throw new OxError('CAL-4226', String(event.id));
    if (isMaster(event)) throw new OxError('CAL-4224', String(event.id));
    if (isScheduled(event.body) || !isOrganizer(access, event)) throw new OxError('CAL-4035', String(event.id));
  }
  const parts = isMaster(event) ? [event, ...exceptionsOf(core, event.id)] : [event];
  for (const part of parts) {
    const public_folder = target.folder.isPublic ? target.folder.id : null;
    noteEvent(
      change,
      'updated',
      saveEvent(core, { ...part, public_folder }, movedBody(part.body, access, target), person.id),
    );
  }
  return eventById(core, event.id);
}

function movedBody(body: EventBody, from: CalendarAccess, target: CalendarAccess): EventBody {
  const isOwner = (entity: number | undefined) => entity !== undefined && entity === from.user;
  if (target.folder.isPublic)
    return {
      ...body,
      calendarUser: null,
      attendees: body.attendees.map(({ folder: _folder, ...attendee }) => attendee),
    };
  return {
    ...body,
    calendarUser: target.user,
    attendees: body.attendees.map((attendee) =>
      isOwner(attendee.entity) && attendee.cuType === 'INDIVIDUAL'
        ? { ...attendee, folder: target.folder.id }
        : attendee,
    ),
  };
}

/** Hands an event over to another attendee of the context. CAL-4038 for others than the organizer, CAL-4034 nobody there. */
export function changeOrganizer(change: Change, event: Event, given: unknown): Event {
  const { access } = change;
  const { core, person } = access;
  if (!isOrganizer(access, event)) throw new OxError('CAL-4038', String(event.id));
  const wanted = parseAttendee(core, given);
  const parts = isMaster(event) ? [event, ...exceptionsOf(core, event.id)] : [event];
  for (const part of parts) {
    const attendee = part.body.attendees.find((one) => isSame(one, wanted));
    if (!attendee || attendee.entity === undefined || attendee.cuType !== 'INDIVIDUAL')
      throw new OxError('CAL-4034', wanted.uri);
    const { uri, cn, email, entity } = attendee;
    const organizer = { uri, entity, ...(cn === undefined ? {} : { cn }), ...(email === undefined ? {} : { email }) };
    noteEvent(change, 'updated', saveEvent(core, part, { ...part.body, organizer }, person.id));
  }
  return eventById(core, event.id);
}
