import { ruleOfSeries } from '../calendar/index.ts';
import { type CalendarEvent, type EventTime, instantOf, type OccurrenceFields, seriesOf } from '../event/index.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { alarmText } from './alarms.ts';
import { attachmentLine, attachmentName } from './attachments.ts';
import { componentText, lineOf } from './content.ts';
import { busyName, fieldLines } from './fields.ts';
import { peopleLines } from './people.ts';
import { compact, compactDate, compactInstant, type Lost, timeLine } from './times.ts';

export interface WritingContext {
  readonly timeZone: ZoneId;
  /** DTSTAMP. */
  readonly stamp: Temporal.Instant;
  readonly lost: Lost;
}

/** A time of the same kind and zone as another, at a local time. */
function like(model: EventTime, date: Temporal.PlainDate): EventTime {
  if (model.kind === 'day') return { kind: 'day', date };
  return { ...model, local: date.toPlainDateTime(model.local.toPlainTime()) };
}

/** UNTIL of a series that starts like this (RFC 5545 3.3.10): of the kind of DTSTART, in UTC where that has a zone. */
function untilOf(date: Temporal.PlainDate, start: EventTime, userZone: ZoneId): string {
  if (start.kind === 'day') return compactDate(date);
  const last = like(start, date);
  return last.kind === 'floating' ? compact(last.local) : compactInstant(instantOf(last, userZone));
}

/** The RRULE of an event that repeats; undefined when it does not, or has a pattern that no rule tells. */
export function ruleOfEvent(event: CalendarEvent, timeZone: ZoneId): string | undefined {
  const series = seriesOf(event);
  return series && ruleOfSeries(series, (date) => untilOf(date, event.start, timeZone));
}

function recurrenceLines(event: CalendarEvent, { timeZone, lost }: WritingContext): string[] {
  const series = seriesOf(event);
  if (!series) return [];
  const rule = ruleOfEvent(event, timeZone);
  if (rule === undefined) {
    lost('recurrence');
    return [];
  }
  return [`RRULE:${rule}`, ...series.deleted.map((date) => timeLine('EXDATE', like(event.start, date)))];
}

/** The lines of one VEVENT: of the event itself, or of `fields` of an occurrence. */
function eventLines(event: CalendarEvent, fields: OccurrenceFields, context: WritingContext): string[] {
  const lines = [lineOf('UID', event.uid), `DTSTAMP:${compactInstant(context.stamp)}`];
  lines.push(timeLine('DTSTART', fields.start), timeLine('DTEND', fields.end), ...fieldLines(fields));
  const status = fields.busyStatus ?? 'busy';
  lines.push(`TRANSP:${status === 'free' || status === 'workingElsewhere' ? 'TRANSPARENT' : 'OPAQUE'}`);
  lines.push(`X-MICROSOFT-CDO-BUSYSTATUS:${busyName(status)}`);
  if (fields.cancelled) lines.push('STATUS:CANCELLED');
  if (fields.start.kind === 'day') lines.push('X-MICROSOFT-CDO-ALLDAYEVENT:TRUE');
  lines.push(`SEQUENCE:${event.sequence ?? 0}`);
  if (event.intendedBusyStatus) lines.push(`X-MICROSOFT-CDO-INTENDEDSTATUS:${busyName(event.intendedBusyStatus)}`);
  if (event.ownerAppointmentId !== undefined) lines.push(`X-MICROSOFT-CDO-OWNERAPPTID:${event.ownerAppointmentId}`);
  if (event.noCounterProposals) lines.push('X-MICROSOFT-DISALLOW-COUNTER:TRUE');
  if (event.noResponseWanted) lines.push('X-MICROSOFT-ISRESPONSEREQUESTED:FALSE');
  if (event.onlineMeetingLink)
    lines.push(`X-MICROSOFT-ONLINEMEETINGEXTERNALLINK:${event.onlineMeetingLink.replace(/\s+/g, ' ')}`);
  lines.push(...peopleLines(event, fields.attendees ?? []));
  for (const attachment of fields.attachments ?? []) {
    const line = attachmentLine(attachment);
    if (line === undefined) context.lost(`attachment ${attachmentName(attachment.properties)}`.trim());
    else lines.push(line);
  }
  if (fields.reminder !== undefined) lines.push(alarmText(fields.reminder));
  return lines;
}

/** The VEVENTs of an event: its own and one for each exception (RFC 5545 3.8.4.4). */
export function eventText(event: CalendarEvent, context: WritingContext): string[] {
  for (const name of ['colorLabel', 'response', 'received', 'invited'] as const)
    if (event[name] !== undefined) context.lost(name);
  const own = eventLines(event, event, context);
  if (event.occurrence) own.push(timeLine('RECURRENCE-ID', like(event.start, event.occurrence)));
  own.push(...recurrenceLines(event, context));
  const exceptions = (event.exceptions ?? []).map(({ original, fields }) =>
    componentText('VEVENT', [
      ...eventLines(event, fields, context),
      timeLine('RECURRENCE-ID', like(event.start, original)),
    ]),
  );
  return [componentText('VEVENT', own), ...exceptions];
}
