import type { Core } from '../core.ts';
import type { Action, ActionRequest } from '../http/action.ts';
import { asObject } from '../http/body.ts';
import { write } from '../write.ts';

function stored(core: Core, personId: number): Record<string, Record<string, unknown>> {
  return JSON.parse(core.db.get<{ settings: string }>('SELECT settings FROM person WHERE id = ?', personId)!.settings);
}

function lob(core: Core, request: ActionRequest, id: string): Record<string, unknown> {
  const settings = stored(core, request.person.id);
  return { id, tree: Object.hasOwn(settings, id) ? settings[id] : {}, meta: {} };
}

function store(core: Core, request: ActionRequest, merge: boolean) {
  const id = request.parameters.required('id');
  const body = asObject(request.body.json());
  write(core, () => {
    const settings = stored(core, request.person.id);
    const before = merge && Object.hasOwn(settings, id) ? settings[id] : {};
    core.db.run(
      'UPDATE person SET settings = ? WHERE id = ?',
      JSON.stringify(Object.fromEntries([...Object.entries(settings), [id, { ...before, ...body }]])),
      request.person.id,
    );
  });
  return { data: lob(core, request, id) };
}

const list: Action = (core, request) => ({ data: request.body.array().map((id) => lob(core, request, String(id))) });
const get: Action = (core, request) => ({ data: lob(core, request, request.parameters.required('id')) });
const update: Action = (core, request) => store(core, request, true);
const set: Action = (core, request) => store(core, request, false);

/** Module `jslob`: settings of web clients, kept as they come (reference 10). */
export const jslob: Readonly<Record<string, Action>> = { get, list, set, update };
