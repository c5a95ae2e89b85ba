import ICAL from 'ical.js';
import { OxError } from '../../errors.ts';
import { type DateTime, isZone, localText } from '../date-time.ts';
import { type RecurrenceId, recurrenceIdOf } from '../recurrence-id.ts';

/** An event of a scheduling mail, as the JSON of chronos. */
export interface ItipEvent {
  readonly uid: string;
  readonly recurrenceId: RecurrenceId | undefined;
  readonly sequence: number;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface ItipMessage {
  /** REQUEST, CANCEL, REPLY; PUBLISH counts as REQUEST (reference 5.9). */
  readonly method: string;
  readonly events: readonly ItipEvent[];
}

/** Reads an iTIP object (RFC 5546). CAL-4006: none. */
export function readItip(text: string): ItipMessage {
  let calendar: ICAL.Component;
  try {
    calendar = new ICAL.Component(ICAL.parse(text));
  } catch (error) {
    throw new OxError('CAL-4006', String(error));
  }
  const method = String(calendar.getFirstPropertyValue('method') ?? 'PUBLISH').toUpperCase();
  const zones = new Map(
    calendar
      .getAllSubcomponents('vtimezone')
      .map((component) => new ICAL.Timezone({ component, tzid: String(component.getFirstPropertyValue('tzid')) }))
      .map((zone) => [zone.tzid, zone]),
  );
  const events = calendar.getAllSubcomponents('vevent').map((event) => eventOf(event, zones));
  if (events.length === 0) throw new OxError('CAL-4006', 'no event');
  return { method: method === 'PUBLISH' ? 'REQUEST' : method, events };
}

function eventOf(event: ICAL.Component, zones: ReadonlyMap<string, ICAL.Timezone>): ItipEvent {
  const text = (name: string) => {
    const value = event.getFirstPropertyValue(name);
    return value === null ? undefined : String(value);
  };
  const time = (name: string) => {
    const property = event.getFirstProperty(name);
    return property ? timeOf(property, zones) : undefined;
  };
  const start = time('dtstart');
  const recurrence = time('recurrence-id');
  const json: Record<string, unknown> = {
    summary: text('summary') ?? null,
    location: text('location') ?? null,
    description: text('description') ?? null,
    class: text('class')?.toUpperCase() === 'PRIVATE' ? 'CONFIDENTIAL' : 'PUBLIC',
    transp: text('transp')?.toUpperCase() === 'TRANSPARENT' ? 'TRANSPARENT' : 'OPAQUE',
    rrule: text('rrule') ?? null,
    startDate: start,
    endDate: time('dtend') ?? endByDuration(event, start) ?? null,
    deleteExceptionDates: event.getAllProperties('exdate').map((one) => recurrenceIdOf(timeOf(one, zones))),
    attendees: event.getAllProperties('attendee').map(attendeeOf),
    ...(event.hasProperty('organizer') ? { organizer: userOf(event.getFirstProperty('organizer')!) } : {}),
  };
  const uid = text('uid');
  if (uid === undefined) throw new OxError('CAL-4220', 'uid');
  return {
    uid,
    recurrenceId: recurrence && recurrenceIdOf(recurrence),
    sequence: Number(text('sequence') ?? 0),
    json: { ...json, uid, sequence: Number(text('sequence') ?? 0) },
  };
}

/** Local where the zone is known by its name, otherwise in UTC by what the mail says of the zone. */
function timeOf(property: ICAL.Property, zones: ReadonlyMap<string, ICAL.Timezone>): DateTime {
  const time = property.getFirstValue() as ICAL.Time;
  const value = time.toString().replace(/[-:]/g, '');
  const tzid = property.getFirstParameter('tzid');
  if (time.isDate) return { value: value.slice(0, 8) };
  if (value.endsWith('Z') || !tzid) return { value };
  if (isZone(tzid)) return { value, tzid };
  const zone = zones.get(tzid);
  if (!zone) return { value };
  const local = time.clone();
  local.zone = zone;
  return { value: `${localText(local.toUnixTime() * 1000)}Z` };
}

function endByDuration(event: ICAL.Component, start: DateTime | undefined): DateTime | undefined {
  const duration = event.getFirstPropertyValue('duration') as ICAL.Duration | null;
  if (!duration || !start) return undefined;
  const plain = Temporal.PlainDateTime.from(start.value.replace('Z', '')).add({ seconds: duration.toSeconds() });
  const text = plain.toString().slice(0, 19).padEnd(19, ':00').replace(/[-:]/g, '');
  if (start.value.length === 8) return { value: text.slice(0, 8) };
  return { ...start, value: start.value.endsWith('Z') ? `${text}Z` : text };
}

function userOf(property: ICAL.Property): Record<string, unknown> {
  const cn = property.getFirstParameter('cn');
  return { uri: String(property.getFirstValue()), ...(cn ? { cn } : {}) };
}

function attendeeOf(property: ICAL.Property): Record<string, unknown> {
  const parameter = (name: string, fallback: string) => (property.getFirstParameter(name) || fallback).toUpperCase();
  return {
    ...userOf(property),
    cuType: parameter('cutype', 'INDIVIDUAL'),
    role: parameter('role', 'REQ-PARTICIPANT'),
    partStat: parameter('partstat', 'NEEDS-ACTION'),
  };
}
