import { type MessageContent, type NamedProperty, PidLid, PidTag } from '../../mapi/index.ts';
import { dayNumber, isExactInMapi } from '../calendar/index.ts';
import { kept } from '../item/kept.ts';
import { propertyReader, propertyWriter } from '../item/properties.ts';
import { namedOf, readItem, writeItem } from '../item/rules.ts';
import { readAttendees, readOrganizer, writeAttendeeStrings, writeAttendees, writeOrganizer } from './attendees.ts';
import type { CalendarEvent, OccurrenceFields } from './event.ts';
import { comparable } from './event-time.ts';
import { isMeeting, overridesOf, ownAttachments, readExceptions, writeExceptions } from './exceptions.ts';
import {
  cleanGlobalObjectId,
  dayOfGlobalObjectId,
  globalObjectIdOfDay,
  globalObjectIdOfUid,
  uidOfGlobalObjectId,
} from './global-object-id.ts';
import { readReminder, reminderProperties, writeReminder } from './reminder.ts';
import { type EventBasics, eventRules, stateFlag } from './rules.ts';
import {
  type EventContext,
  nextStart,
  readWhen,
  seriesOf,
  timeProperties,
  writeRecurrence,
  writeTimes,
} from './times.ts';

/** A UID that its Global Object ID does not give back as it was: hexadecimal in small letters. */
const keptUid = kept('Uid');
const identityProperties = [PidLid.GlobalObjectId, PidLid.CleanGlobalObjectId, keptUid] as const;
const derivedProperties = [
  PidLid.SideEffects,
  PidLid.AllAttendeesString,
  PidLid.ToAttendeesString,
  PidLid.CcAttendeesString,
  PidLid.IsException,
  PidLid.ExceptionReplaceTime,
  PidLid.FExceptionalBody,
  PidLid.FExceptionalAttendees,
] as const;

/** The named properties of events: a mailbox has to be asked for all of them before. */
export const eventNames: readonly NamedProperty[] = namedOf(eventRules, [
  ...timeProperties,
  ...reminderProperties,
  ...identityProperties,
  ...derivedProperties,
]);

/** PidTagIconIndex of appointments (MS-OXOCAL 2.2.1.49): +1 for a series, +2 for a meeting. */
const iconIndex = 0x400;
/** PidLidSideEffects of appointments (MS-OXCMSG 2.2.1.16). */
const sideEffects = 0x171;

/**
 * The event of an appointment's message (MS-OXOCAL 2.2.1, 2.2.2): with its exceptions from the attachments. Undefined when it
 * has no start. `inexactZone` tells that its zone was not recognised and stands for a fixed offset.
 */
