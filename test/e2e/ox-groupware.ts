import type { OxClient } from './ox-client.ts';

export type OxObject = Record<string, unknown>;

/** Objects of one module of Open-Xchange. Stamps are ms; without one a change overrides whatever came before. */
export interface OxItems {
  /** All of a folder, the default one when none is given, in the object form. */
  all(folder?: string): Promise<OxObject[]>;
  read(id: string | number, folder?: string): Promise<OxObject>;
  /** Gives the id. */
  create(body: OxObject, folder?: string): Promise<string>;
  change(id: string | number, body: OxObject, more?: { folder?: string; timestamp?: number }): Promise<void>;
  remove(id: string | number, folder?: string): Promise<void>;
}

/** What somebody does with calendar, contacts and tasks in Open-Xchange's web client. */
export interface OxGroupware {
  readonly contacts: OxItems;
  readonly tasks: OxItems;
  /** Of chronos: one of a series as an event with a recurrence id. */
  readonly events: OxItems & {
    /** Answers an invitation, or one occurrence of a series. */
    answer(id: string, partStat: string, more?: { recurrenceId?: string; comment?: string }): Promise<void>;
    changeOccurrence(id: string, recurrenceId: string, body: OxObject): Promise<void>;
    removeOccurrence(id: string, recurrenceId: string): Promise<void>;
    /** Starts of what shows between two UTC times as `20260101T000000Z`, series expanded. */
    occurrences(from: string, until: string): Promise<{ start: string; summary: string }[]>;
  };
  /** The default folder of a module, as its requests name it. */
  folder(module: 'contacts' | 'tasks' | 'calendar'): Promise<string>;
  /** A new private folder; gives its id. */
  newFolder(module: 'contacts' | 'tasks' | 'event', title: string): Promise<string>;
}

const always = { timestamp: '9007199254740991', timezone: 'UTC' };

/** On top of a client that is logged in. */
export function groupwareOf(ox: OxClient): OxGroupware {
  const folder: OxGroupware['folder'] = async (module) => {
    const id = await ox.get(`config/folder/${module}`, '');
    return module === 'calendar' ? `cal://0/${id}` : String(id);
  };

  function items(module: 'contacts' | 'tasks'): OxItems {
    const inFolder = async (given: string | undefined) => given ?? (await folder(module));
    const read: OxItems['read'] = async (id, given) =>
      (await ox.get(module, 'get', { ...always, id, folder: await inFolder(given) })) as OxObject;
    return {
      async all(given) {
        const place = await inFolder(given);
        const rows = (await ox.get(module, 'all', { ...always, folder: place, columns: '1,20' })) as [number, number][];
        return Promise.all(rows.map(([id]) => read(id, place)));
      },
      read,
      async create(body, given) {
        const query = { timezone: 'UTC' };
        const made = await ox.put(module, 'new', query, { folder_id: await inFolder(given), ...body });
        return String((made as { id: number }).id);
      },
      async change(id, body, { folder: given, ...more } = {}) {
        await ox.put(module, 'update', { ...always, ...more, id, folder: await inFolder(given) }, body);
      },
      async remove(id, given) {
        await ox.put(module, 'delete', always, [{ id, folder: await inFolder(given) }]);
      },
    };
  }

  const inCalendar = async (given: string | undefined) => given ?? (await folder('calendar'));
  const deleteOf = async (entry: OxObject) => {
    const [result] = (await ox.put('chronos', 'delete', always, [entry])) as { error?: { code: string } }[];
    if (result?.error) throw new Error(`chronos delete: ${result.error.code}`);
  };

  return {
    folder,
    async newFolder(module, title) {
      return String(await ox.put('folders', 'new', { folder_id: 1 }, { title, module }));
    },
    contacts: items('contacts'),
    tasks: items('tasks'),
    events: {
      async all(given) {
        const query = { folder: await inCalendar(given), timestamp: 0 };
        const delta = (await ox.get('chronos', 'updates', query)) as { newAndModified: OxObject[] };
        return delta.newAndModified;
      },
      async read(id, given) {
        return (await ox.get('chronos', 'get', { id, folder: await inCalendar(given) })) as OxObject;
      },
      async create(body, given) {
        const made = await ox.put('chronos', 'new', { folder: await inCalendar(given) }, body);
        return String((made as { created: OxObject[] }).created[0]!.id);
      },
      async change(id, body, { folder: given, ...more } = {}) {
        await ox.put('chronos', 'update', { ...always, ...more, id, folder: await inCalendar(given) }, body);
      },
      async remove(id, given) {
        await deleteOf({ id, folder: await inCalendar(given) });
      },
      async answer(id, partStat, { recurrenceId, comment } = {}) {
        const query = { ...always, id, folder: await inCalendar(undefined), ...(recurrenceId ? { recurrenceId } : {}) };
        const entity = await ox.get('config/identifier', '');
        await ox.put('chronos', 'updateAttendee', query, {
          attendee: { entity, partStat, ...(comment ? { comment } : {}) },
        });
      },
      async changeOccurrence(id, recurrenceId, body) {
        await ox.put('chronos', 'update', { ...always, id, recurrenceId, folder: await inCalendar(undefined) }, body);
      },
      async removeOccurrence(id, recurrenceId) {
        await deleteOf({ id, recurrenceId, folder: await inCalendar(undefined) });
      },
      async occurrences(rangeStart, rangeEnd) {
        const query = { rangeStart, rangeEnd, expand: true, fields: 'startDate,summary' };
        const found = await ox.get('chronos', 'all', { ...query, folder: await inCalendar(undefined) });
        return (found as { startDate: { value: string }; summary: string }[]).map(({ startDate, summary }) => ({
          start: startDate.value,
          summary,
        }));
      },
    },
  };
}
