import {
  type CalendarEvent,
  dayNumber,
  type EventException,
  type EventTime,
  firstPatternDay,
  localOf,
  type OccurrenceFields,
  seriesOf,
  timeLike,
} from '../../formats/index.ts';
import {
  dayOfRecurrenceId,
  eventFields,
  type OxCalendarUser,
  type OxEvent,
  type OxOccurrence,
  occurrenceFields,
} from './event-fields.ts';
import { completeOx, type OxRow, readOx, writeOx } from './item-fields.ts';

/** A single event, or a series with those of its occurrences that differ: objects of chronos by themselves. */
export interface OxSeries {
  readonly master: OxRow;
  readonly exceptions: readonly OxRow[];
}

/** The same as it is to be; exceptions by their original days. */
export interface WrittenSeries {
  readonly master: OxRow;
  readonly exceptions: ReadonlyMap<string, OxRow>;
}

/** How events of one person are read and written whole. */
export interface EventTable {
  /** Undefined for what has no start. */
  read(series: OxSeries): CalendarEvent | undefined;
  write(event: CalendarEvent): WrittenSeries;
  /** What an occurrence of an event is there when nothing of it differs. */
  writeOccurrence(event: CalendarEvent, original: Temporal.PlainDate): OxRow;
  /** An object of the server as far as the fields tell it, in the form that writing has. */
  normal(row: OxRow): OxRow;
  /** An event as the server has it, with what it cannot hold taken from ours. */
  complete(theirs: CalendarEvent, ours: CalendarEvent | undefined): CalendarEvent;
}

export function eventTable(user: OxCalendarUser): EventTable {
  const whole = eventFields(user);
  const part = occurrenceFields(user);

  const writePart = (event: CalendarEvent, fields: OccurrenceFields): OxRow => {
    const { organizer } = writeOx(whole, event as OxEvent);
    return { ...writeOx(part, fields as OxOccurrence), ...(organizer && fields.attendees ? { organizer } : {}) };
  };

  return {
    read({ master, exceptions }) {
      const event = readOx(whole, master) as CalendarEvent;
      if (!event.start) return undefined;
      if (!event.recurrence) return event;
      const { start } = event;
      const days = new Map<number, EventException>();
      for (const row of exceptions) {
        const original = dayOfRecurrenceId(row.recurrenceId, start);
        const fields = readOx(part, row) as OccurrenceFields;
        if (original && fields.start) days.set(dayNumber(original), { original, fields });
      }
      const sorted = [...days].sort(([one], [other]) => one - other).map(([, exception]) => exception);
      const deleted = event.recurrence.deleted.filter((day) => !days.has(dayNumber(day)));
      return aligned({
        ...event,
        recurrence: { ...event.recurrence, deleted },
        ...(sorted.length > 0 ? { exceptions: sorted } : {}),
      });
    },
    write: (event) => ({
      master: writeOx(whole, event as OxEvent),
      exceptions: new Map(
        (event.exceptions ?? []).map(({ original, fields }) => [original.toString(), writePart(event, fields)]),
      ),
    }),
    writeOccurrence: (event, original) => writePart(event, occurrenceOf(event, original)),
    normal: (row) => ({
      ...writeOx(part, readOx(part, row)),
      ...(row.organizer === undefined ? {} : { organizer: row.organizer }),
    }),
    complete(theirs, ours) {
      const { exceptions: _, ...event } = completeOx(
        whole,
        theirs as OxEvent,
        (ours ?? {}) as OxEvent,
      ) as CalendarEvent;
      if (!event.recurrence || !theirs.exceptions) return event;
      const own = new Map((ours?.exceptions ?? []).map(({ original, fields }) => [dayNumber(original), fields]));
      return {
        ...event,
        exceptions: theirs.exceptions.map(({ original, fields }) => ({
          original,
          fields: completeOx(part, fields, own.get(dayNumber(original)) ?? withoutTimes(event)) as OccurrenceFields,
        })),
      };
    },
  };
}

/** What an exception has of what the server cannot hold, as long as nobody here said anything else: that of its series. */
const withoutTimes = ({ start, end, importance, extra }: CalendarEvent): OxOccurrence => ({
  start,
  end,
  ...(importance === undefined ? {} : { importance }),
  ...(extra === undefined ? {} : { extra }),
});

/** The fields of an occurrence that is as its series. */
function occurrenceOf(event: CalendarEvent, original: Temporal.PlainDate): OccurrenceFields {
  const { start, end } = event;
  const first = localOf(start);
  const at = original.toPlainDateTime(first.toPlainTime());
  return { ...event, start: timeLike(start, at), end: timeLike(end, at.add(first.until(localOf(end)))) };
}

/** A series whose start is no day of its pattern begins with the first one, as Outlook has it. */
function aligned(event: CalendarEvent): CalendarEvent {
  const series = seriesOf(event)!;
  const first = firstPatternDay(series);
  const days = first === undefined ? 0 : first - dayNumber(series.start.toPlainDate());
  if (days <= 0) return event;
  const later = (time: EventTime): EventTime => timeLike(time, localOf(time).add({ days }));
  return { ...event, start: later(event.start), end: later(event.end) };
}
