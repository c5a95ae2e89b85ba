import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AppointmentRecurrence,
  occurrencesOf,
  type RecurrenceException,
  readAppointmentRecurrence,
  readTaskRecurrence,
  recurrenceOfSeries,
  type Series,
  seriesOfRecurrence,
  writeAppointmentRecurrence,
  writeTaskRecurrence,
} from '../../../src/formats/calendar/index.ts';
import { WireError } from '../../../src/wire/index.ts';
import { blobs } from './examples.ts';
import { anySeries } from './random-series.ts';

const bytes = (name: keyof typeof blobs): Buffer => Buffer.from(blobs[name], 'hex');
const read = (name: keyof typeof blobs) => seriesOfRecurrence(readAppointmentRecurrence(bytes(name)));
const days = (series: Series, most = 100): string[] =>
  [...occurrencesOf(series, 'UTC').take(most)].map(({ start }) => start.toPlainDateTime().toString().slice(0, 16));

for (const name of Object.keys(blobs) as (keyof typeof blobs)[]) {
  test(`the recurrence "${name}" is written back byte for byte, from its fields and from its series`, () => {
    const recurrence = readAppointmentRecurrence(bytes(name));
    assert.equal(writeAppointmentRecurrence(recurrence).toString('hex'), blobs[name].toLowerCase());
    const { series, overrides } = seriesOfRecurrence(recurrence);
    assert.equal(
      writeAppointmentRecurrence(recurrenceOfSeries(series, overrides)).toString('hex'),
      blobs[name].toLowerCase(),
    );
  });
}

test('MS-OXOCAL 4.1.1.1 are twelve Mondays, Thursdays and Fridays', () => {
  const { series } = read('weekly');
  assert.deepEqual(series.pattern, { kind: 'weekly', interval: 1, days: [1, 4, 5] });
  assert.deepEqual(days(series), [
    '2007-03-26T10:00',
    '2007-03-29T10:00',
    '2007-03-30T10:00',
    '2007-04-02T10:00',
    '2007-04-05T10:00',
    '2007-04-06T10:00',
    '2007-04-09T10:00',
    '2007-04-12T10:00',
    '2007-04-13T10:00',
    '2007-04-16T10:00',
    '2007-04-19T10:00',
    '2007-04-20T10:00',
  ]);
});

test('the exception of MS-OXOCAL 4.1.1.2 is an hour later, with its own subject and location', () => {
  const { series, overrides } = read('weeklyWithException');
  assert.equal(days(series)[9], '2007-04-16T11:00');
  assert.deepEqual([...overrides.values()], [{ subject: 'Simple Recurrence with exceptions', location: '34/4141' }]);
  assert.deepEqual(series.deleted, []);
});

test('MS-OXOCAL 4.1.1.3 is every third day but two', () => {
  const { series } = read('daily');
  assert.deepEqual(series.pattern, { kind: 'daily', interval: 3 });
  assert.deepEqual(
    days(series).map((day) => day.slice(5, 10)),
    ['04-07', '04-10', '04-13', '04-16', '04-25', '04-28', '05-01', '05-04'],
  );
});

test('a pattern of the Hebrew calendar is kept, and its modified occurrence is known', () => {
  const { series, overrides } = read('hebrew');
  assert.equal(series.pattern.kind, 'foreign');
  assert.deepEqual([...overrides.values()], [{ busyStatus: 1, reminderDelta: 60, exceptionalBody: true }]);
  assert.deepEqual(days(series), ['2011-04-07T08:00']);
});

test('what Outlook wrote about Fridays of 2023: one is gone, one on another day, one only out of office', () => {
  const { series, overrides } = read('fridays');
  assert.deepEqual(series.deleted.map(String), ['2023-01-06']);
  assert.deepEqual(
    series.modified.map(({ original, start }) => `${original} ${start}`),
    ['2023-01-13 2023-01-09T12:00:00', '2023-01-20 2023-01-20T12:00:00'],
  );
  assert.deepEqual([...overrides.values()], [{ subject: 'Monday Lunch' }, { busyStatus: 3 }]);
  assert.deepEqual(days(series, 3), ['2023-01-09T12:00', '2023-01-20T12:00', '2023-01-27T12:00']);
});

test("a series without an end has Outlook's end date and count", () => {
  const { pattern } = readAppointmentRecurrence(bytes('endless'));
  assert.deepEqual([pattern.endType, pattern.endDate, pattern.occurrenceCount], [0x2023, 0x5ae980df, 10]);
});

test('an EndType of 0xFFFFFFFF is never, as MS-OXOCAL 2.2.1.44.1 says', () => {
  const blob = bytes('endless');
  blob.writeInt32LE(-1, 26);
  assert.deepEqual(seriesOfRecurrence(readAppointmentRecurrence(blob)).series.end, { kind: 'never' });
});

