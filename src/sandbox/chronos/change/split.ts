import { OxError } from '../../errors.ts';
import { basicDate, dayOfBasic } from '../../recurrence/day.ts';
import { demandWrite, isOrganizer } from '../access.ts';
import { instantOf, isAllDay, localMs, localText } from '../date-time.ts';
import type { Event, EventBody } from '../event.ts';
import type { EventJson } from '../fields.ts';
import { type RecurrenceId, recurrenceInstant } from '../recurrence-id.ts';
import type { Occurrence } from '../series.ts';
import { eventById, exceptionsOf, insertEvent, saveEvent } from '../store.ts';
import { type Change, noteEvent } from './change.ts';
import { occurrenceAt } from './exception.ts';
import { updateEvent } from './update.ts';

/**
 * `recurrenceRange=THISANDFUTURE`: the series is cut before an occurrence. Its id keeps what is to come, a new series with
 * a uid of its own gets the past, and both are related (reference 5.6). CAL-4063 for those who are not the organizer.
 */
export function splitAndUpdate(change: Change, master: Event, json: EventJson, id: RecurrenceId): Event {
  const { access } = change;
  const { core, person } = access;
  demandWrite(access, master);
  if (!isOrganizer(access, master)) throw new OxError('CAL-4063', id);
  const occurrence = occurrenceAt(master, id);
  if (occurrence.position === 1) return updateEvent(change, master, json);
  const { body } = master;
  const at = recurrenceInstant(occurrence.recurrenceId, body.startDate);
  const isBefore = (one: RecurrenceId) => recurrenceInstant(one, body.startDate) < at;
  const relatedTo = body.relatedTo ?? `X-CALENDARSERVER-RECURRENCE-SET:${crypto.randomUUID()}`;
  const past = insertEvent(core, {
    series: 'own',
    recurrence: null,
    uid: crypto.randomUUID(),
    public_folder: master.public_folder,
    body: part({ ...body, relatedTo, ...pastRule(body, occurrence) }, isBefore),
    by: person.id,
  });
  for (const exception of exceptionsOf(core, master.id).filter(({ recurrence }) => isBefore(recurrence!)))
    noteEvent(
      change,
      'updated',
      saveEvent(core, { ...exception, series: past.id, uid: past.uid }, exception.body, person.id),
    );
  noteEvent(change, 'created', eventById(core, past.id));
  const future = saveEvent(
    core,
    master,
    part(
      { ...body, relatedTo, ...futureRule(body, occurrence), startDate: occurrence.start, endDate: occurrence.end },
      (one) => !isBefore(one),
    ),
    person.id,
  );
  noteEvent(change, 'updated', future);
  return updateEvent(change, future, json);
}

function part(body: EventBody, keeps: (id: RecurrenceId) => boolean): EventBody {
  const dates = body.recurrenceDates?.filter(keeps);
  const { recurrenceDates: _dates, ...rest } = body;
  return {
    ...rest,
    ...(dates?.length ? { recurrenceDates: dates } : {}),
    deleteExceptionDates: body.deleteExceptionDates.filter(keeps),
  };
}

function pastRule({ rrule, startDate }: EventBody, { position, start }: Occurrence): { rrule?: string } {
  if (rrule === undefined) return {};
  if (/COUNT=/i.test(rrule)) return { rrule: rrule.replace(/COUNT=\d+/i, `COUNT=${position - 1}`) };
  const bare = rrule.replace(/;?UNTIL=[^;]*/i, '');
  return { rrule: `${bare};UNTIL=${justBefore(start, startDate.tzid)}` };
}

function justBefore(start: EventBody['startDate'], zone: string | undefined): string {
  if (isAllDay(start)) return basicDate(dayOfBasic(start.value) - 1);
  if (zone === undefined && !start.value.endsWith('Z')) return localText(localMs(start.value) - 1000);
  return `${localText(instantOf(start, zone ?? 'UTC') - 1000)}Z`;
}

function futureRule({ rrule }: EventBody, { position }: Occurrence): { rrule?: string } {
  if (rrule === undefined) return {};
  return { rrule: rrule.replace(/COUNT=(\d+)/i, (_, count: string) => `COUNT=${Number(count) - position + 1}`) };
}
