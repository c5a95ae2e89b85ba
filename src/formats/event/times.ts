import { fileTimeFromInstant, PidLid, PidTag } from '../../mapi/index.ts';
import { WireError } from '../../wire/index.ts';
import {
  extentOf,
  type Overrides,
  occurrencesOf,
  plainDate,
  readAppointmentRecurrence,
  recurrenceOfSeries,
  type Series,
  seriesOfRecurrence,
  writeAppointmentRecurrence,
} from '../calendar/index.ts';
import type { ItemContext, ItemProperty, PropertyReader, PropertyWriter } from '../item/properties.ts';
import {
  definitionOfYear,
  definitionOfYears,
  effectiveRule,
  offsetOfRule,
  readTimeZoneDefinition,
  readTimeZoneStruct,
  type TimeZoneDefinition,
  windowsZoneOf,
  writeTimeZoneDefinition,
  writeTimeZoneStruct,
  type ZoneId,
  zoneByOffsets,
  zoneOfDefinition,
} from '../time-zone/index.ts';
import { describeSeries } from './describe-series.ts';
import type { CalendarEvent, EventTime } from './event.ts';
import { fileTimeOf, instantOf, localOf, localOfFileTime, minutesBetween, nearestDay, zoneOf } from './event-time.ts';
import { keptEndZone, keptFloating, keptZone } from './rules.ts';

/** What turning events into properties and back needs to know. */
export interface EventContext extends ItemContext {
  /** For the reminder of a series, which is that of its next occurrence; the first one's when absent. */
  readonly now?: Temporal.Instant;
}

/** Properties that hold when an event takes place. */
export const timeProperties: readonly ItemProperty[] = [
  PidLid.AppointmentStartWhole,
  PidLid.AppointmentEndWhole,
  PidLid.CommonStart,
  PidLid.CommonEnd,
  PidTag.StartDate,
  PidTag.EndDate,
  PidLid.AppointmentDuration,
  PidLid.AppointmentSubType,
  PidLid.AppointmentTimeZoneDefinitionStartDisplay,
  PidLid.AppointmentTimeZoneDefinitionEndDisplay,
  PidLid.AppointmentTimeZoneDefinitionRecur,
  PidLid.TimeZoneStruct,
  PidLid.TimeZoneDescription,
  PidLid.AppointmentRecur,
  PidLid.Recurring,
  PidLid.IsRecurring,
  PidLid.RecurrenceType,
  PidLid.RecurrencePattern,
  PidLid.ClipStart,
  PidLid.ClipEnd,
  keptZone,
  keptEndZone,
  keptFloating,
];

/** PidLidClipEnd of a series without an end: 31 August 4500, 23:59 (MS-OXOCAL 2.2.1.15). */
const endlessClip = 0x0cb34557a3dd4000n;
/** PidLidRecurrenceType by the kind of the pattern (MS-OXOCAL 2.2.1.45). */
const recurrenceTypes = { none: 0, daily: 1, weekly: 2, monthly: 3, yearly: 4 } as const;

/** The times that properties tell; undefined when there is no start. */
export interface When {
  readonly start: EventTime;
  readonly end: EventTime;
  readonly series?: Series;
  /** By the numbers of their original days. */
  readonly overrides: ReadonlyMap<number, Overrides>;
  /** The zone of the properties could not be recognised; a fixed offset stands for it. */
  readonly inexactZone: boolean;
}

