import { dayOfMs } from '../item/days.ts';

/** The year that stands for none, in Outlook and with Apple; a leap year, so that each day exists. */
const noYear = '1604';

/**
 * A day in the forms that vCards have: with and without hyphens, with a time, without a year (`--MMDD`). Undefined for others,
 * as a year alone.
 */
export function readDay(text: string): string | undefined {
  const found = /^(?:(\d{4})-?|--)(\d{2})-?(\d{2})(?:[T ].*)?$/.exec(text);
  if (!found) return undefined;
  const day = `${found[1] ?? noYear}-${found[2]}-${found[3]}`;
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) || dayOfMs(ms) !== day ? undefined : day;
}

/** A day as version 3.0 or 4.0 has it, and the parameter that says that the year is none. */
export function writeDay(day: string, version: '3.0' | '4.0'): { value: string; omitYear?: string } {
  const without = day.startsWith(`${noYear}-`);
  if (version === '4.0') return { value: without ? `--${day.slice(5).replace('-', '')}` : day.replaceAll('-', '') };
  return without ? { value: day, omitYear: noYear } : { value: day };
}
