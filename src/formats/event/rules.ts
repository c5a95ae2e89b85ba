import { type NamedProperty, PidLid, PidTag, Ptyp, propertySet } from '../../mapi/index.ts';
import { commonRules } from '../item/common.ts';
import { kept } from '../item/kept.ts';
import type { ItemProperty } from '../item/properties.ts';
import { type FieldRule, type FieldRules, numberRule, textRule } from '../item/rules.ts';
import type { BusyStatus, CalendarEvent, OccurrenceFields, Response } from './event.ts';

/** Values of PidLidBusyStatus in their order; busy is 2. */
export const busyStatuses = ['free', 'tentative', 'busy', 'outOfOffice', 'workingElsewhere'] as const;
const busy = 2;

export const busyStatusNumber = (status: BusyStatus | undefined): number =>
  status === undefined ? busy : busyStatuses.indexOf(status);
export const busyStatusOf = (number: number | undefined): BusyStatus | undefined => {
  const name = busyStatuses[number ?? busy];
  return name === 'busy' ? undefined : name;
};

const responses = ['organizer', 'tentative', 'accepted', 'declined', 'notResponded'] as const;

/** PidLidResponseStatus and PidTagRecipientTrackStatus: 0 none, then {@link responses}. */
export const responseNumber = (response: Response | undefined): number =>
  response === undefined ? 0 : responses.indexOf(response) + 1;
export const responseOf = (number: number | undefined): Response | undefined => responses[(number ?? 0) - 1];

const busyStatusRule: FieldRule<object, BusyStatus> = {
  properties: [PidLid.BusyStatus],
  read: (from) => busyStatusOf(from.number(PidLid.BusyStatus)),
  write: (to, value) => to.set(PidLid.BusyStatus, busyStatusNumber(value)),
};

const intendedBusyStatusRule: FieldRule<object, BusyStatus | 'busy'> = {
  properties: [PidLid.IntendedBusyStatus],
  read: (from) => busyStatuses[from.number(PidLid.IntendedBusyStatus) ?? -1],
  write: (to, value) => to.set(PidLid.IntendedBusyStatus, value && busyStatuses.indexOf(value)),
};

const importances = ['low', undefined, 'high'] as const;

const importanceRule: FieldRule<object, 'low' | 'high'> = {
  properties: [PidTag.Importance],
  read: (from) => importances[from.number(PidTag.Importance) ?? 1],
  write: (to, value) => to.set(PidTag.Importance, importances.indexOf(value)),
};

const subjectRule: FieldRule<object, string> = {
  properties: [PidTag.Subject, PidTag.NormalizedSubject, PidTag.SubjectPrefix],
  read: (from) =>
    from.text(PidTag.Subject) ??
    (`${from.text(PidTag.SubjectPrefix) ?? ''}${from.text(PidTag.NormalizedSubject) ?? ''}` || undefined),
  write: (to, value) => {
    // A subject is one line everywhere.
    const line = (value ?? '').replace(/\s*\n\s*/g, ' ');
    to.set(PidTag.SubjectPrefix, '');
    to.set(PidTag.NormalizedSubject, line);
    to.set(PidTag.Subject, line);
  },
};

/** PidLidAppointmentStateFlags, MS-OXOCAL 2.2.1.10. */
export const stateFlag = { meeting: 1, received: 2, canceled: 4 } as const;

const stateRule = (flag: number): FieldRule<object, boolean> => ({
  properties: [PidLid.AppointmentStateFlags],
  read: (from) => ((from.number(PidLid.AppointmentStateFlags) ?? 0) & flag) !== 0 || undefined,
  write: (to, value) => {
    const others = (to.number(PidLid.AppointmentStateFlags) ?? 0) & ~flag;
    to.set(PidLid.AppointmentStateFlags, value ? others | flag : others);
  },
});

/** A flag whose usual value is false, or with `usual` true; told only where it is the other. */
const flagRule = (property: ItemProperty, usual = false): FieldRule<object, boolean> => ({
  properties: [property],
  read: (from) => (from.boolean(property) ?? usual) !== usual || undefined,
  write: (to, value) => to.set(property, value ? !usual : usual),
});

const responseRule: FieldRule<object, Response> = {
  properties: [PidLid.ResponseStatus],
  read: (from) => responseOf(from.number(PidLid.ResponseStatus)),
  write: (to, value) => to.set(PidLid.ResponseStatus, responseNumber(value)),
};

/** Fields of an occurrence that are properties of its message and nothing else. */
export type OccurrenceBasics = Omit<OccurrenceFields, 'start' | 'end' | 'attendees' | 'attachments' | 'reminder'>;

export const occurrenceRules: FieldRules<OccurrenceBasics> = {
  subject: subjectRule,
  location: textRule(PidLid.Location),
  note: commonRules.note,
  categories: commonRules.categories,
  sensitivity: commonRules.sensitivity,
  colorLabel: commonRules.colorLabel,
  importance: importanceRule,
  busyStatus: busyStatusRule,
  cancelled: stateRule(stateFlag.canceled),
  response: responseRule,
  extra: commonRules.extra,
};

/** Where to join an online meeting, as Exchange names it. */
const onlineMeetingExternalLink: NamedProperty = {
  guid: propertySet.publicStrings,
  name: 'OnlineMeetingExternalLink',
  type: Ptyp.String,
};

/** Fields of an event that are properties of its message, those of its occurrences among them. */
export type EventBasics = OccurrenceBasics &
  Omit<
    CalendarEvent,
    keyof OccurrenceFields | 'uid' | 'recurrence' | 'exceptions' | 'occurrence' | 'organizer' | 'sentBy'
  >;

export const eventRules: FieldRules<EventBasics> = {
  ...occurrenceRules,
  sequence: {
    properties: [PidLid.AppointmentSequence],
    read: (from) => from.number(PidLid.AppointmentSequence) || undefined,
    write: (to, value) => to.set(PidLid.AppointmentSequence, value ?? 0),
  },
  received: stateRule(stateFlag.received),
  invited: flagRule(PidLid.FInvited),
  noResponseWanted: flagRule(PidTag.ResponseRequested, true),
  noCounterProposals: flagRule(PidLid.AppointmentNotAllowPropose),
  intendedBusyStatus: intendedBusyStatusRule,
  ownerAppointmentId: numberRule(PidTag.OwnerAppointmentId),
  onlineMeetingLink: textRule(onlineMeetingExternalLink),
};

/** The IANA zone of an event's start and of its end, where they differ: Windows' names stand for several. */
export const keptZone: NamedProperty = kept('TimeZone');
export const keptEndZone: NamedProperty = kept('EndTimeZone');
/** The event is at the same time on every clock, which MAPI cannot say. */
export const keptFloating: NamedProperty = kept('Floating', Ptyp.Boolean);
