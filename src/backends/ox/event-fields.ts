import {
  type Attendee,
  type AttendeeResponse,
  type BusyStatus,
  type CalendarEvent,
  compact,
  compactDate,
  compactInstant,
  comparable,
  dayNumber,
  type EventTime,
  instantOf,
  lastDayOf,
  localOf,
  type OccurrenceFields,
  originalDay,
  type Person,
  plainLines,
  type Recurrence,
  RuleError,
  ruleOfEvent,
  ruleParts,
  type Sensitivity,
  seriesOfRule,
  timeLike,
  zoneOfName,
} from '../../formats/index.ts';
import { type OxField, type OxFields, type OxRow, oxNumber, oxText } from './item-fields.ts';

/** Whose calendar it is: the same event is another one for each who takes part. */
export interface OxCalendarUser {
  readonly id: number;
  /** All of them, in small letters. */
  readonly addresses: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
}

/** The parts of an event that one object of chronos has: exceptions are objects of their own, files go another way. */
export type OxEvent = Omit<CalendarEvent, 'exceptions' | 'attachments'>;
export type OxOccurrence = Omit<OccurrenceFields, 'attachments'>;

const objectOf = (value: unknown): OxRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as OxRow) : {};
const objectsOf = (value: unknown): OxRow[] => (Array.isArray(value) ? value.map(objectOf) : []);
const sent = (row: OxRow): OxRow => JSON.parse(JSON.stringify(row));

/** A field that loses something on the way; ours stays as long as the other side says what ours became there. */
function partly<Item extends object, Value>(
  reason: string,
  field: Omit<OxField<Item, Value>, 'partly' | 'complete'>,
  context: (item: Item) => OxRow = contextOf,
): OxField<Item, Value> {
  const there = (ours: Value | undefined, item: Item): Value | undefined =>
    field.read(sent({ ...context(item), ...(ours === undefined ? field.empty : field.write(ours, item)) }));
  return {
    ...field,
    partly: reason,
    complete: (theirs, ours, item) => (comparable(there(ours, item)) === comparable(theirs) ? ours : theirs),
  };
}

/** What reading some fields asks for besides their own columns. */
const contextOf = (item: object): OxRow => {
  const { start, organizer } = item as Partial<OxEvent>;
  return {
    ...(start ? { startDate: writeTime(start) } : {}),
    ...(organizer ? { organizer: writePerson(organizer) } : {}),
  };
};

/** A field that the server tells and nobody tells it. */
const told = <Value>(columns: readonly string[], read: (row: OxRow) => Value | undefined): OxField<object, Value> => ({
  columns,
  read,
  write: () => ({}),
  partly: 'the server decides',
  complete: (theirs, ours) => theirs ?? ours,
});

/** A text of a bounded length; a longer one is cut there, not here. */
const boundedText = (column: string, most: number): OxField<object, string> =>
  partly(`${most} characters`, {
    columns: [column],
    read: (row) => oxText(row[column]),
    write: (value) => ({ [column]: cut(value, most) }),
  });

const cut = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

/** A DateTime of chronos (ox-http-api 5.4); undefined for what is none. A zone that nobody knows counts as floating. */
export function readTime(value: unknown): EventTime | undefined {
  const { value: text, tzid } = objectOf(value);
  return typeof text === 'string' ? timeOfText(text, typeof tzid === 'string' ? tzid : undefined) : undefined;
}