test('a blob that ends early is read as far as it makes sense', () => {
  const whole = bytes('weeklyWithException');
  const patternOnly = readAppointmentRecurrence(whole.subarray(0, 62));
  assert.deepEqual([patternOnly.startOffset, patternOnly.endOffset, patternOnly.exceptions], [0, 1440, []]);
  // Without the Unicode texts those in 8 bits count.
  const narrow = readAppointmentRecurrence(whole.subarray(0, 148));
  assert.equal(narrow.exceptions[0]?.subject, 'Simple Recurrence with exceptions');
  assert.throws(() => readAppointmentRecurrence(whole.subarray(0, 20)), WireError);
});

test('a writer before 0x3009 has no ChangeHighlight, and bytes after the end are ignored', () => {
  const blob = bytes('weeklyWithException');
  blob.writeUInt32LE(0x3008, 66);
  const extended = 148 - 8 + 8;
  const older = Buffer.concat([blob.subarray(0, extended), blob.subarray(extended + 8), Buffer.alloc(4)]);
  assert.equal(readAppointmentRecurrence(older).exceptions[0]?.subject, 'Simple Recurrence with exceptions');
});

test('the start is moved to where the pattern begins, by FirstDateTime', () => {
  const recurrence = readAppointmentRecurrence(bytes('daily'));
  const later = { ...recurrence, pattern: { ...recurrence.pattern, startDate: recurrence.pattern.startDate + 1440 } };
  assert.equal(seriesOfRecurrence(later).series.start.toString(), '2011-04-10T08:00:00');
});

test('a regenerating task keeps its flag and its weeks', () => {
  const series: Series = {
    pattern: { kind: 'daily', interval: 14 },
    weekStart: 0,
    end: { kind: 'never' },
    start: Temporal.PlainDateTime.from('2024-03-01T00:00'),
    durationMinutes: 0,
    deleted: [],
    modified: [],
    regenerate: true,
  };
  const { pattern } = recurrenceOfSeries(series);
  assert.deepEqual(
    [pattern.frequency, pattern.patternType, pattern.period, pattern.slidingFlag],
    [0x200b, 0, 20160, 1],
  );
  assert.deepEqual(readTaskRecurrence(writeTaskRecurrence(pattern)), pattern);
});

const text = fc.string({ maxLength: 40, unit: 'grapheme' }).filter((value) => !value.includes('\0'));
const anyException: fc.Arbitrary<RecurrenceException> = fc.record(
  {
    start: fc.nat(0x7fffffff),
    end: fc.nat(0x7fffffff),
    originalStart: fc.nat(0x7fffffff),
    subject: text,
    meetingType: fc.nat(0xf),
    reminderDelta: fc.nat(100_000),
    reminderSet: fc.boolean(),
    location: text,
    busyStatus: fc.nat(4),
    attachment: fc.boolean(),
    allDay: fc.boolean(),
    appointmentColor: fc.nat(10),
    exceptionalBody: fc.constant(true),
    changeHighlight: fc.integer({ min: 1, max: 0xffff }),
  },
  { requiredKeys: ['start', 'end', 'originalStart'], noNullPrototype: true },
);

test('exceptions with any fields read back as written', () => {
  const base = readAppointmentRecurrence(bytes('weekly'));
  fc.assert(
    fc.property(fc.array(anyException, { maxLength: 5 }), (exceptions) => {
      const recurrence: AppointmentRecurrence = { ...base, exceptions };
      assert.deepEqual(readAppointmentRecurrence(writeAppointmentRecurrence(recurrence)), recurrence);
    }),
  );
});

test('any series comes back from its recurrence', () => {
  fc.assert(
    fc.property(anySeries('mapi'), (series) => {
      const blob = writeAppointmentRecurrence(recurrenceOfSeries(series));
      assert.deepEqual(plain(seriesOfRecurrence(readAppointmentRecurrence(blob)).series), plain(series));
    }),
    { numRuns: 300 },
  );
});

/** Temporal's objects as their texts, which is how they differ visibly. */
const plain = (series: Series): unknown => JSON.parse(JSON.stringify(series));

test('broken bytes are refused with WireError or read', () => {
  const samples = (Object.keys(blobs) as (keyof typeof blobs)[]).map(bytes);
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(300), fc.nat(255), fc.boolean(), (blob, at, byte, cut) => {
      const broken = Buffer.from(cut ? blob.subarray(0, at) : blob);
      if (at < broken.length) broken[at] = byte;
      try {
        seriesOfRecurrence(readAppointmentRecurrence(broken));
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
