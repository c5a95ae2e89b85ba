import { recurrenceIdAt } from '../../appointments/position.ts';
import { type Appointment, appointmentArray } from '../../appointments/view.ts';
import { type CalendarAccess, findEvent, readableCalendar, seesEvent } from '../../chronos/access.ts';
import { occurrenceAt } from '../../chronos/change/exception.ts';
import { type Event, isMaster } from '../../chronos/event.ts';
import { instancesOf } from '../../chronos/occurrences.ts';
import { exceptionAt } from '../../chronos/store.ts';
import type { Core } from '../../core.ts';
import type { ActionRequest } from '../../http/action.ts';
import { columnNumbers } from '../../mail/select.ts';
import { shiftOf, unshiftOf } from '../../time.ts';

export const appointmentOf = (
  access: CalendarAccess,
  request: ActionRequest,
  event: Event,
  occurrence?: Appointment['occurrence'],
): Appointment => ({ access, event, occurrence, shift: shiftOf(request) });

export function arrays(request: ActionRequest, appointments: readonly Appointment[]): unknown[][] {
  const columns = columnNumbers(request);
  return appointments.map((appointment) => appointmentArray(appointment, columns));
}

/** `start` and `end`, Times; undefined when they are not given. */
export function rangeOf(request: ActionRequest): { from: number | undefined; until: number | undefined } {
  const unshift = unshiftOf(request);
  const [start, end] = [request.parameters.integer('start'), request.parameters.integer('end')];
  return {
    from: start === undefined ? undefined : unshift(start),
    until: end === undefined ? undefined : unshift(end),
  };
}

/** Appointments of events: a series as one with `recurrence_master=true` or without a range, else as its occurrences. */
export function appointmentsOf(
  access: CalendarAccess,
  request: ActionRequest,
  events: readonly Event[],
  range: { from: number | undefined; until: number | undefined },
): Appointment[] {
  const isWhole = request.parameters.flag('recurrence_master') || range.from === undefined || range.until === undefined;
  const found: { appointment: Appointment; at: number }[] = [];
  for (const event of events.filter((one) => seesEvent(access, one))) {
    const from = range.from ?? Number.MIN_SAFE_INTEGER;
    const until = range.until ?? Number.MAX_SAFE_INTEGER;
    if (isWhole && range.from === undefined && range.until === undefined) {
      found.push({ appointment: appointmentOf(access, request, event), at: 0 });
      continue;
    }
    for (const instance of instancesOf(access, event, from, until)) {
      const occurrence = isWhole ? undefined : instance.occurrence;
      found.push({ appointment: appointmentOf(access, request, event, occurrence), at: instance.from });
      if (isWhole) break;
    }
  }
  return found.sort((one, other) => one.at - other.at).map(({ appointment }) => appointment);
}

/** The appointment of an id, with a position of a series that occurrence: its exception, or the series at that time. */
export function findAppointment(
  core: Core,
  request: ActionRequest,
  folder: string,
  id: unknown,
  position: unknown,
  date: unknown,
): Appointment {
  const access = readableCalendar(core, request.person, folder);
  const event = findEvent(access, id);
  const recurrenceId = recurrenceIdAt(event, position, date);
  if (recurrenceId === undefined || !isMaster(event)) return appointmentOf(access, request, event);
  const exception = exceptionAt(core, event, recurrenceId);
  if (exception) return appointmentOf(access, request, findEvent(access, exception.id));
  return appointmentOf(access, request, event, occurrenceAt(event, recurrenceId));
}
