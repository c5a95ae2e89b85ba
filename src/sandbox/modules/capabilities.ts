import type { Core } from '../core.ts';
import { OxError } from '../errors.ts';
import type { Action } from '../http/action.ts';

const always = [
  'webmail',
  'calendar',
  'contacts',
  'tasks',
  'infostore',
  'gab',
  'edit_public_folders',
  'read_create_shared_folders',
  'delegate_tasks',
  'freebusy',
];

/** None tells the generation of the calendar (reference 5.1); newer ones have more. */
const idsOf = (core: Core) => (core.context.version === '7.8' ? always : [...always, 'deputy']);

const all: Action = (core) => ({ data: idsOf(core).map((id) => ({ id, attributes: {} })) });

const get: Action = (core, request) => {
  const id = request.parameters.required('id');
  if (!idsOf(core).includes(id)) throw new OxError('SVL-0004', id);
  return { data: { id, attributes: {} } };
};

/** Module `capabilities` (reference 10). */
export const capabilities: Readonly<Record<string, Action>> = { all, get };
