import type { DateTime } from '../date-time.ts';
import { localText } from '../date-time.ts';
import { type Attendee, addressOf, type CalendarUser, type Event } from '../event.ts';
import { dateTimeOf } from '../recurrence-id.ts';
import { zoneLines } from './zone-text.ts';

export type Method = 'REQUEST' | 'CANCEL' | 'REPLY';

/** An iTIP object (RFC 5546) of events of one uid; `attendees` of a reply are the one who replies. */
export function calendarText(
  method: Method,
  events: readonly Event[],
  now: number,
  options: { readonly attendees?: readonly Attendee[]; readonly comment?: string | undefined } = {},
): string {
  const zones = new Map<string, number>();
  for (const { body } of events)
    for (const { tzid, value } of [body.startDate, body.endDate]) if (tzid) zones.set(tzid, Number(value.slice(0, 4)));
  const lines = [
    'BEGIN:VCALENDAR',
    'PRODID:-//Open-Xchange//7.10.6-Rev20//EN',
    'VERSION:2.0',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    ...[...zones].flatMap(([zone, year]) => zoneLines(zone, year)),
    ...events.flatMap((event) => eventLines(method, event, now, options)),
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}

function eventLines(
  method: Method,
  event: Event,
  now: number,
  options: { readonly attendees?: readonly Attendee[]; readonly comment?: string | undefined },
): string[] {
  const { body } = event;
  const attendees = options.attendees ?? body.attendees;
  const optional = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`${name}:${escaped(value)}`];
  return [
    'BEGIN:VEVENT',
    `DTSTAMP:${localText(now)}Z`,
    `UID:${event.uid}`,
    ...(event.recurrence === null ? [] : [timeLine('RECURRENCE-ID', dateTimeOf(event.recurrence))]),
    timeLine('DTSTART', body.startDate),
    timeLine('DTEND', body.endDate),
    ...optional('SUMMARY', body.summary),
    ...optional('LOCATION', body.location),
    ...optional('DESCRIPTION', body.description),
    ...optional('COMMENT', options.comment),
    ...(body.rrule === undefined ? [] : [`RRULE:${body.rrule}`]),
    ...body.deleteExceptionDates.map((id) => timeLine('EXDATE', dateTimeOf(id))),
    ...(body.recurrenceDates ?? []).map((id) => timeLine('RDATE', dateTimeOf(id))),
    ...(body.categories ? [`CATEGORIES:${body.categories.map(escaped).join(',')}`] : []),
    `CLASS:${body.class ?? 'PUBLIC'}`,
    `TRANSP:${body.transp ?? 'OPAQUE'}`,
    `SEQUENCE:${body.sequence}`,
    `STATUS:${method === 'CANCEL' ? 'CANCELLED' : (body.status ?? 'CONFIRMED')}`,
    userLine('ORGANIZER', body.organizer, []),
    ...attendees.map((attendee) =>
      userLine('ATTENDEE', attendee, [
        `CUTYPE=${attendee.cuType}`,
        `ROLE=${attendee.role}`,
        `PARTSTAT=${attendee.partStat}`,
        ...(attendee.partStat === 'NEEDS-ACTION' ? ['RSVP=TRUE'] : []),
      ]),
    ),
    `CREATED:${localText(event.created)}Z`,
    `LAST-MODIFIED:${localText(event.modified)}Z`,
    'END:VEVENT',
  ];
}

function timeLine(name: string, { value, tzid }: DateTime): string {
  if (value.length === 8) return `${name};VALUE=DATE:${value}`;
  return tzid === undefined ? `${name}:${value}` : `${name};TZID=${tzid}:${value}`;
}

function userLine(name: string, user: CalendarUser, parameters: readonly string[]): string {
  const cn = user.cn === undefined ? [] : [`CN="${user.cn.replace(/["\r\n]/g, "'")}"`];
  const sentBy = user.sentBy === undefined ? [] : [`SENT-BY="mailto:${addressOf(user.sentBy)}"`];
  return `${[name, ...cn, ...sentBy, ...parameters].join(';')}:mailto:${addressOf(user)}`;
}

/** RFC 5545 3.3.11. */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

/** Lines of at most 75 octets, broken between characters (RFC 5545 3.1). */
function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