/** A reading that may find bytes that are not what they should be. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads the time properties of an appointment (MS-OXOCAL 2.2.1.5–9, 2.2.1.39–45). */
export function readWhen(from: PropertyReader): When | undefined {
  const startTime =
    from.time(PidLid.AppointmentStartWhole) ?? from.time(PidLid.CommonStart) ?? from.time(PidTag.StartDate);
  const endTime = from.time(PidLid.AppointmentEndWhole) ?? from.time(PidLid.CommonEnd) ?? from.time(PidTag.EndDate);
  const blob = from.bytes(PidLid.AppointmentRecur);
  const recurrence = blob && attempt(() => seriesOfRecurrence(readAppointmentRecurrence(blob)));
  const utc = startTime === undefined ? undefined : localOfFileTime(startTime, 'UTC');
  const year = utc?.year ?? recurrence?.series.start.year;
  if (year === undefined) return undefined;
  const { zone, exact } = readZone(from, year, recurrence !== undefined);
  const series = recurrence?.series;
  const local = series?.start ?? (startTime === undefined ? undefined : localOfFileTime(startTime, zone));
  if (local === undefined) return undefined;

  const duration = series?.durationMinutes ?? from.number(PidLid.AppointmentDuration) ?? 0;
  const endZone = readEndZone(from, year, zone);
  const endUtc = endTime === undefined || series ? undefined : localOfFileTime(endTime, endZone);
  const endLocal = endUtc ?? local.add({ minutes: Math.max(0, duration) });
  const shared = { overrides: recurrence?.overrides ?? new Map(), inexactZone: !exact, ...(series ? { series } : {}) };
  if (from.boolean(PidLid.AppointmentSubType)) {
    const first = nearestDay(local);
    const last = nearestDay(endUtc === undefined ? endLocal : (localOfFileTime(endTime!, zone) ?? endLocal));
    return { start: { kind: 'day', date: first }, end: { kind: 'day', date: last }, ...shared };
  }
  if (from.boolean(keptFloating)) {
    return { start: { kind: 'floating', local }, end: { kind: 'floating', local: endLocal }, ...shared };
  }
  return {
    start: { kind: 'zoned', local, zone },
    end: { kind: 'zoned', local: endLocal, zone: endUtc === undefined ? zone : endZone },
    ...shared,
  };
}

function readDefinition(from: PropertyReader, property: ItemProperty): TimeZoneDefinition | undefined {
  const blob = from.bytes(property);
  return blob && attempt(() => readTimeZoneDefinition(blob));
}

/** The zone of an appointment: of a series that of its recurrence, else the one in which its start is shown. */
function readZone(
  from: PropertyReader,
  year: number,
  isSeries: boolean,
): { readonly zone: ZoneId; readonly exact: boolean } {
  const preferred = from.text(keptZone) ?? from.timeZone;
  const years = [year, year + 1];
  const shown = PidLid.AppointmentTimeZoneDefinitionStartDisplay;
  const definition = isSeries
    ? (readDefinition(from, PidLid.AppointmentTimeZoneDefinitionRecur) ?? readDefinition(from, shown))
    : readDefinition(from, shown);
  if (definition) return zoneOfDefinition(definition, years, preferred);
  const struct = from.bytes(PidLid.TimeZoneStruct);
  const rule = struct && attempt(() => readTimeZoneStruct(struct));
  if (!rule) return { zone: preferred, exact: true };
  const found = zoneByOffsets((local) => offsetOfRule(rule, local), [year], preferred);
  return found === undefined
    ? zoneOfDefinition({ keyName: '', rules: [{ ...rule, year: 1601, flags: 0 }] }, years, preferred)
    : { zone: found, exact: true };
}

function readEndZone(from: PropertyReader, year: number, startZone: ZoneId): ZoneId {
  const definition = readDefinition(from, PidLid.AppointmentTimeZoneDefinitionEndDisplay);
  if (!definition) return startZone;
  return zoneOfDefinition(definition, [year, year + 1], from.text(keptEndZone) ?? startZone).zone;
}

/** The series that an event's recurrence, times and exceptions make; seconds are dropped, which MAPI has no room for. */
export function seriesOf(event: CalendarEvent): Series | undefined {
  if (!event.recurrence) return undefined;
  const start = localOf(event.start).round({ smallestUnit: 'minute', roundingMode: 'floor' });
  return {
    ...event.recurrence,
    start,
    durationMinutes: Math.max(0, minutesBetween(localOf(event.start), localOf(event.end))),
    modified: (event.exceptions ?? []).map(({ original, fields }) => ({
      original,
      start: localIn(fields.start, event.start),
      end: localIn(fields.end, event.start),
    })),
  };
}

/** The local time of an exception in the zone of its series: that is how the recurrence tells it. */
export function localIn(time: EventTime, series: EventTime): Temporal.PlainDateTime {
  if (time.kind !== 'zoned' || series.kind !== 'zoned' || time.zone === series.zone) return localOf(time);
  return time.local.toZonedDateTime(time.zone).withTimeZone(series.zone).toPlainDateTime();
}

