import { OxError } from '../../errors.ts';
import { isSame, parseAttendee } from '../attendees.ts';
import { answerEvent } from '../change/attend.ts';
import { type Change, noteEvent } from '../change/change.ts';
import { attendeesIn, createEvent } from '../change/create.ts';
import { exceptionFor } from '../change/exception.ts';
import { deleteEvent } from '../change/remove.ts';
import type { Attendee, Event, EventBody, PartStat } from '../event.ts';
import { changedFields } from '../fields.ts';
import { eventById, eventOfUid, removeEvent, saveEvent } from '../store.ts';
import type { ItipEvent, ItipMessage } from './read.ts';

/** The event of a uid in the calendar of a change: the single one, or the master. */
export const knownEvent = ({ access: { core, folder } }: Change, uid: string): Event | undefined =>
  eventOfUid(core, uid, folder.id);

/** Takes an invitation over, the newer of what is known and what it says, and answers it. */
export function acceptInvitation(change: Change, message: ItipMessage, partStat: PartStat, comment?: string): void {
  const { core, user } = change.access;
  const sorted = [...message.events].sort((one, other) =>
    (one.recurrenceId ?? '').localeCompare(other.recurrenceId ?? ''),
  );
  for (const event of sorted) takeOver(change, event);
  const [first] = sorted;
  const known = knownEvent(change, first!.uid);
  if (!known) throw new OxError('CAL-4040', first!.uid);
  const only = sorted.every(({ recurrenceId }) => recurrenceId !== undefined) ? first!.recurrenceId : undefined;
  const answer = parseAttendee(core, { entity: user, partStat, ...(comment === undefined ? {} : { comment }) });
  answerEvent(change, known, answer, undefined, only);
}

/** Brings what is known of an event to what its organizer says; nothing when that is older. */
export function takeOver(change: Change, { uid, recurrenceId, sequence, json }: ItipEvent): void {
  const known = knownEvent(change, uid);
  if (!known) {
    createEvent(change, { ...json, rrule: recurrenceId === undefined ? json.rrule : null });
    return;
  }
  // Events of the context are the organizer's own already.
  if (known.body.organizer.entity !== undefined) return;
  const target = recurrenceId === undefined ? known : exceptionFor(change, known, recurrenceId);
  if (sequence < target.body.sequence) return;
  const { attendees: _attendees, organizer: _organizer, ...fields } = json;
  const body: EventBody = {
    ...changedFields(change.access.core, target.body, fields),
    sequence,
    attendees: mergedAttendees(target.body.attendees, attendeesIn(change, json)),
  };
  noteEvent(change, 'updated', saveEvent(change.access.core, target, body, change.access.person.id));
}

/** Those the organizer names; users of the context keep their calendars and answers. */
function mergedAttendees(before: readonly Attendee[], given: readonly Attendee[]): Attendee[] {
  const own = before.filter(({ entity }) => entity !== undefined);
  const others = given.filter((attendee) => !own.some((one) => isSame(one, attendee)) && attendee.entity === undefined);
  return [...own, ...others];
}

/** A cancellation: the event or occurrence goes, without an answer. */
export function takeCancellation(change: Change, message: ItipMessage): void {
  const { core, person } = change.access;
  for (const { uid, recurrenceId } of message.events) {
    const known = knownEvent(change, uid);
    if (!known || known.body.organizer.entity !== undefined) continue;
    if (recurrenceId === undefined) {
      for (const gone of removeEvent(core, known)) noteEvent(change, 'deleted', gone);
      continue;
    }
    const silent: Change = { ...change, audience: { internal: false, external: false } };
    const exception = exceptionFor(silent, known, recurrenceId);
    const deleteExceptionDates = [...known.body.deleteExceptionDates, exception.recurrence!];
    removeEvent(core, exception);
    noteEvent(change, 'deleted', exception);
    const master = eventById(core, known.id);
    noteEvent(change, 'updated', saveEvent(core, master, { ...master.body, deleteExceptionDates }, person.id));
  }
}

/** An answer from outside, noted by the organizer. CAL-4043: the one who answers was not asked. */
export function takeReply(change: Change, message: ItipMessage): void {
  for (const { uid, recurrenceId, json } of message.events) {
    const known = knownEvent(change, uid);
    if (!known) throw new OxError('CAL-4040', uid);
    for (const answer of attendeesIn(change, json)) answerEvent(change, known, answer, undefined, recurrenceId);
  }
}

/** Deletes what an invitation is about, as somebody who was asked does. */
export function dropInvitation(change: Change, message: ItipMessage): void {
  for (const { uid, recurrenceId } of message.events) {
    const known = knownEvent(change, uid);
    if (known) deleteEvent(change, known, recurrenceId);
  }
}
