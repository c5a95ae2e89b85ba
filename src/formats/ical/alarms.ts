import type { EventTime } from '../event/index.ts';
import { instantOf } from '../event/index.ts';
import { formatLimits } from '../limits.ts';
import type { ZoneId } from '../time-zone/index.ts';
import { componentText, type IcalComponent, lineOf, param, propertyOf } from './content.ts';
import { durationOf, timeOfProperty } from './times.ts';

/** Whole minutes that a reminder can be before a start; undefined for others. */
const within = (minutes: number): number | undefined =>
  minutes < 0 || minutes > formatLimits.reminderMinutes ? undefined : Math.floor(minutes);

/** Minutes of a relative TRIGGER before the start, or of an absolute one; undefined after the start or by the end. */
function minutesOf(alarm: IcalComponent, start: EventTime, userZone: ZoneId): number | undefined {
  const trigger = propertyOf(alarm, 'TRIGGER');
  if (!trigger || param(trigger, 'related')?.toUpperCase() === 'END') return undefined;
  const duration = durationOf(trigger);
  if (duration) {
    const minutes = -duration.total({ unit: 'minutes', relativeTo: Temporal.PlainDateTime.from('2000-01-01') });
    return within(minutes);
  }
  const at = timeOfProperty(
    trigger,
    () => undefined,
    () => {},
  );
  if (!at || at.kind === 'day') return undefined;
  const before = instantOf(start, userZone).epochMilliseconds - instantOf(at, userZone).epochMilliseconds;
  return within(before / 60_000);
}

/**
 * The reminder of a component: its first alarm that shows or sounds and can be told in minutes before the start (MS-OXCICAL
 * 2.1.3.1.1.20.62). Which alarms stay over is told, too.
 */
export function readReminder(
  component: IcalComponent,
  start: EventTime,
  userZone: ZoneId,
): { readonly reminder?: number; readonly others: readonly IcalComponent[] } {
  const alarms = component.components.filter(({ name }) => name === 'VALARM');
  const shown = alarms.find((alarm) => {
    const action = propertyOf(alarm, 'ACTION')?.raw.trim().toUpperCase() ?? 'DISPLAY';
    return (action === 'DISPLAY' || action === 'AUDIO') && minutesOf(alarm, start, userZone) !== undefined;
  });
  if (!shown) return { others: alarms };
  return { reminder: minutesOf(shown, start, userZone)!, others: alarms.filter((alarm) => alarm !== shown) };
}

/** VALARM of a reminder so many minutes before the start. */
export const alarmText = (minutes: number): string =>
  componentText('VALARM', ['ACTION:DISPLAY', lineOf('DESCRIPTION', 'Reminder'), `TRIGGER:-PT${minutes}M`]);
