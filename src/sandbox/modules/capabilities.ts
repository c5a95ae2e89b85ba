import { OxError } from '../errors.ts';
import type { Action } from '../http/action.ts';

const ids = [
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
  'deputy',
];

const all: Action = () => ({ data: ids.map((id) => ({ id, attributes: {} })) });

const get: Action = (_core, request) => {
  const id = request.parameters.required('id');
  if (!ids.includes(id)) throw new OxError('SVL-0004', id);
  return { data: { id, attributes: {} } };
};

/** Module `capabilities` (reference 10). */
export const capabilities: Readonly<Record<string, Action>> = { all, get };
