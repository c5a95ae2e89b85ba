import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparable } from '../../../src/formats/event/event-time.ts';
import { dayOfGlobalObjectId } from '../../../src/formats/event/global-object-id.ts';
import {
  type CalendarEvent,
  type EventContext,
  globalObjectIdOfDay,
  globalObjectIdOfUid,
  readEvent,
  uidOfGlobalObjectId,
  writeEvent,
} from '../../../src/formats/event/index.ts';
import {
  fileTimeFromMs,
  freshNamedTags,
  getBigint,
  getBoolean,
  getNumber,
  getProperty,
  getString,
  type MessageContent,
  PidLid,
  PidTag,
  setProperty,
} from '../../../src/mapi/index.ts';
import { anyEvent } from './random-event.ts';

const context = (): EventContext => ({ tags: freshNamedTags(), timeZone: 'Europe/Berlin' });
const empty = (): MessageContent => ({ properties: new Map(), recipients: [], attachments: [] });
const zoned = (local: string, zone = 'Europe/Berlin') =>
  ({ kind: 'zoned', local: Temporal.PlainDateTime.from(local), zone }) as const;

const weekly: CalendarEvent = {
  uid: 'series@example.org',
  subject: 'Round',
  location: 'Room 1',
  start: zoned('2026-03-02T10:00'),
  end: zoned('2026-03-02T11:00'),
  recurrence: {
    pattern: { kind: 'weekly', interval: 1, days: [1] },
    weekStart: 1,
    end: { kind: 'count', count: 8 },
    deleted: [Temporal.PlainDate.from('2026-03-09')],
  },
  exceptions: [
    {
      original: Temporal.PlainDate.from('2026-03-30'),
      fields: {
        subject: 'Round, later',
        location: 'Room 1',
        note: { text: 'Bring your numbers.' },
        start: zoned('2026-03-31T14:00'),
        end: zoned('2026-03-31T15:30'),
      },
    },
  ],
};

function written(event: CalendarEvent, ctx: EventContext): MessageContent {
  const content = empty();
  writeEvent(content, event, ctx);
  return content;
}

test('any event comes back from its properties, its exceptions and its recipients', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const ctx = context();
      const back = readEvent(written(event, ctx), ctx)!.event;
      assert.deepEqual(JSON.parse(comparable(back)), JSON.parse(comparable(event)));
    }),
    { numRuns: 150 },
  );
});

test('writing the same event again changes nothing, and another one makes the same as a new message', () => {
  fc.assert(
    fc.property(anyEvent, anyEvent, (one, other) => {
      const ctx = context();
      const content = written(one, ctx);
      const before = comparable(content);
      writeEvent(content, readEvent(content, ctx)!.event, ctx);
      assert.equal(comparable(content), before);
      writeEvent(content, other, ctx);
      const back = readEvent(content, ctx)!.event;
      assert.deepEqual(JSON.parse(comparable(back)), JSON.parse(comparable(other)));
    }),
    { numRuns: 100 },
  );
});

test('properties that no field tells survive, in the message and in those of exceptions', () => {
  const ctx = context();
  const content = written(weekly, ctx);
  const billing = ctx.tags.tagOf(PidLid.BillingInformation);
  setProperty(content.properties, billing, 'project 7');
  setProperty(content.attachments[0]!.embedded!.properties, billing, 'project 8');
  writeEvent(content, { ...weekly, subject: 'Other', end: zoned('2026-03-02T12:00') }, ctx);
  assert.equal(getString(content.properties, billing), 'project 7');
  assert.equal(getString(content.attachments[0]!.embedded!.properties, billing), 'project 8');
});

test('a series stands in the properties that Outlook looks at (MS-OXOCAL 2.2.1.12–15)', () => {
  const ctx = context();
  const { properties } = written(weekly, ctx);
  const tag = ctx.tags.tagOf;
  assert.equal(getString(properties, PidTag.MessageClass), 'IPM.Appointment');
  assert.equal(getBoolean(properties, tag(PidLid.Recurring)), true);
  assert.equal(getNumber(properties, tag(PidLid.RecurrenceType)), 2);
  assert.equal(getString(properties, tag(PidLid.RecurrencePattern)), 'every Monday from 10:00 to 11:00');
  assert.equal(getNumber(properties, PidTag.IconIndex), 0x401);
  assert.equal(getBigint(properties, tag(PidLid.ClipStart)), fileTimeFromMs(Date.UTC(2026, 2, 2)));
  assert.equal(getBigint(properties, tag(PidLid.ClipEnd)), fileTimeFromMs(Date.UTC(2026, 3, 20)));
  assert.equal(getProperty(properties, tag(PidLid.TimeZoneStruct)) instanceof Uint8Array, true);
});

test('a series without an end is clipped at the end of August 4500', () => {
  const ctx = context();
  const { properties } = written({ ...weekly, recurrence: { ...weekly.recurrence!, end: { kind: 'never' } } }, ctx);
  assert.equal(getBigint(properties, ctx.tags.tagOf(PidLid.ClipEnd)), 0x0cb34557a3dd4000n);
});

