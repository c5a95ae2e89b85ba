import { type MessageContent, type NamedProperty, PidLid, PidTag } from '../../mapi/index.ts';
import { sender, sentRepresenting, setPerson } from '../envelope.ts';
import { type PropertyWriter, propertyReader, propertyWriter } from '../item/properties.ts';
import { writeAttendees } from './attendees.ts';
import type { CalendarEvent, EventTime, Response } from './event.ts';
import { fileTimeOf, localOfFileTime, timeLike, zoneOf } from './event-time.ts';
import { readEvent, writeEvent } from './mapi.ts';
import type { EventContext } from './times.ts';

/** METHOD of a meeting message (RFC 5546, MS-OXCICAL 2.1.3.1.1.1). */
export type MeetingMethod = 'REQUEST' | 'CANCEL' | 'REPLY' | 'COUNTER';

/** What a meeting message says. Of replies, the event has one attendee: who replies. */
export interface Meeting {
  readonly method: MeetingMethod;
  readonly event: CalendarEvent;
  /** When a counter-proposal wants it; the event's own times are those of the invitation. */
  readonly proposal?: { readonly start: EventTime; readonly end: EventTime };
}

const answers: Readonly<Partial<Record<Response, string>>> = { accepted: 'Pos', declined: 'Neg', tentative: 'Tent' };
const responses: Readonly<Record<string, Response>> = { pos: 'accepted', neg: 'declined', tent: 'tentative' };
/** Words before the subject of an answer, as Outlook in English writes them. */
const prefixes: Readonly<Partial<Record<Response, string>>> = {
  accepted: 'Accepted: ',
  declined: 'Declined: ',
  tentative: 'Tentative: ',
};

/** PidTagMessageClass of a meeting message (MS-OXOCAL 2.2.5–2.2.8). */
export function meetingClass(method: MeetingMethod, response?: Response): string {
  if (method === 'REQUEST') return 'IPM.Schedule.Meeting.Request';
  if (method === 'CANCEL') return 'IPM.Schedule.Meeting.Canceled';
  return `IPM.Schedule.Meeting.Resp.${answers[response ?? 'tentative'] ?? 'Tent'}`;
}

/** What the class of a message says of METHOD and of the answer; undefined for what is no meeting message. */
export function meetingOfClass(messageClass: string): { method: MeetingMethod; response?: Response } | undefined {
  const kind = /^IPM\.Schedule\.Meeting\.(Request|Canceled|Resp\.(Pos|Neg|Tent))\b/i.exec(messageClass);
  if (!kind) return undefined;
  if (/^request$/i.test(kind[1]!)) return { method: 'REQUEST' };
  if (/^canceled$/i.test(kind[1]!)) return { method: 'CANCEL' };
  return { method: 'REPLY', response: responses[kind[2]!.toLowerCase()]! };
}

/** PidLidMeetingType of a request with everything in it (MS-OXOCAL 2.2.6.5). */
const fullRequest = 1;

/**
 * Makes an empty message the meeting message that tells a meeting (MS-OXOCAL 2.2.5–2.2.8), as it arrives at the other side.
 * `sent` is the moment of the change, DTSTAMP.
 */
