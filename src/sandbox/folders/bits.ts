import { OxError } from '../errors.ts';

/** Levels of a permission (reference 3.4). */
export interface Levels {
  /** 0 none, 1 see, 2 create objects, 4 create subfolders, 64 all. */
  readonly folder: number;
  /** Read, write, delete: 0 none, 1 own, 2 all, 64 all and may grant. */
  readonly read: number;
  readonly write: number;
  readonly delete: number;
  readonly admin: boolean;
}

export const ownerBits = 403_710_016;
export const readerBits = 257;
export const authorBits = 2_113_794;
export const editorBits = 4_227_332;

export function packBits(levels: Levels): number {
  return (
    levels.folder + (levels.read << 7) + (levels.write << 14) + (levels.delete << 21) + (levels.admin ? 1 << 28 : 0)
  );
}

export function unpackBits(bits: number): Levels {
  const level = (shift: number) => (bits >> shift) & 0x7f;
  return { folder: level(0), read: level(7), write: level(14), delete: level(21), admin: ((bits >> 28) & 1) === 1 };
}

/** FLD-1019 when the levels are none that exist. */
export function checkBits(bits: unknown): number {
  if (typeof bits !== 'number' || !Number.isInteger(bits) || bits < 0 || bits > 0x1fffffff)
    throw new OxError('FLD-1019', 'bits');
  const { folder, read, write, delete: remove } = unpackBits(bits);
  const known =
    [0, 1, 2, 4, 64].includes(folder) && [read, write, remove].every((level) => [0, 1, 2, 64].includes(level));
  if (!known) throw new OxError('FLD-1019', `bits ${bits}`);
  return bits;
}

/** What several permissions allow together: the highest level of each. */
export function joinBits(all: readonly number[]): number {
  const levels = all.map(unpackBits);
  const highest = (name: 'folder' | 'read' | 'write' | 'delete') => Math.max(0, ...levels.map((level) => level[name]));
  return packBits({
    folder: highest('folder'),
    read: highest('read'),
    write: highest('write'),
    delete: highest('delete'),
    admin: levels.some((level) => level.admin),
  });
}

/** The letters of RFC 4314 as levels: what own_rights of a mail folder shows. */
export function bitsOfRights(rights: string): number {
  const has = (letter: string) => rights.includes(letter);
  return packBits({
    folder: has('a') ? 64 : has('k') ? 4 : has('i') ? 2 : has('l') ? 1 : 0,
    read: has('r') ? (has('a') ? 64 : 2) : 0,
    write: has('w') ? (has('a') ? 64 : 2) : 0,
    delete: has('t') ? (has('a') ? 64 : 2) : 0,
    admin: has('a'),
  });
}
