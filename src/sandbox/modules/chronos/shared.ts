import { type CalendarAccess, composite, isAnonymous, openCalendar, seesEvent } from '../../chronos/access.ts';
import { type Change, ConflictsFound, settle } from '../../chronos/change/change.ts';
import { parseUtc } from '../../chronos/date-time.ts';
import { type Event, isMaster } from '../../chronos/event.ts';
import { chronosLimits } from '../../chronos/limits.ts';
import { instancesOf } from '../../chronos/occurrences.ts';
import type { Audience } from '../../chronos/scheduling/notify.ts';
import type { Occurrence } from '../../chronos/series.ts';
import { type EventView, eventView, goneView } from '../../chronos/view.ts';
import type { Core } from '../../core.ts';
import { OxError } from '../../errors.ts';
import type { ActionRequest } from '../../http/action.ts';
import type { Answer } from '../../http/answer.ts';
import { asObject } from '../../http/body.ts';
import type { FormPart } from '../../http/multipart.ts';
import { write } from '../../write.ts';

/** Which times and fields a request asks for. */
export interface Selection {
  readonly fields?: ReadonlySet<string>;
  readonly from: number | null;
  readonly until: number | null;
  /** Whether series come as their occurrences. */
  readonly expand: boolean;
}

export function selectionOf({ parameters }: ActionRequest): Selection {
  const fields = parameters.list('fields');
  const time = (name: string) => {
    const text = parameters.text(name);
    return text === undefined ? null : parseUtc(text, name);
  };
  return {
    ...(fields.length > 0 ? { fields: new Set(fields) } : {}),
    from: time('rangeStart'),
    until: time('rangeEnd'),
    expand: parameters.flag('expand'),
  };
}

/** Events as they are seen in a calendar, within the range, series expanded when that is asked for; by start. CAL-5072. */
export function viewsOf(
  access: CalendarAccess,
  events: readonly Event[],
  selection: Selection,
  request: ActionRequest,
): EventView[] {
  const found: { view: EventView; key: unknown }[] = [];
  const sort = request.parameters.text('sort');
  const [from, until] = [selection.from ?? Number.MIN_SAFE_INTEGER, selection.until ?? Number.MAX_SAFE_INTEGER];
  const isBounded = selection.from !== null || selection.until !== null;
  for (const event of events) {
    if (!seesEvent(access, event)) continue;
    for (const instance of instancesOf(access, event, from, until)) {
      const occurrence = selection.expand ? instance.occurrence : undefined;
      const view = eventView(access, event, {
        ...(occurrence ? { occurrence } : {}),
        ...(selection.fields ? { fields: selection.fields } : {}),
      });
      found.push({ view, key: sort === undefined || sort === 'startDate' ? instance.from : view[sort] });
      if (found.length > chronosLimits.results) throw new OxError('CAL-5072', `more than ${chronosLimits.results}`);
      if (!selection.expand) break;
    }
    // A series whose occurrences all have exceptions is still there.
    if (!isBounded && !selection.expand && isMaster(event) && !found.some(({ view }) => view.id === String(event.id)))
      found.push({ view: eventView(access, event, selection.fields ? { fields: selection.fields } : {}), key: 0 });
  }
  found.sort((one, other) => compare(one.key, other.key));
  if (request.parameters.text('order')?.toLowerCase() === 'desc') found.reverse();
  return found.map(({ view }) => view);
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one ?? '').localeCompare(String(other ?? ''), 'de');
}

/** The newest stamp of events, as the envelope has it; 0 for none. */
export const newestOf = (events: readonly { stamp: number }[]): number =>
  events.reduce((newest, { stamp }) => Math.max(newest, stamp), 0);

/** The body of a write: the event, or `{"event":…,"comment":…}`; multipart as `json_0` with files. */
export function writtenBody(request: ActionRequest): { body: Record<string, unknown>; files: FormPart[] } {
  if (!request.body.contentType.startsWith('multipart/')) return { body: request.body.object(), files: [] };
  const parts = request.body.parts();
  const json = parts.find(({ name }) => name === 'json_0' || name === 'json');
  if (!json) throw new OxError('SVL-0002', 'json_0');
  try {
    return { body: asObject(JSON.parse(json.content.toString('utf8'))), files: parts.filter((part) => part !== json) };
  } catch {
    throw new OxError('SVL-0009');
  }
}

/** The event of a body, wrapped or bare, and the comment beside it. */
export function eventOf(body: Record<string, unknown>): { json: Record<string, unknown>; comment: string | undefined } {
  if (typeof body.event !== 'object' || body.event === null) return { json: body, comment: undefined };
  return { json: asObject(body.event), comment: typeof body.comment === 'string' ? body.comment : undefined };
}