/** Sets start, end and zones (MS-OXOCAL 2.2.1.5–9, 2.2.1.40–43), for an appointment as for the message of an exception. */
export function writeTimes(to: PropertyWriter, start: EventTime, end: EventTime): void {
  const { timeZone } = to;
  const startZone = zoneOf(start, timeZone);
  const endZone = zoneOf(end, timeZone);
  const startTime = fileTimeOf(start, timeZone);
  const endTime = fileTimeOf(end, timeZone);
  for (const property of [PidLid.AppointmentStartWhole, PidLid.CommonStart, PidTag.StartDate])
    to.set(property, startTime);
  for (const property of [PidLid.AppointmentEndWhole, PidLid.CommonEnd, PidTag.EndDate]) to.set(property, endTime);
  to.set(PidLid.AppointmentDuration, Number((endTime - startTime) / 600_000_000n));
  to.set(PidLid.AppointmentSubType, start.kind === 'day');
  const define = (zone: ZoneId, time: EventTime): Buffer =>
    writeTimeZoneDefinition(definitionOfYear(zone, localOf(time).year));
  to.set(PidLid.AppointmentTimeZoneDefinitionStartDisplay, define(startZone, start));
  to.set(PidLid.AppointmentTimeZoneDefinitionEndDisplay, define(endZone, end));
  to.set(keptZone, start.kind === 'zoned' ? startZone : undefined);
  to.set(keptEndZone, endZone === startZone ? undefined : endZone);
  to.set(keptFloating, start.kind === 'floating' ? true : undefined);
}

/** Sets what makes an appointment a series, or a single one (MS-OXOCAL 2.2.1.12–15, 2.2.1.39, 2.2.1.44–46). */
export function writeRecurrence(
  to: PropertyWriter,
  event: CalendarEvent,
  series: Series | undefined,
  overrides: ReadonlyMap<number, Overrides>,
): void {
  to.set(PidLid.Recurring, series !== undefined);
  to.set(PidLid.IsRecurring, series !== undefined);
  if (!series) {
    to.set(PidLid.ClipStart, fileTimeOf(event.start, to.timeZone));
    to.set(PidLid.ClipEnd, fileTimeOf(event.end, to.timeZone));
    to.set(PidLid.RecurrenceType, recurrenceTypes.none);
    for (const property of seriesProperties) to.set(property, undefined);
    return;
  }
  const zone = zoneOf(event.start, to.timeZone);
  const last = extentOf(series)?.last;
  const lastDate = last === undefined ? undefined : plainDate(last);
  const definition = definitionOfYears(zone, series.start.year, lastDate?.year);
  to.set(PidLid.AppointmentRecur, writeAppointmentRecurrence(recurrenceOfSeries(series, overrides)));
  to.set(PidLid.AppointmentTimeZoneDefinitionRecur, writeTimeZoneDefinition(definition));
  to.set(PidLid.TimeZoneStruct, writeTimeZoneStruct(effectiveRule(definition)!));
  to.setText(PidLid.TimeZoneDescription, windowsZoneOf(zone) ?? zone);
  to.setText(PidLid.RecurrencePattern, describeSeries(series));
  to.set(PidLid.RecurrenceType, recurrenceTypeOf(series));
  to.set(PidLid.ClipStart, midnightUtc(series.start.toPlainDate()));
  to.set(PidLid.ClipEnd, series.end.kind === 'never' || lastDate === undefined ? endlessClip : midnightUtc(lastDate));
}

const seriesProperties = [
  PidLid.AppointmentRecur,
  PidLid.AppointmentTimeZoneDefinitionRecur,
  PidLid.TimeZoneStruct,
  PidLid.TimeZoneDescription,
  PidLid.RecurrencePattern,
] as const;

const midnightUtc = (date: Temporal.PlainDate): bigint => fileTimeFromInstant(date.toZonedDateTime('UTC').toInstant());

function recurrenceTypeOf({ pattern }: Series): number {
  if (pattern.kind === 'daily' || pattern.kind === 'weekly') return recurrenceTypes[pattern.kind];
  if (pattern.kind === 'foreign') return (pattern.raw.frequency & 0x0f) - 9;
  return pattern.yearly ? recurrenceTypes.yearly : recurrenceTypes.monthly;
}

/** When the reminder of an event next stands for: the start of the next occurrence that is not over, else of the first. */
export function nextStart(event: CalendarEvent, context: EventContext): Temporal.Instant {
  const first = instantOf(event.start, context.timeZone);
  const series = seriesOf(event);
  if (!series || !context.now) return first;
  for (const { start } of occurrencesOf(series, zoneOf(event.start, context.timeZone), context.now)) {
    if (start.epochMilliseconds >= context.now.epochMilliseconds) return start.toInstant();
  }
  return first;
}
