import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import { asObject } from '../http/body.ts';
import { textTest } from '../search-term.ts';
import { shiftOf } from './folders/shared.ts';

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

function rows(core: Core): ResourceRow[] {
  return core.db.all<ResourceRow>('SELECT * FROM resource WHERE deleted = 0 ORDER BY id');
}

function resourceObject(request: ActionRequest, row: ResourceRow): Record<string, unknown> {
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

const stampOf = (found: readonly ResourceRow[], otherwise: number) =>
  found.reduce((stamp, row) => Math.max(stamp, row.modified), otherwise);

/** Ids only. */
const all: Action = (core) => {
  const found = rows(core);
  return { data: found.map((row) => row.id), timestamp: stampOf(found, 0) || core.stamps.now() };
};

function byId(core: Core, id: unknown): ResourceRow {
  const row = core.db.get<ResourceRow>('SELECT * FROM resource WHERE id = ? AND deleted = 0', Number(id));
  if (!row) throw new OxError('RES-0010', String(id));
  return row;
}

const list: Action = (core, request) => {
  const found = request.body.array().map((value) => byId(core, asObject(value).id));
  return { data: found.map((row) => resourceObject(request, row)), timestamp: stampOf(found, 0) || core.stamps.now() };
};

const get: Action = (core, request) => {
  const row = byId(core, request.parameters.requiredInteger('id'));
  return { data: resourceObject(request, row), timestamp: row.modified };
};

const search: Action = (core, request) => {
  const fits = textTest(`*${String(request.body.object().pattern ?? '')}*`);
  const found = rows(core).filter((row) => fits(row.display_name) || fits(row.name) || fits(row.address));
  return { data: found.map((row) => resourceObject(request, row)), timestamp: stampOf(found, 0) || core.stamps.now() };
};

const updates: Action = (core, request) => {
  const since = request.parameters.requiredInteger('timestamp');
  const found = core.db.all<ResourceRow>('SELECT * FROM resource WHERE modified > ? ORDER BY id', since);
  const objects = found.filter((row) => !row.deleted).map((row) => resourceObject(request, row));
  const deleted = found.filter((row) => row.deleted).map((row) => ({ id: row.id }));
  return { data: { new: objects, modified: objects, deleted }, timestamp: stampOf(found, since) };
};

/** Module `resource` (reference 8). */
export const resource: Readonly<Record<string, Action>> = { all, get, list, search, updates };
