import { eventOfPlain, isException, plainEvent } from '../../formats/index.ts';
import type { ItemBackend, ItemChanges, ItemFields, RemoteItem } from '../items.ts';
import { BackendError } from '../types.ts';
import { eventFields, type OxCalendarUser } from './event-fields.ts';
import { fetchSeries, idOf, isTooMany, joinSeries, listEvents, masterIdOf, rowsOf, stampOf } from './event-list.ts';
import { eventTable, type OxSeries, type WrittenSeries } from './event-series.ts';
import { createEvent, moveEvent, removeEvent, updateEvent } from './event-write.ts';
import { columnsOf, type OxRow, oxNumber, oxText } from './item-fields.ts';
import { changeItemFolder, createItemFolder, deleteItemFolder, listItemFolders } from './item-folders.ts';
import { oxLimits } from './limits.ts';
import type { OxSession } from './session.ts';

const keyFields = ['id', 'folder', 'seriesId', 'recurrenceId', 'timestamp', 'changeExceptionDates'];

/** Whether the server has the module `chronos` (ox-http-api 5.1): older ones have only numbers for calendars. */
export async function hasChronos(session: OxSession): Promise<boolean> {
  try {
    await listItemFolders(session, 'event');
    return true;
  } catch (error) {
    if (error instanceof BackendError && (error.kind === 'unavailable' || error.kind === 'uncertain') && !error.code)
      throw error;
    return false;
  }
}

/**
 * The module `chronos` as an ItemBackend (ox-http-api 5.3 to 5.8). A series is one item with all its exceptions: its stamp
 * is the newest of them. The fields are plain data of events (formats/event/plain.ts).
 */
export function oxEvents(session: OxSession, user: OxCalendarUser): ItemBackend {
  const table = eventTable(user);
  const fields = [...new Set([...keyFields, ...columnsOf(eventFields(user))])].join(',');
  const read = (series: OxSeries): RemoteItem[] => {
    const event = table.read(series);
    if (!event) return [];
    const { uid: _, ...plain } = plainEvent(event) as Record<string, unknown>;
    const uid = oxText(series.master.uid);
    return [{ id: idOf(series.master), stamp: stampOf(series), uid, fields: plain, picture: undefined }];
  };
  const readAll = async (folder: string): Promise<{ items: RemoteItem[]; cursor: string }> => {
    const began = performance.now();
    const rows = await listEvents(session, folder, fields);
    const items = (await joinSeries(session, folder, rows, fields)).flatMap(read);
    const newest = Math.max(0, ...rows.map((row) => oxNumber(row.timestamp) ?? 0));
    // The listing has no stamp of its own. What is the newest in it was there when it ended, so what changed since it
    // began has a stamp from then on.
    const cursor = Math.max(0, newest - Math.ceil(performance.now() - began));
    return { items, cursor: String(cursor) };
  };
  const changesOf = async (folder: string, cursor: string): Promise<ItemChanges> => {
    const timestamp = Math.max(0, Number(cursor) - oxLimits.overlapMs);
    try {
      const { data, timestamp: newest } = await session.getEnvelope('chronos', 'updates', {
        folder,
        timestamp,
        fields,
        expand: false,
      });
      const { newAndModified, deleted } = (data ?? {}) as { newAndModified?: unknown; deleted?: unknown };
      return {
        changed: (await wholeSeries(folder, rowsOf(newAndModified ?? []))).flatMap(read),
        gone: rowsOf(deleted ?? []).map(idOf),
        // Nothing changed answers 0 (ox-http-api 5.5).
        cursor: String(Math.max(Number(cursor), newest ?? 0)),
      };
    } catch (error) {
      if (!isTooMany(error)) throw error;
      // What is gone shows when the stamps are compared.
      const all = await readAll(folder);
      return { changed: all.items.filter(({ stamp }) => stamp > timestamp), gone: [], cursor: all.cursor };
    }
  };
  /** The series that changed objects belong to, whole. */
  const wholeSeries = async (folder: string, rows: readonly OxRow[]): Promise<OxSeries[]> => {
    const isSeries = (row: OxRow) => row.seriesId !== undefined;
    const ids = new Set(rows.filter(isSeries).map((row) => masterIdOf(row) ?? idOf(row)));
    const series = await fetchSeries(session, folder, [...ids], fields);
    const known = new Set(series.map(({ master }) => idOf(master)));
    const alone = rows.filter((row) => !isSeries(row) || (masterIdOf(row) && !known.has(masterIdOf(row)!)));
    return [...series, ...alone.map((master) => ({ master, exceptions: [] }))];
  };
  const written = (item: ItemFields): WrittenSeries => {
    const event = eventOfPlain(item);
    return event ? table.write(event) : { master: {}, exceptions: new Map() };
  };
  const calls = { session, user, table, fields };

  return {
    folders: () => listItemFolders(session, 'event'),
    createFolder: (_, name) => createItemFolder(session, 'event', undefined, name),
    changeFolder: (id, { name }) => changeItemFolder(session, id, name === undefined ? {} : { name }),
    deleteFolder: (id) => deleteItemFolder(session, id),

    all: readAll,

    async changes(since) {
      const found = new Map<string, ItemChanges>();
      for (const [folder, cursor] of since) {
        try {
          found.set(folder, await changesOf(folder, cursor));
        } catch (error) {
          if (!(error instanceof BackendError) || (error.kind !== 'notFound' && error.kind !== 'denied')) throw error;
        }
      }
      return found;
    },

    async stamps(folder) {
      const rows = await listEvents(session, folder, keyFields.join(','));
      const series = await joinSeries(session, folder, rows, keyFields.join(','));
      return new Map(series.map((one) => [idOf(one.master), stampOf(one)]));
    },

    items: async (folder, ids) => (await fetchSeries(session, folder, ids, fields)).flatMap(read),

    async findByUid(folder, uid) {
      const rows = await listEvents(session, folder, `${keyFields.join(',')},uid`);
      return rows.filter((row) => row.uid === uid && masterIdOf(row) === undefined).map(idOf);
    },

    picture: async () => undefined,

    first: (item) => Object.fromEntries(Object.entries(item).filter(([name, value]) => !isException(name, value))),
    create: (folder, { fields: item }, uid) => createEvent(calls, folder, item, uid),
    update: (folder, id, before, { fields: after }, stamp) => updateEvent(calls, folder, id, { before, after }, stamp),
    async remove(folder, id, stamp) {
      await removeEvent(session, { folder, id }, stamp);
    },
    move: (folder, id, target, stamp) => moveEvent(session, folder, id, target, stamp),

    shown(item) {
      const { master, exceptions } = written(item);
      const json = JSON.parse(JSON.stringify({ master, exceptions: [...exceptions] })) as {
        master: OxRow;
        exceptions: [string, OxRow][];
      };
      const event = table.read({
        master: json.master,
        // A day is a recurrence id of a whole day, which stands for that day in every zone.
        exceptions: json.exceptions.map(([day, row]) => ({ ...row, recurrenceId: day.replaceAll('-', '') })),
      });
      return event ? plainEvent(event) : {};
    },
    complete(theirs, ours) {
      const event = eventOfPlain(theirs);
      return event ? plainEvent(table.complete(event, eventOfPlain(ours))) : theirs;
    },
  };
}