export function writeMeeting(
  content: MessageContent,
  { method, event, proposal }: Meeting,
  sent: Temporal.Instant,
  context: EventContext,
): void {
  const isAnswer = method === 'REPLY' || method === 'COUNTER';
  const attendee = event.attendees?.[0];
  const to = propertyWriter(content.properties, context);
  to.set(PidTag.MessageClass, meetingClass(method, attendee?.response));
  writeEvent(
    content,
    { ...event, received: !isAnswer || undefined, cancelled: method === 'CANCEL' || undefined },
    context,
  );
  to.setText(PidLid.Where, event.location);
  const moment = fileTimeOf(
    { kind: 'zoned', local: sent.toZonedDateTimeISO('UTC').toPlainDateTime(), zone: 'UTC' },
    'UTC',
  );
  to.set(isAnswer ? PidLid.AttendeeCriticalChange : PidLid.OwnerCriticalChange, moment);
  if (!isAnswer) {
    to.set(PidLid.MeetingType, fullRequest);
    return;
  }
  // An answer comes from who answers, and goes to the organizer.
  if (attendee) {
    if (event.organizer) writeAttendees(content, [{ ...event.organizer, role: 'required' }]);
    writeSender(content, attendee);
    to.set(PidLid.AppointmentReplyTime, moment);
  }
  writeSubject(to, event, attendee?.response);
  to.set(PidLid.AppointmentCounterProposal, method === 'COUNTER');
  if (method === 'COUNTER' && proposal) writeProposal(to, proposal, context);
}

function writeSender(content: MessageContent, person: NonNullable<CalendarEvent['organizer']>): void {
  setPerson(content.properties, sentRepresenting, person);
  setPerson(content.properties, sender, person);
}

function writeSubject(to: PropertyWriter, { subject = '' }: CalendarEvent, response: Response = 'tentative'): void {
  const prefix = prefixes[response] ?? '';
  to.set(PidTag.SubjectPrefix, prefix);
  to.set(PidTag.NormalizedSubject, subject);
  to.set(PidTag.Subject, prefix + subject);
}

function writeProposal(
  to: PropertyWriter,
  { start, end }: NonNullable<Meeting['proposal']>,
  { timeZone }: EventContext,
): void {
  const [first, last] = [fileTimeOf(start, timeZone), fileTimeOf(end, timeZone)];
  to.set(PidLid.AppointmentProposedStartWhole, first);
  to.set(PidLid.AppointmentProposedEndWhole, last);
  to.set(PidLid.AppointmentProposedDuration, Number((last - first) / 600_000_000n));
}

/** What a meeting message says; undefined when it is none or has no start. */
export function readMeeting(content: MessageContent, context: EventContext): Meeting | undefined {
  const from = propertyReader(content.properties, context);
  const kind = meetingOfClass(from.text(PidTag.MessageClass) ?? '');
  const found = kind && readEvent(content, context);
  if (!kind || !found) return undefined;
  const { event } = found;
  if (kind.method !== 'REPLY') return { method: kind.method, event };
  const { organizer: who, attendees: asked, received: _, ...rest } = event;
  const subject = from.text(PidTag.NormalizedSubject) ?? event.subject;
  const organizer = asked?.[0];
  const answered: CalendarEvent = {
    ...rest,
    ...(subject === undefined ? {} : { subject }),
    ...(organizer ? { organizer: { name: organizer.name, address: organizer.address } } : {}),
    ...(who
      ? { attendees: [{ ...who, role: 'required', ...(kind.response ? { response: kind.response } : {}) }] }
      : {}),
  };
  const proposed = (property: NamedProperty): EventTime | undefined => {
    const time = from.time(property);
    const local = time === undefined ? undefined : localOfFileTime(time, zoneOf(event.start, context.timeZone));
    return local && timeLike(event.start, local);
  };
  const start = proposed(PidLid.AppointmentProposedStartWhole);
  const end = proposed(PidLid.AppointmentProposedEndWhole);
  if (from.boolean(PidLid.AppointmentCounterProposal) && start && end)
    return { method: 'COUNTER', event: answered, proposal: { start, end } };
  return { method: 'REPLY', event: answered };
}

/** The named properties of meeting messages beside those of events. */
export const meetingNames = [
  PidLid.Where,
  PidLid.AttendeeCriticalChange,
  PidLid.OwnerCriticalChange,
  PidLid.MeetingType,
  PidLid.AppointmentReplyTime,
  PidLid.AppointmentCounterProposal,
  PidLid.AppointmentProposedStartWhole,
  PidLid.AppointmentProposedEndWhole,
  PidLid.AppointmentProposedDuration,
] as const;
