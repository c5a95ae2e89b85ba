import { type CalendarAccess, isAnonymous } from '../chronos/access.ts';
import { durationMs } from '../chronos/alarms.ts';
import { dayOfDateTime, instantOf, isAllDay, localIn, localMs, msPerDay } from '../chronos/date-time.ts';
import { type Attendee, addressOf, type Event, isMaster } from '../chronos/event.ts';
import { recurrenceInstant } from '../chronos/recurrence-id.ts';
import { type Occurrence, occurrencesOf } from '../chronos/series.ts';
import { eventById } from '../chronos/store.ts';
import { exceptionDates } from '../chronos/view.ts';
import { OxError } from '../errors.ts';
import { participantType } from '../items/participants.ts';
import { personById } from '../people/person.ts';
import { legacyOfRule } from '../recurrence/legacy.ts';
import type { TimeShift } from '../time.ts';
import { labelOfColor } from './color.ts';
import { datePosition } from './position.ts';
import { confirmationOf } from './to-event.ts';

/** An appointment at a calendar: an event, or one occurrence of its series. */
export interface Appointment {
  readonly access: CalendarAccess;
  readonly event: Event;
  readonly occurrence?: Occurrence | undefined;
  readonly shift: TimeShift;
}

type Column = readonly [name: string, value: (appointment: Appointment) => unknown, isOpen?: 'open'];

const ofRule = (name: string): Column => [name, (appointment) => recurrenceOf(appointment)?.[name], 'open'];

/** Columns of module calendar; those that are open show of anonymous blocks of time too (ox-columns.json). */
export const appointmentColumns: Readonly<Record<number, Column>> = {
  1: ['id', ({ event }) => event.id, 'open'],
  2: ['created_by', ({ event }) => event.created_by, 'open'],
  3: ['modified_by', ({ event }) => event.modified_by, 'open'],
  4: ['creation_date', ({ event, shift }) => shift(event.created), 'open'],
  5: ['last_modified', ({ event, shift }) => shift(event.stamp), 'open'],
  6: ['last_modified_utc', ({ event }) => event.stamp, 'open'],
  20: ['folder_id', ({ access }) => access.folder.id, 'open'],
  100: ['categories', ({ event }) => event.body.categories?.join(',')],
  101: ['private_flag', ({ event }) => event.body.class === 'CONFIDENTIAL' || event.body.class === 'PRIVATE', 'open'],
  102: ['color_label', ({ event }) => labelOfColor(event.body.color)],
  104: ['number_of_attachments', ({ event }) => event.body.attachments.length],
  105: [
    'lastModifiedOfNewestAttachmentUTC',
    ({ event }) => event.body.attachments.map(({ created }) => created).sort((one, other) => other - one)[0],
  ],
  200: ['title', ({ event }) => event.body.summary],
  201: ['start_date', (one) => timeOf(one, one.occurrence?.start ?? one.event.body.startDate), 'open'],
  202: ['end_date', (one) => timeOf(one, one.occurrence?.end ?? one.event.body.endDate), 'open'],
  203: ['note', ({ event }) => event.body.description],
  204: ['alarm', alarmOf],
  206: ['recurrence_id', ({ event }) => event.series ?? undefined, 'open'],
  207: ['recurrence_position', (one) => positionOf(one)?.position, 'open'],
  208: ['recurrence_date_position', (one) => positionOf(one)?.date, 'open'],
  209: ['recurrence_type', (one) => recurrenceOf(one)?.recurrence_type ?? 0, 'open'],
  210: ['change_exceptions', (one) => exceptionsAt(one, 'changed'), 'open'],
  211: ['delete_exceptions', (one) => exceptionsAt(one, 'deleted'), 'open'],
  212: ofRule('days'),
  213: ofRule('day_in_month'),
  214: ofRule('month'),
  215: ofRule('interval'),
  216: ofRule('until'),
  220: ['participants', ({ event }) => event.body.attendees.flatMap(participantOf)],
  221: ['users', usersOf],
  222: ofRule('occurrences'),
  223: ['uid', ({ event }) => event.uid, 'open'],
  224: ['organizer', ({ event }) => addressOf(event.body.organizer)],
  225: ['sequence', ({ event }) => event.body.sequence, 'open'],
  226: ['confirmations', ({ event }) => event.body.attendees.flatMap(confirmationsOf)],
  227: ['organizerId', ({ event }) => event.body.organizer.entity],
  228: ['principal', ({ event: { body } }) => body.organizer.sentBy && addressOf(body.organizer)],
  229: ['principalId', ({ event: { body } }) => body.organizer.sentBy && body.organizer.entity],
  400: ['location', ({ event }) => event.body.location],
  401: ['full_time', ({ event }) => isAllDay(event.body.startDate), 'open'],
  402: ['shown_as', ({ event: { body } }) => body.shownAs ?? (body.transp === 'TRANSPARENT' ? 4 : 1), 'open'],
  408: ['timezone', ({ event, access }) => zoneOf(event) ?? access.zone, 'open'],
  410: [
    'recurrence_start',
    ({ event }) => (isMaster(event) ? dayOfDateTime(event.body.startDate) * msPerDay : undefined),
    'open',
  ],
};

