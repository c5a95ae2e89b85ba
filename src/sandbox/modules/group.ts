import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import { asObject } from '../http/body.ts';
import { textTest } from '../search-term.ts';
import { shiftOf } from './folders/shared.ts';

interface GroupRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string;
  readonly address: string | null;
  readonly modified: number;
  readonly deleted: number;
}

/** Group 0 holds everybody (reference 8). */
function rows(core: Core): GroupRow[] {
  return core.db.all<GroupRow>('SELECT * FROM member_group WHERE deleted = 0 ORDER BY id');
}

function membersOf(core: Core, id: number): number[] {
  return id <= 1
    ? core.db.all<{ id: number }>('SELECT id FROM person ORDER BY id').map((row) => row.id)
    : core.db
        .all<{ person: number }>('SELECT person FROM member WHERE member_group = ? ORDER BY person', id)
        .map((row) => row.person);
}

function groupObject(core: Core, request: ActionRequest, row: GroupRow): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    display_name: row.display_name,
    members: membersOf(core, row.id),
    last_modified: shiftOf(request)(row.modified),
    last_modified_utc: row.modified,
    ...(row.address === null ? {} : { mailaddress: row.address }),
  };
}

const stampOf = (found: readonly GroupRow[], otherwise: number) =>
  found.reduce((stamp, row) => Math.max(stamp, row.modified), otherwise);

/** Arrays of 1 id, 700 name, 701 display_name, 702 members, 5, 6. */
const all: Action = (core, request) => {
  const columns = request.parameters.list('columns').map(Number);
  const found = rows(core);
  const names: Readonly<Record<number, string>> = {
    1: 'id',
    5: 'last_modified',
    6: 'last_modified_utc',
    700: 'name',
    701: 'display_name',
    702: 'members',
  };
  const data = found.map((row) => {
    const object = groupObject(core, request, row);
    return columns.length === 0 ? object.id : columns.map((column) => object[names[column] ?? ''] ?? null);
  });
  return { data, timestamp: stampOf(found, 0) || core.stamps.now() };
};

function byId(core: Core, id: unknown): GroupRow {
  const row = core.db.get<GroupRow>('SELECT * FROM member_group WHERE id = ? AND deleted = 0', Number(id));
  if (!row) throw new OxError('GRP-0015', String(id));
  return row;
}

const list: Action = (core, request) => {
  const found = request.body.array().map((value) => byId(core, asObject(value).id));
  return {
    data: found.map((row) => groupObject(core, request, row)),
    timestamp: stampOf(found, 0) || core.stamps.now(),
  };
};

const get: Action = (core, request) => {
  const row = byId(core, request.parameters.requiredInteger('id'));
  return { data: groupObject(core, request, row), timestamp: row.modified };
};

const search: Action = (core, request) => {
  const fits = textTest(`*${String(request.body.object().pattern ?? '')}*`);
  const found = rows(core).filter((row) => fits(row.display_name) || fits(row.name));
  return {
    data: found.map((row) => groupObject(core, request, row)),
    timestamp: stampOf(found, 0) || core.stamps.now(),
  };
};

const updates: Action = (core, request) => {
  const since = request.parameters.requiredInteger('timestamp');
  const found = core.db.all<GroupRow>('SELECT * FROM member_group WHERE modified > ? ORDER BY id', since);
  const objects = found.filter((row) => !row.deleted).map((row) => groupObject(core, request, row));
  const deleted = found.filter((row) => row.deleted).map((row) => ({ id: row.id }));
  return { data: { new: objects, modified: objects, deleted }, timestamp: stampOf(found, since) };
};

/** Module `group` (reference 8). */
export const group: Readonly<Record<string, Action>> = { all, get, list, search, updates };
