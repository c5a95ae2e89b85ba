import { minutesBefore } from '../chronos/alarms.ts';
import { isSame, parseAttendee } from '../chronos/attendees.ts';
import { type DateTime, instantIn, isAllDay, localIn, localMs, localText, msPerDay } from '../chronos/date-time.ts';
import { type Attendee, type Event, mailtoOf, type PartStat } from '../chronos/event.ts';
import { shownAsField } from '../chronos/fields.ts';
import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import { parseParticipants, participantType } from '../items/participants.ts';
import { basicDate } from '../recurrence/day.ts';
import { legacyOfRule, legacyRecurrence, type Missing, ruleText } from '../recurrence/legacy.ts';
import type { TimeShift } from '../time.ts';
import { colorOfLabel } from './color.ts';
import { recurrenceIdAt } from './position.ts';

type Json = Record<string, unknown>;

export interface AppointmentWriter {
  readonly core: Core;
  /** Turns a Time into ms UTC. */
  readonly unshift: TimeShift;
  /** The zone of appointments that name none. */
  readonly zone: string;
  /** The calendar's user. */
  readonly user: number;
  /** What is changed. */
  readonly before?: Event | undefined;
}

/** Members that go over as they are. */
const renamed: readonly (readonly [appointment: string, event: string])[] = [
  ['title', 'summary'],
  ['note', 'description'],
  ['location', 'location'],
  ['uid', 'uid'],
  ['sequence', 'sequence'],
];

/** The JSON of chronos that says what an appointment's JSON says; only members that are there. */
export function eventJson(appointment: Json, writer: AppointmentWriter): Json {
  const json: Json = {};
  const has = (name: string) => Object.hasOwn(appointment, name);
  for (const [from, to] of renamed) if (has(from)) json[to] = appointment[from];
  if (has('categories')) json.categories = categoriesOf(appointment.categories);
  if (has('private_flag')) json.class = appointment.private_flag === true ? 'CONFIDENTIAL' : 'PUBLIC';
  if (has('color_label')) json.color = colorOfLabel(Number(appointment.color_label ?? 0)) ?? null;
  if (has('shown_as')) {
    json.transp = appointment.shown_as === 4 ? 'TRANSPARENT' : 'OPAQUE';
    json[shownAsField] = Number(appointment.shown_as);
  }
  if (has('alarm')) {
    const minutes = Number(appointment.alarm ?? -1);
    json.alarms =
      minutes < 0
        ? []
        : [{ action: 'DISPLAY', trigger: { duration: minutesBefore(minutes) }, description: 'Reminder' }];
  }
  if (['start_date', 'end_date', 'full_time', 'timezone'].some(has)) Object.assign(json, timesOf(appointment, writer));
  if (has('recurrence_type')) json.rrule = ruleOf(appointment, json, writer);
  if (has('delete_exceptions') && writer.before && Array.isArray(appointment.delete_exceptions))
    json.deleteExceptionDates = appointment.delete_exceptions.map((date) => recurrenceIdAt(writer.before!, 0, date));
  if (has('participants')) json.attendees = attendeesOf(appointment, writer);
  if (typeof appointment.organizer === 'string' && appointment.organizer.includes('@'))
    json.organizer = { uri: mailtoOf(appointment.organizer) };
  return json;
}

