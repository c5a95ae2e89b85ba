import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import type { FolderView } from './view.ts';

/** Names of the members that calendars of chronos have (ox-columns.json 3201, 3203). */
export const calendarProperties = 'com.openexchange.calendar.extendedProperties';

/** What a calendar says of itself, each as `{value}`. */
type Properties = Readonly<Record<string, { readonly value: string }>>;

const propertyNames = ['color', 'description', 'usedForSync', 'scheduleTransp'];
const keyOf = (folder: number) => `calendar properties of ${folder}`;

function propertiesOf(core: Core, folder: number): Properties {
  const row = core.db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', keyOf(folder));
  const stored = row ? (JSON.parse(row.value) as Properties) : {};
  return { usedForSync: { value: 'true' }, scheduleTransp: { value: 'OPAQUE' }, ...stored };
}

/** Takes over color, description and the like from a body; SVL-0010 for other shapes. */
export function putCalendarProperties(core: Core, folder: number, body: Readonly<Record<string, unknown>>): void {
  if (body[calendarProperties] === undefined || body[calendarProperties] === null) return;
  const given = Object.entries(asObject(body[calendarProperties])).filter(([name]) => propertyNames.includes(name));
  const wanted = given.map(([name, entry]) => {
    const { value } = asObject(entry);
    if (typeof value !== 'string') throw new OxError('SVL-0010', name);
    return [name, { value }];
  });
  core.db.run(
    'INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2',
    keyOf(folder),
    JSON.stringify({ ...propertiesOf(core, folder), ...Object.fromEntries(wanted) }),
  );
}

/** A calendar as content type `event` shows it: with its composite id and properties. */
export function eventFolderView(core: Core, folder: FolderView): FolderView {
  return {
    ...folder,
    id: `cal://0/${folder.id}`,
    module: 'event',
    accountId: 'cal://0',
    calendar: { provider: 'chronos', properties: propertiesOf(core, Number(folder.id)) },
  };
}
