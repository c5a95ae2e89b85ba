import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventFields, type OxCalendarUser, occurrenceFields } from '../../../src/backends/ox/event-fields.ts';
import { eventTable, type OxSeries, type WrittenSeries } from '../../../src/backends/ox/event-series.ts';
import type { OxRow } from '../../../src/backends/ox/item-fields.ts';
import { type CalendarEvent, eventOfPlain, plainEvent } from '../../../src/formats/index.ts';
import { anyEvent } from '../../formats/event/random-event.ts';

const user: OxCalendarUser = { id: 5, addresses: ['anna@oxbow.test'], timeZone: 'Europe/Berlin' };
const table = eventTable(user);
const sent = (row: OxRow): OxRow => JSON.parse(JSON.stringify(row));

/** What the server shows of what was written. */
const served = ({ master, exceptions }: WrittenSeries): OxSeries => ({
  master: sent(master),
  exceptions: [...exceptions].map(([day, row]) => ({ ...sent(row), recurrenceId: day.replaceAll('-', '') })),
});
const there = (event: CalendarEvent): CalendarEvent => table.read(served(table.write(event)))!;

test('plain data says all of an event but its files', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const plain = plainEvent(event);
      assert.deepEqual(plainEvent(eventOfPlain(JSON.parse(JSON.stringify(plain)))!), plain);
      assert.equal(JSON.stringify(eventOfPlain(plain)!.exceptions?.length), JSON.stringify(event.exceptions?.length));
    }),
    { numRuns: 200 },
  );
});

test('an event that went to Open-Xchange and back has lost nothing once completed by ours', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      assert.deepEqual(plainEvent(table.complete(there(event), event)), plainEvent(event));
    }),
    { numRuns: 300 },
  );
});

test('of an event, Open-Xchange alone says every field that the table does not except', () => {
  const fields = eventFields(user);
  fc.assert(
    fc.property(anyEvent, (event) => {
      const shown = plainEvent(there(event));
      const plain = plainEvent(event);
      for (const name of Object.keys(fields) as (keyof typeof fields)[]) {
        const field = fields[name];
        if ('kept' in field) assert.equal(shown[name], undefined, name);
        else if (field.partly === undefined) assert.deepEqual(shown[name], plain[name], name);
      }
    }),
    { numRuns: 200 },
  );
});

test('what was written once is written the same again', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const once = there(event);
      assert.deepEqual(plainEvent(there(once)), plainEvent(once));
    }),
    { numRuns: 200 },
  );
});

const berlin = (text: string) =>
  ({ kind: 'zoned', local: Temporal.PlainDateTime.from(text), zone: 'Europe/Berlin' }) as const;
const day = (text: string) => Temporal.PlainDate.from(text);

const weekly: CalendarEvent = {
  uid: 'u',
  start: berlin('2027-03-01T09:00'),
  end: berlin('2027-03-01T10:00'),
  subject: 'Jour fixe',
  reminder: 15,
  recurrence: {
    pattern: { kind: 'weekly', interval: 1, days: [1] },
    weekStart: 1,
    end: { kind: 'until', date: day('2027-05-31') },
    deleted: [day('2027-03-08')],
  },
};

test('a series is written in the words of chronos', () => {
  assert.deepEqual(sent(table.write(weekly).master), {
    uid: 'u',
    summary: 'Jour fixe',
    class: 'PUBLIC',
    transp: 'OPAQUE',
    startDate: { value: '20270301T090000', tzid: 'Europe/Berlin' },
    endDate: { value: '20270301T100000', tzid: 'Europe/Berlin' },
    alarms: [{ action: 'DISPLAY', trigger: { duration: '-PT15M', related: 'START' }, description: 'Reminder' }],
    // Nine o'clock of Berlin in summer.
    rrule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270531T070000Z',
    deleteExceptionDates: ['Europe/Berlin:20270308T090000'],
  });
});

test('recurrence ids are compared as times, however they are written', () => {
  const { master } = table.write(weekly);
  for (const id of ['20270308T080000Z', '20270308T090000', 'Europe/Berlin:20270308T090000', '20270308']) {
    const event = table.read({ master: { ...master, deleteExceptionDates: [id] }, exceptions: [] });
    assert.deepEqual(event?.recurrence?.deleted.map(String), ['2027-03-08'], id);
  }
});

test('an appointment of somebody alone is no meeting, though the server names an organizer and an attendee', () => {
  const anna = { entity: 5, uri: 'mailto:anna@oxbow.test', email: 'anna@oxbow.test', cn: 'Anna' };
  const event = table.read({
    master: {
      startDate: { value: '20270301' },
      endDate: { value: '20270302' },
      organizer: anna,
      attendees: [{ ...anna, cuType: 'INDIVIDUAL', partStat: 'ACCEPTED' }],
    },
    exceptions: [],
  })!;
  assert.deepEqual(
    [event.organizer, event.attendees, event.response, event.invited],
    [undefined, undefined, undefined, undefined],
  );
});

test('of a meeting of somebody else, the own answer is told', () => {
  const ben = { entity: 6, uri: 'mailto:ben@oxbow.test', email: 'ben@oxbow.test', cn: 'Ben' };
  const anna = { entity: 5, uri: 'mailto:anna@oxbow.test', email: 'anna@oxbow.test', cn: 'Anna', cuType: 'INDIVIDUAL' };
  const event = table.read({
    master: {
      startDate: { value: '20270301T090000Z' },
      organizer: ben,
      attendees: [
        { ...ben, cuType: 'INDIVIDUAL', partStat: 'ACCEPTED' },
        { ...anna, partStat: 'TENTATIVE' },
        { uri: 'mailto:saal@oxbow.test', cn: 'Saal', cuType: 'RESOURCE', partStat: 'ACCEPTED' },
      ],
    },
    exceptions: [],
  })!;
  assert.deepEqual([event.received, event.response, event.organizer?.address], [true, 'tentative', 'ben@oxbow.test']);
  assert.deepEqual(
    event.attendees?.map(({ role, response }) => [role, response]),
    [
      ['required', 'tentative'],
      ['resource', 'accepted'],
    ],
  );
});

test('hostile objects of the server do no harm', () => {
  const names = Object.keys({ ...eventFields(user), ...occurrenceFields(user) });
  const columns = ['startDate', 'endDate', 'rrule', 'attendees', 'organizer', 'alarms', 'extendedProperties', ...names];
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...columns), fc.jsonValue()),
      fc.constantFrom('20270301', '20270301T090000Z', '99991231T235959', '00010101', '20271301'),
      (row, value) => {
        const master = { startDate: { value }, ...row, id: 1 };
        const event = table.read({ master, exceptions: [{ ...master, recurrenceId: value }] });
        if (event) assert.ok(plainEvent(event).start);
      },
    ),
    { numRuns: 300 },
  );
});
