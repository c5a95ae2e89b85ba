import fc from 'fast-check';
import { dayNumber, plainDate, type Series } from '../../../src/formats/calendar/index.ts';
import type {
  Attendee,
  CalendarEvent,
  EventException,
  EventTime,
  OccurrenceFields,
} from '../../../src/formats/event/index.ts';
import { anySeries } from '../calendar/random-series.ts';

const zones = ['UTC', 'Europe/Berlin', 'Europe/Rome', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'];

/** Text of one line that begins and ends with something to see. */
const line = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' })
  .map((text) => text.trim())
  .filter((text) => text !== '');
const lines = fc.array(line, { minLength: 1, maxLength: 3 }).map((list) => list.join('\n'));
const person = fc
  .record({ name: line, box: fc.integer({ min: 1, max: 9_999 }) })
  .map(({ name, box }) => ({ name, address: `person${box}@example.org` }));

const attendee: fc.Arbitrary<Attendee> = fc
  .tuple(
    person,
    fc.constantFrom('required' as const, 'optional' as const, 'resource' as const),
    fc.constantFrom(undefined, 'accepted' as const, 'declined' as const, 'tentative' as const),
  )
  .map(([who, role, response]) => ({ ...who, role, ...(response ? { response } : {}) }));

const attendees = fc.uniqueArray(attendee, { minLength: 1, maxLength: 4, selector: ({ address }) => address });

/** Fields of occurrences but their times. */
export const anyBasics = fc.record(
  {
    subject: line,
    location: line,
    note: fc.record({ text: lines }),
    categories: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
    sensitivity: fc.constantFrom('personal' as const, 'private' as const, 'confidential' as const),
    importance: fc.constantFrom('low' as const, 'high' as const),
    busyStatus: fc.constantFrom(
      'free' as const,
      'tentative' as const,
      'outOfOffice' as const,
      'workingElsewhere' as const,
    ),
    reminder: fc.integer({ min: 0, max: 20_000 }),
    cancelled: fc.constant(true),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const kinds = fc.oneof(
  fc.constantFrom(...zones).map((zone) => ({ kind: 'zoned' as const, zone })),
  fc.constant({ kind: 'day' as const }),
  fc.constant({ kind: 'floating' as const }),
);

type Kind = { kind: 'zoned'; zone: string } | { kind: 'day' } | { kind: 'floating' };

function timeOf(kind: Kind, local: Temporal.PlainDateTime): EventTime {
  if (kind.kind === 'day') return { kind: 'day', date: local.toPlainDate() };
  return kind.kind === 'floating' ? { kind: 'floating', local } : { kind: 'zoned', local, zone: kind.zone };
}

/** A local time that every clock of the zones above shows once: those that are skipped or twice come back as another. */
const plainHour = (local: Temporal.PlainDateTime): Temporal.PlainDateTime =>
  local.hour < 4 ? local.add({ hours: 5 }) : local;

const exceptional = fc.array(anyBasics, { minLength: 6, maxLength: 6 });

function seriesEvent(
  series: Series,
  kind: Kind,
  changes: readonly Partial<OccurrenceFields>[],
  base: Omit<CalendarEvent, 'start' | 'end'>,
): CalendarEvent {
  const allDay = kind.kind === 'day';
  const start = allDay ? series.start.with({ hour: 0, minute: 0 }) : plainHour(series.start);
  const length = allDay ? 1_440 : Math.min(series.durationMinutes, 600);
  const end = start.add({ minutes: length });
  const shift = dayNumber(start.toPlainDate()) - dayNumber(series.start.toPlainDate());
  const { start: _, durationMinutes: __, modified, ...recurrence } = series;
  if (shift !== 0) throw new Error('the start moved to another day');
  const event: CalendarEvent = { ...base, start: timeOf(kind, start), end: timeOf(kind, end), recurrence };
  const exceptions = modified.map(({ original, start: moved }, at): EventException => {
    const own = allDay ? plainDate(dayNumber(moved.toPlainDate())).toPlainDateTime() : plainHour(moved);
    const {
      organizer: _o,
      sentBy: _s,
      sequence: _q,
      uid: _u,
      recurrence: _r,
      invited: _i,
      noResponseWanted: _n,
      ...kept
    } = event;
    const fields: OccurrenceFields = {
      ...kept,
      ...changes[at],
      start: timeOf(kind, own),
      end: timeOf(kind, own.add({ minutes: length })),
    };
    return { original, fields };
  });
  if (exceptions.length > 0) event.exceptions = exceptions;
  return event;
}

/** Random events: single ones and series with exceptions, whole days, floating ones and any zone. */
export const anyEvent: fc.Arbitrary<CalendarEvent> = fc
  .record({
    basics: anyBasics,
    kind: kinds,
    series: anySeries('mapi'),
    single: fc.boolean(),
    changes: exceptional,
    uid: fc.uuid(),
    people: fc.option(fc.record({ organizer: person, attendees }), { nil: undefined }),
    more: fc.record(
      {
        sequence: fc.integer({ min: 1, max: 9 }),
        invited: fc.constant(true as const),
        noResponseWanted: fc.constant(true as const),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  })
  .map(({ basics, kind, series, single, changes, uid, people, more }): CalendarEvent => {
    const list = people?.attendees.filter(({ address }) => address !== people.organizer.address) ?? [];
    const base = {
      uid,
      ...basics,
      ...more,
      ...(people && list.length > 0 ? { organizer: people.organizer, attendees: list } : {}),
    };
    // Occurrences at other hours than the plain ones are checked by their own test.
    const plain = series.start.hour < 4 ? { ...series, start: series.start.add({ hours: 5 }) } : series;
    const event = seriesEvent(plain, kind, changes, base);
    if (!single) return event;
    const { recurrence: _, exceptions: __, ...rest } = event;
    return rest;
  });
