import { weekdays } from '../../recurrence/rule.ts';

interface Turn {
  readonly local: Temporal.PlainDateTime;
  readonly before: string;
  readonly after: string;
  readonly isDaylight: boolean;
}

/**
 * The VTIMEZONE of a zone as its rules are in a year (RFC 5545 3.6.5). Zones without turns have one component; those with
 * two each have yearly ones.
 */
export function zoneLines(zone: string, year: number): string[] {
  const turns = turnsOf(zone, year);
  const start = Temporal.PlainDateTime.from({ year, month: 1, day: 1 }).toZonedDateTime(zone);
  const components =
    turns.length === 0
      ? component('STANDARD', '19700101T000000', start.offset, start.offset)
      : turns.flatMap((turn) =>
          component(
            turn.isDaylight ? 'DAYLIGHT' : 'STANDARD',
            basic(turn.local),
            turn.before,
            turn.after,
            yearly(turn.local),
          ),
        );
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...components, 'END:VTIMEZONE'];
}

function turnsOf(zone: string, year: number): Turn[] {
  const turns: Turn[] = [];
  // A day before the year, as a turn may be at its very beginning.
  let at: Temporal.ZonedDateTime | null = Temporal.PlainDateTime.from({ year, month: 1, day: 1 })
    .subtract({ days: 1 })
    .toZonedDateTime(zone);
  for (;;) {
    at = at.getTimeZoneTransition('next');
    if (!at || at.year > year) return turns;
    const before = at.subtract({ nanoseconds: 1 });
    turns.push({
      local: before.add({ nanoseconds: 1 }).toInstant().toZonedDateTimeISO(before.offset).toPlainDateTime(),
      before: before.offset,
      after: at.offset,
      isDaylight: at.offsetNanoseconds > before.offsetNanoseconds,
    });
  }
}

function component(kind: string, start: string, from: string, to: string, rule?: string): string[] {
  return [
    `BEGIN:${kind}`,
    `DTSTART:${start}`,
    `TZOFFSETFROM:${from.replace(':', '')}`,
    `TZOFFSETTO:${to.replace(':', '')}`,
    ...(rule === undefined ? [] : [`RRULE:${rule}`]),
    `END:${kind}`,
  ];
}

const basic = (time: Temporal.PlainDateTime): string =>
  time.toString().slice(0, 19).padEnd(19, ':00').replace(/[-:]/g, '');

/** The same weekday of its week in the month each year; the last when no such one follows. */
function yearly(time: Temporal.PlainDateTime): string {
  const weekday = weekdays[time.dayOfWeek % 7];
  const isLast = time.day + 7 > time.daysInMonth;
  return `FREQ=YEARLY;BYMONTH=${time.month};BYDAY=${isLast ? -1 : Math.ceil(time.day / 7)}${weekday}`;
}
