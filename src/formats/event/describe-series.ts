import type { Pattern, Series } from '../calendar/index.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 'January February March April May June July August September October November December'.split(' ');
const nths: Readonly<Record<number, string>> = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', [-1]: 'last' };

const listOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

const every = (count: number, unit: string): string => (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`);

function describePattern(pattern: Pattern, month: string): string {
  switch (pattern.kind) {
    case 'daily':
      return every(pattern.interval, 'day');
    case 'weekly': {
      const names = listOf(pattern.days.map((day) => days[day]!));
      return pattern.interval === 1 ? `every ${names}` : `every ${pattern.interval} weeks on ${names}`;
    }
    case 'monthly':
    case 'monthlyNth': {
      const years = pattern.yearly && pattern.interval % 12 === 0;
      const which =
        pattern.kind === 'monthly'
          ? `day ${pattern.day}`
          : `the ${nths[pattern.nth]} ${pattern.days.length === 7 ? 'day' : listOf(pattern.days.map((day) => days[day]!))}`;
      return years
        ? `${which} of ${month} ${every(pattern.interval / 12, 'year')}`
        : `${which} of ${every(pattern.interval, 'month')}`;
    }
    case 'foreign':
      return '';
  }
}

/** PidLidRecurrencePattern: the series in words, in English, as Outlook shows it (MS-OXOCAL 2.2.1.46). */
export function describeSeries({ pattern, start, durationMinutes }: Series): string {
  const words = describePattern(pattern, months[start.month - 1]!);
  const clock = (time: Temporal.PlainDateTime): string => time.toPlainTime().toString({ smallestUnit: 'minute' });
  if (durationMinutes % 1_440 === 0 && start.hour === 0 && start.minute === 0) return words;
  return `${words} from ${clock(start)} to ${clock(start.add({ minutes: durationMinutes }))}`.trim();
}
