import type { CalendarEvent, EventTime, Meeting, MeetingMethod } from '../event/index.ts';
import { instantOf } from '../event/index.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { parseLine } from './content.ts';
import { type ReadCalendar, readCalendar } from './read.ts';
import { compactInstant, timeOfProperty } from './times.ts';
import { type CalendarOptions, writeCalendar } from './write.ts';

const methods = new Set<string>(['REQUEST', 'CANCEL', 'REPLY', 'COUNTER'] satisfies MeetingMethod[]);

/** When a counter-proposal's meeting is so far, as Exchange tells it (MS-OXCICAL 2.1.3.1.1.20.63–64). */
const originalStart = 'X-MS-OLK-ORIGINALSTART';
const originalEnd = 'X-MS-OLK-ORIGINALEND';

/**
 * The meetings that an iTIP text tells (RFC 5546): one for each event. Empty when its METHOD is none that Outlook has a
 * message for (PUBLISH, ADD, REFRESH, DECLINECOUNTER).
 */
export function readMeetings(text: string, timeZone: ZoneId): ReadCalendar & { readonly meetings: Meeting[] } {
  const calendar = readCalendar(text, timeZone);
  const method = calendar.method as MeetingMethod | undefined;
  if (method === undefined || !methods.has(method)) return { ...calendar, meetings: [] };
  const meetings = calendar.events.map(
    (event): Meeting => (method === 'COUNTER' ? counter(event, timeZone) : { method, event }),
  );
  const lost = calendar.lost.filter((name) => name !== originalStart && name !== originalEnd);
  return { ...calendar, lost: method === 'COUNTER' ? lost : calendar.lost, meetings };
}

function counter(event: CalendarEvent, timeZone: ZoneId): Meeting {
  const original = (name: string): EventTime | undefined => {
    const line = event.extra?.find((candidate) => candidate.startsWith(name));
    const time =
      line &&
      timeOfProperty(
        parseLine(line),
        () => undefined,
        () => {},
      );
    if (!time || time.kind === 'day' || event.start.kind !== 'zoned') return time || undefined;
    const zoned = instantOf(time, timeZone).toZonedDateTimeISO(event.start.zone);
    return { kind: 'zoned', local: zoned.toPlainDateTime(), zone: event.start.zone };
  };
  const { extra, ...rest } = event;
  const others = extra?.filter((line) => !line.startsWith(originalStart) && !line.startsWith(originalEnd)) ?? [];
  return {
    method: 'COUNTER',
    event: {
      ...rest,
      ...(others.length > 0 ? { extra: others } : {}),
      start: original(originalStart) ?? event.start,
      end: original(originalEnd) ?? event.end,
    },
    proposal: { start: event.start, end: event.end },
  };
}

/** The iTIP text of a meeting. */
export function writeMeetingText(
  { method, event, proposal }: Meeting,
  options: Omit<CalendarOptions, 'method'>,
): { readonly text: string; readonly lost: string[] } {
  if (method !== 'COUNTER' || !proposal) return writeCalendar({ events: [event] }, { ...options, method });
  const at = (name: string, time: EventTime): string => `${name}:${compactInstant(instantOf(time, options.timeZone))}`;
  const extra = [...(event.extra ?? []), at(originalStart, event.start), at(originalEnd, event.end)];
  return writeCalendar({ events: [{ ...event, ...proposal, extra }] }, { ...options, method });
}
