import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import {
  occurrencesOf,
  RuleError,
  recurrenceOfSeries,
  ruleOfSeries,
  ruleParts,
  type Series,
  seriesOfRecurrence,
  seriesOfRule,
} from '../../../src/formats/calendar/index.ts';
import { anySeries } from './random-series.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Auckland',
];
const until = (date: Temporal.PlainDate): string => `${date.toString().replaceAll('-', '')}T235959`;
const untilDate = (text: string): Temporal.PlainDate =>
  Temporal.PlainDate.from(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
const compact = (local: Temporal.PlainDateTime): string =>
  local.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
const unchanged = (series: Series): Series => ({ ...series, deleted: [], modified: [] });
const most = 40;

test('occurrences in any zone are those of rrule-temporal', () => {
  fc.assert(
    fc.property(anySeries('any'), fc.constantFrom(...zones), (series, zone) => {
      const rule = ruleOfSeries(unchanged(series), (date): string => {
        const last = date.toPlainDateTime({ hour: 23, minute: 59, second: 59 }).toZonedDateTime(zone);
        return `${compact(last.withTimeZone('UTC').toPlainDateTime())}Z`;
      });
      const found = [...occurrencesOf(unchanged(series), zone).take(most)];
      // What is in an hour that clocks skip is left out by RFC 5545 3.3.10, and an hour later in Outlook and Open-Xchange.
      fc.pre(found.every(({ start }) => start.toPlainTime().equals(series.start.toPlainTime())));
      const theirs = new RRuleTemporal({
        rruleString: `DTSTART;TZID=${zone}:${compact(series.start)}\nRRULE:${rule}`,
      }).all((_, index) => index < most);
      assert.deepEqual(
        found.map(({ start }) => start.epochMilliseconds),
        theirs.slice(0, most).map((moment) => moment.epochMilliseconds as number),
        rule ?? '',
      );
    }),
    { numRuns: 250 },
  );
});

test('local times of occurrences are those of ical.js, with deleted days as EXDATE', () => {
  fc.assert(
    fc.property(anySeries('any'), (series) => {
      const rule = ruleOfSeries(series, until)!;
      // ical.js 2.2.1 takes the first of several days of a month for the last (BYSETPOS=-1).
      fc.pre(!/BYMONTHDAY=.*BYSETPOS/.test(rule));
      const event = [
        'BEGIN:VEVENT',
        `DTSTART:${compact(series.start)}`,
        `RRULE:${rule}`,
        ...series.deleted.map((date) => `EXDATE:${compact(date.toPlainDateTime(series.start.toPlainTime()))}`),
        'END:VEVENT',
      ].join('\r\n');
      const iterator = new ICAL.Event(new ICAL.Component(ICAL.parse(event))).iterator();
      const theirs: string[] = [];
      while (theirs.length < most) {
        const next = iterator.next();
        if (!next) break;
        theirs.push(next.toString());
      }
      const ours = [...occurrencesOf({ ...series, modified: [] }, 'UTC').take(most)].map(({ start }) =>
        start.toPlainDateTime().toString({ smallestUnit: 'second' }),
      );
      assert.deepEqual(ours, theirs, rule);
    }),
    { numRuns: 250 },
  );
});

test('any series comes back from its RRULE', () => {
  fc.assert(
    fc.property(anySeries('any'), (series) => {
      const { pattern, end, weekStart } = seriesOfRule(
        ruleParts(ruleOfSeries(series, until)!),
        series.start,
        untilDate,
      );
      assert.deepEqual(
        JSON.parse(JSON.stringify({ pattern, end, weekStart })),
        JSON.parse(JSON.stringify({ pattern: series.pattern, end: series.end, weekStart: series.weekStart })),
      );
    }),
    { numRuns: 300 },
  );
});

test('from RRULE by way of the recurrence of MAPI the same occurrences come back', () => {
  fc.assert(
    fc.property(anySeries('mapi'), fc.constantFrom(...zones), (series, zone) => {
      const back = seriesOfRecurrence(recurrenceOfSeries(series)).series;
      const starts = (of: Series): number[] =>
        [...occurrencesOf(of, zone).take(most)].map(({ start }) => start.epochMilliseconds);
      assert.deepEqual(starts(back), starts(series));
    }),
    { numRuns: 150 },
  );
});

test('a window shows the same occurrences as the whole series, whatever was skipped to get there', () => {
  fc.assert(
    fc.property(
      anySeries('any'),
      fc.constantFrom(...zones),
      fc.nat(900),
      fc.integer({ min: 1, max: 400 }),
      (series, zone, after, span) => {
        const from = series.start.add({ days: after }).toZonedDateTime(zone).toInstant();
        const to = from.add({ hours: span * 24 });
        const key = ({ original, start }: { original: Temporal.PlainDate; start: Temporal.ZonedDateTime }) =>
          `${original} ${start}`;
        const windowed = [...occurrencesOf(series, zone, from, to)].map(key);
        const all = [...occurrencesOf(series, zone, undefined, to)]
          .filter(
            ({ start, end }) =>
              end.epochMilliseconds > from.epochMilliseconds || start.epochMilliseconds >= from.epochMilliseconds,
          )
          .map(key);
        assert.deepEqual(windowed, all);
      },
    ),
    { numRuns: 200 },
  );
});

const start = Temporal.PlainDateTime.from('2024-01-31T09:00');
const patternOf = (rule: string) => seriesOfRule(ruleParts(rule), start, untilDate).pattern;

test('rules that mean the same are understood as the same pattern', () => {
  assert.deepEqual(patternOf('FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR'), patternOf('FREQ=WEEKLY;BYDAY=FR,MO,TU,WE,TH'));
  assert.deepEqual(patternOf('FREQ=MONTHLY;BYDAY=-1WE'), patternOf('FREQ=MONTHLY;BYDAY=WE;BYSETPOS=-1'));
  assert.deepEqual(patternOf('FREQ=MONTHLY'), patternOf('FREQ=MONTHLY;BYMONTHDAY=31'));
  assert.deepEqual(patternOf('FREQ=YEARLY'), patternOf('FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31;BYHOUR=9;BYMINUTE=0'));
  assert.deepEqual(patternOf('freq=weekly'), { kind: 'weekly', interval: 1, days: [3] });
});

test('the last day of each month is what MAPI means by the 31st, and of February by the 29th', () => {
  assert.deepEqual(patternOf('FREQ=MONTHLY;BYMONTHDAY=-1'), {
    kind: 'monthly',
    interval: 1,
    yearly: false,
    day: 31,
    inShortMonths: 'lastDay',
  });
  const series = (day: number, from: string, interval: number): Series => ({
    pattern: { kind: 'monthly', interval, yearly: interval === 12, day, inShortMonths: 'lastDay' },
    weekStart: 1,
    end: { kind: 'never' },
    start: Temporal.PlainDateTime.from(from),
    durationMinutes: 60,
    deleted: [],
    modified: [],
  });
  assert.equal(ruleOfSeries(series(31, '2024-01-31T09:00', 1), until), 'FREQ=MONTHLY;BYMONTHDAY=-1');
  assert.equal(ruleOfSeries(series(30, '2024-01-30T09:00', 1), until), 'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1');
  assert.equal(ruleOfSeries(series(29, '2024-02-29T09:00', 12), until), 'FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2');
  const thirtieths = [...occurrencesOf(series(30, '2024-01-30T09:00', 1), 'UTC').take(3)];
  assert.deepEqual(
    thirtieths.map(({ original }) => String(original)),
    ['2024-01-30', '2024-02-29', '2024-03-30'],
  );
});

test('rules that MAPI has no pattern for are refused by name', () => {
  for (const rule of [
    'FREQ=HOURLY',
    'FREQ=DAILY;BYMONTH=3',
    'FREQ=WEEKLY;BYDAY=2MO',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;BYMONTHDAY=-2',
    'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
    'FREQ=MONTHLY;BYDAY=5MO',
    'FREQ=YEARLY;BYDAY=20MO',
    'FREQ=YEARLY;BYWEEKNO=20',
    'FREQ=YEARLY;BYMONTH=1,7',
    'FREQ=YEARLY;BYYEARDAY=100',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=x',
    'INTERVAL=2',
    '',
  ])
    assert.throws(() => seriesOfRule(ruleParts(rule), start, untilDate), RuleError, rule);
});

test('an occurrence in the hour that clocks skip is an hour later, and ends by the clock', () => {
  const series: Series = {
    pattern: { kind: 'daily', interval: 1 },
    weekStart: 1,
    end: { kind: 'count', count: 3 },
    start: Temporal.PlainDateTime.from('2024-03-30T02:30'),
    durationMinutes: 60,
    deleted: [],
    modified: [],
  };
  assert.deepEqual(
    [...occurrencesOf(series, 'Europe/Berlin')].map((one) => `${one.start.toInstant()} ${one.end.toInstant()}`),
    [
      '2024-03-30T01:30:00Z 2024-03-30T02:30:00Z',
      '2024-03-31T01:30:00Z 2024-03-31T01:30:00Z',
      '2024-04-01T00:30:00Z 2024-04-01T01:30:00Z',
    ],
  );
});
