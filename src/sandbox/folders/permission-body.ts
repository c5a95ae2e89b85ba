import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import { asObject } from '../http/body.ts';
import { ownerRights } from '../mail/folder.ts';
import { personById } from '../people/person.ts';
import { checkBits, unpackBits } from './bits.ts';
import type { Permission } from './groupware.ts';

/** The member `permissions` of a body. FLD-1019 for missing members, FLD-0044 for unknown people. */
export function parsePermissions(core: Core, value: unknown): Permission[] {
  return entries(value).map((entry) => {
    const group = groupFlag(entry);
    const entity = entityOf(core, entry, group);
    return { entity, group, bits: checkBits(entry.bits) };
  });
}

/** The same for mail folders, whose rights are letters; `bits` are taken too. */
export function parseMailRights(core: Core, value: unknown): { person: number; rights: string }[] {
  return entries(value).map((entry) => {
    const group = groupFlag(entry);
    if (group) throw new OxError('FLD-0044', 'no groups on mail folders');
    const person = entityOf(core, entry, group);
    const rights = entry.rights ?? lettersOf(checkBits(entry.bits));
    if (typeof rights !== 'string' || !new RegExp(`^[${ownerRights}cd]*$`).test(rights))
      throw new OxError('FLD-1019', 'rights');
    return { person, rights };
  });
}

function lettersOf(bits: number): string {
  const { folder, read, write, delete: remove, admin } = unpackBits(bits);
  if (admin) return ownerRights;
  return [
    folder >= 1 ? 'l' : '',
    read >= 1 ? 'rs' : '',
    write >= 1 ? 'w' : '',
    folder >= 2 ? 'ip' : '',
    folder >= 4 ? 'k' : '',
    remove >= 1 ? 'te' : '',
  ].join('');
}

function entries(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new OxError('FLD-1019', 'permissions');
  return value.map(asObject);
}

function groupFlag(entry: Record<string, unknown>): boolean {
  if (typeof entry.group === 'boolean') return entry.group;
  if (entry.type === 'user') return false;
  if (entry.type === 'group') return true;
  throw new OxError('FLD-1019', 'group');
}

function entityOf(core: Core, entry: Record<string, unknown>, group: boolean): number {
  const entity = entry.entity;
  if (typeof entity !== 'number' || !Number.isInteger(entity)) throw new OxError('FLD-1019', 'entity');
  const known = group
    ? entity === 0 || entity === 1 || core.db.get('SELECT 1 FROM member_group WHERE id = ? AND deleted = 0', entity)
    : personById(core, entity);
  if (!known) throw new OxError('FLD-0044', String(entity));
  return entity;
}

/** FLD-0015 to 0018: who may administer a folder (reference 3.4). */
export function checkAdministrators(permissions: readonly Permission[], owner: number | null): void {
  const admins = permissions.filter(({ bits }) => unpackBits(bits).admin);
  if (admins.length === 0) throw new OxError('FLD-0018');
  if (owner === null) return;
  if (admins.some(({ group }) => group)) throw new OxError('FLD-0016');
  if (admins.length > 1) throw new OxError('FLD-0015');
  if (admins[0]!.entity !== owner) throw new OxError('FLD-0017');
}
