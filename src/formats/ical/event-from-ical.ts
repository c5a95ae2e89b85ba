import type { AttachmentContent } from '../../mapi/index.ts';
import {
  dayNumber,
  firstPatternDay,
  plainDate,
  RuleError,
  ruleParts,
  type Series,
  seriesOfRule,
} from '../calendar/index.ts';
import type { CalendarEvent, EventException, EventTime, OccurrenceFields, Recurrence } from '../event/index.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { readReminder } from './alarms.ts';
import { readAttachment } from './attachments.ts';
import { type IcalComponent, param, propertiesOf, propertyOf, textOf } from './content.ts';
import { busyStatusOf, readFields } from './fields.ts';
import { readPeople } from './people.ts';
import { durationOf, type Lost, later, timeOfProperty, timesOf } from './times.ts';
import type { ZoneOfTzid } from './zones.ts';

export interface ReadingContext {
  readonly zoneOf: ZoneOfTzid;
  /** The zone of the user, for what has none. */
  readonly timeZone: ZoneId;
  readonly lost: Lost;
}

/** Properties that fields stand for, or that are made anew whenever an event is written. */
const carried = new Set(
  `UID DTSTART DTEND DURATION DTSTAMP CREATED LAST-MODIFIED SUMMARY LOCATION DESCRIPTION X-ALT-DESC CATEGORIES CLASS PRIORITY
  SEQUENCE STATUS TRANSP ORGANIZER ATTENDEE ATTACH RRULE EXDATE RECURRENCE-ID X-MICROSOFT-CDO-BUSYSTATUS
  X-MICROSOFT-CDO-INTENDEDSTATUS X-MICROSOFT-CDO-IMPORTANCE X-MICROSOFT-CDO-ALLDAYEVENT X-MICROSOFT-CDO-OWNERAPPTID
  X-MICROSOFT-CDO-APPT-SEQUENCE X-MICROSOFT-CDO-INSTTYPE X-MICROSOFT-DISALLOW-COUNTER X-MICROSOFT-ISRESPONSEREQUESTED
  X-MICROSOFT-ONLINEMEETINGEXTERNALLINK`.split(/\s+/),
);

/** Content lines that no field stands for, whole components (further alarms) among them; their names are lost. */
export function readExtra(
  component: IcalComponent,
  known: ReadonlySet<string>,
  others: readonly IcalComponent[],
  lost: Lost,
): string[] {
  const extra: string[] = [];
  for (const property of component.properties) {
    if (known.has(property.name)) continue;
    extra.push(property.line);
    lost(property.name);
  }
  for (const other of others) {
    extra.push(other.lines.join('\n'));
    lost(other.name);
  }
  return extra;
}

/** Start and end of a VEVENT (RFC 5545 3.6.1); undefined without a start. */
function readTimes(
  component: IcalComponent,
  { zoneOf, lost }: ReadingContext,
): { start: EventTime; end: EventTime } | undefined {
  const start = timeOfProperty(propertyOf(component, 'DTSTART'), zoneOf, lost);
  if (!start) return undefined;
  const given = timeOfProperty(propertyOf(component, 'DTEND'), zoneOf, lost);
  const duration = durationOf(propertyOf(component, 'DURATION'));
  const none = Temporal.Duration.from(start.kind === 'day' ? { days: 1 } : { minutes: 0 });
  const end = given?.kind === start.kind && !isBefore(given, start) ? given : later(start, duration ?? none);
  return asWholeDays(component, start, end) ?? { start, end };
}

function isBefore(end: EventTime, start: EventTime): boolean {
  if (end.kind === 'day' && start.kind === 'day') return Temporal.PlainDate.compare(end.date, start.date) <= 0;
  if (end.kind === 'zoned' && start.kind === 'zoned')
    return (
      end.local.toZonedDateTime(end.zone).epochMilliseconds < start.local.toZonedDateTime(start.zone).epochMilliseconds
    );
  return (
    end.kind === 'floating' && start.kind === 'floating' && Temporal.PlainDateTime.compare(end.local, start.local) < 0
  );
}

/** Exchange tells whole days as times from midnight to midnight as well (MS-OXCICAL 2.1.3.1.1.20.28). */
function asWholeDays(
  component: IcalComponent,
  start: EventTime,
  end: EventTime,
): { start: EventTime; end: EventTime } | undefined {
  if (!/^TRUE$/i.test(textOf(propertyOf(component, 'X-MICROSOFT-CDO-ALLDAYEVENT')) ?? '')) return undefined;
  if (start.kind === 'day' || end.kind === 'day') return undefined;
  const midnight = new Temporal.PlainTime();
  if (!start.local.toPlainTime().equals(midnight) || !end.local.toPlainTime().equals(midnight)) return undefined;
  const [first, last] = [start.local.toPlainDate(), end.local.toPlainDate()];
  if (Temporal.PlainDate.compare(first, last) >= 0) return undefined;
  return { start: { kind: 'day', date: first }, end: { kind: 'day', date: last } };
}

