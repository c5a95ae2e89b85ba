import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparable } from '../../../src/formats/event/event-time.ts';
import {
  type CalendarEvent,
  type Meeting,
  type MeetingMethod,
  meetingClass,
  type Response,
  readMeeting,
  writeMeeting,
} from '../../../src/formats/event/index.ts';
import { readMeetings, writeMeetingText } from '../../../src/formats/ical/index.ts';
import {
  freshNamedTags,
  getBoolean,
  getNumber,
  getString,
  type MessageContent,
  PidLid,
  PidTag,
} from '../../../src/mapi/index.ts';

const timeZone = 'Europe/Berlin';
const sent = Temporal.Instant.from('2026-02-01T08:00Z');
const at = (local: string) => ({ kind: 'zoned', local: Temporal.PlainDateTime.from(local), zone: timeZone }) as const;
const anna = { name: 'Anna', address: 'anna@example.org' };
const ben = { name: 'Ben', address: 'ben@example.org' };

const invitation: CalendarEvent = {
  uid: 'meeting@example.org',
  subject: 'Plans',
  location: 'Room 1',
  start: at('2026-03-02T10:00'),
  end: at('2026-03-02T11:00'),
  sequence: 2,
  organizer: anna,
  attendees: [{ ...ben, role: 'required' }],
};
const answer = (response: Response): CalendarEvent => ({
  ...invitation,
  attendees: [{ ...ben, role: 'required', response }],
});
const proposal = { start: at('2026-03-02T14:00'), end: at('2026-03-02T15:00') };

const meetings: readonly (readonly [Meeting, string])[] = [
  [{ method: 'REQUEST', event: invitation }, 'IPM.Schedule.Meeting.Request'],
  [{ method: 'CANCEL', event: { ...invitation, cancelled: true } }, 'IPM.Schedule.Meeting.Canceled'],
  [{ method: 'REPLY', event: answer('accepted') }, 'IPM.Schedule.Meeting.Resp.Pos'],
  [{ method: 'REPLY', event: answer('declined') }, 'IPM.Schedule.Meeting.Resp.Neg'],
  [{ method: 'REPLY', event: answer('tentative') }, 'IPM.Schedule.Meeting.Resp.Tent'],
  [{ method: 'COUNTER', event: answer('tentative'), proposal }, 'IPM.Schedule.Meeting.Resp.Tent'],
];

const empty = (): MessageContent => ({ properties: new Map(), recipients: [], attachments: [] });

for (const [meeting, messageClass] of meetings) {
  const name = `${meeting.method} ${meeting.event.attendees?.[0]?.response ?? ''}`.trim();

  test(`${name} is a message of class ${messageClass} and comes back from it`, () => {
    const context = { tags: freshNamedTags(), timeZone };
    const content = empty();
    writeMeeting(content, meeting, sent, context);
    assert.equal(getString(content.properties, PidTag.MessageClass), messageClass);
    const { received: _, ...event } = readMeeting(content, context)!.event;
    assert.deepEqual(JSON.parse(comparable(event)), JSON.parse(comparable(meeting.event)));
    assert.equal(comparable(readMeeting(content, context)!.proposal), comparable(meeting.proposal));
    assert.equal(readMeeting(content, context)!.method, meeting.method);
  });

  test(`${name} comes back from its iTIP text`, () => {
    const { text, lost } = writeMeetingText(meeting, { timeZone, stamp: sent });
    assert.deepEqual(lost, []);
    const read = readMeetings(text, timeZone);
    assert.equal(read.method, meeting.method);
    assert.deepEqual(JSON.parse(comparable(read.meetings)), JSON.parse(comparable([meeting])));
    assert.deepEqual(read.lost, []);
  });
}

test('what Outlook asks of a request is there', () => {
  const context = { tags: freshNamedTags(), timeZone };
  const { properties, recipients } = (() => {
    const content = empty();
    writeMeeting(content, { method: 'REQUEST', event: invitation }, sent, context);
    return content;
  })();
  const tag = context.tags.tagOf;
  // Without Received in the state Outlook shows no buttons to answer (reference, calendar and meetings).
  assert.equal(getNumber(properties, tag(PidLid.AppointmentStateFlags)), 3);
  assert.equal(getBoolean(properties, tag(PidLid.Recurring)), false);
  assert.equal(getNumber(properties, tag(PidLid.MeetingType)), 1);
  assert.equal(getString(properties, tag(PidLid.Where)), 'Room 1');
  assert.equal(getString(properties, PidTag.SentRepresentingEmailAddress), 'anna@example.org');
  assert.equal(getString(properties, PidTag.SenderEmailAddress), 'anna@example.org');
  assert.deepEqual(
    recipients.map((recipient) => [
      getString(recipient, PidTag.EmailAddress),
      getNumber(recipient, PidTag.RecipientFlags),
    ]),
    [
      ['anna@example.org', 3],
      ['ben@example.org', 1],
    ],
  );
});

test('an answer comes from the attendee and goes to the organizer', () => {
  const context = { tags: freshNamedTags(), timeZone };
  const content = empty();
  writeMeeting(content, { method: 'REPLY', event: answer('accepted') }, sent, context);
  assert.equal(getString(content.properties, PidTag.SentRepresentingEmailAddress), 'ben@example.org');
  assert.equal(getString(content.properties, PidTag.Subject), 'Accepted: Plans');
  assert.deepEqual(
    content.recipients.map((recipient) => getString(recipient, PidTag.EmailAddress)),
    ['anna@example.org'],
  );
});

test("methods without a message of Outlook's make no meeting", () => {
  const { text } = writeMeetingText({ method: 'REQUEST', event: invitation }, { timeZone, stamp: sent });
  for (const method of ['PUBLISH', 'ADD', 'REFRESH', 'DECLINECOUNTER'])
    assert.deepEqual(readMeetings(text.replace('METHOD:REQUEST', `METHOD:${method}`), timeZone).meetings, []);
  assert.equal(meetingClass('REPLY' satisfies MeetingMethod, 'declined'), 'IPM.Schedule.Meeting.Resp.Neg');
});
