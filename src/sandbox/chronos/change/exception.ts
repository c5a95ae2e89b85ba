import { OxError } from '../../errors.ts';
import { type Event, type EventBody, isMaster } from '../event.ts';
import { dateTimeOf, type RecurrenceId, recurrenceInstant } from '../recurrence-id.ts';
import { findOccurrence, type Occurrence } from '../series.ts';
import { exceptionAt, insertEvent } from '../store.ts';
import { type Change, noteEvent } from './change.ts';

/** CAL-4061: no recurrence id, or no series; CAL-4042: no such occurrence, or a deleted one. */
export function occurrenceAt(master: Event, id: RecurrenceId): Occurrence {
  dateTimeOf(id);
  if (!isMaster(master)) throw new OxError('CAL-4061', id);
  const occurrence = findOccurrence(master.body, id);
  if (!occurrence || occurrence.isDeleted) throw new OxError('CAL-4042', id);
  return occurrence;
}

/** What an occurrence says by its master. */
export function occurrenceBody({ body }: Event, { start, end }: Occurrence): EventBody {
  const { rrule: _rrule, recurrenceDates: _dates, ...rest } = body;
  return { ...rest, startDate: start, endDate: end, deleteExceptionDates: [] };
}

/** The change exception of an occurrence, made when there is none yet. */
export function exceptionFor(change: Change, master: Event, id: RecurrenceId): Event {
  const { core, person } = change.access;
  const there = isMaster(master) ? exceptionAt(core, master, id) : undefined;
  if (there) return there;
  const occurrence = occurrenceAt(master, id);
  const exception = insertEvent(core, {
    series: master.id,
    recurrence: occurrence.recurrenceId,
    uid: master.uid,
    public_folder: master.public_folder,
    body: occurrenceBody(master, occurrence),
    by: person.id,
  });
  noteEvent(change, 'created', exception);
  return exception;
}

/** Whether an event itself is the exception that a recurrence id names. */
export function isExceptionAt(event: Event, id: RecurrenceId | undefined): boolean {
  if (event.recurrence === null) return false;
  if (id === undefined) return true;
  const { startDate } = event.body;
  return recurrenceInstant(id, startDate) === recurrenceInstant(event.recurrence, startDate);
}