function shown(appointment: Appointment, [, value, isOpen]: Column): unknown {
  return isOpen || !isAnonymous(appointment.access, appointment.event) ? value(appointment) : undefined;
}

/** An array of columns; unset is null. */
export function appointmentArray(appointment: Appointment, columns: readonly number[]): unknown[] {
  return columns.map((number) => {
    const column = appointmentColumns[number];
    return (column && shown(appointment, column)) ?? null;
  });
}

/** The object form; what is unset is left out. */
export function appointmentObject(appointment: Appointment): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const column of Object.values(appointmentColumns)) {
    const value = shown(appointment, column);
    if (value !== undefined && value !== null) object[column[0]] = value;
  }
  return object;
}

const zoneOf = ({ body: { startDate } }: Event): string | undefined =>
  startDate.value.endsWith('Z') ? 'UTC' : startDate.tzid;

/** Days as midnight UTC, times shifted. */
function timeOf({ access, shift }: Appointment, time: Event['body']['startDate']): number {
  return isAllDay(time) ? localMs(time.value) : shift(instantOf(time, access.zone));
}

/** Minutes of the first alarm that comes before the start. */
function alarmOf({ event, access }: Appointment): number | undefined {
  for (const { trigger } of event.body.alarms[access.user] ?? []) {
    const offset =
      trigger.duration === undefined || trigger.related === 'END' ? undefined : durationMs(trigger.duration);
    if (offset !== undefined && offset <= 0) return Math.round(-offset / 60_000);
  }
  return undefined;
}

/** The pattern shows on the series and its occurrences, not on exceptions. */
function recurrenceOf({ event: { body } }: Appointment): Record<string, unknown> | undefined {
  if (body.rrule === undefined) return undefined;
  const day = dayOfDateTime(body.startDate);
  const untilDay = (until: string) => {
    if (!until.endsWith('Z')) return Math.floor(localMs(until) / msPerDay);
    return Math.floor(localIn(localMs(until), body.startDate.tzid ?? 'UTC') / msPerDay);
  };
  return { ...legacyOfRule(body.rrule, day, untilDay) };
}

/** Where in its series an occurrence or exception is. */
function positionOf({ access, event, occurrence }: Appointment): { position: number; date: number } | undefined {
  if (occurrence) return { position: occurrence.position, date: datePosition(occurrence) };
  if (event.recurrence === null) return undefined;
  const master = masterOf(access, event);
  if (!master) return undefined;
  const wanted = recurrenceInstant(event.recurrence, master.body.startDate);
  for (const one of occurrencesOf(master.body, master.body.startDate.tzid ?? 'UTC'))
    if (one.from === wanted) return { position: one.position, date: datePosition(one) };
  return undefined;
}

function masterOf({ core }: CalendarAccess, event: Event): Event | undefined {
  try {
    return eventById(core, event.series);
  } catch (error) {
    if (error instanceof OxError) return undefined;
    throw error;
  }
}

function exceptionsAt({ access, event, occurrence }: Appointment, kind: 'changed' | 'deleted'): number[] | undefined {
  if (!isMaster(event) || occurrence) return undefined;
  const dates = exceptionDates(access, event)[kind].map((id) => {
    const instant = recurrenceInstant(id, event.body.startDate);
    return Math.floor(instant / msPerDay) * msPerDay;
  });
  return dates.length > 0 ? dates : undefined;
}

/** Those who take part through a group only show among the users. */
function participantOf({ cuType, entity, member, cn, email, uri }: Attendee): Record<string, unknown>[] {
  if (cuType === 'GROUP' && entity !== undefined) return [{ id: entity, type: participantType.group }];
  if (cuType === 'RESOURCE' && entity !== undefined) return [{ id: entity, type: participantType.resource }];
  if (entity !== undefined) return member ? [] : [{ id: entity, type: participantType.user }];
  return [
    { type: participantType.external, mail: addressOf({ uri, ...(email ? { email } : {}) }), display_name: cn ?? null },
  ];
}

function usersOf({ access, event }: Appointment): unknown[] {
  return event.body.attendees.flatMap(({ cuType, entity, partStat, comment }) =>
    cuType !== 'INDIVIDUAL' || entity === undefined
      ? []
      : [
          {
            id: entity,
            display_name: personById(access.core, entity)?.displayName,
            confirmation: confirmationOf(partStat),
            ...(comment === undefined ? {} : { confirmmessage: comment }),
          },
        ],
  );
}

/** Answers of people outside. */
function confirmationsOf(attendee: Attendee): Record<string, unknown>[] {
  if (attendee.entity !== undefined) return [];
  return [
    {
      type: participantType.external,
      mail: addressOf(attendee),
      display_name: attendee.cn ?? null,
      status: confirmationOf(attendee.partStat),
      ...(attendee.comment === undefined ? {} : { message: attendee.comment }),
    },
  ];
}
