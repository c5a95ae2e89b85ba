import { instantOf, isAllDay, msPerDay } from '../chronos/date-time.ts';
import { type Event, isMaster } from '../chronos/event.ts';
import type { RecurrenceId } from '../chronos/recurrence-id.ts';
import { type Occurrence, occurrencesOf } from '../chronos/series.ts';
import { OxError } from '../errors.ts';

/** `recurrence_date_position`: the UTC day of an occurrence's start, whatever its zone. */
export function datePosition({ start }: Pick<Occurrence, 'start'>): number {
  const instant = instantOf(start, 'UTC');
  return isAllDay(start) ? instant : Math.floor(instant / msPerDay) * msPerDay;
}

/** The occurrence that a position from 1 on, or a date position names; undefined: none is named. CAL-4061: there is none. */
export function recurrenceIdAt(master: Event, position: unknown, date: unknown): RecurrenceId | undefined {
  const number = Number(position ?? 0);
  const hasDate = date !== undefined && date !== null;
  if (number <= 0 && !hasDate) return undefined;
  // An exception stands for itself.
  if (!isMaster(master)) return undefined;
  for (const occurrence of occurrencesOf(master.body, 'UTC'))
    if (hasDate ? datePosition(occurrence) === Number(date) : occurrence.position === number)
      return occurrence.recurrenceId;
  throw new OxError('CAL-4061', `position ${String(position ?? date)}`);
}
