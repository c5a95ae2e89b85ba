import { openCalendar } from '../chronos/access.ts';
import { parseAttendee } from '../chronos/attendees.ts';
import { answerEvent } from '../chronos/change/attend.ts';
import type { Change } from '../chronos/change/change.ts';
import { createEvent } from '../chronos/change/create.ts';
import { deleteEvent } from '../chronos/change/remove.ts';
import { updateEvent } from '../chronos/change/update.ts';
import { localIn } from '../chronos/date-time.ts';
import type { Event, PartStat } from '../chronos/event.ts';
import { eventById } from '../chronos/store.ts';
import type { Core } from '../core.ts';
import { standardFolderOf } from '../folders/groupware.ts';
import type { Person } from '../people/person.ts';
import { basicDate, type Day, dayOf, factsOf, weekdayOf } from '../recurrence/day.ts';
import { outsiders } from './script.ts';

type Json = Record<string, unknown>;

/** Nobody is told: all of this was arranged long ago. */
const silent = { internal: false, external: false };

function changeOf(core: Core, owner: Person): Change {
  const access = openCalendar(core, owner, String(standardFolderOf(core, owner.id, 'calendar')));
  return { access, audience: silent, checkConflicts: false, files: [], created: [], updated: [], deleted: [] };
}

/** Gives up to three colleagues the calendars of some months, with meetings between them. */
export function fillSampleCalendars(core: Core, trio: readonly Person[], now: number): void {
  const [first, second, third] = trio;
  const today = Math.floor(localIn(now, first!.timezone) / 86_400_000);
  trio.forEach((person, index) => {
    ownEvents(core, person, today, index);
  });
  if (second) meetings(core, first!, second, third, today);
}

const at = (person: Person, day: Day, time: string) => ({ value: `${basicDate(day)}T${time}`, tzid: person.timezone });

const hours = (person: Person, day: Day, from: string, to: string) => ({
  startDate: at(person, day, from),
  endDate: at(person, day, to),
});

/** The first such weekday (0 Sunday) on or after a day. */
const onWeekday = (day: Day, weekday: number): Day => day + ((weekday - weekdayOf(day) + 7) % 7);

function ownEvents(core: Core, person: Person, today: Day, index: number): void {
  let number = 0;
  const add = (json: Json): Event => {
    number += 1;
    return createEvent(changeOf(core, person), { uid: `sample-event-${person.id}-${number}`, ...json });
  };
  const { year } = factsOf(today);
  add({
    summary: 'Zahnarzt',
    location: 'Dr. Mühlenbeck, Ringstraße 4',
    class: 'CONFIDENTIAL',
    ...hours(person, today + 1 + index, '153000', '161500'),
    alarms: [{ action: 'DISPLAY', trigger: { duration: '-PT45M' }, description: 'Reminder' }],
  });
  add({
    summary: 'Urlaub',
    description: 'Vertretung ist geregelt.',
    startDate: { value: basicDate(onWeekday(today + 14 + 7 * index, 1)) },
    endDate: { value: basicDate(onWeekday(today + 14 + 7 * index, 1) + 5) },
    categories: ['Abwesend'],
    color: 'lightgreen',
    extendedProperties: { 'X-MICROSOFT-CDO-BUSYSTATUS': { value: 'OOF' } },
  });
  add({
    summary: 'Mittagslauf',
    transp: 'TRANSPARENT',
    rrule: 'FREQ=WEEKLY;BYDAY=TU,TH',
    ...hours(person, onWeekday(today - 30, 2), '121500', '130000'),
  });
  add({
    summary: 'Monatsabschluss',
    rrule: 'FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1',
    ...hours(person, lastWeekday(today - 90, 5), '140000', '153000'),
    alarms: [{ action: 'DISPLAY', trigger: { duration: '-PT15M' }, description: 'Reminder' }],
  });
  add({
    summary: 'Hochzeitstag',
    rrule: 'FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=11',
    startDate: { value: `${year - 2}0611` },
    endDate: { value: `${year - 2}0612` },
    alarms: [{ action: 'DISPLAY', trigger: { duration: '-P7D' }, description: 'Reminder' }],
  });
  const turn = nextTurn(person.timezone, today);
  if (turn !== undefined)
    add({
      summary: 'Wartung der Server',
      description: 'Über die Zeitumstellung hinweg.',
      startDate: at(person, turn - 1, '220000'),
      endDate: at(person, turn, '060000'),
    });
  add({
    summary: 'Anruf Osaka',
    ...hours({ ...person, timezone: 'Asia/Tokyo' }, onWeekday(today + 4, 3), '170000', '173000'),
  });
}

