import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { occurrencesOf } from '../../../src/formats/calendar/index.ts';
import { comparable } from '../../../src/formats/event/event-time.ts';
import {
  type CalendarEvent,
  type EventContext,
  readEvent,
  seriesOf,
  writeEvent,
} from '../../../src/formats/event/index.ts';
import { calendarText, componentText } from '../../../src/formats/ical/content.ts';
import { readCalendar, writeCalendar } from '../../../src/formats/ical/index.ts';
import { vtimezone } from '../../../src/formats/ical/vtimezone.ts';
import { offsetOfZone } from '../../../src/formats/time-zone/index.ts';
import { freshNamedTags, getString, type MessageContent, PidTag } from '../../../src/mapi/index.ts';
import { anyEvent } from '../event/random-event.ts';

const timeZone = 'Europe/Berlin';
const stamp = Temporal.Instant.from('2026-01-01T00:00Z');
const plain = (value: unknown): unknown => JSON.parse(comparable(value));
const calendar = (...lines: string[]): string => calendarText([componentText('VCALENDAR', ['VERSION:2.0', ...lines])]);
const event = (...lines: string[]): string =>
  calendar(componentText('VEVENT', ['UID:a@example.org', 'DTSTAMP:20260101T000000Z', ...lines]));
const only = (text: string): CalendarEvent => {
  const { events } = readCalendar(text, timeZone);
  assert.equal(events.length, 1);
  return events[0]!;
};

/** Fields that are named as lost when they are set, of the event and of its exceptions. */
const unsaid = ['response', 'received', 'invited', 'colorLabel'] as const;
const said = (given: CalendarEvent): CalendarEvent => {
  const copy = { ...given };
  for (const name of unsaid) delete copy[name];
  return copy;
};

test('any event comes back from iCalendar, except for the fields that are named', () => {
  fc.assert(
    fc.property(anyEvent, (given) => {
      const { text, lost } = writeCalendar({ events: [given] }, { timeZone, stamp });
      for (const name of unsaid) assert.equal(lost.includes(name), given[name] !== undefined, name);
      assert.deepEqual(plain(only(text)), plain(said(given)), text);
    }),
    { numRuns: 200 },
  );
});

test('an appointment comes back from iCalendar property by property, except for the fields that are named', () => {
  fc.assert(
    fc.property(anyEvent, (given) => {
      const ctx: EventContext = { tags: freshNamedTags(), timeZone };
      const content = (of: CalendarEvent): MessageContent => {
        const message: MessageContent = { properties: new Map(), recipients: [], attachments: [] };
        writeEvent(message, of, ctx);
        return message;
      };
      const before = content(said(given));
      const { text } = writeCalendar({ events: [readEvent(before, ctx)!.event] }, { timeZone, stamp });
      const after = content(only(text));
      const bag = (message: MessageContent) => comparable([...message.properties].sort(([a], [b]) => a - b));
      assert.equal(bag(after), bag(before));
      assert.equal(comparable(after.recipients), comparable(before.recipients));
      assert.equal(after.attachments.length, before.attachments.length);
    }),
    { numRuns: 100 },
  );
});

test('what is written is iCalendar for ical.js, with the occurrences of our own expansion', () => {
  fc.assert(
    fc.property(anyEvent, (given) => {
      fc.pre(given.recurrence !== undefined && given.start.kind !== 'floating');
      const { text } = writeCalendar({ events: [{ ...given, exceptions: [] }] }, { timeZone, stamp });
      // ical.js 2.2.1 takes the first of several days of a month for the last (BYSETPOS=-1).
      fc.pre(!/BYMONTHDAY=.*BYSETPOS/.test(text.replaceAll('\r\n ', '')));
      const root = new ICAL.Component(ICAL.parse(text));
      for (const zone of root.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
      const iterator = new ICAL.Event(root.getFirstSubcomponent('vevent')!).iterator();
      const theirs: number[] = [];
      for (let next = iterator.next(); next && theirs.length < 20; next = iterator.next())
        theirs.push(next.isDate ? Date.parse(next.toString()) : next.toUnixTime() * 1000);
      const zone = given.start.kind === 'zoned' ? given.start.zone : 'UTC';
      const series = { ...seriesOf(given)!, modified: [] };
      const ours = [...occurrencesOf(series, zone).take(20)].map(({ start }) => start.epochMilliseconds);
      assert.deepEqual(ours, theirs, text);
    }),
    { numRuns: 100 },
  );
});

test('VTIMEZONE tells the offsets of its zone through the years, changed rules as well', () => {
  for (const zone of ['Europe/Berlin', 'Europe/Moscow', 'America/Sao_Paulo', 'Asia/Kolkata', 'Australia/Sydney']) {
    const component = new ICAL.Component(ICAL.parse(vtimezone(zone, 2008, 2020).replaceAll('\n', '\r\n')));
    const theirs = new ICAL.Timezone(component);
    for (let at = Date.UTC(2008, 0, 1, 12); at < Date.UTC(2024, 0, 1); at += 5 * 86_400_000) {
      const local = ICAL.Time.fromDateTimeString(new Date(at).toISOString().slice(0, 19));
      assert.equal(theirs.utcOffset(local) / 60, offsetOfZone(zone, at), `${zone} ${local}`);
    }
  }
});

test('lines are folded at 75 octets and never within a character', () => {
  const long = { uid: 'a', subject: 'ä€😀'.repeat(60), start: day('2026-01-01'), end: day('2026-01-02') };
  const { text } = writeCalendar({ events: [long] }, { timeZone, stamp });
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75);
  assert.equal(only(text).subject, long.subject);
});

