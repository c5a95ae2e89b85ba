import type { Core } from '../core.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import { newestStamp } from '../stamps.ts';
import { shiftOf } from '../time.ts';
import { entityActions, entityRows } from './entities.ts';

interface ResourceRow {
  readonly id: number;
  readonly name: string;
  readonly display_name: string;
  readonly address: string;
  readonly availability: number;
  readonly description: string | null;
  readonly modified: number;
  readonly deleted: number;
}

function resourceObject(_core: Core, request: ActionRequest, row: ResourceRow): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    display_name: row.display_name,
    mailaddress: row.address,
    availability: row.availability === 1,
    ...(row.description === null ? {} : { description: row.description }),
    last_modified: shiftOf(request)(row.modified),
    last_modified_utc: row.modified,
  };
}

/** Ids only. */
const all: Action = (core) => {
  const found = entityRows<ResourceRow>(core, 'resource');
  return { data: found.map((row) => row.id), timestamp: newestStamp(found, 0) || core.stamps.now() };
};

/** Module `resource` (reference 8). */
export const resource: Readonly<Record<string, Action>> = {
  all,
  ...entityActions<ResourceRow>({
    table: 'resource',
    missing: 'RES-0010',
    show: resourceObject,
    texts: (row) => [row.display_name, row.name, row.address],
  }),
};