function lastWeekday(day: Day, weekday: number): Day {
  const { year, month } = factsOf(day);
  const last = dayOf(year, month + 1, 1) - 1;
  return last - ((weekdayOf(last) - weekday + 7) % 7);
}

/** The day of the next change of a zone's offset. */
function nextTurn(zone: string, today: Day): Day | undefined {
  const turn = Temporal.Instant.fromEpochMilliseconds(today * 86_400_000)
    .toZonedDateTimeISO(zone)
    .getTimeZoneTransition('next');
  return turn === null ? undefined : dayOf(turn.year, turn.month, turn.day);
}

function meetings(core: Core, first: Person, second: Person, third: Person | undefined, today: Day): void {
  const asked = [second, ...(third ? [third] : [])].map(({ id }) => ({ entity: id }));
  const begin = onWeekday(today - 56, 1);
  const weekly = createEvent(changeOf(core, first), {
    uid: `sample-meeting-${first.id}-1`,
    summary: 'Jour fixe',
    location: 'Raum Werft',
    description: 'Rückblick\nNächste Schritte\nVerschiedenes',
    categories: ['Team'],
    rrule: 'FREQ=WEEKLY;BYDAY=MO',
    ...hours(first, begin, '093000', '103000'),
    attendees: asked,
    alarms: [{ action: 'DISPLAY', trigger: { duration: '-PT10M' }, description: 'Reminder' }],
  });
  answer(core, second, weekly, 'ACCEPTED');
  if (third) answer(core, third, weekly, 'TENTATIVE');
  const next = onWeekday(today + 1, 1);
  const id = (day: Day) => `${first.timezone}:${basicDate(day)}T093000`;
  updateEvent(
    changeOf(core, first),
    eventById(core, weekly.id),
    { summary: 'Jour fixe (verschoben)', ...hours(first, next + 1, '100000', '110000') },
    id(next),
  );
  deleteEvent(changeOf(core, first), eventById(core, weekly.id), id(next + 14));
  // Asked, and not answered yet.
  const [, emily] = /^(.*) <(.*)>$/.exec(outsiders.emily)!.slice(1);
  createEvent(changeOf(core, second), {
    uid: `sample-meeting-${second.id}-1`,
    summary: 'Angebot Harbour Works',
    location: 'https://meet.oxbow.test/harbour',
    ...hours(second, onWeekday(today + 2, 4), '110000', '120000'),
    attendees: [{ entity: first.id }, { uri: `mailto:${emily}`, cn: 'Emily Carter', role: 'OPT-PARTICIPANT' }],
  });
  const past = createEvent(changeOf(core, first), {
    uid: `sample-meeting-${first.id}-2`,
    summary: 'Abnahme Broschüre',
    ...hours(first, onWeekday(today - 12, 3), '140000', '150000'),
    attendees: asked,
  });
  answer(core, second, past, 'ACCEPTED');
  if (third) answer(core, third, past, 'DECLINED', 'Bin auf der Messe.');
}

function answer(core: Core, person: Person, event: Event, partStat: PartStat, comment?: string): void {
  const attendee = parseAttendee(core, { entity: person.id, partStat, ...(comment === undefined ? {} : { comment }) });
  answerEvent(changeOf(core, person), eventById(core, event.id), attendee, undefined);
}