/** `scheduling`, or the older `sendInternalNotifications`. SVL-0004: another value. */
function audienceOf({ parameters }: ActionRequest): Audience {
  const scheduling = parameters.text('scheduling')?.toLowerCase().replace('_', '-') ?? 'all';
  if (!['all', 'none', 'internal-only', 'external-only'].includes(scheduling))
    throw new OxError('SVL-0004', `scheduling=${scheduling}`);
  return {
    internal: /^(all|internal-only)$/.test(scheduling) && parameters.text('sendInternalNotifications') !== 'false',
    external: /^(all|external-only)$/.test(scheduling),
  };
}

export function changeOf(
  core: Core,
  request: ActionRequest,
  folder: string,
  more: { comment?: string | undefined; files?: FormPart[] } = {},
): Change {
  return {
    access: openCalendar(core, request.person, folder),
    audience: audienceOf(request),
    checkConflicts: request.parameters.flag('checkConflicts'),
    comment: more.comment,
    files: more.files ?? [],
    created: [],
    updated: [],
    deleted: [],
  };
}

/** Makes a change in one transaction; conflicts come as data, and then nothing is stored (reference 5.3). */
export function carryOut(core: Core, request: ActionRequest, change: Change, work: () => void): Answer {
  try {
    return write(core, () => {
      work();
      const { timestamp, ...data } = resultOf(change, request);
      return { data, timestamp };
    });
  } catch (error) {
    if (!(error instanceof ConflictsFound)) throw error;
    return { data: { conflicts: conflictViews(change.access, error) }, timestamp: core.stamps.now() };
  }
}

/** What came of a change, as it is seen in its calendar. */
export function resultOf(change: Change, request: ActionRequest) {
  settle(change);
  const { access } = change;
  const isHere = ({ id }: Event) => placed(access, id);
  const selection = selectionOf(request);
  const views = (events: readonly Event[]) => {
    const here = events.filter(isHere);
    return selection.expand || selection.fields
      ? viewsOf(access, here, selection, request)
      : here.map((event) => eventView(access, event));
  };
  const gone = change.deleted.flatMap((event) => tombstoneOf(access, event));
  return {
    created: views(change.created),
    updated: views(change.updated),
    deleted: gone.map((event) => goneView(access.folder.id, event)),
    timestamp: newestOf([...change.created, ...change.updated, ...gone]) || access.core.stamps.now(),
  };
}

const placed = ({ core, folder }: CalendarAccess, event: number): boolean =>
  core.db.get('SELECT 1 FROM event_place WHERE event = ? AND folder = ?', event, folder.id) !== undefined;

function tombstoneOf({ core, folder }: CalendarAccess, event: Event) {
  return core.db.all<{ id: number; uid: string | null; stamp: number }>(
    "SELECT id, uid, stamp FROM tombstone WHERE module = 'calendar' AND folder = ? AND id = ?",
    folder.id,
    event.id,
  );
}

function conflictViews(access: CalendarAccess, { conflicts }: ConflictsFound): EventView[] {
  return conflicts.map(({ instance, attendees, isHard }) => ({
    hard_conflict: isHard,
    conflicting_attendees: attendees.map(({ folder: _folder, hidden: _hidden, ...attendee }) => attendee),
    event: conflictingEvent(access, instance.event, instance.occurrence),
  }));
}

/** As much of an event in the way as the person may see of it. */
function conflictingEvent(access: CalendarAccess, event: Event, occurrence: Occurrence | undefined): EventView {
  const own = visiblePlace(access, event);
  const times = {
    startDate: occurrence?.start ?? event.body.startDate,
    endDate: occurrence?.end ?? event.body.endDate,
  };
  if (own === undefined) return { ...times, transp: event.body.transp };
  return {
    id: String(event.id),
    folder: composite(own),
    summary: event.body.summary,
    ...(occurrence ? { recurrenceId: occurrence.recurrenceId, seriesId: String(event.series) } : {}),
    ...times,
    transp: event.body.transp,
  };
}

/** A calendar in which the person sees an event: the own one first. */
export function visiblePlace({ core, person }: CalendarAccess, event: Event): number | undefined {
  const places = core.db.all<{ folder: number }>(
    'SELECT folder FROM event_place WHERE event = ? ORDER BY folder',
    event.id,
  );
  const readable = places.flatMap(({ folder }) => {
    try {
      const access = openCalendar(core, person, String(folder));
      const isClear = access.folder.levels.read > 0 && seesEvent(access, event) && !isAnonymous(access, event);
      return isClear ? [access.folder] : [];
    } catch (error) {
      if (error instanceof OxError) return [];
      throw error;
    }
  });
  return (readable.find(({ owner }) => owner === person.id) ?? readable[0])?.id;
}
