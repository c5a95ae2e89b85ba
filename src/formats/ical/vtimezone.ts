import type { BiasRule, SystemTime } from '../time-zone/bias-rule.ts';
import { definitionOfYears, offsetOfRule, type ZoneId } from '../time-zone/index.ts';
import { componentText } from './content.ts';

const dayNames = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

const compact = (local: Temporal.PlainDateTime): string =>
  local.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');

/** When a yearly change falls in a year. */
function changeIn(year: number, at: SystemTime): Temporal.PlainDateTime {
  const first = Temporal.PlainDate.from({ year, month: at.month, day: 1 });
  let day = 1 + ((at.dayOfWeek - (first.dayOfWeek % 7) + 7) % 7) + (at.day - 1) * 7;
  while (day > first.daysInMonth) day -= 7;
  return first.with({ day }).toPlainDateTime({ hour: at.hour, minute: at.minute, second: at.second });
}

interface Observance {
  readonly kind: 'STANDARD' | 'DAYLIGHT';
  readonly date: SystemTime;
  readonly from: number;
  readonly to: number;
}

function observancesOf(rule: BiasRule): Observance[] {
  const standard = -(rule.bias + rule.standardBias);
  const daylight = -(rule.bias + rule.daylightBias);
  if (rule.standardDate.month === 0 || rule.daylightDate.month === 0) return [];
  return [
    { kind: 'DAYLIGHT', date: rule.daylightDate, from: standard, to: daylight },
    { kind: 'STANDARD', date: rule.standardDate, from: daylight, to: standard },
  ];
}

/**
 * VTIMEZONE of a zone (RFC 5545 3.6.5) with the rules from one year to another; those of the last year go on for ever. UTC
 * needs none.
 */
export function vtimezone(zone: ZoneId, from: number, to: number): string {
  const { rules } = definitionOfYears(zone, from - 1, to);
  const lines = [`TZID:${zone}`];
  rules.forEach((rule, index) => {
    const firstYear = Math.max(rule.year, from - 1);
    const next = rules[index + 1]?.year;
    const observances = observancesOf(rule);
    if (observances.length === 0) {
      const offset = offsetText(offsetOfRule(rule, Date.UTC(firstYear, 6, 1)));
      lines.push(
        componentText('STANDARD', [
          `DTSTART:${firstYear}0101T000000`,
          `TZOFFSETFROM:${offset}`,
          `TZOFFSETTO:${offset}`,
        ]),
      );
    }
    for (const { kind, date, from: before, to: after } of observances) {
      const parts = [
        `FREQ=YEARLY`,
        `BYMONTH=${date.month}`,
        `BYDAY=${date.day === 5 ? -1 : date.day}${dayNames[date.dayOfWeek]}`,
      ];
      const last = next === undefined ? undefined : changeIn(next - 1, date).subtract({ minutes: before });
      if (last) parts.push(`UNTIL=${compact(last)}Z`);
      lines.push(
        componentText(kind, [
          `DTSTART:${compact(changeIn(firstYear, date))}`,
          `TZOFFSETFROM:${offsetText(before)}`,
          `TZOFFSETTO:${offsetText(after)}`,
          `RRULE:${parts.join(';')}`,
        ]),
      );
    }
  });
  return componentText('VTIMEZONE', lines);
}
