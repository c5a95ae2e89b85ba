import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { type Levels, readerBits, unpackBits } from '../folders/bits.ts';
import { visibleFolder } from '../folders/groupware.ts';
import { isSystemFolder, systemFolder } from '../folders/system.ts';
import { numberOf } from '../folders/tree.ts';
import type { Person } from '../people/person.ts';

export type ItemModule = 'contacts' | 'tasks' | 'calendar';

/** A folder of contacts, tasks or appointments as somebody may use it. */
export interface ItemFolder {
  readonly id: number;
  /** Whose it is; null for public folders. */
  readonly owner: number | null;
  readonly isPublic: boolean;
  /** A private folder of somebody else. */
  readonly isShared: boolean;
  readonly levels: Levels;
}

/**
 * Opens a folder by its id, plain or composite (`con://0/31`). FLD-0008 there is none, FLD-0003 not visible, `wrongModule`
 * when it holds something else.
 */
export function openItemFolder(
  core: Core,
  person: Person,
  id: string,
  module: ItemModule,
  wrongModule: string,
): ItemFolder {
  const number = numberOf(id);
  if (module === 'contacts' && number === systemFolder.globalAddressBook)
    return { id: number, owner: null, isPublic: true, isShared: false, levels: unpackBits(readerBits) };
  if (isSystemFolder(number)) throw new OxError(wrongModule, id);
  const { row, bits } = visibleFolder(core, person, number);
  if (row.module !== module) throw new OxError(wrongModule, id);
  const isPublic = row.type === 2;
  return {
    id: number,
    owner: isPublic ? null : row.owner,
    isPublic,
    isShared: !isPublic && row.owner !== person.id,
    levels: unpackBits(bits),
  };
}

/** Whether a level of read, write or delete covers an object: 1 own ones only, above that all. */
export function covers(level: number, person: Person, createdBy: number): boolean {
  return level > 1 || (level === 1 && createdBy === person.id);
}

/** Tells listeners that something in a folder changed. */
export function noteItemChange(core: Core, person: Person, module: ItemModule, folder: number): void {
  core.events.note({ personId: person.id, module, folder: String(folder) });
}