function readAttachments(component: IcalComponent, lost: Lost): { attachments: AttachmentContent[]; links: string[] } {
  const attachments: AttachmentContent[] = [];
  const links: string[] = [];
  for (const property of propertiesOf(component, 'ATTACH')) {
    const attachment = readAttachment(property, attachments.length);
    if (attachment) attachments.push(attachment);
    else {
      links.push(property.line);
      lost('ATTACH');
    }
  }
  return { attachments, links };
}

/** All that one VEVENT tells but how it repeats; undefined without a start. */
export function readOccurrence(component: IcalComponent, context: ReadingContext): CalendarEvent | undefined {
  const { lost, timeZone } = context;
  const times = readTimes(component, context);
  if (!times) return undefined;
  const raw = (name: string): string | undefined => propertyOf(component, name)?.raw.trim();
  const number = (name: string): number | undefined => {
    const text = raw(name);
    return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) | 0 : undefined;
  };
  const flag = (name: string, value: string): boolean => raw(name)?.toUpperCase() === value;
  const status = raw('STATUS')?.toUpperCase();
  const shown =
    busyStatusOf(propertyOf(component, 'X-MICROSOFT-CDO-BUSYSTATUS')) ??
    (flag('TRANSP', 'TRANSPARENT') ? 'free' : status === 'TENTATIVE' ? 'tentative' : 'busy');
  const intended = busyStatusOf(propertyOf(component, 'X-MICROSOFT-CDO-INTENDEDSTATUS'));
  const { reminder, others } = readReminder(component, times.start, timeZone);
  const { attachments, links } = readAttachments(component, lost);
  const extra = [...readExtra(component, carried, others, lost), ...links];
  const sequence = number('SEQUENCE') ?? number('X-MICROSOFT-CDO-APPT-SEQUENCE');
  const owner = number('X-MICROSOFT-CDO-OWNERAPPTID');
  const link = textOf(propertyOf(component, 'X-MICROSOFT-ONLINEMEETINGEXTERNALLINK'));
  return {
    uid: textOf(propertyOf(component, 'UID')) ?? '',
    ...times,
    ...readFields(component),
    ...(shown === 'busy' ? {} : { busyStatus: shown }),
    ...(intended ? { intendedBusyStatus: intended } : {}),
    ...(status === 'CANCELLED' ? { cancelled: true } : {}),
    ...(reminder === undefined ? {} : { reminder }),
    ...(sequence ? { sequence } : {}),
    ...(owner === undefined ? {} : { ownerAppointmentId: owner }),
    ...(link ? { onlineMeetingLink: link } : {}),
    ...(flag('X-MICROSOFT-DISALLOW-COUNTER', 'TRUE') ? { noCounterProposals: true } : {}),
    ...readPeople(propertyOf(component, 'ORGANIZER'), propertiesOf(component, 'ATTENDEE'), lost),
    ...(flag('X-MICROSOFT-ISRESPONSEREQUESTED', 'FALSE') ? { noResponseWanted: true } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(extra.length > 0 ? { extra } : {}),
  };
}

const localOf = (time: EventTime): Temporal.PlainDateTime =>
  time.kind === 'day' ? time.date.toPlainDateTime() : time.local;

/** The day in the series' zone on which an occurrence of it, named by its start, is. */
export function originalDay(time: EventTime, start: EventTime): Temporal.PlainDate {
  if (time.kind === 'zoned' && start.kind === 'zoned')
    return time.local.toZonedDateTime(time.zone).withTimeZone(start.zone).toPlainDate();
  return localOf(time).toPlainDate();
}

/** The last day on which an occurrence may begin that UNTIL allows (RFC 5545 3.3.10). */
export function lastDayOf(until: string, start: EventTime, context: { readonly timeZone: ZoneId }): Temporal.PlainDate {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i.exec(until.replace(/[-:]/g, ''));
  if (!match) throw new RuleError(`UNTIL=${until}`);
  const [, year, month, day, hour, minute, second, utc] = match;
  const numbers = { year: Number(year), month: Number(month), day: Number(day) };
  const date = Temporal.PlainDate.from(numbers);
  if (hour === undefined || start.kind === 'day') return date;
  const local = date.toPlainDateTime({
    hour: Number(hour),
    minute: Number(minute),
    second: Math.min(59, Number(second)),
  });
  const zone = start.kind === 'zoned' ? start.zone : context.timeZone;
  const last = utc ? local.toZonedDateTime('UTC').withTimeZone(zone).toPlainDateTime() : local;
  const before = Temporal.PlainTime.compare(last.toPlainTime(), start.local.toPlainTime()) < 0;
  return last.toPlainDate().subtract({ days: before ? 1 : 0 });
}

