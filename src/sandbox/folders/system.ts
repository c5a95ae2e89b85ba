import type { Person } from '../people/person.ts';
import { readerBits } from './bits.ts';
import { type FolderView, nodeFacts } from './view.ts';

/** Ids that every context has (reference 3.1). */
export const systemFolder = {
  root: 0,
  private: 1,
  public: 2,
  shared: 3,
  system: 4,
  global: 5,
  globalAddressBook: 6,
  infostore: 9,
} as const;

/** Id: parent, module, English title, German title. */
const folders: Readonly<Record<number, readonly [number, string, string, string]>> = {
  0: [-1, 'system', 'Root', 'Wurzel'],
  1: [0, 'system', 'Private folders', 'Persönliche Ordner'],
  2: [0, 'system', 'Public folders', 'Öffentliche Ordner'],
  3: [0, 'system', 'Shared folders', 'Freigegebene Ordner'],
  4: [0, 'system', 'System folders', 'Systemordner'],
  5: [4, 'system', 'Shared address book', 'Gemeinsames Adressbuch'],
  6: [2, 'contacts', 'Global address book', 'Globales Adressbuch'],
  7: [4, 'system', 'User folders', 'Benutzerordner'],
  9: [0, 'infostore', 'Drive', 'Drive'],
  10: [9, 'infostore', 'User files', 'Dateien der Benutzer'],
  11: [4, 'tasks', 'Other tasks', 'Andere Aufgaben'],
  12: [4, 'calendar', 'Other calendars', 'Andere Kalender'],
  13: [4, 'contacts', 'Other contacts', 'Andere Kontakte'],
  14: [9, 'infostore', 'Other files', 'Andere Dateien'],
  15: [9, 'infostore', 'Public files', 'Öffentliche Dateien'],
  16: [4, 'contacts', 'Guests', 'Gäste'],
};

export const isSystemFolder = (id: number): boolean => Object.hasOwn(folders, id);

/** Undefined: no system folder has this id. */
export function systemFolderView(id: number, person: Person): FolderView | undefined {
  const entry = folders[id];
  if (!entry) return undefined;
  const [parent, module, english, german] = entry;
  return {
    id: String(id),
    parent: String(parent),
    title: person.locale.startsWith('de') ? german : english,
    name: english,
    module,
    type: id === systemFolder.globalAddressBook ? 2 : 5,
    subfolders: id <= 3 || id === 9,
    rights: id === 2 ? 4 : id === 6 ? readerBits : 1,
    permissions: [{ entity: 0, group: true, bits: id === 6 ? readerBits : 1 }],
    standard: true,
    accountId: null,
    ...nodeFacts,
  };
}

/** What a node shows below itself of the system's own folders. */
export const systemChildren: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 3, 9],
  2: [6],
  9: [10, 15],
};
