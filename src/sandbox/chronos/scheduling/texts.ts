import { instantOf, isAllDay } from '../date-time.ts';
import type { Event } from '../event.ts';
import type { ChangeType, SchedulingMessage } from './notify.ts';

const subjects: Readonly<Record<ChangeType, readonly [english: string, german: string]>> = {
  New: ['New appointment: {title}', 'Neuer Termin: {title}'],
  Modified: ['Appointment changed: {title}', 'Termin geändert: {title}'],
  Deleted: ['Appointment canceled: {title}', 'Termin abgesagt: {title}'],
  Accepted: ['{who} accepted the invitation: {title}', '{who} hat zugesagt: {title}'],
  Declined: ['{who} declined the invitation: {title}', '{who} hat abgesagt: {title}'],
  'Tentatively accepted': ['{who} tentatively accepted: {title}', '{who} hat vorläufig zugesagt: {title}'],
  'Not yet accepted': ['{who} has not decided yet: {title}', '{who} hat sich noch nicht entschieden: {title}'],
};

/** Subject and body of a scheduling mail in the recipient's language and zone. */
export function textsOf(
  { type, events, attendee, comment }: SchedulingMessage,
  locale: string,
  zone: string,
): { subject: string; text: string; html: string } {
  const event = events[0]!;
  const isGerman = locale.startsWith('de');
  const who = attendee?.cn ?? attendee?.email ?? '';
  const subject = subjects[type][isGerman ? 1 : 0]
    .replace('{title}', () => event.body.summary ?? '')
    .replace('{who}', () => who)
    .trim();
  const { organizer, location, description, attendees } = event.body;
  const candidates: [name: string, value: string | undefined][] = [
    [isGerman ? 'Wann' : 'When', whenOf(event, locale, zone)],
    [isGerman ? 'Wo' : 'Where', location],
    [isGerman ? 'Organisator' : 'Organizer', organizer.cn ?? organizer.email],
    [isGerman ? 'Teilnehmer' : 'Participants', attendees.map(({ cn, email, uri }) => cn ?? email ?? uri).join(', ')],
    [isGerman ? 'Bemerkung' : 'Comment', comment],
  ];
  const rows = candidates.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const text = [
    subject,
    '',
    ...rows.map(([name, value]) => `${name}: ${value}`),
    ...(description ? ['', description] : []),
    '',
  ];
  const html = [
    `<h1>${markup(subject)}</h1>`,
    '<table>',
    ...rows.map(([name, value]) => `<tr><th align="left">${name}</th><td>${markup(value)}</td></tr>`),
    '</table>',
    ...(description ? [`<p>${markup(description).replaceAll('\n', '<br>')}</p>`] : []),
  ];
  return { subject, text: text.join('\n'), html: html.join('\n') };
}

function whenOf({ body }: Event, locale: string, zone: string): string {
  const day = isAllDay(body.startDate);
  const format = new Intl.DateTimeFormat(locale.replace('_', '-'), {
    dateStyle: 'full',
    ...(day ? { timeZone: 'UTC' } : { timeStyle: 'short', timeZone: zone }),
  });
  const at = (time: typeof body.startDate) => instantOf(time, day ? 'UTC' : zone);
  // The end of days is the day after.
  return format.formatRange(at(body.startDate), at(body.endDate) - (day ? 1 : 0));
}

function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
