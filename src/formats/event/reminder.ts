import { fileTimeFromInstant, PidLid } from '../../mapi/index.ts';
import type { ItemProperty, PropertyReader, PropertyWriter } from '../item/properties.ts';

export const reminderProperties: readonly ItemProperty[] = [
  PidLid.ReminderSet,
  PidLid.ReminderDelta,
  PidLid.ReminderTime,
  PidLid.ReminderSignalTime,
];

/** PidLidReminderDelta of an item whose reminder is the usual one (MS-OXORMDR 2.2.1.3). */
const usualDelta = 0x5ae980e1;
const usualMinutes = 15;

/** Minutes before the start at which an event reminds; undefined when it does not. */
export function readReminder(from: PropertyReader): number | undefined {
  if (!from.boolean(PidLid.ReminderSet)) return undefined;
  const delta = from.number(PidLid.ReminderDelta);
  return delta === undefined || delta === usualDelta ? usualMinutes : delta;
}

/** Sets a reminder so long before a start (MS-OXORMDR 2.2.1, 3.1.4.1.3), or takes it away. */
export function writeReminder(to: PropertyWriter, minutes: number | undefined, start: Temporal.Instant): void {
  to.set(PidLid.ReminderSet, minutes !== undefined);
  if (minutes === undefined) return;
  to.set(PidLid.ReminderDelta, minutes);
  to.set(PidLid.ReminderTime, fileTimeFromInstant(start));
  to.set(PidLid.ReminderSignalTime, fileTimeFromInstant(start.subtract({ minutes })));
}
