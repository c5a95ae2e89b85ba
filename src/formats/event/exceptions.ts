import {
  type AttachmentContent,
  attachMethod,
  fileTimeFromInstant,
  getBigint,
  getBoolean,
  getNumber,
  getString,
  type MessageContent,
  PidLid,
  PidTag,
  type PropertyBag,
  setProperty,
} from '../../mapi/index.ts';
import { dayNumber, type Overrides, type Series } from '../calendar/index.ts';
import {
  type ItemContext,
  type PropertyReader,
  type PropertyWriter,
  propertyReader,
  propertyWriter,
} from '../item/properties.ts';
import { type FieldRule, readItem, writeItem } from '../item/rules.ts';
import { readAttendees, writeAttendeeStrings, writeAttendees } from './attendees.ts';
import type { CalendarEvent, EventException, EventTime, OccurrenceFields, Person } from './event.ts';
import { comparable, instantOf, localOfFileTime, timeLike, zoneOf } from './event-time.ts';
import { readReminder, writeReminder } from './reminder.ts';
import { busyStatusNumber, busyStatusOf, type OccurrenceBasics, occurrenceRules, stateFlag } from './rules.ts';
import { localIn, readWhen, type When, writeTimes } from './times.ts';

/** Class of the message inside an exception's attachment (MS-OXOCAL 2.2.10.2.1). */
const exceptionClass = 'IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}';
/** PidTagAttachmentFlags of an exception (MS-OXCMSG 2.2.2.23). */
const exceptionAttachment = 2;

