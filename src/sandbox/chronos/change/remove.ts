import { OxError } from '../../errors.ts';
import { covers } from '../../items/folder.ts';
import { isOrganizer } from '../access.ts';
import type { Attendee, Event, EventBody } from '../event.ts';
import { isMaster } from '../event.ts';
import { type RecurrenceId, recurrenceInstant } from '../recurrence-id.ts';
import { occurrencesOf } from '../series.ts';
import { eventById, exceptionAt, exceptionsOf, removeEvent, saveEvent, touchEvent } from '../store.ts';
import { type Change, guestsOf, noteEvent, tell } from './change.ts';
import { exceptionFor, isExceptionAt, occurrenceAt, occurrenceBody } from './exception.ts';

/**
 * Deletes an event or one occurrence. The organizer's deletion cancels it for all; an attendee's one is a refusal that
 * hides it from the own calendar (reference 5.7). CAL-4032 without the right.
 */
export function deleteEvent(change: Change, event: Event, recurrenceId?: RecurrenceId): void {
  const { folder, person } = change.access;
  if (!covers(folder.levels.delete, person, event.created_by)) throw new OxError('CAL-4032', String(event.id));
  const isOccurrence = recurrenceId !== undefined || event.recurrence !== null;
  if (isOrganizer(change.access, event)) {
    if (isOccurrence) deleteOccurrence(change, event, recurrenceId);
    else deleteWhole(change, event);
  } else if (isOccurrence) leaveOccurrence(change, event, recurrenceId);
  else leaveWhole(change, event);
}

function deleteWhole(change: Change, event: Event): void {
  const gone = removeEvent(change.access.core, event);
  for (const one of gone) noteEvent(change, 'deleted', one);
  tell(change, { method: 'CANCEL', type: 'Deleted', events: [event], recipients: guestsOf(event.body) });
}

function deleteOccurrence(change: Change, event: Event, recurrenceId: RecurrenceId | undefined): void {
  const { core, person } = change.access;
  const master = event.recurrence === null ? event : eventById(core, event.series);
  const id = event.recurrence ?? recurrenceId!;
  if (recurrenceId !== undefined && event.recurrence !== null && !isExceptionAt(event, recurrenceId))
    throw new OxError('CAL-4042', recurrenceId);
  const exception = exceptionAt(core, master, id);
  const occurrence = occurrenceAt(master, id);
  if (exception) {
    removeEvent(core, exception);
    noteEvent(change, 'deleted', exception);
  }
  const deleteExceptionDates = [...master.body.deleteExceptionDates, occurrence.recurrenceId].sort(
    (one, other) => recurrenceInstant(one, master.body.startDate) - recurrenceInstant(other, master.body.startDate),
  );
  const body: EventBody = { ...master.body, deleteExceptionDates };
  const cancelled: Event = exception ?? {
    ...master,
    recurrence: occurrence.recurrenceId,
    body: occurrenceBody(master, occurrence),
  };
  const saved = saveEvent(core, master, body, person.id);
  if (isEmptySeries(change, saved)) {
    for (const one of removeEvent(core, saved)) noteEvent(change, 'deleted', one);
  } else noteEvent(change, 'updated', saved);
  tell(change, { method: 'CANCEL', type: 'Deleted', events: [cancelled], recipients: guestsOf(cancelled.body) });
}

function isEmptySeries({ access: { core, zone } }: Change, master: Event): boolean {
  if (exceptionsOf(core, master.id).length > 0) return false;
  for (const occurrence of occurrencesOf(master.body, zone)) if (!occurrence.isDeleted) return false;
  return true;
}

function leaveWhole(change: Change, event: Event): void {
  const { core } = change.access;
  const parts = isMaster(event) ? [event, ...exceptionsOf(core, event.id)] : [event];
  for (const part of parts) hide(change, part);
  reply(change, event);
}

function leaveOccurrence(change: Change, event: Event, recurrenceId: RecurrenceId | undefined): void {
  const { core } = change.access;
  const exception = isExceptionAt(event, recurrenceId) ? event : exceptionFor(change, event, recurrenceId!);
  hide(change, exception);
  touchEvent(core, exception.series!);
  noteEvent(change, 'updated', eventById(core, exception.series));
  reply(change, exception);
}

function hide(change: Change, event: Event): void {
  const { core, person } = change.access;
  const attendees = event.body.attendees.map((attendee) =>
    isOwn(change, attendee) ? { ...attendee, partStat: 'DECLINED' as const, hidden: true } : attendee,
  );
  saveEvent(core, event, { ...event.body, attendees }, person.id);
  noteEvent(change, 'deleted', eventById(core, event.id));
}

function reply(change: Change, event: Event): void {
  const now = eventById(change.access.core, event.id);
  const attendee = now.body.attendees.find((one) => isOwn(change, one));
  if (attendee)
    tell(change, { method: 'REPLY', type: 'Declined', events: [now], recipients: [now.body.organizer], attendee });
}

const isOwn = (change: Change, { entity, cuType }: Attendee): boolean =>
  entity === change.access.user && cuType === 'INDIVIDUAL';