export function readEvent(
  content: MessageContent,
  context: EventContext,
): { readonly event: CalendarEvent; readonly inexactZone: boolean } | undefined {
  const from = propertyReader(content.properties, context);
  const when = readWhen(from);
  if (!when) return undefined;
  const globalId = from.bytes(PidLid.GlobalObjectId) ?? from.bytes(PidLid.CleanGlobalObjectId);
  const occurrence = globalId && !when.series ? dayOfGlobalObjectId(globalId) : undefined;
  const reminder = readReminder(from);
  const attendees = readAttendees(content);
  const attachments = ownAttachments(content);
  const state = from.number(PidLid.AppointmentStateFlags) ?? 0;
  const isOfMeeting = (state & (stateFlag.meeting | stateFlag.received)) !== 0 || attendees.length > 0;
  const event: CalendarEvent = {
    uid: readUid(globalId, from.text(keptUid)),
    start: when.start,
    end: when.end,
    ...readItem(eventRules, from),
    ...(reminder === undefined ? {} : { reminder }),
    ...(attendees.length > 0 ? { attendees } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(isOfMeeting ? readOrganizer(content) : {}),
    ...(occurrence ? { occurrence } : {}),
  };
  if (when.series) {
    const { start: _, durationMinutes: __, modified: ___, ...recurrence } = when.series;
    event.recurrence = recurrence;
    const exceptions = readExceptions(content, occurrenceFieldsOf(event), when, context);
    if (exceptions.length > 0) event.exceptions = exceptions;
  }
  return { event, inexactZone: when.inexactZone };
}

/** The UID of an id; as it was spelled, where another spelling stands for the same id. */
function readUid(globalId: Uint8Array | undefined, spelled: string | undefined): string {
  if (!globalId) return spelled ?? '';
  const same = spelled !== undefined && cleanGlobalObjectId(globalId).equals(globalObjectIdOfUid(spelled));
  return same ? spelled : uidOfGlobalObjectId(globalId);
}

/** The fields that an exception takes over from its series. */
function occurrenceFieldsOf(event: CalendarEvent): OccurrenceFields {
  const fields: Partial<CalendarEvent> & OccurrenceFields = { ...event };
  for (const name of seriesOnly) delete fields[name];
  return fields;
}

const seriesOnly = [
  'uid',
  'recurrence',
  'exceptions',
  'organizer',
  'sentBy',
  'sequence',
  'received',
  'invited',
  'noResponseWanted',
  'noCounterProposals',
  'intendedBusyStatus',
  'ownerAppointmentId',
  'onlineMeetingLink',
  'occurrence',
] as const satisfies readonly (keyof CalendarEvent)[];

/**
 * Makes a message say an event (MS-OXOCAL 2.2.1, 2.2.2, 2.2.10). Fields that it says already keep their properties as they
 * are; properties of no field of {@link CalendarEvent} are left alone. A message without properties becomes a new appointment.
 * Returns the names of fields that MAPI can say only nearly: `recurrence`.
 */
export function writeEvent(content: MessageContent, event: CalendarEvent, context: EventContext): string[] {
  const to = propertyWriter(content.properties, context);
  const isNew = to.get(PidTag.MessageClass) === undefined;
  const before = isNew ? undefined : readEvent(content, context)?.event;
  const changed = (...names: (keyof CalendarEvent)[]): boolean =>
    before === undefined || names.some((name) => comparable(before[name]) !== comparable(event[name]));
  if (isNew) {
    to.set(PidTag.MessageClass, 'IPM.Appointment');
    to.set(PidLid.SideEffects, sideEffects);
  }
  const series = seriesOf(event);
  const attachmentsChanged = before === undefined || before.attachments !== event.attachments;
  if (attachmentsChanged) replaceOwnAttachments(content, event);
  writeItem<EventBasics>(eventRules, to, event, before ?? {});
  if (changed('uid', 'occurrence')) writeIdentity(content, event, context);
  if (changed('start', 'end', 'recurrence', 'exceptions', 'note', 'subject', 'location', 'busyStatus', 'reminder')) {
    if (changed('start', 'end')) writeTimes(to, event.start, event.end);
    const overrides = (event.exceptions ?? []).map(
      (exception) => [dayNumber(exception.original), overridesOf(event, exception)] as const,
    );
    writeRecurrence(to, event, series, new Map(overrides));
  }
  if (changed('reminder', 'start', 'recurrence')) writeReminder(to, event.reminder, nextStart(event, context));
  if (changed('attendees', 'organizer')) {
    writeAttendees(content, event.attendees ?? [], event.organizer);
    writeAttendeeStrings(to, event.attendees ?? []);
  }
  if (event.organizer && changed('organizer', 'sentBy')) writeOrganizer(content, event.organizer, event.sentBy);
  if (changed('exceptions', 'recurrence', 'start', 'attendees', 'organizer'))
    writeExceptions(content, event, series, context);
  writeDerived(content, event, context);
  return event.recurrence && !isExactInMapi(event.recurrence.pattern, series!.start) ? ['recurrence'] : [];
}

function replaceOwnAttachments(content: MessageContent, event: CalendarEvent): void {
  const own = new Set(ownAttachments(content));
  const exceptions = content.attachments.filter((attachment) => !own.has(attachment));
  const all = [...(event.attachments ?? []), ...exceptions].map((attachment, number) => ({ ...attachment, number }));
  content.attachments.splice(0, content.attachments.length, ...all);
}

function writeIdentity(content: MessageContent, event: CalendarEvent, context: EventContext): void {
  const to = propertyWriter(content.properties, context);
  if (event.uid === '') return;
  const clean = globalObjectIdOfUid(event.uid);
  to.set(keptUid, uidOfGlobalObjectId(clean) === event.uid ? undefined : event.uid);
  to.set(PidLid.CleanGlobalObjectId, clean);
  to.set(PidLid.GlobalObjectId, event.occurrence ? globalObjectIdOfDay(clean, event.occurrence) : clean);
  to.set(PidLid.IsException, event.occurrence !== undefined);
}

function writeDerived(content: MessageContent, event: CalendarEvent, context: EventContext): void {
  const to = propertyWriter(content.properties, context);
  const meeting = isMeeting(event);
  const flags = to.number(PidLid.AppointmentStateFlags) ?? 0;
  to.set(PidLid.AppointmentStateFlags, meeting ? flags | stateFlag.meeting : flags & ~stateFlag.meeting);
  // Outlook leaves items without these out of some of its views.
  for (const [property, value] of [
    [PidLid.BusyStatus, 2],
    [PidLid.AppointmentSequence, 0],
    [PidLid.ResponseStatus, 0],
    [PidLid.FInvited, false],
    [PidTag.Importance, 1],
    [PidTag.Sensitivity, 0],
    [PidLid.Private, false],
  ] as const)
    if (to.get(property) === undefined) to.set(property, value);
  if (!/^IPM\.Appointment/i.test(to.text(PidTag.MessageClass) ?? '')) return;
  to.set(PidTag.IconIndex, iconIndex + (event.recurrence ? 1 : 0) + (meeting ? 2 : 0));
}