function categoriesOf(value: unknown): string[] {
  return String(value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Start and end as chronos has them; what is not said stays as it was. APP-0026, APP-0027: missing. */
function timesOf(appointment: Json, { unshift, zone, before }: AppointmentWriter): Json {
  const old = before?.body;
  const allDay = Object.hasOwn(appointment, 'full_time')
    ? appointment.full_time === true
    : old !== undefined && isAllDay(old.startDate);
  const given = appointment.timezone;
  const tzid = typeof given === 'string' && given !== '' ? given : (old?.startDate.tzid ?? zone);
  const timeOf = (name: string, stored: DateTime | undefined, code: string): DateTime => {
    const value = appointment[name];
    if (value === undefined || value === null) {
      if (!stored) throw new OxError(code);
      // The kind may have changed.
      if (isAllDay(stored) === allDay && stored.tzid === (allDay ? undefined : tzid)) return stored;
      return allDay
        ? { value: stored.value.slice(0, 8) }
        : localTime(instantIn(localMs(stored.value), stored.tzid ?? tzid), tzid);
    }
    const ms = Number(value);
    if (!Number.isSafeInteger(ms)) throw new OxError('SVL-0010', name);
    return allDay ? { value: basicDate(Math.floor(ms / msPerDay)) } : localTime(unshift(ms), tzid);
  };
  return {
    startDate: timeOf('start_date', old?.startDate, 'APP-0026'),
    endDate: timeOf('end_date', old?.endDate, 'APP-0027'),
  };
}

function localTime(ms: number, tzid: string): DateTime {
  if (tzid === 'UTC') return { value: `${localText(ms)}Z` };
  return { value: localText(localIn(ms, tzid)), tzid };
}

const missingCodes: Readonly<Record<Missing, string>> = {
  type: 'APP-0092',
  interval: 'APP-0087',
  days: 'APP-0089',
  day_in_month: 'APP-0090',
  month: 'APP-0091',
  'both ends': 'APP-0095',
};

/** The rule of the recurrence members; those that are not said are as before, when the type is the same. */
function ruleOf(appointment: Json, json: Json, { before }: AppointmentWriter): string | null {
  if (!appointment.recurrence_type) return null;
  if (before?.recurrence) throw new OxError('APP-0099');
  const start = (json.startDate ?? before?.body.startDate) as DateTime;
  const old =
    before?.body.rrule === undefined ? undefined : legacyOfRule(before.body.rrule, localMs(start.value) / msPerDay);
  const kept = old?.recurrence_type === appointment.recurrence_type ? { ...old } : {};
  // Each of the ends takes the place of the other.
  if (appointment.until !== undefined || appointment.occurrences !== undefined) {
    Object.assign(kept, { until: undefined, occurrences: undefined });
  }
  const checked = legacyRecurrence({ ...kept, ...appointment });
  if ('missing' in checked) throw new OxError(missingCodes[checked.missing]);
  return ruleText(checked.recurrence, (day) => {
    if (isAllDay(start)) return basicDate(day);
    const last = `${basicDate(day)}${start.value.slice(8, 15)}`;
    return `${localText(instantIn(localMs(last), start.tzid ?? 'UTC'))}Z`;
  });
}

const partStats: readonly PartStat[] = ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE'];

/** `confirmation` 0–3. */
export const partStatOf = (confirmation: unknown): PartStat => partStats[Number(confirmation ?? 0)] ?? 'NEEDS-ACTION';
export const confirmationOf = (partStat: PartStat): number => Math.max(0, partStats.indexOf(partStat));

/** Attendees of `participants`, with their answers as they were, and the own one of `users`. APP-0106: somebody twice. */
function attendeesOf(appointment: Json, { core, user, before }: AppointmentWriter): Attendee[] {
  const participants = parseParticipants(core, appointment.participants, {
    unknownType: 'CAL-4034',
    unknownId: 'CAL-4034',
    withoutMail: 'APP-0008',
  });
  const mails = participants.flatMap(({ mail }) => (mail === undefined ? [] : [mail.toLowerCase()]));
  const twice = mails.find((mail, index) => mails.indexOf(mail) !== index);
  if (twice !== undefined) throw new OxError('APP-0106', twice);
  const users = (Array.isArray(appointment.users) ? appointment.users : []).map(asObject);
  return participants.map(({ type, id, mail, display_name }) => {
    const given =
      type === participantType.external
        ? { uri: mailtoOf(mail!), cn: display_name }
        : {
            entity: id,
            cuType:
              type === participantType.user ? 'INDIVIDUAL' : type === participantType.group ? 'GROUP' : 'RESOURCE',
          };
    const attendee = parseAttendee(core, given);
    const stored = before?.body.attendees.find((one) => isSame(one, attendee));
    const own = id === user && type === participantType.user ? users.find((one) => one.id === user) : undefined;
    return {
      ...attendee,
      ...(stored
        ? { partStat: stored.partStat, role: stored.role, ...(stored.comment ? { comment: stored.comment } : {}) }
        : {}),
      ...(own ? { partStat: partStatOf(own.confirmation ?? own.confirm) } : {}),
    };
  });
}
