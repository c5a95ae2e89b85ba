import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import { asObject } from '../http/body.ts';
import { textTest } from '../search-term.ts';
import { newestStamp } from '../stamps.ts';

interface EntityRow {
  readonly id: number;
  readonly modified: number;
  readonly deleted: number;
}

/** What tells the modules `group` and `resource` apart. */
interface EntityKind<Row> {
  readonly table: 'member_group' | 'resource';
  /** Code for an id that does not exist. */
  readonly missing: string;
  readonly show: (core: Core, request: ActionRequest, row: Row) => Record<string, unknown>;
  /** What a search looks at. */
  readonly texts: (row: Row) => readonly string[];
}

/** All that are there, by id. */
export function entityRows<Row>(core: Core, table: EntityKind<Row>['table']): Row[] {
  return core.db.all<Row>(`SELECT * FROM ${table} WHERE deleted = 0 ORDER BY id`);
}

/** The actions that groups and resources have in common (reference 8). */
export function entityActions<Row extends EntityRow>({ table, missing, show, texts }: EntityKind<Row>) {
  function byId(core: Core, id: unknown): Row {
    const row = core.db.get<Row>(`SELECT * FROM ${table} WHERE id = ? AND deleted = 0`, Number(id));
    if (!row) throw new OxError(missing, String(id));
    return row;
  }

  const answer = (core: Core, request: ActionRequest, found: readonly Row[]) => ({
    data: found.map((row) => show(core, request, row)),
    timestamp: newestStamp(found, 0) || core.stamps.now(),
  });

  return {
    list: (core, request) =>
      answer(
        core,
        request,
        request.body.array().map((value) => byId(core, asObject(value).id)),
      ),
    get(core, request) {
      const row = byId(core, request.parameters.requiredInteger('id'));
      return { data: show(core, request, row), timestamp: row.modified };
    },
    search(core, request) {
      const fits = textTest(`*${String(request.body.object().pattern ?? '')}*`);
      return answer(
        core,
        request,
        entityRows<Row>(core, table).filter((row) => texts(row).some(fits)),
      );
    },
    updates(core, request) {
      const since = request.parameters.requiredInteger('timestamp');
      const found = core.db.all<Row>(`SELECT * FROM ${table} WHERE modified > ? ORDER BY id`, since);
      const objects = found.filter((row) => !row.deleted).map((row) => show(core, request, row));
      const deleted = found.filter((row) => row.deleted).map((row) => ({ id: row.id }));
      return { data: { new: objects, modified: objects, deleted }, timestamp: newestStamp(found, since) };
    },
  } satisfies Readonly<Record<string, Action>>;
}