/** Whether an attachment is the exception of a series, not one that a person sees. */
export function isExceptionAttachment({ properties, embedded }: AttachmentContent): boolean {
  if (!embedded || getNumber(properties, PidTag.AttachMethod) !== attachMethod.embeddedMessage) return false;
  if (((getNumber(properties, PidTag.AttachmentFlags) ?? 0) & exceptionAttachment) !== 0) return true;
  const messageClass = getString(embedded.properties, PidTag.MessageClass) ?? '';
  return (
    /^IPM\.OLE\.CLASS\.\{00061055-/i.test(messageClass) && getBoolean(properties, PidTag.AttachmentHidden) === true
  );
}

/** Attachments that are the event's own. */
export const ownAttachments = (content: MessageContent): AttachmentContent[] =>
  content.attachments.filter((attachment) => !isExceptionAttachment(attachment));

/** The message of each exception by the number of its original day. */
function exceptionMessages(
  content: MessageContent,
  series: Series,
  start: EventTime,
  context: ItemContext,
): Map<number, AttachmentContent> {
  const zone = zoneOf(start, context.timeZone);
  const found = new Map<number, AttachmentContent>();
  for (const attachment of content.attachments) {
    if (!isExceptionAttachment(attachment)) continue;
    const replaced =
      propertyReader(attachment.embedded!.properties, context).time(PidLid.ExceptionReplaceTime) ??
      getBigint(attachment.properties, PidTag.ExceptionReplaceTime);
    const original = replaced === undefined ? undefined : localOfFileTime(replaced, zone)?.toPlainDate();
    const known =
      original && series.modified.some((occurrence) => occurrence.original.equals(original))
        ? original
        : byStart(attachment, series);
    if (known) found.set(dayNumber(known), attachment);
  }
  return found;
}

/** Without a time that it replaces, an exception is known by its start, which is local in PidTagExceptionStartTime. */
function byStart({ properties }: AttachmentContent, series: Series): Temporal.PlainDate | undefined {
  const time = getBigint(properties, PidTag.ExceptionStartTime);
  const start = time === undefined ? undefined : localOfFileTime(time, 'UTC');
  return start && series.modified.find((occurrence) => occurrence.start.equals(start))?.original;
}

/**
 * The exceptions of a series: its fields, with what the recurrence says is different, and what the exception's own message
 * has (MS-OXOCAL 2.2.1.44.2, 2.2.10).
 */
export function readExceptions(
  content: MessageContent,
  master: OccurrenceFields,
  when: When,
  context: ItemContext,
): EventException[] {
  const { series, overrides } = when;
  if (!series) return [];
  const messages = exceptionMessages(content, series, when.start, context);
  return series.modified.map(({ original, start, end }) => {
    const day = dayNumber(original);
    const own = overrides.get(day) ?? {};
    const allDay = own.allDay ?? when.start.kind === 'day';
    const model: EventTime =
      allDay === (when.start.kind === 'day')
        ? when.start
        : allDay
          ? { kind: 'day', date: original }
          : { kind: 'zoned', local: start, zone: context.timeZone };
    const fields: OccurrenceFields = {
      ...master,
      start: timeLike(model, start),
      end: timeLike(model, end),
      ...overriddenFields(own, master),
    };
    delete fields.attachments;
    const embedded = messages.get(day)?.embedded;
    if (embedded) readMessage(embedded, fields, own, context);
    return { original, fields: withoutUndefined(fields) };
  });
}

function overriddenFields(own: Overrides, master: OccurrenceFields): Partial<OccurrenceFields> {
  const reminds = own.reminderSet ?? master.reminder !== undefined;
  return {
    ...(own.subject === undefined ? {} : { subject: own.subject || undefined }),
    ...(own.location === undefined ? {} : { location: own.location || undefined }),
    ...(own.busyStatus === undefined ? {} : { busyStatus: busyStatusOf(own.busyStatus) }),
    ...(own.meetingType === undefined ? {} : { cancelled: (own.meetingType & stateFlag.canceled) !== 0 || undefined }),
    reminder: reminds ? (own.reminderDelta ?? master.reminder ?? 15) : undefined,
  };
}

/** Fields that the message of an exception has properties for; its note only where it is said to be its own. */
function readMessage(message: MessageContent, fields: OccurrenceFields, own: Overrides, context: ItemContext): void {
  const from = propertyReader(message.properties, context);
  const values = readItem(occurrenceRules, from);
  const hasOwnNote = own.exceptionalBody || from.boolean(PidLid.FExceptionalBody) === true;
  for (const name of Object.keys(occurrenceRules) as (keyof OccurrenceBasics)[]) {
    const present = occurrenceRules[name].properties.some((property) => from.get(property) !== undefined);
    if (name === 'note' ? !hasOwnNote : !present) continue;
    Object.assign(fields, { [name]: values[name] });
  }
  if (from.boolean(PidLid.ReminderSet) !== undefined) fields.reminder = readReminder(from);
  readOwnTimes(from, fields);
  if (message.recipients.length > 0 || from.boolean(PidLid.FExceptionalAttendees)) {
    const attendees = readAttendees(message);
    fields.attendees = attendees.length > 0 ? attendees : undefined;
  }
  const attachments = ownAttachments(message);
  if (attachments.length > 0) fields.attachments = attachments;
}

/** The exception's own zone, where its message shows it in another than that of its series. */
function readOwnTimes(from: PropertyReader, fields: OccurrenceFields): void {
  const when = readWhen(from);
  if (when?.start.kind !== 'zoned' || fields.start.kind !== 'zoned' || when.end.kind !== 'zoned') return;
  const sameStart = instantOf(when.start, from.timeZone).equals(instantOf(fields.start, from.timeZone));
  if (sameStart && when.start.zone !== fields.start.zone) {
    fields.start = when.start;
    fields.end = when.end;
  }
}

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

/** What of an exception differs from its series, as the recurrence tells it. */
export function overridesOf(master: CalendarEvent, { fields }: EventException): Overrides {
  const differs = (name: keyof OccurrenceFields): boolean => comparable(master[name]) !== comparable(fields[name]);
  const state = (fields.cancelled ? stateFlag.canceled : 0) | (isMeeting(master) ? stateFlag.meeting : 0);
  return {
    ...(differs('subject') ? { subject: fields.subject ?? '' } : {}),
    ...(differs('cancelled') ? { meetingType: state | (master.received ? stateFlag.received : 0) } : {}),
    ...(differs('reminder') && fields.reminder !== undefined ? { reminderDelta: fields.reminder } : {}),
    ...(differs('reminder') ? { reminderSet: fields.reminder !== undefined } : {}),
    ...(differs('location') ? { location: fields.location ?? '' } : {}),
    ...(differs('busyStatus') ? { busyStatus: busyStatusNumber(fields.busyStatus) } : {}),
    ...(fields.attachments?.length ? { attachment: true } : {}),
    ...((master.start.kind === 'day') !== (fields.start.kind === 'day') ? { allDay: fields.start.kind === 'day' } : {}),
    ...(differs('note') ? { exceptionalBody: true } : {}),
  };
}

export const isMeeting = (event: CalendarEvent): boolean =>
  event.organizer !== undefined || (event.attendees?.length ?? 0) > 0;

/**
 * Makes the exception attachments of a message those of an event. What the messages of exceptions say already stays as it
 * is, with properties of theirs that no field tells.
 */
export function writeExceptions(
  content: MessageContent,
  event: CalendarEvent,
  series: Series | undefined,
  context: ItemContext,
): void {
  const before = series ? exceptionMessages(content, series, event.start, context) : new Map();
  const others = ownAttachments(content);
  const written = (event.exceptions ?? []).map((exception) =>
    exceptionAttachmentOf(event, exception, before.get(dayNumber(exception.original)), context),
  );
  const all = [...others, ...written].map((attachment, number) => ({ ...attachment, number }));
  content.attachments.splice(0, content.attachments.length, ...all);
}

const noBytes = new Uint8Array(0);

function exceptionAttachmentOf(
  event: CalendarEvent,
  exception: EventException,
  before: AttachmentContent | undefined,
  context: ItemContext,
): Omit<AttachmentContent, 'number'> {
  const { fields, original } = exception;
  const embedded: MessageContent = before?.embedded ?? { properties: new Map(), recipients: [], attachments: [] };
  const to = propertyWriter(embedded.properties, context);
  const replaced = fileTimeFromInstant(
    instantOf(timeLike(event.start, original.toPlainDateTime(timeOfDay(event.start))), context.timeZone),
  );
  const { attendees, attachments, start, end, reminder, ...basics } = fields;
  to.set(PidTag.MessageClass, exceptionClass);
  if (before) writeItem(occurrenceRules, to, basics, readItem(occurrenceRules, to));
  else writeAll(to, basics);
  markEmpty(to, event, basics);
  writeTimes(to, start, end);
  writeReminder(to, reminder, instantOf(start, context.timeZone));
  to.set(PidLid.ExceptionReplaceTime, replaced);
  to.set(PidLid.FExceptionalBody, comparable(event.note) !== comparable(fields.note));
  to.set(PidLid.FExceptionalAttendees, comparable(event.attendees) !== comparable(attendees));
  to.set(PidLid.AppointmentStateFlags, stateOf(event, fields));
  writePeople(embedded, attendees ?? [], event.organizer, context);
  embedded.attachments.splice(0, embedded.attachments.length, ...(attachments ?? []));

  const properties: PropertyBag = before?.properties ?? new Map();
  const local = (time: EventTime): bigint =>
    fileTimeFromInstant(localIn(time, event.start).toZonedDateTime('UTC').toInstant());
  const values = [
    [PidTag.AttachMethod, attachMethod.embeddedMessage],
    [PidTag.AttachmentHidden, true],
    [PidTag.AttachmentFlags, exceptionAttachment],
    [PidTag.AttachmentLinkId, 0],
    [PidTag.AttachFlags, 0],
    [PidTag.AttachEncoding, noBytes],
    [PidTag.RenderingPosition, -1],
    [PidTag.DisplayName, 'Untitled'],
    [PidTag.ExceptionStartTime, local(start)],
    [PidTag.ExceptionEndTime, local(end)],
    [PidTag.ExceptionReplaceTime, replaced],
  ] as const;
  for (const [tag, value] of values) setProperty(properties, tag, value);
  return { properties, embedded };
}

/** Writes every field, also the usual values: Outlook opens the message by itself. */
function writeAll(to: PropertyWriter, basics: OccurrenceBasics): void {
  for (const name of Object.keys(occurrenceRules) as (keyof OccurrenceBasics)[])
    (occurrenceRules[name] as FieldRule<object, unknown>).write(to, basics[name], basics);
}

/** Lists that the series has and the exception has not: without a property it would take over those of the series. */
function markEmpty(to: PropertyWriter, event: CalendarEvent, basics: OccurrenceBasics): void {
  for (const name of ['categories', 'extra'] as const)
    if (event[name] && !basics[name]) to.set(occurrenceRules[name].properties[0]!, []);
}

const timeOfDay = (start: EventTime): Temporal.PlainTime | undefined =>
  start.kind === 'day' ? undefined : start.local.toPlainTime();

const stateOf = (event: CalendarEvent, fields: OccurrenceFields): number =>
  (isMeeting(event) ? stateFlag.meeting : 0) |
  (event.received ? stateFlag.received : 0) |
  (fields.cancelled ? stateFlag.canceled : 0);

function writePeople(
  message: MessageContent,
  attendees: NonNullable<OccurrenceFields['attendees']>,
  organizer: Person | undefined,
  context: ItemContext,
): void {
  writeAttendees(message, attendees, attendees.length > 0 ? organizer : undefined);
  writeAttendeeStrings(propertyWriter(message.properties, context), attendees);
}