/** How an event repeats, and its start moved to the first day of the pattern; undefined when MAPI has no such pattern. */
function readRecurrence(
  component: IcalComponent,
  event: CalendarEvent,
  context: ReadingContext,
): { readonly recurrence: Recurrence; readonly shift: number } | undefined {
  const rules = propertiesOf(component, 'RRULE');
  if (rules.length === 0) return undefined;
  const start = localOf(event.start);
  try {
    if (rules.length > 1) throw new RuleError('several rules');
    const rule = seriesOfRule(ruleParts(rules[0]!.raw), start, (until) => lastDayOf(until, event.start, context));
    const series: Series = { ...rule, start, durationMinutes: 0, deleted: [], modified: [] };
    const first = firstPatternDay(series);
    if (first === undefined) throw new RuleError('no day');
    const shift = first - dayNumber(start.toPlainDate());
    if (shift > 0) context.lost('DTSTART');
    const excluded = propertiesOf(component, 'EXDATE').flatMap((property) =>
      timesOf(property, context.zoneOf, context.lost),
    );
    const days = new Set(excluded.map((time) => dayNumber(originalDay(time, event.start))));
    return { recurrence: { ...rule, deleted: [...days].sort((a, b) => a - b).map(plainDate) }, shift };
  } catch (error) {
    if (!(error instanceof RuleError) && !(error instanceof RangeError)) throw error;
    context.lost('RRULE');
    return undefined;
  }
}

const shifted = (time: EventTime, days: number): EventTime =>
  time.kind === 'day' ? { kind: 'day', date: time.date.add({ days }) } : { ...time, local: time.local.add({ days }) };

/**
 * The events of the VEVENTs of one UID: the series with its exceptions, or, where the series is not among them, each
 * occurrence by itself.
 */
export function readEvents(components: readonly IcalComponent[], context: ReadingContext): CalendarEvent[] {
  const isOverride = (component: IcalComponent): boolean => propertyOf(component, 'RECURRENCE-ID') !== undefined;
  const masters = components.filter((component) => !isOverride(component));
  const overrides = components.filter(isOverride);
  const [first, ...more] = masters;
  const event = first && readOccurrence(first, context);
  if (first && !event) context.lost('DTSTART');
  const series = event && readSeries(first!, event, overrides, context);
  const alone = event?.recurrence ? [] : overrides.flatMap((component) => readAlone(component, context) ?? []);
  // Several events of one UID are against the standard, and there are programs that write them.
  const others = more.flatMap((component) => {
    const other = readOccurrence(component, context);
    return other ? [readSeries(component, other, [], context)] : [];
  });
  return [...(series ? [series] : []), ...others, ...alone];
}

function readSeries(
  component: IcalComponent,
  event: CalendarEvent,
  overrides: readonly IcalComponent[],
  context: ReadingContext,
): CalendarEvent {
  const found = readRecurrence(component, event, context);
  if (!found) {
    // What cannot be a series here is kept beside its first occurrence.
    const rules = component.properties
      .filter(({ name }) => name === 'RRULE' || name === 'EXDATE')
      .map(({ line }) => line);
    if (rules.length > 0) event.extra = [...(event.extra ?? []), ...rules];
    return event;
  }
  const { recurrence, shift } = found;
  const start = shifted(event.start, shift);
  const end = shifted(event.end, shift);
  const exceptions = new Map<number, EventException>();
  for (const override of overrides) {
    const exception = readException(override, start, context);
    if (exception) exceptions.set(dayNumber(exception.original), exception);
  }
  const deleted = recurrence.deleted.filter((date) => !exceptions.has(dayNumber(date)));
  Object.assign(event, { start, end, recurrence: { ...recurrence, deleted } });
  if (exceptions.size > 0)
    event.exceptions = [...exceptions].sort(([a], [b]) => a - b).map(([, exception]) => exception);
  return event;
}

function readException(
  component: IcalComponent,
  start: EventTime,
  context: ReadingContext,
): EventException | undefined {
  const id = propertyOf(component, 'RECURRENCE-ID')!;
  if (param(id, 'range')) context.lost('RECURRENCE-ID;RANGE');
  const at = timeOfProperty(id, context.zoneOf, context.lost);
  const event = readOccurrence(component, context);
  if (!at || !event) {
    context.lost('RECURRENCE-ID');
    return undefined;
  }
  return { original: originalDay(at, start), fields: occurrenceFields(event) };
}

/** One occurrence of a series that is not here: an invitation to it alone. */
function readAlone(component: IcalComponent, context: ReadingContext): CalendarEvent | undefined {
  const at = timeOfProperty(propertyOf(component, 'RECURRENCE-ID'), context.zoneOf, context.lost);
  const event = readOccurrence(component, context);
  if (!event || !at) {
    context.lost('RECURRENCE-ID');
    return event;
  }
  return { ...event, occurrence: originalDay(at, event.start) };
}

const fieldNames = [
  'start',
  'end',
  'subject',
  'location',
  'note',
  'categories',
  'sensitivity',
  'importance',
  'busyStatus',
  'reminder',
  'cancelled',
  'attendees',
  'attachments',
  'extra',
] as const satisfies readonly (keyof OccurrenceFields)[];

const occurrenceFields = (event: CalendarEvent): OccurrenceFields =>
  Object.fromEntries(
    fieldNames.flatMap((name) => (event[name] === undefined ? [] : [[name, event[name]]])),
  ) as unknown as OccurrenceFields;
