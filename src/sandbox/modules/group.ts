import type { Core } from '../core.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import { membersOf } from '../people/person.ts';
import { newestStamp } from '../stamps.ts';
import { shiftOf } from '../time.ts';
import { entityActions, entityRows } from './entities.ts';

interface GroupRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string;
  readonly address: string | null;
  readonly modified: number;
  readonly deleted: number;
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

/** Arrays of 1 id, 700 name, 701 display_name, 702 members, 5, 6. */
const all: Action = (core, request) => {
  const columns = request.parameters.list('columns').map(Number);
  const found = entityRows<GroupRow>(core, 'member_group');
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
  return { data, timestamp: newestStamp(found, 0) || core.stamps.now() };
};

/** Module `group` (reference 8). */
export const group: Readonly<Record<string, Action>> = {
  all,
  ...entityActions<GroupRow>({
    table: 'member_group',
    missing: 'GRP-0015',
    show: groupObject,
    texts: (row) => [row.display_name, row.name],
  }),
};