test('an exception is a hidden attachment with the times of MS-OXOCAL 2.2.10.1 and a message of its class', () => {
  const ctx = context();
  const { attachments } = written(weekly, ctx);
  assert.equal(attachments.length, 1);
  const { properties, embedded } = attachments[0]!;
  assert.equal(getNumber(properties, PidTag.AttachMethod), 5);
  assert.equal(getBoolean(properties, PidTag.AttachmentHidden), true);
  assert.equal(getNumber(properties, PidTag.AttachmentFlags), 2);
  const time = (tag: number): string =>
    new Date(Number(getBigint(properties, tag)! / 10_000n - 11_644_473_600_000n)).toISOString();
  // Local times for the first two, the original start in UTC for the third: clocks changed on 29 March.
  assert.equal(time(PidTag.ExceptionStartTime), '2026-03-31T14:00:00.000Z');
  assert.equal(time(PidTag.ExceptionEndTime), '2026-03-31T15:30:00.000Z');
  assert.equal(time(PidTag.ExceptionReplaceTime), '2026-03-30T08:00:00.000Z');
  assert.equal(
    getString(embedded!.properties, PidTag.MessageClass),
    'IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}',
  );
  assert.equal(getString(embedded!.properties, PidTag.Body), 'Bring your numbers.');
});

test('an exception without its attachment is known from the recurrence alone', () => {
  const ctx = context();
  const content = written(weekly, ctx);
  content.attachments.length = 0;
  const [exception] = readEvent(content, ctx)!.event.exceptions!;
  assert.equal(exception?.fields.subject, 'Round, later');
  assert.equal(exception?.fields.location, 'Room 1');
  assert.equal(String(exception?.fields.start.kind === 'zoned' && exception.fields.start.local), '2026-03-31T14:00:00');
});

test('a whole day is midnight to midnight in the zone of the user, and a day again in another', () => {
  const ctx = context();
  const day = (date: string) => ({ kind: 'day', date: Temporal.PlainDate.from(date) }) as const;
  const content = written({ uid: 'a', start: day('2026-07-01'), end: day('2026-07-03') }, ctx);
  assert.equal(
    getBigint(content.properties, ctx.tags.tagOf(PidLid.AppointmentStartWhole)),
    fileTimeFromMs(Date.UTC(2026, 5, 30, 22)),
  );
  const elsewhere = readEvent(content, { ...ctx, timeZone: 'America/New_York' })!.event;
  assert.deepEqual(
    [elsewhere.start, elsewhere.end].map(comparable),
    [day('2026-07-01'), day('2026-07-03')].map(comparable),
  );
});

test('an IANA zone comes back although Windows has one name for several', () => {
  const ctx = context();
  const event: CalendarEvent = {
    uid: 'a',
    start: zoned('2026-07-01T10:00', 'Europe/Rome'),
    end: zoned('2026-07-01T11:00', 'Europe/Lisbon'),
  };
  const back = readEvent(written(event, ctx), ctx)!.event;
  assert.deepEqual(comparable([back.start, back.end]), comparable([event.start, event.end]));
});

test('the reminder of a running series is that of its next occurrence', () => {
  const ctx = { ...context(), now: Temporal.Instant.from('2026-04-01T00:00Z') };
  const { properties } = written({ ...weekly, reminder: 30 }, ctx);
  // 6 April, 9:30 in Berlin.
  assert.equal(
    getBigint(properties, ctx.tags.tagOf(PidLid.ReminderSignalTime)),
    fileTimeFromMs(Date.UTC(2026, 3, 6, 7, 30)),
  );
});

test('the Global Object ID of a UID of another system is made as MS-OXOCAL 2.2.1.27 has it', () => {
  const id = globalObjectIdOfUid('abc@example.org');
  assert.equal(
    id.toString('hex'),
    '040000008200e00074c5b7101a82e008' +
      '00000000' +
      '0000000000000000' +
      '0000000000000000' +
      '1c000000' +
      '7643616c2d55696401000000' +
      Buffer.from('abc@example.org\0').toString('hex'),
  );
  assert.equal(uidOfGlobalObjectId(id), 'abc@example.org');
});

test('the id of the example of MS-OXOCAL 4.1.2 is that of 25 March 2008, and its UID is in hexadecimal', () => {
  const id = Buffer.from(
    '040000008200E00074C5B7101A82E00807D803195025D461E473C8010000000000000000100000002A5844B3A444F74A9C246C60886F116B',
    'hex',
  );
  assert.equal(String(dayOfGlobalObjectId(id)), '2008-03-25');
  const uid = uidOfGlobalObjectId(id);
  assert.equal(uid.slice(0, 42), '040000008200E00074C5B7101A82E0080000000050');
  const clean = globalObjectIdOfUid(uid);
  assert.deepEqual(globalObjectIdOfDay(clean, Temporal.PlainDate.from('2008-03-25')), id);
});

test('a UID in hexadecimal comes back in its own letters, with the same id', () => {
  const ctx = context();
  const uid =
    '040000008200e00074c5b7101a82e00800000000e0e1df2cebdad2010000000000000000100000000f47ecb5fa486a42915bf0ffabe17728';
  const content = written({ ...weekly, uid }, ctx);
  assert.equal(readEvent(content, ctx)!.event.uid, uid);
  assert.equal(globalObjectIdOfUid(uid).toString('hex'), uid);
});

test('any UID comes back from its Global Object ID', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (uid) => {
      fc.pre(!uid.includes('\0'));
      assert.equal(uidOfGlobalObjectId(globalObjectIdOfUid(uid)), uid);
    }),
  );
});