const day = (date: string) => ({ kind: 'day', date: Temporal.PlainDate.from(date) }) as const;
const zoned = (local: string, zone: string) =>
  ({ kind: 'zoned', local: Temporal.PlainDateTime.from(local), zone }) as const;

test('times: in UTC, in a zone, on every clock, whole days, and without an end', () => {
  const cases: [string[], unknown, unknown][] = [
    [
      ['DTSTART:20260301T100000Z', 'DURATION:PT90M'],
      zoned('2026-03-01T10:00', 'UTC'),
      zoned('2026-03-01T11:30', 'UTC'),
    ],
    [
      ['DTSTART;TZID=Europe/Paris:20260301T100000'],
      zoned('2026-03-01T10:00', 'Europe/Paris'),
      zoned('2026-03-01T10:00', 'Europe/Paris'),
    ],
    [['DTSTART;VALUE=DATE:20260301'], day('2026-03-01'), day('2026-03-02')],
    [['DTSTART;VALUE=DATE:20260301', 'DURATION:P3D'], day('2026-03-01'), day('2026-03-04')],
    [
      ['DTSTART:20260301T100000', 'DTEND:20260301T110000'],
      { kind: 'floating', local: '2026-03-01T10:00:00' },
      { kind: 'floating', local: '2026-03-01T11:00:00' },
    ],
    [
      ['DTSTART:20260301T000000', 'DTEND:20260302T000000', 'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE'],
      day('2026-03-01'),
      day('2026-03-02'),
    ],
    // A duration that leaves the calendar is none, as an end before the start is.
    [
      ['DTSTART:20260301T100000Z', 'DURATION:P99999999D'],
      zoned('2026-03-01T10:00', 'UTC'),
      zoned('2026-03-01T10:00', 'UTC'),
    ],
    [
      ['DTSTART:20260301T100000Z', 'DTEND:20260228T100000Z'],
      zoned('2026-03-01T10:00', 'UTC'),
      zoned('2026-03-01T10:00', 'UTC'),
    ],
  ];
  for (const [lines, start, end] of cases) {
    const found = only(event(...lines));
    assert.deepEqual(plain([found.start, found.end]), plain([start, end]), lines.join());
  }
});