function timeOfText(text: string, tzid: string | undefined): EventTime | undefined {
  try {
    if (/^\d{8}$/.test(text)) return { kind: 'day', date: Temporal.PlainDate.from(text) };
    if (!/^\d{8}T\d{6}Z?$/.test(text)) return undefined;
    const local = Temporal.PlainDateTime.from(text.replace('Z', ''));
    if (local.year < 1601) return undefined;
    if (text.endsWith('Z')) return { kind: 'zoned', local, zone: 'UTC' };
    const zone = tzid === undefined ? undefined : zoneOfName(tzid);
    return zone === undefined ? { kind: 'floating', local } : { kind: 'zoned', local, zone };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function writeTime(time: EventTime): OxRow {
  if (time.kind === 'day') return { value: compactDate(time.date) };
  if (time.kind === 'floating') return { value: compact(time.local) };
  if (time.zone === 'UTC') return { value: `${compact(time.local)}Z` };
  // A fixed offset is no zone that chronos knows.
  if (/^[+-]/.test(time.zone)) return { value: compactInstant(instantOf(time, 'UTC')) };
  return { value: compact(time.local), tzid: time.zone };
}

/** The original day that a recurrence id names, in the zone of its series (ox-http-api 5.4: compare times, not texts). */
export function dayOfRecurrenceId(id: unknown, start: EventTime): Temporal.PlainDate | undefined {
  if (typeof id !== 'string') return undefined;
  const colon = id.lastIndexOf(':');
  const time = timeOfText(id.slice(colon + 1), colon < 0 ? undefined : id.slice(0, colon));
  if (!time) return undefined;
  // Whole days come as midnights of UTC, too.
  return start.kind === 'day' ? localOf(time).toPlainDate() : originalDay(time, start);
}

/** The recurrence id of an occurrence by its original day. */
export function recurrenceIdOf(day: Temporal.PlainDate, start: EventTime): string {
  const time = start.kind === 'day' ? undefined : start.local.toPlainTime();
  const { value, tzid } = writeTime(timeLike(start, day.toPlainDateTime(time)));
  return tzid === undefined ? String(value) : `${tzid}:${value}`;
}

const startField: OxField<object, EventTime> = partly('zones by IANA names; a mere offset becomes UTC', {
  columns: ['startDate'],
  read: (row) => readTime(row.startDate),
  write: (value) => ({ startDate: writeTime(value) }),
});

const endField: OxField<{ start: EventTime }, EventTime> = partly('not before the start, and a day is one at least', {
  columns: ['endDate', 'startDate'],
  read(row) {
    const start = readTime(row.startDate);
    const end = readTime(row.endDate);
    if (end && start && (end.kind === 'day') === (start.kind === 'day')) return end;
    return start?.kind === 'day' ? { kind: 'day', date: start.date.add({ days: 1 }) } : start;
  },
  write: (value, { start }) => ({ endDate: writeTime(notBefore(start, value)) }),
});

function notBefore(start: EventTime, end: EventTime): EventTime {
  if (start.kind === 'day') {
    const date = end.kind === 'day' ? end.date : end.local.toPlainDate();
    const isLater = Temporal.PlainDate.compare(date, start.date) > 0;
    return { kind: 'day', date: isLater ? date : start.date.add({ days: 1 }) };
  }
  if (end.kind === 'day') return start;
  return Temporal.Instant.compare(instantOf(end, 'UTC'), instantOf(start, 'UTC')) < 0 ? start : end;
}

const noteField: OxField<object, NonNullable<OccurrenceFields['note']>> = {
  columns: ['description'],
  partly: 'plain text alone; the formatting stays as long as the text does',
  read: (row) => {
    const text = oxText(row.description)?.trimEnd();
    return text ? { text } : undefined;
  },
  write: ({ text }) => ({ description: cut(text, 65_535) }),
  complete: (theirs, ours) =>
    (theirs?.text ?? '') === cut(ours?.text ?? '', 65_535).trimEnd() ? (ours ?? theirs) : theirs,
};

const categoriesField: OxField<object, string[]> = {
  columns: ['categories'],
  read: (row) => {
    const names = (Array.isArray(row.categories) ? row.categories : []).flatMap((name) => oxText(name)?.trim() || []);
    return names.length > 0 ? names : undefined;
  },
  write: (names) => ({ categories: names }),
};

/** Outlook's private shows others that one is busy, and so does CONFIDENTIAL; PRIVATE hides it from them. */
const sensitivityField: OxField<object, Sensitivity> = {
  columns: ['class'],
  partly: 'only private; personal and confidential look like normal',
  read: (row) => (row.class === 'CONFIDENTIAL' || row.class === 'PRIVATE' ? 'private' : undefined),
  empty: { class: 'PUBLIC' },
  write: (value) => ({ class: value === 'private' ? 'CONFIDENTIAL' : 'PUBLIC' }),
  complete: (theirs, ours) => theirs ?? (ours === 'private' ? undefined : ours),
};

/** Colours of the labels 1 to 10, as the server translates the labels of older clients. */
const colors = [
  '',
  '#CFE6FF',
  '#9BC8F7',
  '#B89AE9',
  '#F7C7E0',
  '#FFE2E2',
  '#FDE2B9',
  '#FFEEB0',
  '#E6EFBD',
  '#C5D481',
  '#6B6B6B',
];

const colorField: OxField<object, number> = {
  columns: ['color'],
  read: (row) => Math.max(0, colors.indexOf((oxText(row.color) ?? '').toUpperCase())) || undefined,
  write: (value) => (colors[value] ? { color: colors[value] } : {}),
};

const busyProperty = 'X-MICROSOFT-CDO-BUSYSTATUS';
const busyNames: Readonly<Record<BusyStatus, string>> = {
  free: 'FREE',
  tentative: 'TENTATIVE',
  outOfOffice: 'OOF',
  workingElsewhere: 'WORKINGELSEWHERE',
};

/** `transp` has two values; what is finer stands in a property that iCalendar knows. */
const busyStatusField: OxField<object, BusyStatus> = {
  columns: ['transp', 'extendedProperties'],
  read(row) {
    const isFree = row.transp === 'TRANSPARENT';
    const name = String(objectOf(objectOf(row.extendedProperties)[busyProperty]).value ?? '').toUpperCase();
    const status = (Object.keys(busyNames) as BusyStatus[]).find((one) => busyNames[one] === name);
    const isStatusFree = status === 'free' || status === 'workingElsewhere';
    return status && isStatusFree === isFree ? status : isFree ? 'free' : undefined;
  },
  empty: { transp: 'OPAQUE' },
  write: (status) => ({
    transp: status === 'free' || status === 'workingElsewhere' ? 'TRANSPARENT' : 'OPAQUE',
    ...(status === 'free' ? {} : { extendedProperties: { [busyProperty]: { value: busyNames[status] } } }),
  }),
};

/** The extended properties of an event with ours as they are to be: others stay. */
export function withExtended(before: unknown, wanted: unknown): OxRow | null {
  const { [busyProperty]: _, ...others } = objectOf(before);
  const all = { ...others, ...objectOf(wanted) };
  return Object.keys(all).length > 0 ? all : null;
}

/** Minutes before the start of an alarm that Outlook could show; undefined for any other. */
function minutesOf(alarm: OxRow): number | undefined {
  const { duration, related } = objectOf(alarm.trigger);
  if (alarm.action !== 'DISPLAY' || typeof duration !== 'string' || related === 'END') return undefined;
  const match = /^(-|\+)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration);
  if (!match) return undefined;
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const total = ((weeks * 7 + days) * 24 + hours) * 60 + minutes + Math.round(seconds / 60);
  return match[1] === '-' || total === 0 ? total : undefined;
}

const reminderField: OxField<object, number> = {
  columns: ['alarms'],
  read: (row) => objectsOf(row.alarms).flatMap((alarm) => minutesOf(alarm) ?? [])[0],
  write: (minutes) => ({
    alarms: [{ action: 'DISPLAY', trigger: { duration: `-PT${minutes}M`, related: 'START' }, description: 'Reminder' }],
  }),
};

/** The alarms of an event with its first reminder as it is to be: others stay (ox-to-mapi-fields 2.9). */
export function withAlarm(before: unknown, wanted: unknown): OxRow[] {
  const all = objectsOf(before);
  const at = all.findIndex((alarm) => minutesOf(alarm) !== undefined);
  const [first] = objectsOf(wanted);
  if (!first) return all.filter((_, index) => index !== at);
  if (at < 0) return [first, ...all];
  return all.map((alarm, index) => (index === at ? { ...alarm, trigger: first.trigger } : alarm));
}

const partStats: Readonly<Partial<Record<AttendeeResponse, string>>> = {
  accepted: 'ACCEPTED',
  tentative: 'TENTATIVE',
  declined: 'DECLINED',
};
const responseOf = (partStat: unknown): AttendeeResponse | undefined =>
  (Object.keys(partStats) as AttendeeResponse[]).find((one) => partStats[one] === String(partStat).toUpperCase());

export const addressOf = (user: OxRow): string => {
  const text = oxText(user.email) ?? (oxText(user.uri) ?? '').replace(/^mailto:/i, '');
  return text.includes('@') ? text : '';
};
const nameOf = (user: OxRow): string => oxText(user.cn) ?? addressOf(user);
const personOf = (user: OxRow): Person => ({ name: nameOf(user), address: addressOf(user) });
const writePerson = ({ name, address }: Person): OxRow => ({
  ...(name === '' ? {} : { cn: name }),
  ...(address === '' ? {} : { uri: `mailto:${address}`, email: address }),
});

/** Whether two calendar users are the same: by id within the server, by address elsewhere. */
export const isSameUser = (one: OxRow, other: OxRow): boolean =>
  (one.entity !== undefined && one.entity === other.entity && one.cuType === other.cuType) ||
  (addressOf(one) !== '' && addressOf(one).toLowerCase() === addressOf(other).toLowerCase());

export const isUser = (user: OxCalendarUser, one: OxRow): boolean =>
  (one.entity === user.id && (one.cuType === undefined || one.cuType === 'INDIVIDUAL')) ||
  user.addresses.includes(addressOf(one).toLowerCase());

/** Whether a meeting of an event of the server is the person's own; of one without an organizer it is. */
export const isOrganizer = (user: OxCalendarUser, row: OxRow): boolean =>
  row.organizer === undefined || isUser(user, objectOf(row.organizer));

/**
 * Who was asked, without the organizer and without groups, whose members are there by themselves. An appointment of
 * somebody alone has its owner as organizer and attendee (ox-http-api 5.7), which Outlook does not call a meeting.
 */
function guestsOf(row: OxRow): OxRow[] {
  const organizer = objectOf(row.organizer);
  return objectsOf(row.attendees).filter(
    (one) => one.cuType !== 'GROUP' && addressOf(one) !== '' && !isSameUser(one, { cuType: one.cuType, ...organizer }),
  );
}

const isMeeting = (row: OxRow): boolean => guestsOf(row).length > 0;

function readAttendee(one: OxRow): Attendee {
  const isResource = one.cuType === 'RESOURCE' || one.cuType === 'ROOM';
  const isOptional = one.role === 'OPT-PARTICIPANT' || one.role === 'NON-PARTICIPANT';
  const response = responseOf(one.partStat);
  return {
    ...personOf(one),
    role: isResource ? 'resource' : isOptional ? 'optional' : 'required',
    ...(response ? { response } : {}),
  };
}

const roles = { required: 'REQ-PARTICIPANT', optional: 'OPT-PARTICIPANT', resource: 'REQ-PARTICIPANT' } as const;

const attendeesField = (user: OxCalendarUser): OxField<Partial<OxOccurrence>, Attendee[]> =>
  partly('only those with an address; the server knows names and answers of its own people', {
    columns: ['attendees', 'organizer'],
    read: (row) => {
      const guests = guestsOf(row).map(readAttendee);
      return guests.length > 0 ? guests : undefined;
    },
    write: (attendees, item) => ({ attendees: writeAttendees(user, attendees, item.response) }),
  });

const writeAttendees = (
  user: OxCalendarUser,
  attendees: readonly Attendee[],
  own: AttendeeResponse | undefined,
): OxRow[] =>
  attendees
    .filter(({ address }) => address !== '')
    .map(({ name, address, role, response }) => {
      const isOwn = user.addresses.includes(address.toLowerCase());
      return {
        ...writePerson({ name, address }),
        cuType: role === 'resource' ? 'RESOURCE' : 'INDIVIDUAL',
        role: roles[role],
        partStat: partStats[(isOwn ? own : undefined) ?? response ?? 'notResponded'] ?? 'NEEDS-ACTION',
      };
    });

/** A field that follows from who takes part, whose answers go there with them. */
const followed = <Value>(
  user: OxCalendarUser,
  read: (row: OxRow) => Value | undefined,
): OxField<Partial<OxOccurrence>, Value> =>
  partly(
    'follows from organizer, attendees and their answers',
    { columns: ['attendees', 'organizer'], read, write: () => ({}) },
    (item) => ({ ...contextOf(item), attendees: writeAttendees(user, item.attendees ?? [], item.response) }),
  );

/** The person's own answer. */
const responseField = (user: OxCalendarUser) =>
  followed<AttendeeResponse>(user, (row) => {
    if (!isMeeting(row)) return undefined;
    if (isOrganizer(user, row)) return 'organizer';
    const own = objectsOf(row.attendees).find((one) => isUser(user, one));
    return own && (responseOf(own.partStat) ?? 'notResponded');
  });

const noColumn = { kept: 'Open-Xchange has no such field' };

/** What an occurrence of a series may have of its own, and every event has. */
export const occurrenceFields = (user: OxCalendarUser): OxFields<OxOccurrence> => ({
  start: startField,
  end: endField,
  subject: boundedText('summary', 255),
  location: boundedText('location', 255),
  note: noteField,
  categories: categoriesField,
  sensitivity: sensitivityField,
  colorLabel: colorField,
  importance: noColumn,
  busyStatus: busyStatusField,
  reminder: reminderField,
  cancelled: {
    columns: ['status'],
    read: (row) => row.status === 'CANCELLED' || undefined,
    write: (value) => (value ? { status: 'CANCELLED' } : {}),
  },
  attendees: attendeesField(user),
  response: responseField(user),
  extra: { kept: 'properties of iCalendar that no column stands for' },
});

/** `rrule` and `deleteExceptionDates`; a rule that Outlook cannot show leaves one event, and stays on the server. */
const recurrenceField = ({ timeZone }: OxCalendarUser): OxField<OxEvent, Recurrence> =>
  partly('no patterns of other calendars', {
    columns: ['rrule', 'deleteExceptionDates', 'startDate'],
    read(row) {
      const start = readTime(row.startDate);
      const rule = oxText(row.rrule);
      if (!start || rule === undefined) return undefined;
      try {
        const series = seriesOfRule(ruleParts(rule), localOf(start), (until) => lastDayOf(until, start, { timeZone }));
        const ids = Array.isArray(row.deleteExceptionDates) ? row.deleteExceptionDates : [];
        const days = new Map(
          ids.flatMap((id) => {
            const day = dayOfRecurrenceId(id, start);
            return day ? [[dayNumber(day), day] as const] : [];
          }),
        );
        return { ...series, deleted: [...days].sort(([one], [other]) => one - other).map(([, day]) => day) };
      } catch (error) {
        if (error instanceof RuleError || error instanceof RangeError) return undefined;
        throw error;
      }
    },
    write(value, item) {
      const rrule = ruleOfEvent({ ...item, recurrence: value } as CalendarEvent, timeZone);
      if (rrule === undefined) return {};
      const deleted = value.deleted.map((day) => recurrenceIdOf(day, item.start));
      return { rrule, ...(deleted.length > 0 ? { deleteExceptionDates: deleted } : {}) };
    },
  });

/** How chronos holds each field of an event (ox-http-api 5.4), as somebody sees it in their own calendar. */
export const eventFields = (user: OxCalendarUser): OxFields<OxEvent> => ({
  ...occurrenceFields(user),
  uid: {
    columns: ['uid'],
    read: (row) => oxText(row.uid),
    write: (value) => (value === '' ? {} : { uid: plainLines(value) }),
  },
  recurrence: recurrenceField(user),
  occurrence: told(['recurrenceId'], (row) => {
    const start = readTime(row.startDate);
    return start && oxText(row.rrule) === undefined ? dayOfRecurrenceId(row.recurrenceId, start) : undefined;
  }),
  organizer: partly('of meetings alone', {
    columns: ['organizer', 'attendees'],
    read: (row) => (isMeeting(row) ? personOf(objectOf(row.organizer)) : undefined),
    write: (value, item: Partial<OxEvent>) => (item.attendees ? { organizer: writePerson(value) } : {}),
  }),
  sentBy: told(['organizer'], (row) => {
    const { sentBy } = objectOf(row.organizer);
    return sentBy === undefined || !isMeeting(row) ? undefined : personOf(objectOf(sentBy));
  }),
  sequence: told(['sequence'], (row) => oxNumber(row.sequence) || undefined),
  received: followed(user, (row) => (isMeeting(row) && !isOrganizer(user, row)) || undefined),
  // The server invited whom it knows to be asked.
  invited: followed(user, (row) => (isMeeting(row) && isOrganizer(user, row)) || undefined),
  noResponseWanted: noColumn,
  noCounterProposals: noColumn,
  intendedBusyStatus: noColumn,
  ownerAppointmentId: noColumn,
  onlineMeetingLink: boundedText('url', 767),
});
