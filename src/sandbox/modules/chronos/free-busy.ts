import { composite, openCalendar } from '../../chronos/access.ts';
import { parseAttendee } from '../../chronos/attendees.ts';
import { type BusyTime, busyTimes } from '../../chronos/busy.ts';
import { parseUtc } from '../../chronos/date-time.ts';
import { OxError } from '../../errors.ts';
import { standardFolderOf } from '../../folders/groupware.ts';
import type { Action } from '../../http/action.ts';
import { asObject } from '../../http/body.ts';
import { visiblePlace } from './shared.ts';

/** Body `{"attendees":[…]}`; times of each, with the event as far as it may be seen, or merged (reference 8). */
export const freeBusy: Action = (core, request) => {
  const { parameters, person } = request;
  const from = parseUtc(parameters.required('from'), 'from');
  const until = parseUtc(parameters.required('until'), 'until');
  const mask = parameters.integer('maskId');
  const { attendees } = request.body.object();
  if (!Array.isArray(attendees)) throw new OxError('SVL-0002', 'attendees');
  const own = openCalendar(core, person, String(standardFolderOf(core, person.id, 'calendar')));
  const data = attendees.map((entry) => {
    const given = asObject(entry);
    const { role: _role, partStat: _partStat, ...attendee } = parseAttendee(core, given);
    if (attendee.entity === undefined) return { attendee, freeBusyTime: [] };
    const times = busyTimes(core, attendee, from, until)
      .filter(({ event }) => event.id !== mask)
      .sort((one, other) => one.from - other.from);
    if (parameters.flag('merge')) return { attendee, freeBusyTime: merged(times) };
    return {
      attendee,
      freeBusyTime: times.map((time) => {
        const place = visiblePlace(own, time.event);
        const { summary, location } = time.event.body;
        return {
          startTime: time.from,
          endTime: time.to,
          fbType: time.type,
          ...(place === undefined
            ? {}
            : { event: { id: String(time.event.id), folder: composite(place), summary, location } }),
        };
      }),
    };
  });
  return { data, timestamp: core.stamps.now() };
};

const ranks = ['FREE', 'BUSY-TENTATIVE', 'BUSY', 'BUSY-UNAVAILABLE'];

/** Pieces of time that do not overlap, each with the strongest type. */
function merged(times: readonly BusyTime[]): { startTime: number; endTime: number; fbType: string }[] {
  const edges = [...new Set(times.flatMap(({ from, to }) => [from, to]))].sort((one, other) => one - other);
  const pieces: { startTime: number; endTime: number; fbType: string }[] = [];
  for (let at = 0; at + 1 < edges.length; at += 1) {
    const [startTime, endTime] = [edges[at]!, edges[at + 1]!];
    const types = times.filter(({ from, to }) => from < endTime && to > startTime).map(({ type }) => type);
    if (types.length === 0) continue;
    const fbType = types.reduce((one, other) => (ranks.indexOf(other) > ranks.indexOf(one) ? other : one));
    const last = pieces.at(-1);
    if (last && last.endTime === startTime && last.fbType === fbType) last.endTime = endTime;
    else pieces.push({ startTime, endTime, fbType });
  }
  return pieces;
}