test("zones of other programs: by Windows' names, by their rules, and unknown ones named", () => {
  const rules = componentText('VTIMEZONE', [
    'TZID:(UTC+01:00) Amsterdam\\, Berlin\\, Bern',
    componentText('STANDARD', [
      'DTSTART:16010101T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    ]),
    componentText('DAYLIGHT', [
      'DTSTART:16010101T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
    ]),
  ]);
  const vevent = (tzid: string): string => componentText('VEVENT', ['UID:a', `DTSTART;TZID="${tzid}":20260701T100000`]);
  const zoneOf = (text: string): unknown => {
    const { start } = only(text);
    return start.kind === 'zoned' ? start.zone : start.kind;
  };
  assert.equal(zoneOf(calendar(rules, vevent('(UTC+01:00) Amsterdam, Berlin, Bern'))), 'Europe/Berlin');
  assert.equal(zoneOf(calendar(vevent('Pacific Standard Time'))), 'America/Los_Angeles');
  assert.equal(zoneOf(calendar(vevent('/mozilla.org/20070129_1/Europe/Rome'))), 'Europe/Rome');
  const unknown = readCalendar(calendar(vevent('Somewhere')), timeZone);
  assert.deepEqual([unknown.events[0]!.start.kind, unknown.lost], ['floating', ['DTSTART;TZID']]);
});

test('a VTIMEZONE whose clocks change each second is not expanded', () => {
  const text = calendar(
    componentText('VTIMEZONE', [
      'TZID:Ticking',
      componentText('STANDARD', [
        'DTSTART:16010101T000000',
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0100',
        'RRULE:FREQ=SECONDLY',
      ]),
    ]),
    componentText('VEVENT', ['UID:a', 'DTSTART;TZID=Ticking:20260701T100000']),
  );
  const started = performance.now();
  assert.deepEqual(readCalendar(text, timeZone).lost, ['DTSTART;TZID']);
  assert.ok(performance.now() - started < 2_000);
});

test('UNTIL in UTC is the last day in the zone of the series', () => {
  const found = only(event('DTSTART;TZID=Asia/Tokyo:20260302T080000', 'RRULE:FREQ=DAILY;UNTIL=20260304T225959Z'));
  // 5 March, 7:59 in Tokyo, is before the occurrence of that day.
  assert.deepEqual(plain(found.recurrence?.end), { kind: 'until', date: '2026-03-04' });
});

test('a series with a deleted, a moved and a cancelled occurrence', () => {
  const series = componentText('VEVENT', [
    'UID:a',
    'DTSTART;TZID=Europe/Berlin:20260302T100000',
    'DTEND;TZID=Europe/Berlin:20260302T110000',
    'RRULE:FREQ=WEEKLY;COUNT=6',
    'EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000',
  ]);
  const moved = componentText('VEVENT', [
    'UID:a',
    'RECURRENCE-ID:20260330T080000Z',
    'DTSTART;TZID=Europe/Berlin:20260331T120000',
    'SUMMARY:Moved',
    'STATUS:CANCELLED',
  ]);
  // The order in a file says nothing.
  const found = only(calendar(moved, series));
  assert.deepEqual(found.recurrence!.deleted.map(String), ['2026-03-09', '2026-03-16']);
  assert.deepEqual(
    found.exceptions!.map(({ original, fields }) => [String(original), fields.subject, fields.cancelled]),
    [['2026-03-30', 'Moved', true]],
  );
});

test('an occurrence whose series is not there is an event with its original day', () => {
  const found = only(event('RECURRENCE-ID:20260330T080000Z', 'DTSTART:20260331T100000Z'));
  assert.equal(String(found.occurrence), '2026-03-30');
  assert.match(writeCalendar({ events: [found] }, { timeZone, stamp }).text, /RECURRENCE-ID:20260330T100000Z/);
});

test('a rule that MAPI has no pattern for is named and kept, and comes back', () => {
  const rule = 'RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13';
  const { events, lost } = readCalendar(event('DTSTART:20260213T100000Z', rule), timeZone);
  assert.deepEqual(lost, ['RRULE']);
  assert.equal(events[0]!.recurrence, undefined);
  assert.ok(writeCalendar({ events }, { timeZone, stamp }).text.includes(rule));
});

test('a start that is no day of its rule is moved to the first that is, and named', () => {
  const { events, lost } = readCalendar(
    event('DTSTART:20260301T100000Z', 'DTEND:20260301T110000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU'),
    timeZone,
  );
  assert.deepEqual(plain(events[0]!.start), plain(zoned('2026-03-03T10:00', 'UTC')));
  assert.deepEqual(lost, ['DTSTART']);
});

test('attendees, their roles and answers, resources and who sent it', () => {
  const found = only(
    event(
      'DTSTART:20260301T100000Z',
      'ORGANIZER;CN="Anna, A.";SENT-BY="mailto:help@example.org":mailto:anna@example.org',
      'ATTENDEE;CN=Anna;PARTSTAT=ACCEPTED:MAILTO:anna@example.org',
      'ATTENDEE;CN=Ben;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:ben@example.org',
      'ATTENDEE;CUTYPE=ROOM:mailto:room@example.org',
      'ATTENDEE;CN=Nobody:urn:uuid:7',
    ),
  );
  assert.deepEqual(found.organizer, { name: 'Anna, A.', address: 'anna@example.org' });
  assert.deepEqual(found.sentBy, { name: 'help@example.org', address: 'help@example.org' });
  assert.deepEqual(found.attendees, [
    { name: 'Ben', address: 'ben@example.org', role: 'optional', response: 'tentative' },
    { name: 'room@example.org', address: 'room@example.org', role: 'resource' },
    { name: 'Nobody', address: '', role: 'required' },
  ]);
});

test("show-as, class, priority and Exchange's own properties", () => {
  const base = 'DTSTART:20260301T100000Z';
  const shown = (...lines: string[]) => only(event(base, ...lines)).busyStatus;
  assert.equal(shown('TRANSP:TRANSPARENT'), 'free');
  assert.equal(shown('TRANSP:TRANSPARENT', 'X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE'), 'workingElsewhere');
  assert.equal(shown('STATUS:TENTATIVE'), 'tentative');
  assert.equal(shown('X-MICROSOFT-CDO-BUSYSTATUS:OOF'), 'outOfOffice');
  assert.equal(shown('TRANSP:OPAQUE'), undefined);
  const found = only(
    event(
      base,
      'CLASS:PRIVATE',
      'PRIORITY:1',
      'X-MICROSOFT-DISALLOW-COUNTER:TRUE',
      'X-MICROSOFT-CDO-OWNERAPPTID:-1847',
      'X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY',
      'SEQUENCE:3',
    ),
  );
  assert.equal(found.sensitivity, 'private');
  assert.equal(found.importance, 'high');
  assert.equal(found.noCounterProposals, true);
  assert.equal(found.ownerAppointmentId, -1847);
  assert.equal(found.intendedBusyStatus, 'busy');
  assert.equal(found.sequence, 3);
});

test('the first alarm before the start is the reminder; another one is named and kept', () => {
  const alarm = (...lines: string[]) => componentText('VALARM', lines);
  const { events, lost } = readCalendar(
    event('DTSTART:20260301T100000Z', alarm('ACTION:EMAIL', 'TRIGGER:-P1D'), alarm('ACTION:DISPLAY', 'TRIGGER:-PT15M')),
    timeZone,
  );
  assert.equal(events[0]!.reminder, 15);
  assert.deepEqual(lost, ['VALARM']);
  const { text } = writeCalendar({ events }, { timeZone, stamp });
  assert.equal(text.match(/BEGIN:VALARM/g)?.length, 2);
  assert.match(text, /ACTION:EMAIL\r\nTRIGGER:-P1D/);
  const absolute = only(event('DTSTART:20260301T100000Z', alarm('TRIGGER;VALUE=DATE-TIME:20260301T083000Z')));
  assert.equal(absolute.reminder, 90);
});

test('HTML beside the plain text, and an attachment in the file', () => {
  const found = only(
    event(
      'DTSTART:20260301T100000Z',
      'DESCRIPTION:Agenda\\nfirst\\, second',
      'X-ALT-DESC;FMTTYPE=text/html:<p>Agenda\\; first</p>',
      'ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=note.txt:SGVsbG8=',
      'ATTACH:https://example.org/plan.pdf',
    ),
  );
  assert.deepEqual(found.note, { text: 'Agenda\nfirst, second', html: '<p>Agenda; first</p>' });
  const [attachment] = found.attachments!;
  assert.equal(getString(attachment!.properties, PidTag.AttachLongFilename), 'note.txt');
  assert.equal(Buffer.from(attachment!.properties.get(PidTag.AttachDataBinary) as Uint8Array).toString(), 'Hello');
  assert.deepEqual(found.extra, ['ATTACH:https://example.org/plan.pdf']);
  assert.deepEqual(plain(only(writeCalendar({ events: [found] }, { timeZone, stamp }).text)), plain(found));
});

test('a line that is none is left out and named, and the rest is read', () => {
  const { events, lost } = readCalendar(
    event('DTSTART:20260301T100000Z', 'no colon here', 'SUMMARY:Still here', 'GEO:1.0;2.0').replace('END:VEVENT', ''),
    timeZone,
  );
  assert.equal(events[0]!.subject, 'Still here');
  assert.deepEqual([...lost].sort(), ['GEO', 'broken line']);
});

test('texts with bytes changed are read without an error', () => {
  const whole = event(
    'DTSTART;TZID=Europe/Berlin:20260301T100000',
    'RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2;UNTIL=20270101T000000Z',
    'EXDATE;TZID=Europe/Berlin:20260309T100000',
    'ATTENDEE;CN=Ben;ROLE=OPT-PARTICIPANT:mailto:ben@example.org',
    'SUMMARY:Text',
    componentText('VALARM', ['ACTION:DISPLAY', 'TRIGGER:-PT15M']),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.nat(whole.length - 1), letter: fc.constantFrom(...'0Z;:,=-TP"\\\n9A') }), {
        maxLength: 6,
      }),
      (changes) => {
        const letters = [...whole];
        for (const { at, letter } of changes) letters[at] = letter;
        const { events, tasks } = readCalendar(letters.join(''), timeZone);
        const ctx: EventContext = { tags: freshNamedTags(), timeZone };
        for (const one of events) writeEvent({ properties: new Map(), recipients: [], attachments: [] }, one, ctx);
        writeCalendar({ events, tasks }, { timeZone, stamp });
      },
    ),
    { numRuns: 600 },
  );
});
