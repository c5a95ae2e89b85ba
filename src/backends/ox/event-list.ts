import { batches } from '../../store/index.ts';
import { BackendError } from '../types.ts';
import { failureOf } from './errors.ts';
import type { OxSeries } from './event-series.ts';
import { type OxRow, oxNumber, oxText } from './item-fields.ts';
import { oxLimits } from './limits.ts';
import type { OxSession } from './session.ts';

export const idOf = (row: OxRow): string => String(row.id);
/** The event that an exception belongs to; undefined for one that stands by itself. */
export const masterIdOf = (row: OxRow): string | undefined =>
  row.recurrenceId !== undefined && row.seriesId !== undefined && String(row.seriesId) !== idOf(row)
    ? String(row.seriesId)
    : undefined;

/** Stamp of a series: the newest of its parts. */
export const stampOf = ({ master, exceptions }: OxSeries): number =>
  Math.max(...[master, ...exceptions].map((row) => oxNumber(row.timestamp) ?? 0));

export function rowsOf(data: unknown): OxRow[] {
  if (!Array.isArray(data) || data.some((row) => typeof row !== 'object' || row === null || row.id === undefined))
    throw new BackendError('unavailable', 'Open-Xchange gave no list of events');
  return data as OxRow[];
}

/** Too many events for one answer (ox-http-api 5.5). */
export const isTooMany = (error: unknown): boolean => error instanceof BackendError && error.code === 'CAL-5072';

/** From the first to the last moment that both sides can tell, ms since 1970. */
const always = { from: Date.UTC(1601, 0, 1), until: Date.UTC(9999, 11, 31) };
const day = 86_400_000;

/** All events of a calendar, masters and exceptions each by themselves; in parts where they are too many for one answer. */
export async function listEvents(session: OxSession, folder: string, fields: string): Promise<OxRow[]> {
  const found = new Map<string, OxRow>();
  const read = async (from: number, until: number): Promise<void> => {
    const query = { folder, fields, expand: false, rangeStart: utcText(from), rangeEnd: utcText(until) };
    try {
      for (const row of rowsOf((await session.getEnvelope('chronos', 'all', query)).data)) found.set(idOf(row), row);
    } catch (error) {
      if (!isTooMany(error) || until - from <= day) throw error;
      // Most events are around today.
      const now = Date.now();
      const middle = from === always.from && until === always.until ? now : Math.floor((from + until) / 2);
      await read(from, middle);
      await read(middle, until);
    }
  };
  await read(always.from, always.until);
  return [...found.values()];
}

const utcText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** The events of these ids with all their exceptions; those that are not in the calendar are left out. */
export async function fetchSeries(
  session: OxSession,
  folder: string,
  ids: readonly string[],
  fields: string,
): Promise<OxSeries[]> {
  const found: OxSeries[] = [];
  for (const batch of batches(ids, oxLimits.batch)) {
    const masters = await listEach(
      session,
      fields,
      batch.map((id) => [{ folder, id }]),
    );
    const parts = masters.flatMap((rows) => rows ?? []);
    const changed = parts.filter((row) => recurrenceIds(row).length > 0);
    const exceptions = await listEach(
      session,
      fields,
      changed.map((row) => recurrenceIds(row).map((recurrenceId) => ({ folder, id: idOf(row), recurrenceId }))),
    );
    const byMaster = new Map(changed.map((row, at) => [idOf(row), exceptions[at]]));
    for (const master of parts) {
      const own = byMaster.get(idOf(master));
      if (byMaster.has(idOf(master)) && !own)
        throw new BackendError('unavailable', 'a series was changed while it was read');
      found.push({ master, exceptions: own ?? [] });
    }
  }
  return found;
}

const recurrenceIds = (row: OxRow): string[] =>
  (Array.isArray(row.changeExceptionDates) ? row.changeExceptionDates : []).flatMap((id) => oxText(id) ?? []);

/** One `list` for each, as one with a missing event is refused as a whole; undefined for such. */
async function listEach(
  session: OxSession,
  fields: string,
  lists: readonly (readonly OxRow[])[],
): Promise<(OxRow[] | undefined)[]> {
  const found: (OxRow[] | undefined)[] = [];
  for (const batch of batches(lists, oxLimits.batch)) {
    const answers = await session.multiple(
      batch.map((data) => ({ module: 'chronos', action: 'list', fields, timezone: 'UTC', data })),
    );
    for (const answer of answers) {
      const failure = failureOf(answer);
      if (failure && failure.kind !== 'notFound' && failure.kind !== 'denied') throw failure;
      found.push(failure ? undefined : rowsOf(answer.data));
    }
  }
  return found;
}

/** Objects of a whole listing put together; what is missing of a series is fetched. */
export async function joinSeries(
  session: OxSession,
  folder: string,
  rows: readonly OxRow[],
  fields: string,
): Promise<OxSeries[]> {
  const byMaster = Map.groupBy(
    rows.filter((row) => masterIdOf(row) !== undefined),
    (row) => masterIdOf(row)!,
  );
  const masters = rows.filter((row) => masterIdOf(row) === undefined);
  const known = new Set(masters.map(idOf));
  const missing = [...byMaster.keys()].filter((id) => !known.has(id));
  const fetched = await fetchSeries(session, folder, missing, fields);
  const isThere = new Set(fetched.map(({ master }) => idOf(master)));
  return [
    ...masters.map((master) => ({ master, exceptions: byMaster.get(idOf(master)) ?? [] })),
    ...fetched,
    // Somebody is asked to one occurrence alone: it stands for itself.
    ...missing
      .filter((id) => !isThere.has(id))
      .flatMap((id) => byMaster.get(id)!.map((master) => ({ master, exceptions: [] }))),
  ];
}
